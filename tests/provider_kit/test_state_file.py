"""State files: replaced in one step, for their owner alone, and no reason to stop when they are broken."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from photosync.errors import CancelledError, DestinationError
from photosync.provider_kit.state_file import StateFile


@pytest.fixture
def file(tmp_path: Path) -> StateFile:
    return StateFile(tmp_path / "state" / "drive" / "endpoints.json", account="drive")


def test_what_is_written_is_read_back(file: StateFile) -> None:
    assert (file.exists(), file.read()) == (False, {})
    file.write({"name": "caf\u00e9", "number": 1})
    assert file.exists()
    assert file.read() == {"name": "caf\u00e9", "number": 1}
    file.write({"number": 2})
    assert file.read() == {"number": 2}
    file.delete()
    file.delete()
    assert list(file.path.parent.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
def test_it_is_for_its_owner_alone(file: StateFile) -> None:
    before = os.umask(0)
    try:
        with file.locked(), file.locked():
            file.write({})
            file.write({})
    finally:
        os.umask(before)
    folder = file.path.parent
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, folder.parent, *folder.iterdir())}
    assert modes == {"drive": 0o700, "state": 0o700, "endpoints.json": 0o600, "endpoints.json.lock": 0o600}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff"])
def test_a_broken_one_is_empty(file: StateFile, content: bytes) -> None:
    file.write_bytes(content)
    assert file.read() == {}


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    file = StateFile(tmp_path / "file" / "endpoints.json", account="drive")
    with pytest.raises(DestinationError, match=r"account 'drive': cannot write the file .*endpoints\.json"):
        file.write({})
    with pytest.raises(DestinationError, match="Make its folder writable"), file.locked():
        pass


def test_what_a_killed_run_left_is_removed_and_what_another_run_writes_stays(file: StateFile) -> None:
    file.write({})
    left, written, other = (file.path.with_name(f"{file.path.name}.{end}") for end in ("0" * 12, "1" * 12, "backup"))
    for path in (left, written, other):
        path.write_text("secret")
    os.utime(left, (0, 0))
    os.utime(other, (0, 0))
    file.write({})
    assert (left.exists(), written.exists(), other.exists()) == (False, True, True)


def test_texts_that_utf_8_cannot_encode_are_kept(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "state.json", account="drive")
    file.write({"a": "\ud800", "b": "caf\N{LATIN SMALL LETTER E WITH ACUTE}"})
    assert file.read() == {"a": "\ud800", "b": "caf\N{LATIN SMALL LETTER E WITH ACUTE}"}


def test_the_wait_for_a_lock_ends_with_the_run(tmp_path: Path) -> None:
    cancel = threading.Event()
    file = StateFile(tmp_path / "state.json", account="drive", cancel=cancel)
    threading.Timer(0.1, cancel.set).start()
    with FileLock(f"{file.path}.lock"), pytest.raises(CancelledError), file.locked():
        pass
    with file.locked():  # what nobody else has can be written to the end
        file.write({"number": 1})
    assert file.read() == {"number": 1}
