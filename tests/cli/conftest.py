"""The command line in this process, where the process is not what is tested, and in its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from photosync.cli.app import app, register
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator

register([])  # all commands


class CommandLine:
    """One user's configuration, library and state."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config.yaml"
        self.library = folder / "library"

    def configure(self, accounts: Mapping[str, object]) -> None:
        """Write the configuration."""
        content = {
            "library": str(self.library),
            "accounts": dict(accounts),
            "defaults": {"exif": "off", "retry_budget": "5s"},
        }
        self.config.touch(mode=0o600)
        self.config.write_text(yaml.safe_dump(content), encoding="utf-8")

    def __call__(self, *arguments: str, stdin: str | None = None) -> Result:
        """Run `photosync ARGUMENTS --config …`, with this text as its standard input."""
        environment = {"PHOTOSYNC_STATE": str(self.folder / "state"), "NO_COLOR": "1"}
        return CliRunner().invoke(app, [*arguments, "--config", str(self.config)], env=environment, input=stdin)

    def objects(self, *arguments: str) -> list[dict[str, object]]:
        """What `photosync ARGUMENTS --json` prints; it has to succeed."""
        result = self(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="module")
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=12, seed=3, years=(2022, 2023)) as running:
        yield running


@pytest.fixture
def photosync(tmp_path: Path, simulator: AmazonSimulator) -> CommandLine:
    """With one account at Amazon Photos, and one account of each other kind that is never asked for anything."""
    made = CommandLine(tmp_path)
    made.configure(
        {
            "amazon": simulator.account_settings(),
            "aura": {"email": "me@example.com", "password": "secret", "endpoints": {"api": "http://127.0.0.1:9"}},
            "google": {"client_secret": "missing.json"},
        }
    )
    simulator.forget()
    return made


@pytest.fixture
def sandbox(tmp_path: Path, simulator: AmazonSimulator) -> Iterator[Sandbox]:
    """A user of the simulator of the test's module, for the command in its own process."""
    made = Sandbox(tmp_path)
    made.configure({"amazon": simulator.account_settings()}, retry_budget="1s")
    yield made
    simulator.faults.clear()
