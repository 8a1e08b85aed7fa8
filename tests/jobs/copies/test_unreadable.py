"""What cannot be read in the library, or is damaged there, fails by itself; without it no copy is called complete."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from photosync.errors import Exit
from photosync.testing.command import Sandbox
from photosync.testing.disk_faults import DiskFault, DiskFaults
from tests.jobs.copies.places import Place, copied
from tests.jobs.copies.test_verify_copy import one_byte

pytestmark = pytest.mark.parametrize("place", ["folder"], indirect=True)


def test_undo_records_in_a_folder_that_cannot_be_listed(sandbox: Sandbox, place: Place) -> None:
    undo = sandbox.library / ".photosync/undo"
    folder = min(undo.iterdir())
    closed = DiskFaults([DiskFault(str(folder), errno.EACCES, ["list"])])
    result = copied(replace(sandbox, disk=closed))
    assert (result.exit, result.reasons) == (Exit.PARTIAL, ["unreadable"]), result
    assert str(folder) in result.stderr
    assert copied(sandbox).number("saved") == len(list(folder.iterdir()))
    assert len([name for name in place.files() if "/undo/" in name]) == len(list(undo.glob("*/*.json")))


def test_a_name_that_the_disk_cannot_have(sandbox: Sandbox, place: Place) -> None:
    """Of a library that was on another disk. To look for such a file is an error of the system."""
    name = f"amazon/{'x' * 300}.JPG"
    with closing(sqlite3.connect(sandbox.library / ".photosync/catalog.db", isolation_level=None)) as catalog:
        lost = sandbox.files()[0].relative_to(sandbox.library).as_posix()
        catalog.execute("UPDATE items SET path = ? WHERE path = ?", (name, lost))
    result = copied(sandbox)
    assert (result.exit, [each["id"] for each in result.errors], result.reasons) == (3, [name], ["unreadable"]), result
    assert {path.relative_to(sandbox.library).as_posix() for path in sandbox.files()} - set(place.files()) == {lost}


def test_an_undo_record_that_was_damaged_since_is_not_sent_again(sandbox: Sandbox, place: Place) -> None:
    """The catalog has no hash of it; the record of the copy has."""
    copied(sandbox)
    undo = min((sandbox.library / ".photosync/undo").glob("*/*.json"))
    name, content = undo.relative_to(sandbox.library).as_posix(), undo.read_bytes()
    (place.folder / name).unlink()
    one_byte(undo)
    result = copied(sandbox)
    assert (result.exit, [each["id"] for each in result.errors], result.reasons) == (3, [name], ["damaged"]), result
    assert name not in place.files()
    undo.write_bytes(content)
    assert (copied(sandbox).exit, place.files()[name]) == (0, content)
