"""A signal ends a command soon, whatever its service does. The real command, in its own process."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from photosync.testing import Fault
from photosync.testing.command import SUMS, Sandbox
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import KITCHEN, AuraSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.photosync_clouddrive.push.drive_user import photo

IN_TIME_S = 9.0
"""At most 10 s are promised; it usually takes less than one."""
SIGNALS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


@pytest.fixture
def amazon() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=40) as simulator:
        yield simulator


@pytest.fixture
def drive() -> Iterator[CloudDriveSimulator]:
    with CloudDriveSimulator(items=0) as simulator:
        yield simulator


def interrupted(
    simulator: AmazonSimulator | CloudDriveSimulator,
    sandbox: Sandbox,
    fault: tuple[str, Fault],
    *command: str,
    number: signal.Signals = signal.SIGINT,
) -> tuple[int, str]:
    """The status and output of a command that gets a signal while a fault holds its requests."""
    name, switch = fault[0], replace(fault[1], fired=0, seen=0)
    setattr(simulator.faults, name, switch)
    try:
        process = sandbox.start(*command)
        assert simulator.wait_for(lambda: switch.fired >= 1)
        began = time.monotonic()
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=60)
        assert time.monotonic() - began < IN_TIME_S, stderr
    finally:
        simulator.faults.clear()
    assert "Traceback" not in stderr
    return process.returncode, stdout


def check_sums(sandbox: Sandbox) -> None:
    """`SHA256SUMS` has all files, with their hashes."""
    sums = sandbox.library / SUMS
    lines = [line.split("  ", 1) for line in (sums.read_text().splitlines() if sums.exists() else ())]
    found = {sandbox.library / path: hash_ for hash_, path in lines}
    assert found == {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in sandbox.files()}


def faults(on: str, after: int = 1) -> list[object]:
    switches = [
        ("hold", Fault(after=after, on=on)),
        ("drip", Fault(value=0.5, on=on)),
        ("drip_head", Fault(value=0.5, after=after, on=on)),
        ("throttle", Fault(value=100, after=after, on=on)),
    ]
    return [pytest.param(switch, id=switch[0]) for switch in switches]


class TestPull:
    @SIGNALS
    @pytest.mark.parametrize("fault", [*faults("content"), pytest.param(("stall", Fault()), id="stall")])
    def test_while_contents_come(
        self, amazon: AmazonSimulator, tmp_path: Path, fault: tuple[str, Fault], number: signal.Signals
    ) -> None:
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"amazon": amazon.account_settings()})
        status, stdout = interrupted(amazon, sandbox, fault, "pull", "amazon", number=number)
        assert status == 128 + number
        summary = json.loads(stdout)
        assert (summary["exit"], summary["saved"]) == (128 + number, len(sandbox.files()))
        check_sums(sandbox)
        assert sandbox.run("pull", "amazon").exit == 0
        assert sum(sandbox.hashes().values()) == 40

    @pytest.mark.parametrize("fault", faults("list", after=0))
    def test_while_the_listing_comes(self, amazon: AmazonSimulator, tmp_path: Path, fault: tuple[str, Fault]) -> None:
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"amazon": amazon.account_settings()})
        status, stdout = interrupted(amazon, sandbox, fault, "pull", "amazon")
        assert (status, json.loads(stdout)["exit"]) == (130, 130)


class TestPush:
    @SIGNALS
    @pytest.mark.parametrize("fault", [("hold", Fault()), ("drip", Fault(value=0.5)), ("drip_head", Fault(value=0.5))])
    def test_while_files_are_sent(
        self, drive: CloudDriveSimulator, tmp_path: Path, fault: tuple[str, Fault], number: signal.Signals
    ) -> None:
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"drive": drive.account_settings()})
        photos = sandbox.folder / "Trip"
        photos.mkdir()
        for each in range(3):
            (photos / f"IMG_{each}.JPG").write_bytes(photo())
        name, switch = fault
        switch = Fault(value=switch.value, on="upload")
        status, stdout = interrupted(drive, sandbox, (name, switch), "push", "drive", str(photos), number=number)
        assert status == 128 + number
        assert json.loads(stdout)["exit"] == 128 + number
        assert sandbox.run("push", "drive", str(photos)).exit == 0
        assert len([path for path in drive.tree() if path.startswith("Trip/")]) == 3


@pytest.mark.slow  # it is given two real seconds to begin the wait
@pytest.mark.parametrize("options", [(), ("--album", "Pictures")])
def test_while_another_process_has_a_lock(drive: CloudDriveSimulator, tmp_path: Path, options: tuple[str, ...]) -> None:
    sandbox = Sandbox(tmp_path)
    sandbox.configure({"drive": drive.account_settings()})
    assert sandbox.run("pull", "drive").exit == 0
    (lock,) = sandbox.home.rglob("sync.lock")
    requests = drive.counts["total"]
    with FileLock(lock):
        process = sandbox.start("pull", "drive", *options)
        with pytest.raises(subprocess.TimeoutExpired):
            process.communicate(timeout=2)  # it waits
        assert drive.counts["total"] == requests
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        stdout, _ = process.communicate(timeout=60)
        assert time.monotonic() - began < IN_TIME_S
    assert (process.returncode, json.loads(stdout)["exit"]) == (130, 130)


@pytest.mark.slow  # it is given two real seconds to begin the wait
def test_while_another_process_signs_in(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    with AuraSimulator() as simulator:
        frame = {"id": KITCHEN, "write": True}
        sandbox.configure({"aura": {**simulator.account_settings(), "frames": {"kitchen": frame}}})
        photos = sandbox.folder / "Trip"
        photos.mkdir()
        (photos / "IMG_1.JPG").write_bytes(photo())
        assert sandbox.run("pull", "aura").exit == 0
        (session,) = sandbox.home.rglob("session.json")
        session.unlink()
        with FileLock(f"{session}.lock"):
            process = sandbox.start("push", "aura", "kitchen", str(photos))
            with pytest.raises(subprocess.TimeoutExpired):
                process.communicate(timeout=2)
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
            assert time.monotonic() - began < IN_TIME_S
    assert process.returncode == 130


@SIGNALS
@pytest.mark.parametrize(
    "command",
    [("list", "amazon"), ("pull", "amazon", "--count"), ("collections", "amazon"), ("usage", "amazon")],
    ids=" ".join,
)
@pytest.mark.parametrize("name", ["hold", "drip", "drip_head"])
def test_commands_that_only_look(
    amazon: AmazonSimulator, tmp_path: Path, command: tuple[str, ...], name: str, number: signal.Signals
) -> None:
    sandbox = Sandbox(tmp_path)
    sandbox.configure({"amazon": amazon.account_settings()})
    status, _ = interrupted(amazon, sandbox, (name, Fault(value=0.5, on=("list", "other"))), *command, number=number)
    assert status == 128 + number


def test_a_second_signal_ends_it_at_once(amazon: AmazonSimulator, tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    sandbox.configure({"amazon": amazon.account_settings()})
    hold = amazon.faults.hold = Fault(on="content")
    process = sandbox.start("pull", "amazon")
    assert amazon.wait_for(lambda: hold.fired >= 1)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    process.communicate(timeout=60)
    assert time.monotonic() - began < 2
    assert process.returncode in (-signal.SIGTERM, 128 + signal.SIGTERM, 128 + signal.SIGINT)
