"""`show --content`: the bytes of one item, or some of them, on standard output."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import AuraSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator

Service = AmazonSimulator | CloudDriveSimulator | AuraSimulator


@pytest.fixture(params=[AmazonSimulator, CloudDriveSimulator, AuraSimulator])
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    with request.param(items=6, gaps=False) as running:
        yield running


@pytest.fixture
def sandbox(tmp_path: Path, service: Service) -> Sandbox:
    made = Sandbox(tmp_path)
    made.configure({"it": service.account_settings()})
    return made


def content(sandbox: Sandbox, *arguments: str) -> tuple[int, bytes, str]:
    """The exit status of `show it ARGUMENTS --content`, what it wrote, and what it said."""
    command = [
        sys.executable,
        "-m",
        "photosync",
        "show",
        "it",
        *arguments,
        "--content",
        "--config",
        str(sandbox.config),
    ]
    done = subprocess.run(
        command, env=sandbox.environment(), stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    return done.returncode, done.stdout, done.stderr.decode()


def some_item(service: Service) -> tuple[str, bytes]:
    """The id of a photo, and its content at the service."""
    item = next(iter(service.library.expected()))
    number = service.library.number_of(item.id)
    assert number is not None
    return item.id, service.library.content(service.library.item(number))


def test_the_content_and_a_part_of_it(sandbox: Sandbox, service: Service) -> None:
    id_, whole = some_item(service)
    assert content(sandbox, id_) == (Exit.OK, whole, "")
    assert content(sandbox, id_, "--bytes", "0-15") == (Exit.OK, whole[:16], "")
    assert content(sandbox, id_, "--bytes", "100-199") == (Exit.OK, whole[100:200], "")
    assert content(sandbox, id_, "--bytes", "200-") == (Exit.OK, whole[200:], "")
    assert content(sandbox, id_, "--bytes", f"{len(whole) - 1}-{len(whole) + 9}") == (Exit.OK, whole[-1:], "")
    service.faults.ignore_range = Fault()
    assert content(sandbox, id_, "--bytes", "100-199") == (Exit.OK, whole[100:200], "")


def test_what_breaks_off_goes_on(sandbox: Sandbox, service: Service) -> None:
    id_, whole = some_item(service)
    service.faults.truncate = Fault(value=100, times=1, on="content")
    assert content(sandbox, id_) == (Exit.OK, whole, "")
    service.faults.truncate = Fault(value=10, times=1, on="content")
    assert content(sandbox, id_, "--bytes", "50-149") == (Exit.OK, whole[50:150], "")


def test_what_cannot_be_meant(sandbox: Sandbox, service: Service) -> None:
    id_, whole = some_item(service)
    for part in ("5", "9-3", "a-b", "-5"):
        assert content(sandbox, id_, f"--bytes={part}")[0] == Exit.USAGE
    status, output, said = content(sandbox, id_, "--bytes", f"{len(whole)}-")
    assert (status, output, "--bytes" in said) == (Exit.USAGE, b"", True)
    assert content(sandbox)[0] == Exit.USAGE
    assert sandbox.run("show", "it", id_, "--bytes", "0-1").exit == Exit.USAGE
    assert sandbox.run("show", "it", id_, "--content").exit == Exit.USAGE  # with --json
    status, output, said = content(sandbox, "0123456789abcdef012345")
    assert (status, output) == (Exit.PARTIAL, b"")
    assert "has no photo or video" in said


def test_a_wrong_content_is_told(sandbox: Sandbox, service: Service) -> None:
    if isinstance(service, AuraSimulator):
        return  # it lists no hash
    id_, _ = some_item(service)
    service.faults.wrong_bytes = Fault(on="content")
    status, _, said = content(sandbox, id_)
    assert status not in (Exit.OK, Exit.INTERNAL)
    assert "do not use" in said
