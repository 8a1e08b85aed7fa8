"""Taking a change back, and being killed in the middle of one."""

import hashlib
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from photosync.errors import ItemError
from photosync.metadata import FixResult, Given, Outcome, Settings, fix, undo
from photosync.model import GpsPosition
from tests.metadata.making import (
    INSTANT,
    TAKEN,
    Bench,
    block,
    encoded,
    heic,
    jpeg,
    mp4,
    original,
    photo,
    png,
    text,
    webp,
)

ZERO = "0000:00:00 00:00:00"
SETTINGS = Settings(artist="Ada", copyright="© Ada", write_gps=True, remove_software=True)
GIVEN = Given(taken=INSTANT, gps=GpsPosition(1, 2))
FILES = {
    "a.jpg": jpeg(),
    "b.jpg": photo(block([text(0x0131, "Version 1.0")], exif=[original(ZERO)])),
    "c.png": png(),
    "d.webp": webp(),
    "e.tif": encoded("TIFF"),
    "f.heic": heic(block([text(0x0131, "Version 1.0")], exif=[original(ZERO)])),
    "g.mp4": mp4(0),
}


def record_of(done: FixResult) -> bytes:
    assert done.undo is not None
    return done.undo.encode()


@pytest.mark.parametrize("name", FILES)
def test_undo_gives_back_what_was_delivered(bench: Bench, name: str) -> None:
    delivered = FILES[name]
    done = bench.fix(delivered, GIVEN, SETTINGS, name=name)
    assert done.outcome is Outcome.FIXED
    assert undo(done.path, record_of(done), bench.workspace).read_bytes() == delivered
    record = json.loads(record_of(done))
    assert record["delivered"] == hashlib.sha256(delivered).hexdigest()
    assert record["stored"] == hashlib.sha256(done.path.read_bytes()).hexdigest()


def test_undo_refuses_a_file_that_changed_since(bench: Bench) -> None:
    done = bench.fix(jpeg())
    with done.path.open("ab") as file:
        file.write(b"!")
    with pytest.raises(ItemError, match="has changed since"):
        undo(done.path, record_of(done), bench.workspace)
    assert list(bench.workspace.iterdir()) == [done.path]


def test_undo_refuses_a_record_that_is_damaged(bench: Bench) -> None:
    done = bench.fix(jpeg())
    record = json.loads(record_of(done))
    for damage in (
        {"v": 9},
        {"back": [[1]]},
        {"back": "x"},
        {"back": [[0, 1, "!"]]},
        {"back": [[-1, 1, ""]]},
        {"back": [[0, -1, ""]]},
    ):
        with pytest.raises(ItemError, match="cannot be read"):
            undo(done.path, json.dumps({**record, **damage}).encode(), bench.workspace)
    for damaged in (b"no record", b"[" * 100_000, b"[]", b'{"v": 1, "back": [[1e999, 1, ""]]}'):
        with pytest.raises(ItemError, match="cannot be read"):
            undo(done.path, damaged, bench.workspace)
    with pytest.raises(ItemError, match="does not give the delivered file back"):
        undo(done.path, json.dumps({**record, "back": []}).encode(), bench.workspace)
    assert list(bench.workspace.iterdir()) == [done.path]


def test_without_a_workspace_nothing_is_written(bench: Bench) -> None:
    path = bench.put(jpeg())
    done = fix(path, Given(taken=TAKEN), Settings(), None)
    assert (done.outcome, done.path, done.undo) == (Outcome.FIXED, path, None)
    assert [change.field for change in done.changes] == ["DateTimeOriginal", "CreateDate"]
    assert (path.read_bytes(), list(bench.workspace.iterdir())) == (jpeg(), [])


def test_a_hash_that_is_known_is_believed(bench: Bench) -> None:
    known = hashlib.sha256(jpeg()).hexdigest()
    done = bench.fix(jpeg(), Given(taken=TAKEN, sha256=known))
    assert undo(done.path, record_of(done), bench.workspace).read_bytes() == jpeg()


CHILD = """
import os, resource, signal, sys
from datetime import datetime
from pathlib import Path
from photosync.metadata import Given, Settings, fix
from photosync.model import CaptureTime, TimeMeaning

path, workspace, limit, is_killed = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "killed"
given = Given(taken=CaptureTime(datetime(2021, 7, 6, 16, 22, 1), TimeMeaning.INSTANT))
signal.signal(signal.SIGXFSZ, signal.SIG_DFL if is_killed else signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    done = fix(path, given, Settings(artist="Ada"), workspace)
except OSError as error:
    print(error.filename)
    sys.exit(3)
os.replace(done.path, path)
"""


def run_with_limit(path: Path, workspace: Path, limit: int, how: str) -> subprocess.CompletedProcess[str]:
    """Fix in a process that may write files of `limit` bytes: a write beyond it kills the process, or fails."""
    command = [sys.executable, "-c", CHILD, str(path), str(workspace), str(limit), how]
    return subprocess.run(command, capture_output=True, text=True, check=False)


LARGE = photo(block([], exif=[original(ZERO)]), trailer=bytes(700_000))
"""More than two writes of the copying loop."""


@pytest.mark.parametrize("limit", [0, 1, 2, 200, 4096, 100_000, 262_144, 300_000, 600_000, len(LARGE)])
def test_killed_at_a_write_leaves_the_old_file_whole(bench: Bench, limit: int) -> None:
    path = bench.put(LARGE)
    ended = run_with_limit(path, bench.workspace, limit, "killed")
    assert ended.returncode == -signal.SIGXFSZ, ended.stderr
    assert path.read_bytes() == LARGE
    assert fix(path, Given(taken=INSTANT), Settings(), bench.workspace).outcome is Outcome.FIXED


@pytest.mark.parametrize("limit", [0, 200, 300_000, len(LARGE)])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(bench: Bench, limit: int) -> None:
    path = bench.put(LARGE)
    ended = run_with_limit(path, bench.workspace, limit, "full")
    assert (ended.returncode, ended.stderr) == (3, "")
    assert str(bench.workspace) in ended.stdout
    assert path.read_bytes() == LARGE
    assert list(bench.workspace.iterdir()) == []


def test_enough_room_gives_the_new_file_whole(bench: Bench) -> None:
    path = bench.put(LARGE)
    ended = run_with_limit(path, bench.workspace, 2 * len(LARGE), "killed")
    assert ended.returncode == 0, ended.stderr
    assert fix(path, Given(taken=INSTANT), Settings(artist="Ada"), bench.workspace).outcome is Outcome.UNTOUCHED
