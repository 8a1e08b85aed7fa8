"""Logs: where they go, and what never gets into them."""

from __future__ import annotations

import logging
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from photosync.characters import is_visible
from photosync.cli import log_file, logs
from photosync.cli.log_file import LogFile
from photosync.cli.options import GeneralOptions
from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync.testing.disk_faults import DiskFaults
from photosync_amazon.simulator import AmazonSimulator


def test_a_secret_is_in_neither_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logs.REDACTOR.add("open-sesame")
    file = tmp_path / "log.txt"
    with logs.written(GeneralOptions(log_file=file)):
        logging.getLogger("photosync.test").warning("signed in with %s", "open-sesame")
    for text in (capsys.readouterr().err, file.read_text(encoding="utf-8")):
        assert "photosync.test: signed in with ***" in text


@pytest.mark.parametrize(
    ("general", "levels"),
    [
        (GeneralOptions(quiet=True), ["ERROR"]),
        (GeneralOptions(), ["ERROR", "WARNING"]),
        (GeneralOptions(verbose=1), ["ERROR", "WARNING", "INFO"]),
        (GeneralOptions(verbose=2), ["ERROR", "WARNING", "INFO", "DEBUG"]),
        (GeneralOptions(verbose=3), ["ERROR", "WARNING", "INFO", "DEBUG"]),
    ],
)
def test_v_shows_more_on_standard_error(
    general: GeneralOptions, levels: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with logs.written(general):
        for level in (logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG):
            logging.getLogger("photosync.test").log(level, "hello")
    assert [line.split()[2] for line in capsys.readouterr().err.splitlines()] == levels


def test_the_file_has_at_least_what_is_of_interest_later(tmp_path: Path) -> None:
    file = tmp_path / "log.txt"
    with logs.written(GeneralOptions(log_file=file, quiet=True)):
        logging.getLogger("photosync.test").info("hello")
        logging.getLogger("photosync.test").debug("details")
    assert [line.split()[-1] for line in file.read_text(encoding="utf-8").splitlines()] == ["hello"]


def test_a_run_goes_on_without_a_log_file_that_cannot_be_written(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, disk=DiskFaults(largest_file_bytes=20))
    with AmazonSimulator(items=3) as simulator:
        sandbox.configure({"account": simulator.account_settings()})
        result = sandbox.run("list", "account", "-vv", "--log-file", str(tmp_path / "log.txt"))
    assert (result.exit, len(result.objects)) == (0, 3), result
    assert result.stderr.count("cannot write the log file") == 1
    assert "Traceback" not in result.stderr


# The program's own log


@pytest.fixture
def own_log(tmp_path: Path) -> Path:
    """The log of a sandbox in `tmp_path`."""
    return tmp_path / "home" / ".local" / "state" / "photosync" / "logs" / "photosync.log"


def test_every_run_is_in_the_log_of_the_state_folder(tmp_path: Path, own_log: Path) -> None:
    sandbox = Sandbox(tmp_path)
    with AmazonSimulator(items=2) as simulator:
        simulator.faults.set("throttle", "1:times=1:on=list")
        sandbox.configure({"mine": {**simulator.account_settings(), "provider": "amazon", "layout": "flat"}})
        assert sandbox.run("pull", "mine", "-q").exit == 0
        text = own_log.read_text(encoding="utf-8")
    assert stat.S_IMODE(own_log.stat().st_mode) == 0o600
    assert stat.S_IMODE(own_log.parent.stat().st_mode) == 0o700
    for part in (
        "photosync 0.1.0: pull mine -q",
        f"configuration {sandbox.config}; library {sandbox.library}",
        "account mine: provider amazon; layout flat; exif off",
        "429 from 127.0.0.1",
        "/drive/v1/search",
        "mine: 2 listed: 2 saved",
        "ends with exit 0 (ok)",
    ):
        assert part in text
    saved = [line.partition("mine: saved ")[2] for line in text.splitlines() if ": saved " in line]
    assert sorted(filter(None, saved)) == [str(path.relative_to(sandbox.library)) for path in sandbox.files()]
    assert sandbox.run("pull", "nobody").exit == 2
    assert "there is no account 'nobody'" in own_log.read_text(encoding="utf-8").removeprefix(text)


def _folder_in_its_place(log: Path) -> None:
    log.mkdir(parents=True)


def _link_in_its_place(log: Path) -> None:
    log.parent.mkdir(parents=True)
    log.symlink_to(log.with_name("photos.db"))


def _file_in_place_of_the_folder(log: Path) -> None:
    log.parent.parent.mkdir(parents=True)
    log.parent.touch()


@pytest.mark.parametrize("damage", [_folder_in_its_place, _link_in_its_place, _file_in_place_of_the_folder])
def test_a_log_that_cannot_be_written_changes_nothing(
    tmp_path: Path, own_log: Path, damage: Callable[[Path], None]
) -> None:
    damage(own_log)
    sandbox = Sandbox(tmp_path)
    with AmazonSimulator(items=2) as simulator:
        sandbox.configure({"amazon": simulator.account_settings()})
        result = sandbox.run("pull", "amazon")
    result.check_complete()
    assert result.stderr == ""
    assert not own_log.with_name("photos.db").exists()


def _line_of(number: int) -> logging.LogRecord:
    return logging.LogRecord("photosync", logging.INFO, "", 0, f"{number:06d} {'x' * 992}", None, None)


def test_the_log_is_rotated_and_bounded_while_two_runs_write_it(tmp_path: Path) -> None:
    path, errors = tmp_path / "photosync.log", list[OSError]()
    runs = [LogFile(path, rotates=True, on_error=errors.append) for _ in range(2)]
    lines = (log_file.KEPT + 2) * log_file.MOST_BYTES // 1000
    for number in range(lines):
        runs[number % 2].emit(_line_of(number))
    for run in runs:
        run.close()
    files = [path, *(path.with_name(f"{path.name}.{number}") for number in range(1, log_file.KEPT + 1))]
    assert sorted(tmp_path.glob("photosync.log*")) == sorted([*files, path.with_name(f"{path.name}.lock")])
    assert all(log_file.MOST_BYTES - 5000 < each.stat().st_size <= log_file.MOST_BYTES for each in files[1:])
    kept = [int(line[:6]) for each in reversed(files) for line in each.read_text(encoding="utf-8").splitlines()]
    assert kept == list(range(lines - len(kept), lines))
    assert errors == []


def test_the_log_of_the_user_is_not_rotated(tmp_path: Path) -> None:
    path = tmp_path / "mine.log"
    path.write_bytes(b"x" * log_file.MOST_BYTES)
    own = LogFile(path, rotates=False, on_error=lambda _: None)
    own.emit(_line_of(1))
    own.close()
    assert [each.name for each in tmp_path.iterdir()] == ["mine.log"]
    assert path.stat().st_size == log_file.MOST_BYTES + 1000


@pytest.mark.parametrize("named", [True, False])
def test_the_trace_of_a_bug_is_in_the_log_alone(tmp_path: Path, own_log: Path, named: bool) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    code = "import photosync.jobs.status\n\ndef broken(*_):\n    raise KeyError('frames')\n\n"
    (broken / "sitecustomize.py").write_text(f"{code}photosync.jobs.status.sign_in_state = broken\n", encoding="utf-8")
    sandbox = Sandbox(tmp_path)
    sandbox.configure({"amazon": {"cookies": {}}})
    log = tmp_path / "named.log" if named else own_log
    options = ["--log-file", str(log)] if named else []
    ran = subprocess.run(
        [sys.executable, "-m", "photosync", "status", "--config", str(sandbox.config), *options],
        env={**sandbox.environment(), "PYTHONPATH": os.pathsep.join([str(broken), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr == f"photosync: a bug in photosync: KeyError. Its trace is in {log}; please report it.\n"
    assert "Traceback" in (text := log.read_text(encoding="utf-8"))
    assert "KeyError: 'frames'" in text


def test_what_a_service_sent_makes_no_line_of_its_own(tmp_path: Path, own_log: Path) -> None:
    sandbox = Sandbox(tmp_path)
    with AmazonSimulator(items=2, hostile=True) as simulator:
        simulator.faults.hostile_names = Fault()
        simulator.faults.not_found = Fault(items={simulator.library.id_of(0)})
        sandbox.configure({"amazon": simulator.account_settings()})
        result = sandbox.run("pull", "amazon", "-v")
    lines = own_log.read_text(encoding="utf-8").split("\n")[:-1]
    assert len([line for line in lines if ": saved " in line]) == result.number("saved") == 1
    assert len([line for line in lines if ": failed: " in line]) == 1
    assert all(re.match(r"\d{4}-\d\d-\d\d [\d:,]+ \[\d+\] [A-Z]+ [\w.]+: ", line) for line in lines)
    assert all(is_visible(each) for line in lines for each in line)
