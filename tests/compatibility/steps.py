"""What is asked of the library of the version before. Each function is one story: it yields commands and, between
them, changes what lies at the services or on the disk.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from photosync.testing import Fault
from tests.compatibility.world import World

Step = tuple[str, list[str]]
"""A name and the command's arguments."""


def look(world: World) -> Iterator[Step]:
    """Commands that change nothing."""
    root = world.root
    yield "status", ["status", "--json"]
    yield "providers", ["providers", "--json"]
    yield "providers as text", ["providers"]
    for account in ("amazon", "grandma", "aura", "drive", "google"):
        yield f"list saved {account}", ["list", account, "--saved", "--json"]
    yield "list saved selected", ["list", "amazon", "--saved", "--year", "2023", "--kind", "photo", "--json"]
    yield "list saved collection", ["list", "aura", "kitchen", "--saved", "--json"]
    yield "list saved as text", ["list", "drive", "--saved"]
    for account in ("amazon", "grandma", "aura", "drive"):
        yield f"list {account}", ["list", account, "--json"]
        yield f"collections {account}", ["collections", account, "--json"]
        yield f"dry run {account}", ["pull", account, "--dry-run", "--json"]
    yield "list selected", ["list", "amazon", "--since", "2022-03", "--until", "2022-09-15", "--json"]
    yield "list recent", ["list", "amazon", "--recent", "5", "--json"]
    yield "list frame", ["list", "aura", "kitchen", "--limit", "4", "--json"]
    yield "list all files", ["list", "drive", "--all-files", "--json"]
    yield "list as text", ["list", "amazon", "--year", "2022"]
    yield "collections as text", ["collections", "aura"]
    yield "usage amazon", ["usage", "amazon", "--json"]
    yield "usage drive", ["usage", "drive", "--json"]
    yield "usage as text", ["usage", "amazon"]
    yield "count", ["pull", "amazon", "--year", "2023", "--count", "--json"]
    yield "dry run full", ["pull", "drive", "--full", "--dry-run", "--json"]
    library = root / "library"
    for number in (0, 2, 5, 6, 11):
        yield f"why amazon {number}", ["why", world.amazon.library.id_of(number), "--json"]
    for number in (1, 4):
        yield f"why aura {number}", ["why", world.aura.library.id_of(number), "--json"]
    for number in (3, 13, 16):
        yield f"why drive {number}", ["why", world.drive.library.id_of(number), "--json"]
    for name in ("mine/photos/pushed-1.jpg", "mine/stray/IMG_20230405_123456.jpg", "mine/stray/20230405_123456.gif"):
        yield f"why {Path(name).name}", ["why", str(root / name), "--json"]
    outside = min((root / "frames" / "grandma").glob("*.JPG"))
    yield "why outside", ["why", str(outside), "--json"]
    for pattern in ("google/**/*.JPG", "drive/**/*.heic", "drive/**/*.png", "drive/**/*.gif", "grandma/**/*.xmp"):
        found = min(library.glob(pattern))
        yield f"why first of {pattern.replace('/**/*', '')}", ["why", str(found), "--json"]
    yield "fix dry run", ["fix", str(library), "--dry-run", "--json"]
    yield "fix dry run outside", ["fix", str(root / "frames"), str(root / "mine"), "--dry-run", "--json"]
    yield "fix dry run undo", ["fix", str(library), "--undo", "--dry-run", "--json"]
    yield "fix dry run artist", ["fix", str(library / "google"), "--set", "artist=Ann", "--dry-run", "--json"]
    for account in ("amazon", "drive"):
        yield f"push dry run {account}", ["push", account, str(root / "mine"), "--dry-run", "--json"]


