"""A user with a pulled library, who changes something at Amazon Photos."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from photosync.testing.command import Result, Sandbox
from photosync_amazon.simulator import AmazonSimulator


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of an account."""

    simulator: AmazonSimulator
    sandbox: Sandbox

    def pull(self) -> None:
        """Bring everything to the library."""
        assert self.sandbox.run("pull", "amazon").exit == 0

    def change(self, command: str, *arguments: str, stdin: bytes = b"") -> Result:
        """Run a command that changes something, with the consent of the user."""
        return self.sandbox.run(*command.split(), "amazon", *arguments, "--yes", stdin=stdin)

    @property
    def ids(self) -> list[str]:
        """The items outside the trash."""
        return [item.id for item in self.simulator.library.expected()]

    @property
    def trashed(self) -> set[str]:
        """The ids of what was put into the trash itself."""
        return {str(node["id"]) for node in self.simulator.trash.nodes()}

    def file_of(self, item_id: str) -> Path:
        """The file of an item in the library."""
        rows = self.sandbox.run("list", "amazon", "--saved").objects
        return self.sandbox.library / next(str(row["path"]) for row in rows if row["id"] == item_id)

    def state_of(self, item_id: str) -> str:
        """The state of an item in the catalog."""
        states = ("gone", "failed", "pushed")
        rows = self.sandbox.run("list", "amazon", "--saved", *(f"--state={state}" for state in states)).objects
        return next((str(row["state"]) for row in rows if row["id"] == item_id), "saved")


@pytest.fixture
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=4, gaps=False) as running:
        yield running


@pytest.fixture
def owner(tmp_path: Path, simulator: AmazonSimulator) -> Owner:
    sandbox = Sandbox(tmp_path)
    sandbox.configure({"amazon": simulator.account_settings()}, exif="fix", artist="Ada")
    return Owner(simulator, sandbox)


def results(result: Result) -> dict[str, str]:
    """What became of each target: its result, or the reason of its refusal."""
    return {str(each["id"]): str(each["reason"] or each["result"]) for each in result.objects if "action" in each}
