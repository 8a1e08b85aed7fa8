"""The options of every command, and how a command ends."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from photosync.cli.app import app, register
from photosync_amazon.simulator import AmazonSimulator
from tests.cli.conftest import CommandLine

register([])  # all commands


@pytest.mark.parametrize("is_before", [True, False])
def test_they_stand_before_or_after_the_name_of_the_command(photosync: CommandLine, is_before: bool) -> None:
    general = ["--json", "--config", str(photosync.config), "--library", str(photosync.folder / "other")]
    arguments = [*general, "status"] if is_before else ["status", *general]
    environment = {"PHOTOSYNC_STATE": str(photosync.folder / "state")}
    result = CliRunner().invoke(app, arguments, env=environment)
    assert result.exit_code == 0, result.output
    accounts = [json.loads(line)["account"] for line in result.stdout.splitlines()]
    assert accounts == ["amazon", "aura", "google"]


def test_after_the_name_wins(photosync: CommandLine) -> None:
    result = photosync("--config", "nowhere.yaml", "status")
    assert result.exit_code == 0, result.output


def test_the_library_option_wins_over_the_configuration(photosync: CommandLine) -> None:
    other = photosync.folder / "other"
    assert photosync("pull", "amazon", "--limit", "1", "--library", str(other)).exit_code == 0
    assert (other / "amazon").is_dir()
    assert not photosync.library.exists()


def test_quiet_says_nothing_when_all_is_well_and_tells_what_is_wrong(photosync: CommandLine) -> None:
    result = photosync("pull", "amazon", "--limit", "1", "-q")
    assert (result.exit_code, result.output) == (0, "")
    result = photosync("pull", "nobody", "-q")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "there is no account 'nobody'; accounts there: amazon, aura, google" in result.stderr


def test_logs_hold_requests_and_no_secret(photosync: CommandLine, simulator: AmazonSimulator) -> None:
    log = photosync.folder / "log.txt"
    result = photosync("pull", "amazon", "--limit", "1", "-vv", "--log-file", str(log))
    assert result.exit_code == 0
    cookies = simulator.account_settings()["cookies"]
    assert isinstance(cookies, dict)
    for text in (result.stderr, log.read_text(encoding="utf-8")):
        assert "GET" in text
        assert not any(str(secret) in text for secret in cookies.values())


def test_a_command_leaves_no_log_handler_behind(photosync: CommandLine) -> None:
    before = logging.getLogger().handlers[:]
    photosync("status", "-v", "--log-file", str(photosync.folder / "log.txt"))
    assert logging.getLogger().handlers == before


def test_a_reader_that_leaves_early_is_no_error(photosync: CommandLine) -> None:
    environment = {**os.environ, "PHOTOSYNC_STATE": str(photosync.folder / "state")}
    command = [sys.executable, "-m", "photosync", "list", "amazon", "--config", str(photosync.config)]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, env=environment, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("nonsense",), "No such command 'nonsense'"),
        (("pull", "--nonsense"), "No such option: --nonsense"),
        (("pull", "--jobs", "0"), "Invalid value for '--jobs'"),
        (("pull", "--jobs", "many"), "Invalid value for '--jobs'"),
        (("pull", "--month", "13"), "--month: expected a number from 1 to 12"),
        (("pull", "--kind", "film"), "--kind: expected photo or video, not 'film'"),
        (("pull", "--since", "yesterday"), "--since: expected 2023, 2023-07, 2023-07-15 or 30d, not 'yesterday'"),
        (("pull", "--until", "2023-02-30"), "--until: expected 2023"),
        (("pull", "--since", "99999999y"), "--since: expected 2023"),
        (("pull", "--limit-bytes", "much"), "--limit-bytes: expected a size"),
        (("pull", "--limit-time", "long"), "--limit-time: expected a duration"),
        (("pull", "--bwlimit", "0"), "--bwlimit: expected a rate above 0"),
        (("pull", "--layout", "{nmae}"), "--layout: unknown field '{nmae}'"),
        (("pull", "nobody"), "there is no account 'nobody'"),
        (("pull", ""), "there is no account ''"),
        (("pull", "amazon", "nowhere"), "there is no album 'nowhere'"),
        (("pick",), "Missing argument 'ACCOUNT'"),
        (("pick", "google", "--timeout", "long"), "--timeout: expected a duration"),
        (("pick", "amazon"), "Amazon Photos needs no picking: photosync pull amazon"),
        (("push", "amazon", "a.jpg", "--resize"), "--resize: Amazon Photos takes files as they are"),
        (("push", "amazon", "a.jpg", "--on-conflict", "x"), "'x' is none of rename, skip, fail"),
        (("push", "aura", "frame", "a.jpg", "--on-conflict", "skip"), "names cannot conflict at Aura"),
        (("push", "aura", "a.jpg"), "Aura wants to know to which frame: photosync push aura FRAME a.jpg"),
        (("login", "amazon", "--from", "nowhere.txt"), "--from: nowhere.txt cannot be read"),
        (("login", "amazon", "--from", "a.txt", "--browser", "firefox"), "--from and --browser name two sign-ins"),
        (("login", "aura", "--browser", "firefox"), "--browser: account 'aura': Aura does not sign in with a browser"),
        (("login", "amazon", "--upload"), "needs no permission of its own to upload to Amazon Photos"),
        (("usage", "aura"), "Aura does not tell how much storage is used"),
        (("list", "google"), "missing.json cannot be read"),
        (("fix", "--undo", "--sidecar", "a.jpg"), "it goes with neither --sidecar nor --set"),
        (("fix", "--set", "a=b", "a.jpg"), "--set a=b: expected KEY=VALUE with one of artist, copyright"),
        (("fix", "--set", "write_gps=maybe", "a.jpg"), "--set write_gps=maybe: expected true or false"),
        (("fix", "--set", "time_zone=Mars", "a.jpg"), "--set: "),
        (("fix", "nowhere.jpg"), "nowhere.jpg does not exist"),
        (("why", "nowhere.jpg"), "there is no file 'nowhere.jpg'"),
    ],
)
def test_a_usage_error_is_exit_2_and_names_the_option(
    photosync: CommandLine, arguments: tuple[str, ...], problem: str
) -> None:
    result = photosync(*arguments)
    assert result.exit_code == 2, result.output
    assert problem in result.stderr


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("library: x\nacounts: {}\n", 2, "acounts: unknown key; expected one of accounts, after"),
        ("library: x\ndefaults:\n  jobs: many\n", 3, "defaults.jobs: expected"),
    ],
)
@pytest.mark.parametrize("command", ["pull", "status", "fix"])
def test_an_error_in_the_configuration_names_file_line_key_and_what_was_expected(
    photosync: CommandLine, command: str, text: str, line: int, problem: str
) -> None:
    photosync.config.write_text(text, encoding="utf-8")
    result = photosync(command, *(["a.jpg"] if command == "fix" else []))
    assert result.exit_code == 2
    assert f"{photosync.config}:{line}: {problem}" in result.stderr
    assert not photosync.library.exists()


def test_a_mistake_in_the_section_of_an_account_names_file_line_key_and_what_was_expected(
    photosync: CommandLine,
) -> None:
    photosync.config.write_text("accounts:\n  amazon:\n    cookeis: a.txt\n    exif: on\n", encoding="utf-8")
    result = photosync("pull")
    assert result.exit_code == 2
    assert f"{photosync.config}:3: accounts.amazon.cookeis: unknown key; expected one of" in result.stderr
    assert f"{photosync.config}:4: accounts.amazon.exif: expected 'fix', 'sidecar' or 'off'" in result.stderr
    assert not photosync.library.exists()


def test_a_configuration_without_a_library_or_an_account(photosync: CommandLine) -> None:
    photosync.config.write_text("library: x\n", encoding="utf-8")
    result = photosync("pull")
    assert (result.exit_code, "no account that can be pulled" in result.stderr) == (2, True)
    photosync.config.write_text("accounts: {google: {client_secret: x.json}}\n", encoding="utf-8")
    result = photosync("pull")
    assert (result.exit_code, "'library' is missing" in result.stderr) == (2, True)


def test_no_configuration_is_an_error_where_one_is_needed(photosync: CommandLine, tmp_path: Path) -> None:
    photosync.config.unlink()
    result = photosync("pull")
    assert (result.exit_code, "there is no configuration at" in result.stderr) == (2, True)
