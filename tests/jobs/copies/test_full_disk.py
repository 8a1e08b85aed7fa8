"""A copy in a folder whose disk is full: exit 6, nothing half there, and the next run goes on."""

from __future__ import annotations

import errno
from dataclasses import replace

import pytest

from photosync.errors import Exit
from photosync.testing.command import Sandbox
from photosync.testing.disk_faults import DiskFault, DiskFaults
from tests.jobs.copies.places import NAME, Place, copied
from tests.jobs.copies.test_copy import library_files

pytestmark = pytest.mark.parametrize("place", ["folder"], indirect=True)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        *((call, errno.ENOSPC) for call in ("write", "mkdir", "rename", "fsync_file", "fsync")),
        *(("write", code) for code in (errno.EDQUOT, errno.EROFS, errno.EIO)),
    ],
)
def test_a_disk_that_takes_no_more(sandbox: Sandbox, place: Place, call: str, code: int) -> None:
    full = DiskFaults([DiskFault(f"{place.folder}/amazon/*", code, [call])])
    result = copied(replace(sandbox, disk=full))
    assert (result.exit, result.summary["complete"]) == (Exit.DESTINATION, False), result
    assert f"copy '{NAME}'" in result.stderr
    wanted = library_files(sandbox)
    there = place.files()
    assert not [path for path in there if "unfinished" in path]
    assert {path: content for path, content in there.items() if wanted.get(path, content) != content} == {}
    rest = copied(sandbox)
    assert (rest.exit, rest.number("failed")) == (0, 0), rest
    assert {name: place.files().get(name) for name in wanted} == wanted
    assert copied(sandbox).number("saved") == 0


def test_a_disk_that_is_full_while_a_copy_is_repaired(sandbox: Sandbox, place: Place) -> None:
    copied(sandbox)
    photo = place.folder / sandbox.files()[0].relative_to(sandbox.library)
    photo.write_bytes(b"damaged")
    full = DiskFaults([DiskFault(f"{place.folder}/*", errno.ENOSPC, ["write"])])
    result = replace(sandbox, disk=full).run("verify", "--copy", NAME, "--repair")
    assert (result.exit, result.number("damaged"), result.number("repaired")) == (Exit.DESTINATION, 1, 0), result
    assert photo.read_bytes() == b"damaged", "it is not moved away before the good one is there"
    assert sandbox.run("verify", "--copy", NAME, "--repair").exit == 0
    assert photo.read_bytes() == sandbox.files()[0].read_bytes()


def test_a_disk_that_is_full_while_a_library_is_restored(sandbox: Sandbox, place: Place) -> None:
    copied(sandbox)
    library = sandbox.folder / "new/library"
    full = DiskFaults([DiskFault(f"{library}/.photosync/partial/*", errno.ENOSPC, ["write"])])
    result = replace(sandbox, disk=full).run("restore", "--from", NAME, "--to", str(library))
    assert result.exit == Exit.DESTINATION, result
    assert Sandbox(sandbox.folder / "new").files() == []
    assert sandbox.run("restore", "--from", NAME, "--to", str(library)).exit == 0
    assert library_files(Sandbox(sandbox.folder / "new")) == library_files(sandbox)
    assert place.files()