def pull(world: World) -> Iterator[Step]:
    """The library is pulled into, again and again."""
    root, library = world.root, world.root / "library"
    yield "pull amazon", ["pull", "amazon", "--json"]
    yield "pull amazon full", ["pull", "amazon", "--full", "--json"]
    yield "pull grandma year", ["pull", "grandma", "--year", "2022", "--json"]
    yield "pull grandma", ["pull", "grandma", "--json"]
    yield "pull aura", ["pull", "aura", "--json"]
    yield "pull frame", ["pull", "aura", "grandma", "--json"]
    yield "pull drive", ["pull", "drive", "--json"]
    yield "pull drive full", ["pull", "drive", "--full", "--json"]
    yield "pick google", ["pick", "google", "--no-browser", "--json"]
    world.amazon.faults.not_found = None
    for service in (world.amazon, world.aura, world.drive, world.google):
        items = service.library
        items.add(2)
        items.change(items.id_of(4))
        items.remove(items.id_of(1))
    min((library / "amazon").rglob("*.JPG")).unlink()
    min((root / "frames").rglob("*.j*")).unlink()
    min((library / "grandma").rglob("*.xmp")).unlink()
    yield "pull everything", ["pull", "--json"]
    yield "pull everything full", ["pull", "--full", "--json"]
    yield "pull everything again", ["pull", "--json"]
    yield "pull everything as text", ["pull"]
    yield "pull quietly", ["pull", "drive", "-q"]
    yield "pick google again", ["pick", "google", "--no-browser", "--json"]
    yield "pull other layout", ["pull", "amazon", "--layout", "days", "--full", "--json"]
    world.amazon.library.add(3)
    yield "pull without exif", ["pull", "amazon", "--no-exif", "--json"]
    for number in range(9, 24):
        world.amazon.library.remove(world.amazon.library.id_of(number))
    yield "pull shrunk", ["pull", "amazon", "--full", "--json"]
    yield "pull accepting", ["pull", "amazon", "--full", "--accept-shrink", "--json"]
    world.amazon.faults.expired = Fault()
    yield "pull signed out", ["pull", "amazon", "--json"]
    yield "status after pulling", ["status", "--json"]


def fix(world: World) -> Iterator[Step]:
    """Files are fixed and undone, in the library and elsewhere."""
    root, library = world.root, world.root / "library"
    yield "fix library", ["fix", str(library), "--json"]
    yield "fix artist", ["fix", str(library / "amazon"), "--set", "artist=Ann", "--set", "copyright=Ann 2026", "--json"]
    first = min((library / "amazon").rglob("*.JPG"))
    yield "why fixed", ["why", str(first), "--json"]
    yield "fix sidecars", ["fix", str(library / "google"), str(root / "frames"), "--sidecar", "--json"]
    yield "undo library", ["fix", str(library), "--undo", "--json"]
    yield "why undone", ["why", str(first), "--json"]
    yield "undo again", ["fix", str(library), "--undo", "--json"]
    yield "undo outside", ["fix", str(root / "frames"), str(root / "mine"), "--undo", "--json"]
    yield "fix outside", ["fix", str(root / "frames"), str(root / "mine"), "--json"]
    yield "fix again", ["fix", str(library), "--json"]
    yield "pull after fixing", ["pull", "amazon", "--json"]
    yield "pull full after fixing", ["pull", "drive", "--full", "--json"]
    yield "status after fixing", ["status", "--json"]


def push(world: World) -> Iterator[Step]:
    """Files are pushed from where they were pushed before, and from the library itself."""
    root = world.root
    photos, spare = root / "mine" / "photos", root / "mine" / "spare"
    for account in ("amazon", "drive"):
        yield f"push {account}", ["push", account, str(photos), "--json"]
        yield f"push {account} full", ["push", account, str(photos), "--full", "--json"]
    shutil.copy2(spare / "spare-1.jpg", photos / "new.jpg")
    shutil.copy2(spare / "spare-2.jpg", photos / "pushed-2.jpg")
    for account in ("amazon", "drive"):
        yield f"push {account} new", ["push", account, str(photos), "--jobs=1", "--json"]
        yield f"push {account} stray", ["push", account, str(root / "mine"), "--all-files", "--jobs=1", "--json"]
        yield (
            f"push {account} from the library",
            ["push", account, str(root / "library" / "google"), "--jobs=1", "--json"],
        )
    yield "push google", ["push", "google", str(photos), "--jobs=1", "--json"]
    yield "push google again", ["push", "google", str(photos), "--json"]
    yield "push aura", ["push", "aura", "kitchen", str(photos / "new.jpg"), "--json"]
    yield "push aura again", ["push", "aura", "kitchen", str(photos / "new.jpg"), "--json"]
    shutil.copy2(spare / "spare-3.jpg", photos / "new.jpg")
    for conflict in ("fail", "skip", "rename"):
        yield f"push {conflict}", ["push", "drive", str(photos), "--on-conflict", conflict, "--json"]
    yield "push as text", ["push", "amazon", str(photos)]
    yield "pull after pushing", ["pull", "amazon", "--json"]
    yield "pull drive after pushing", ["pull", "drive", "--json"]
    yield "list after pushing", ["list", "amazon", "--json"]
    yield "why pushed", ["why", str(photos / "new.jpg"), "--json"]


