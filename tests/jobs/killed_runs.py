"""A command that is killed before each of its steps, and what must be true after the next run."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

from photosync.library import ALBUMS_FOLDER
from photosync.testing.command import OWN_FOLDER, SUMS, Result, Sandbox
from photosync.testing.simulator import Simulator

KILLED = -9
_CHANGING = ("catalog.db", "catalog-copy.db", "library.json", "lock", ".why.txt", SUMS)
"""Files whose content differs from run to run."""
_MADE = ("/albums.json", "/people.json")
"""Files that are made from the catalog."""


def hashes(sandbox: Sandbox) -> dict[str, str]:
    """The hash of each file of the user by its path, without the state of accounts. Folders of days are the same."""
    found = {}
    for path in sandbox.folder.rglob("*"):
        if path.is_file() and not path.is_relative_to(sandbox.home) and path != sandbox.config:
            name = re.sub(r"/\d{4}-\d\d-\d\d/", "/DAY/", path.relative_to(sandbox.folder).as_posix())
            found[name] = "" if path.name.endswith(_CHANGING) else hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def check_lists(sandbox: Sandbox) -> None:
    """Every `SHA256SUMS` lists all photos and sidecars of its folder, with their hashes."""
    lists = [*sandbox.folder.rglob(SUMS)]
    assert lists
    for each in lists:
        command = ["sha256sum", "-c", "--quiet", "--strict", SUMS]
        done = subprocess.run(command, cwd=each.parent, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        files = {path.relative_to(each.parent) for path in each.parent.rglob("*") if path.is_file() and path != each}
        listed = {Path(line[66:]) for line in each.read_text().splitlines()}
        assert listed == {path for path in files if OWN_FOLDER not in path.parts and path.parts[0] != ALBUMS_FOLDER}


def fetched(simulator: Simulator) -> Counter[str]:
    """The number of contents that were sent, whole or from some byte on, by their addresses."""
    sent = (each for each in simulator.requests if each.kind == "content" and each.status in (200, 206))
    return Counter(each.path for each in sent)


def succeeds(sandbox: Sandbox, *command: str) -> Result:
    """Run a command, which has to end well."""
    result = sandbox.run(*command)
    assert result.exit == 0, result
    return result


def killed_runs(sandbox: Sandbox, kind: str, *command: str) -> Iterator[int]:
    """Run the command in the present state of the user's folder, killed before each step of a kind.

    First it runs without a kill: the first value is 0. Then there is the number of each step. The state before the
    command is restored each time.
    """
    before = sandbox.folder.with_name("before")
    shutil.copytree(sandbox.folder, before, symlinks=True)
    for number in count(0):
        if number:
            shutil.rmtree(sandbox.folder)
            shutil.copytree(before, sandbox.folder, symlinks=True)
        result = replace(sandbox, crash_at=f"{kind}:{number}" if number else "").run(*command)
        if number and result.exit != KILLED:
            return
        yield number


def photos(files: dict[str, str]) -> dict[str, str]:
    """The hash of each photo."""
    return {
        name: hash_
        for name, hash_ in files.items()
        if hash_ and f"/{OWN_FOLDER}/" not in name and not name.endswith((".xmp", *_MADE))
    }


def check_kills_of_a_pull(sandbox: Sandbox, simulator: Simulator, account: str, kind: str) -> int:
    """After each kill the next run completes all, fetches nothing that was recorded, and leaves nothing to do.

    Returns the number of kills.
    """
    wanted, number = None, 0
    for number in killed_runs(sandbox, kind, "pull", account):
        left = hashes(sandbox)
        simulator.forget()
        again = succeeds(sandbox, "pull", account)
        wanted = _check_the_same(sandbox, wanted, f"{kind}:{number}")
        missing = {name for name, hash_ in photos(wanted).items() if left.get(name) != hash_}
        under_way = 1 if number else 0  # at its place, and not recorded yet
        assert len(fetched(simulator)) <= len(missing) + under_way, (kind, number, again)
        check_nothing_to_do(sandbox, account, wanted)
    return number


def check_kills_of_a_change(sandbox: Sandbox, account: str, kind: str, *command: str) -> int:
    """After each kill the same command, of `fix` sometimes after a pull, completes it; then there is nothing to do.

    Returns the number of kills.
    """
    wanted, number = None, 0
    for number in killed_runs(sandbox, kind, *command):
        if command[0] == "fix" and number % 2:
            assert succeeds(sandbox, "pull", account).number("saved") == 0
        succeeds(sandbox, *command)
        wanted = _check_the_same(sandbox, wanted, f"{kind}:{number}")
        check_nothing_to_do(sandbox, account, wanted)
    return number


def _check_the_same(sandbox: Sandbox, wanted: dict[str, str] | None, step: str) -> dict[str, str]:
    """The user has the files that a run without a kill left."""
    found = hashes(sandbox)
    assert wanted is None or found == wanted, f"{step}\nwanted {wanted}\nfound  {found}"
    return found


def check_nothing_to_do(sandbox: Sandbox, account: str, wanted: dict[str, str]) -> None:
    """The catalog, the disk and `SHA256SUMS` agree, and a pull changes nothing."""
    succeeds(sandbox, "verify")
    again = succeeds(sandbox, "pull", account)
    assert again.number("saved") == 0
    assert hashes(sandbox) == wanted
