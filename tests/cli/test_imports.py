"""What a command loads before it does its work: each module costs time at every start."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from photosync.cli.app import COMMANDS
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import AuraSimulator

_HTTP = {"requests", "urllib3", "http.client", "ssl", "tenacity", "oauthlib", "google_auth_oauthlib", "http.server"}
_FIXER = {
    "piexif",
    "photosync.metadata.fixer",
    "photosync.metadata.exif.read",
    "photosync.metadata.capture_time.choose",
}
_RARE = {"PIL", "aiohttp", "keyring", "segno", "pathspec", "rich.progress", "rich.console", "photosync.testing"}
_OF_A_PUSH = {"photosync.jobs.push.push", "photosync_amazon.uploads", "photosync_aura.uploads"}


def loaded(sandbox: Sandbox, *arguments: str) -> set[str]:
    """The modules that the command loads."""
    command = [sys.executable, "-X", "importtime", "-m", "photosync", *arguments]
    if "--version" not in arguments and "--help" not in arguments:
        command += ["--config", str(sandbox.config)]
    done = subprocess.run(command, env=sandbox.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(re.findall(r"^import time: +\d+ \| +\d+ \| +(\S+)$", done.stderr, flags=re.MULTILINE))


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """A library in which nothing is missing, and accounts of two services."""
    sandbox = Sandbox(tmp_path_factory.mktemp("user"))
    with AmazonSimulator(items=3) as amazon, AuraSimulator(items=3) as aura:
        sandbox.configure({"amazon": amazon.account_settings(), "aura": aura.account_settings()})
        assert sandbox.run("pull").exit == 0
    return sandbox


@pytest.mark.parametrize("arguments", [("--version",), ("--help",)])
def test_a_command_that_only_prints_loads_no_configuration(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    found = loaded(Sandbox(tmp_path), *arguments)
    assert "typer" in found
    slow = {"pydantic", "yaml", "sqlite3", "rich", "importlib.metadata", "photosync.config", "photosync.provider"}
    assert found & (slow | _HTTP | _FIXER | _RARE) == set()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--version",), set()),
        (("--help",), set()),
        (("verify", "--help"), {"verify"}),
        (("-q", "verify", "--help"), set(COMMANDS)),
    ],
)
def test_the_module_of_a_command_is_loaded_if_it_is_asked_for(arguments: tuple[str, ...], expected: set[str]) -> None:
    code = "import atexit, sys; from photosync.cli import main; atexit.register(lambda: print(*sys.modules)); main()"
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert set(re.findall(r"photosync\.cli\.commands\.(\w+)", done.stdout)) == expected


@pytest.mark.parametrize("arguments", [("status",), ("failures",), ("list", "amazon", "--saved")])
def test_a_command_that_reads_the_catalog_loads_no_http_and_no_fixer(
    saved: Sandbox, arguments: tuple[str, ...]
) -> None:
    found = loaded(saved, *arguments)
    assert "photosync.catalog" in found
    assert found & (_HTTP | _FIXER | _RARE | _OF_A_PUSH) == set()


def test_a_quick_check_and_a_question_about_a_file_load_no_http_library(saved: Sandbox) -> None:
    assert loaded(saved, "verify", "--quick") & (_HTTP | (_RARE - {"pathspec"}) | _OF_A_PUSH) == set()
    assert loaded(saved, "why", str(saved.files()[0])) & {"requests", "urllib3", "tenacity", "pathspec"} == set()


def test_a_pull_that_brings_nothing_loads_no_fixer(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    with AmazonSimulator(items=3) as simulator:
        sandbox.configure({"amazon": simulator.account_settings()})
        assert sandbox.run("pull", "amazon").exit == 0
        found = loaded(sandbox, "pull", "amazon")
    assert "requests" in found
    assert found & (_FIXER | _RARE | _OF_A_PUSH) == set()
