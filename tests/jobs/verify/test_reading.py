"""While files are read: a signal, another program that writes, a disk that goes away, and what is shown."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.jobs.verify.check_file import read
from photosync.testing.command import Sandbox
from tests.jobs.verify.test_damage import one_byte, relative
from tests.jobs.verify.test_readings import verified_runs


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_and_what_was_read_is_remembered(sandbox: Sandbox, number: signal.Signals) -> None:
    status, stdout, stderr = interrupted(sandbox, number)
    assert (status, f'"exit": {128 + number}' in stdout) == (128 + number, True), stderr
    assert '"finding"' not in stdout
    assert None not in verified_runs(sandbox).values()


def test_a_signal_loses_no_finding_of_a_file_that_was_read(sandbox: Sandbox) -> None:
    damaged = [relative(sandbox, path) for path in sandbox.files()[1:3]]
    for path in damaged:
        one_byte(sandbox.library / path)
    status, stdout, stderr = interrupted(sandbox, signal.SIGINT)
    *findings, summary = map(json.loads, stdout.splitlines())
    assert status == summary["exit"] == 128 + signal.SIGINT, stderr
    assert sorted(each["path"] for each in findings) == damaged
    assert (summary["damaged"], list(verified_runs(sandbox).values()).count(None)) == (2, 2)


def interrupted(sandbox: Sandbox, number: signal.Signals) -> tuple[int, str, str]:
    """Status and output of a `verify` that gets a signal when it has read all but one file, which has no end."""
    endless = sandbox.library / "endless"
    endless.touch()
    os.truncate(endless, 1 << 42)
    with (sandbox.library / "SHA256SUMS").open("a") as sums:
        sums.write(f"{'0' * 64}  endless\n")  # read last
    process = sandbox.start("verify", "--jobs", "1")  # all others were read when the last one is
    deadline = time.monotonic() + 60
    while not is_open(endless, process.pid):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=60)
    endless.unlink()
    return process.returncode, stdout, stderr


def is_open(path: Path, pid: int) -> bool:
    def target(link: Path) -> str:
        try:
            return str(link.readlink())
        except OSError:
            return ""

    try:
        return any(target(link) == str(path) for link in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def test_a_file_that_changes_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"before")
    changes = iter([b"after!"])

    def change(_: int) -> None:
        for content in changes:
            path.write_bytes(content)

    assert read(path, (), change).sha256 == hashlib.sha256(b"after!").hexdigest()


def test_a_file_that_is_replaced_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    path, second = tmp_path / "photo.jpg", tmp_path / "fixed.jpg"
    path.write_bytes(b"before")
    second.write_bytes(b"fixed")

    def replace(_: int) -> None:
        if second.exists():
            second.replace(path)

    assert read(path, (), replace).sha256 == hashlib.sha256(b"fixed").hexdigest()


def test_quiet_says_nothing_when_all_is_well_and_else_what_is_wrong(sandbox: Sandbox) -> None:
    (sandbox.library / "unknown.jpg").write_bytes(b"")
    assert sandbox.text("verify", "-q") == ""
    assert "unknown    unknown.jpg: " in sandbox.text("verify")
    damaged = sandbox.files()[1]
    one_byte(damaged)
    result = sandbox.run("verify", "-q")
    assert (result.exit, relative(sandbox, damaged) in result.stdout) == (Exit.DAMAGE, True)


def test_findings_go_to_standard_output_although_the_progress_is_on_a_terminal(sandbox: Sandbox) -> None:
    damaged = sandbox.files()[1]
    one_byte(damaged)
    controller, terminal = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "photosync", "verify", "--config", str(sandbox.config)],
            env=sandbox.environment() | {"TERM": "xterm"},
            stdout=subprocess.PIPE,
            stderr=terminal,
            text=True,
            check=False,
        )
        shown = os.read(controller, 1 << 16)
    finally:
        os.close(controller)
        os.close(terminal)
    lines = done.stdout.splitlines()
    assert done.returncode == Exit.DAMAGE
    assert lines[0] == f"damaged    {relative(sandbox, damaged)}: its content is not the one that was saved"
    assert lines[1].endswith("; damage, exit 10")
    assert b"files" in shown
