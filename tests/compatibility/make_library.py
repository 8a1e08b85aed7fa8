"""Makes `library.tar.xz` and everything in `golden/` with the version before the redesign, revision 5089906.

Run it once more only to make more of what that version did, in a checkout of that revision, to which this folder was
copied: `python -m tests.compatibility.make_library`. Everything in the archive is made by the simulators or here.
"""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from PIL import Image

from photosync.testing.library import foreign_photos
from tests.compatibility.record import record_all
from tests.compatibility.world import ARCHIVE, GOLDEN, ROOT, STAMP, World
from tests.metadata.making import block, heic, original, png, text

_LARGEST_ARCHIVE = 200_000
_DAY = "2021-01-01"
_MADE_AT = datetime(2021, 1, 1, tzinfo=UTC).timestamp()
"""When all this happened, as far as the archive tells: long before any test."""
_LAST_CAPTURE = datetime(2025, 1, 1, tzinfo=UTC).timestamp()
"""The simulated photos were taken before; a file with a later time has that of the generator's run."""
_WRITTEN = (
    ("runs", "started_at"),
    ("runs", "ended_at"),
    ("listings", "completed_at"),
    ("items", "saved_at"),
    ("pushes", "pushed_at"),
)


def main() -> None:
    """Make both anew."""
    with tempfile.TemporaryDirectory() as folder, World(Path(folder).resolve()) as world:
        make_mine(world.root / "mine")
        make_library(world)
        pack(world.root)
    shutil.rmtree(GOLDEN, ignore_errors=True)
    record_all(GOLDEN)


def make_mine(folder: Path) -> None:
    """The user's own photos: pushed ones, ones to be fixed where they lie, and formats that no simulator makes up."""
    photos = list(islice(foreign_photos(), 6))
    files = {f"photos/pushed-{number}.jpg": photos[number] for number in range(3)}
    files |= {f"spare/spare-{number + 1}.jpg": photos[3 + number] for number in range(3)}
    files |= {
        "stray/IMG_20230405_123456.jpg": picture("JPEG", "teal"),
        "stray/20230405_123456.gif": picture("GIF", "navy"),
        "stray/undated.jpg": picture("JPEG", "red"),
        "stray/notes.txt": b"no photo\n",
        "formats/PXL_20210203_040506789.jpg": picture("JPEG", "olive"),
        "formats/IMG_20210304_050607.png": png(),
        "formats/IMG_20210405_060708.heic": heic(
            block([text(0x0110, "Camera")], exif=[original("2021:04:05 06:07:08")])
        ),
        "formats/IMG_20210506_070809.gif": picture("GIF", "green"),
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (_MADE_AT, _MADE_AT))


def picture(format_: str, colour: str) -> bytes:
    """A small picture without a capture time."""
    content = io.BytesIO()
    Image.new("P" if format_ == "GIF" else "RGB", (32, 24), 1 if format_ == "GIF" else colour).save(content, format_)
    return content.getvalue()


def make_library(world: World) -> None:
    """Pull, pick, push, fix and undo. `World.restore` repeats what changes at the services meanwhile."""
    library = world.root / "library"
    world.receive_formats()
    expect(world, 8, "pull", "grandma", "--limit-bytes", "12k", "--jobs=1")
    expect(world, 3, "pull", "amazon")
    world.change_amazon()
    expect(world, 3, "pull", "amazon", "--full")
    expect(world, 0, "pull", "amazon", "--year", "2022", "--kind", "video")
    expect(world, 0, "pull", "aura", "grandma")
    expect(world, 0, "pull", "aura")
    expect(world, 0, "pull", "drive")
    expect(world, 0, "pick", "google", "--no-browser")
    for account in ("amazon", "drive"):
        expect(world, 0, "push", account, str(world.root / "mine" / "photos"), "--jobs=1")
    fixed = sorted((library / "amazon").rglob("*.JPG"))
    expect(world, 0, "fix", *map(str, fixed[:3]), "--undo")
    expect(world, 0, "fix", str(world.root / "mine" / "stray"))


def expect(world: World, status: int, *arguments: str) -> None:
    """Run the command, which has to end like this."""
    ran = world.run(*arguments)
    sys.stderr.write(f"{' '.join(arguments)}: {ran.exit} {ran.stdout}{ran.stderr}\n")
    if ran.exit != status:
        raise SystemExit(f"exit {status} was expected")


def pack(root: Path) -> None:
    """Archive what belongs to the library, without a path or a time that holds on this machine alone."""
    for leftover in ("home", "elsewhere", "state/libraries", "state/accounts/aura"):
        shutil.rmtree(root / leftover, ignore_errors=True)
    for path in (root / "config.yaml", *(root / "state").rglob("endpoint.json")):
        path.unlink()
    for day in (root / "library" / ".photosync" / "trash").iterdir():
        day.rename(day.with_name(_DAY))
    generalise(root)
    with tarfile.open(ARCHIVE, "w:xz", preset=9) as archive:
        for path in sorted(files_of(root)):
            archive.add(path, path.relative_to(root), recursive=False, filter=anonymous)
    if ARCHIVE.stat().st_size > _LARGEST_ARCHIVE:
        raise SystemExit(f"the archive has {ARCHIVE.stat().st_size} bytes")


def generalise(root: Path) -> None:
    """Put marks and a fixed day in place of paths and times in the catalog; `World.unpack` gives the paths back."""
    with closing(sqlite3.connect(root / "library" / ".photosync" / "catalog.db")) as catalog, catalog:
        for table in ("items", "sidecars", "sums"):
            catalog.execute(f"UPDATE {table} SET outside = replace(outside, ?, ?)", (str(root), ROOT))
        catalog.execute("UPDATE sums SET state = ?", (STAMP,))
        for rowid, path in catalog.execute("SELECT rowid, path FROM pushes").fetchall():
            moved = path.replace(os.fsencode(root), ROOT.encode())
            catalog.execute("UPDATE pushes SET path = ?, stamp = ? WHERE rowid = ?", (moved, STAMP, rowid))
        for table, column in _WRITTEN:
            catalog.execute(f"UPDATE {table} SET {column} = '{_DAY}' || substr({column}, 11)")
    for database in (*root.rglob("catalog.db"), *root.rglob("tree.db")):
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if str(root).encode() in database.read_bytes():
            raise SystemExit(f"{database} still names {root}")


def files_of(root: Path) -> Iterable[Path]:
    """Files alone; their folders come with them."""
    return (path for path in root.rglob("*") if path.is_file() and path.name not in ("lock", "sync.lock"))


def anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without owner, and without the time of the generator's run."""
    if member.mtime > _LAST_CAPTURE:
        member.mtime = _MADE_AT
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


if __name__ == "__main__":
    main()
