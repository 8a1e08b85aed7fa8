"""A copy to a real S3 server that is killed again and again: in the end all is there once, and `rclone` agrees."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.copies.places import BUCKET, KEY, RCLONE, SECRET, S3Server, copied

FILES, KILLS = 2000, 5


@pytest.fixture(scope="module")
def many() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=FILES, size="small") as running:
        yield running


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_copy_that_is_killed_five_times(s3: S3Server, many: AmazonSimulator, tmp_path: Path) -> None:
    sandbox, place = Sandbox(tmp_path / "user"), s3.place("kills")
    sandbox.configure({"amazon": many.account_settings()})
    place.configure(sandbox)
    assert sandbox.run("pull", "amazon", timeout_s=600).exit == 0
    for number in range(1, KILLS + 1):
        run = sandbox.start("copy")
        while run.poll() is None and _count(place.folder) < number * FILES // (KILLS + 1):
            time.sleep(0.01)
        run.kill()
        run.communicate()
    assert 0 < _count(place.folder) < FILES
    result = copied(sandbox)
    assert (result.exit, result.number("failed")) == (0, 0), result
    assert 0 < result.number("saved") < FILES
    place.check_list()
    _check_with_rclone(s3, sandbox)
    assert not [path for path in place.files() if "/replaced/" in path]
    again = copied(sandbox)
    assert (again.number("saved"), again.number("unchanged")) == (0, again.number("listed"))


def _count(folder: Path) -> int:
    return sum(len(names) for _, _, names in os.walk(folder))


def _check_with_rclone(s3: S3Server, sandbox: Sandbox) -> None:
    """Another program compares the library with the copy; the program's own folder differs by locks and records."""
    settings = {"TYPE": "s3", "PROVIDER": "Other", "ENDPOINT": s3.endpoint}
    secrets = {"ACCESS_KEY_ID": KEY, "SECRET_ACCESS_KEY": SECRET}
    environment = {f"RCLONE_CONFIG_S3_{name}": value for name, value in (settings | secrets).items()}
    options = ("--config", "/dev/null", "--exclude", "/.photosync/**")
    done = subprocess.run(
        [RCLONE, "check", *options, sandbox.library, f"s3:{BUCKET}/kills"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "0 differences found" in done.stderr