STORIES: dict[str, Callable[[World], Iterator[Step]]] = {"look": look, "pull": pull, "fix": fix, "push": push}

WRONG_ARGUMENTS: list[list[str]] = [
    [],
    ["nonsense"],
    ["pull", "nobody"],
    ["pull", "amazon", "no such album"],
    ["pull", "amazon", "--nonsense"],
    ["pull", "amazon", "--year", "many"],
    ["pull", "amazon", "--month", "13"],
    ["pull", "amazon", "--since", "yesterday"],
    ["pull", "amazon", "--kind", "painting"],
    ["pull", "amazon", "--recent", "0"],
    ["pull", "amazon", "--limit", "-1"],
    ["pull", "amazon", "--jobs", "65"],
    ["pull", "amazon", "--bwlimit", "fast"],
    ["pull", "amazon", "--limit-bytes", "much"],
    ["pull", "amazon", "--limit-time", "long"],
    ["pull", "amazon", "--layout", "{nmae}"],
    ["pull", "aura", "--query", "type:x"],
    ["pull", "aura", "--favorites", "--query", "x"],
    ["pull", "google"],
    ["list"],
    ["list", "google"],
    ["list", "nobody", "--saved"],
    ["pick", "amazon"],
    ["pick", "google", "--timeout", "soon", "--no-browser"],
    ["collections", "google"],
    ["usage", "aura"],
    ["why", "no-such-file.jpg"],
    ["fix"],
    ["fix", "no-such-file.jpg"],
    ["fix", "mine", "--set", "nonsense=1"],
    ["fix", "mine", "--set", "artist"],
    ["fix", "mine", "--set", "write_gps=perhaps"],
    ["fix", "mine", "--set", "time_zone=Nowhere/City"],
    ["fix", "mine", "--undo", "--sidecar"],
    ["push", "amazon"],
    ["push", "amazon", "no-such-file.jpg"],
    ["push", "amazon", "mine", "--on-conflict", "perhaps"],
    ["push", "aura", "no such frame", "mine"],
    ["push", "aura", "grandma", "mine"],
    ["push", "drive", "mine", "--to", "../x"],
    ["logout", "nobody"],
    ["login", "nobody"],
    ["pull", "amazon", "--library", "config.yaml/below"],
    ["status", "--config", "no-such-config.yaml"],
    ["--version"],
]
"""Each with an exit status, and nothing on standard output."""

WRONG_CONFIGURATIONS: dict[str, str] = {
    "no YAML": "library: [",
    "no mapping": "- 1\n",
    "unknown key": "libary: x\naccounts: {}\n",
    "unknown provider": "library: x\naccounts: {me: {provider: nobody}}\n",
    "no provider": "library: x\naccounts: {me: {}}\n",
    "unknown account key": "library: x\naccounts: {amazon: {cookies: c.txt, colour: red}}\n",
    "missing account key": "library: x\naccounts: {aura: {email: a@example.com}}\n",
    "plain http": "library: x\naccounts: {amazon: {cookies: c.txt, endpoints: {api: 'http://example.com'}}}\n",
    "unknown endpoint": "library: x\naccounts: {amazon: {cookies: c.txt, endpoints: {apo: 'https://example.com'}}}\n",
    "bad layout": "library: x\naccounts: {}\ndefaults: {layout: '{nmae}'}\n",
    "bad exif": "library: x\naccounts: {}\ndefaults: {exif: perhaps}\n",
    "bad jobs": "library: x\naccounts: {}\ndefaults: {jobs: 0}\n",
    "bad zone": "library: x\naccounts: {}\ndefaults: {time_zone: Nowhere/City}\n",
    "bad budget": "library: x\naccounts: {}\ndefaults: {retry_budget: soon}\n",
    "bad name": "library: x\naccounts: {'a/b': {provider: amazon, cookies: c.txt}}\n",
    "twice": "library: x\nlibrary: y\naccounts: {}\n",
    "missing variable": "library: x\naccounts: {aura: {email: a@example.com, password: '${NOBODY_SET_THIS}'}}\n",
    "nothing": "",
}
"""Each is tried with `status` and `pull`: the exit status, and what is on standard output."""

COMMANDS = (
    *("", "pull", "pick", "push", "login", "logout", "list", "collections", "usage"),
    *("fix", "why", "status", "providers", "demo"),
)
