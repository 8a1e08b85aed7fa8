"""`photosync copy` without a name: one that fails does not keep the other copies from theirs."""

from __future__ import annotations

import errno
import signal
import time
from dataclasses import replace

import pytest

from photosync.errors import Exit
from photosync.testing.command import Sandbox
from photosync.testing.disk_faults import DiskFault, DiskFaults
from tests.jobs.copies.places import NAME, OTHER, Place

pytestmark = pytest.mark.parametrize("place", ["folder"], indirect=True)


def test_a_copy_that_fails_in_its_middle_does_not_stop_the_next_one(
    sandbox: Sandbox, place: Place, other: Place
) -> None:
    full = DiskFaults([DiskFault(f"{place.folder}/amazon/*", errno.ENOSPC, ["write"])])
    result = replace(sandbox, disk=full).run("copy")
    assert [(each["account"], each["exit"]) for each in result.summaries] == [(NAME, Exit.DESTINATION), (OTHER, 0)]
    assert result.exit == Exit.DESTINATION
    other.check_list()


def test_an_interrupted_run_goes_to_no_other_copy(sandbox: Sandbox, place: Place, other: Place) -> None:
    process = sandbox.start("copy", "--bwlimit", "5k")
    while process.poll() is None and not place.files():
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == Exit.INTERRUPTED, stdout + stderr
    assert other.files() == {}
