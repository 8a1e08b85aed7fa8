"""Logs: where they go, and what never gets into them."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from photosync.cli import logs
from photosync.cli.options import GeneralOptions
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
