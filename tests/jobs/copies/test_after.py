"""A pull that ends with a copy, as `after` in the configuration says."""

from __future__ import annotations

import errno
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from photosync.errors import Exit
from photosync.testing import Fault
from photosync.testing.command import Result, Sandbox
from photosync.testing.disk_faults import DiskFault, DiskFaults
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.copies.places import NAME, Place
from tests.photosync_google.google_user import ACCOUNT, GoogleUser

pytestmark = pytest.mark.parametrize("place", ["folder"], indirect=True)


def configure(sandbox: Sandbox, **keys: object) -> None:
    """Set keys at the top of the configuration."""
    content = yaml.safe_load(sandbox.config.read_text(encoding="utf-8"))
    sandbox.config.write_text(yaml.safe_dump({**content, **keys}), encoding="utf-8")


@pytest.fixture
def user(sandbox: Sandbox, simulator: AmazonSimulator) -> Iterator[Sandbox]:
    """Whose pulls end with the copy."""
    configure(sandbox, after=f"copy {NAME}")
    yield sandbox
    simulator.faults.clear()


def ends(result: Result) -> list[tuple[object, object, object]]:
    """Of each summary the command, the account or copy, and the exit status."""
    return [(each["command"], each["account"], each["exit"]) for each in result.summaries]


def test_a_pull_ends_with_the_copy(user: Sandbox, place: Place, simulator: AmazonSimulator) -> None:
    simulator.library.add(1)
    result = user.run("pull")
    assert (result.exit, ends(result)) == (0, [("pull", "amazon", 0), ("copy", NAME, 0)]), result
    there = place.files()
    assert {path.relative_to(user.library).as_posix() for path in user.files()} <= set(there)
    assert ".photosync/catalog-copy.db" in there
    place.check_list()
    again = user.run("pull")
    assert (again.exit, again.summaries[1]["saved"]) == (0, 0)


def test_all_copies_in_order_and_each_once(user: Sandbox, place: Place, tmp_path: Path) -> None:
    (tmp_path / "third").mkdir()
    copies = {"third": str(tmp_path / "third"), NAME: place.settings}
    configure(user, copies=copies, after=[f"copy {NAME}", "copy"])
    assert ends(user.run("pull")) == [("pull", "amazon", 0), ("copy", NAME, 0), ("copy", "third", 0)]


@pytest.mark.parametrize("options", [("--dry-run",), ("--count",), ("--no-after",)])
def test_runs_without_a_copy(user: Sandbox, place: Place, options: tuple[str, ...]) -> None:
    result = user.run("pull", "amazon", *options)
    assert result.exit == 0
    assert "copy" not in [each["command"] for each in result.summaries]
    assert place.files() == {}


def test_what_failed_does_not_keep_the_rest_from_the_copy(
    user: Sandbox, place: Place, simulator: AmazonSimulator
) -> None:
    simulator.library.add(1)
    simulator.faults.wrong_bytes = Fault(on="content")
    result = user.run("pull")
    assert (result.exit, ends(result)) == (3, [("pull", "amazon", 3), ("copy", NAME, 0)]), result
    place.check_list()


def test_an_account_without_sign_in_does_not_keep_the_others_from_the_copy(
    user: Sandbox, place: Place, simulator: AmazonSimulator
) -> None:
    simulator.faults.expired = Fault()
    result = user.run("pull")
    assert (result.exit, ends(result)) == (4, [("pull", "amazon", 4), ("copy", NAME, 0)]), result
    assert place.files()


def test_a_copy_that_fails_leaves_the_summary_of_the_account_alone(user: Sandbox, place: Place) -> None:
    place.folder.rmdir()
    result = user.run("pull")
    assert (result.exit, ends(result)) == (6, [("pull", "amazon", 0), ("copy", NAME, 6)])
    assert "Mount its disk" in result.stderr


def test_no_copy_of_a_library_that_cannot_be_written(user: Sandbox, place: Place, simulator: AmazonSimulator) -> None:
    simulator.library.add(1)
    full = DiskFaults([DiskFault(f"{user.library}/.photosync/partial/*", errno.ENOSPC)])
    result = replace(user, disk=full).run("pull")
    assert (result.exit, ends(result)) == (6, [("pull", "amazon", 6)])
    assert place.files() == {}


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_no_copy_after_an_interrupted_pull(
    user: Sandbox, place: Place, simulator: AmazonSimulator, number: signal.Signals, status: int
) -> None:
    simulator.library.add(1)
    hold = simulator.faults.hold = Fault(on="content")
    process = user.start("pull")
    assert simulator.wait_for(lambda: hold.fired >= 1)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout.count('"command"')) == (status, 1), stderr
    assert place.files() == {}


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_copy_goes_on_with_the_next_pull(
    user: Sandbox, place: Place, number: signal.Signals, status: int
) -> None:
    """`--bwlimit` is that of the copy too, so it lasts."""
    process = user.start("pull", "--bwlimit", "5k")
    while process.poll() is None and not any(path.is_file() for path in place.folder.rglob("*")):
        time.sleep(0.01)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == status, stdout + stderr
    assert [name in stdout for name in ("amazon", NAME)] == [True, True]
    assert user.run("pull").exit == 0
    place.check_list()


def test_a_first_pull_that_makes_no_library_has_nothing_to_copy(user: Sandbox, place: Place, tmp_path: Path) -> None:
    configure(user, library=str(tmp_path / "none"), accounts={"amazon": {"cookies": "${NOT_SET}"}})
    result = user.run("pull")
    assert ("copy", NAME) not in [each[:2] for each in ends(result)], result
    assert place.files() == {}


def test_the_summary_says_which_copy(user: Sandbox, place: Place) -> None:
    """A copy can have the name of an account."""
    configure(user, copies={"amazon": place.settings}, after="copy")
    lines = user.text("pull").splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["amazon", "copy 'amazon'"]
    assert user.text("pull", "-q") == ""


def test_a_pick_ends_with_the_copy(place: Place, tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path / "google", 3) as someone:
        place.configure(someone.sandbox)
        configure(someone.sandbox, after="copy")
        result = someone.pick()
    assert (result.exit, ends(result)) == (Exit.OK, [("pick", ACCOUNT, 0), ("copy", NAME, 0)])
    place.check_list()
