"""A drive and its provider in this process; the command itself is run where a whole run matters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from photosync.model import Item, Selection
from photosync.provider import AccountContext
from photosync.testing.command import Sandbox
from photosync.transport import Policy, Transport
from photosync_clouddrive.provider import CloudDriveProvider
from photosync_clouddrive.settings import CloudDriveSettings
from photosync_clouddrive.simulator import CloudDriveSimulator

HASTE = Policy(retry_budget_s=50.0, max_attempts=4, backoff_base_s=0.01, backoff_cap_s=0.02)


def configure(sandbox: Sandbox, simulator: CloudDriveSimulator, **settings: object) -> None:
    """Write the configuration that the command reads."""
    sandbox.configure({"drive": {**simulator.account_settings(), **settings}})


class Account:
    """An account whose state stays when the provider is opened again."""

    def __init__(self, simulator: CloudDriveSimulator, folder: Path) -> None:
        self.simulator = simulator
        self.state = folder / "state"
        self.said: list[str] = []
        self.opened: list[CloudDriveProvider] = []

    def open(self, **settings: object) -> CloudDriveProvider:
        """The provider, with settings that replace those of the simulator; None removes one."""
        content = {**self.simulator.account_settings(), **settings}
        content = {key: value for key, value in content.items() if key != "provider" and value is not None}
        checked = CloudDriveSettings.model_validate(content, context={"folder": self.state.parent})
        context = AccountContext("drive", self.state, lambda each: Transport(each, policy=HASTE), self.said.append)
        self.opened.append(CloudDriveProvider.open(checked, context))
        return self.opened[-1]

    def listing(self, **settings: object) -> Listing:
        """What a listing brings, with a provider of its own."""
        return Listing(self.open(**settings), None)

    def news(self, since: str | None, **settings: object) -> Listing:
        """The same, of what changed since a mark."""
        return Listing(self.open(**settings), since)

    def close(self) -> None:
        for provider in self.opened:
            provider.close()


class Listing:
    """All pages of one listing together."""

    def __init__(self, provider: CloudDriveProvider, since: str | None, collection: str | None = None) -> None:
        pages = list(provider.list(Selection(), collection, since))
        self.items: dict[str, Item] = {item.id: item for page in pages for item in page.items}
        self.removed = {id_ for page in pages for id_ in page.removed}
        self.unusable = sum(page.unusable for page in pages)
        self.total = pages[-1].total
        self.mark = pages[-1].mark


@pytest.fixture
def simulator() -> Iterator[CloudDriveSimulator]:
    with CloudDriveSimulator(items=60, line_nodes=10, gaps=False) as running:
        yield running


@pytest.fixture
def account(simulator: CloudDriveSimulator, tmp_path: Path) -> Iterator[Account]:
    made = Account(simulator, tmp_path)
    yield made
    made.close()


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Callable[[CloudDriveSimulator, str], Account]]:
    """Accounts by name, each with a state of its own."""
    made: list[Account] = []

    def make(simulator: CloudDriveSimulator, name: str) -> Account:
        made.append(Account(simulator, tmp_path / name))
        return made[-1]

    yield make
    for each in made:
        each.close()
