"""One policy is in force in every provider: none has retries of its own around a request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.errors import Reason, TemporaryError
from photosync.model import Item, Selection
from photosync.plugins import plugins
from photosync.provider import AccountContext, Provider
from photosync.provider.picking import SupportsPicking
from photosync.testing.faults import Fault
from photosync.testing.plugins import simulator_named
from photosync.testing.simulator import Simulator
from photosync.transport import Policy, Transport
from tests.transport.scripted_server import Memory


class Account:
    """An account at a simulated service, with a policy that the test chooses."""

    def __init__(self, name: str, folder: Path) -> None:
        self.simulator: Simulator = simulator_named(name)(items=3, gaps=False)
        self._name = name
        self._folder = folder
        self._opened: list[Provider] = []

    def open(self, policy: Policy) -> Provider:
        plugin = plugins()[self._name].load()
        content = {key: value for key, value in self.simulator.account_settings().items() if key != "provider"}
        settings = plugin.settings_type.model_validate(content, context={"folder": self._folder})
        context = AccountContext(self._name, self._folder, lambda each: Transport(each, policy=policy), print)
        self._opened.append(plugin.open(settings, context))
        return self._opened[-1]

    def collection(self, provider: Provider) -> str | None:
        """What has to be named to list anything."""
        if not isinstance(provider, SupportsPicking):
            return None
        session = provider.begin_picking(None)
        provider.picking(session.id)
        return session.id

    def close(self) -> None:
        for provider in self._opened:
            provider.close()
        self.simulator.stop()


@pytest.fixture(params=sorted(plugins()))
def account(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Account]:
    account = Account(request.param, tmp_path)
    account.simulator.start()
    yield account
    account.close()


def listed(provider: Provider, collection: str | None) -> list[Item]:
    return [item for page in provider.list(Selection(), collection, None) for item in page.items]


@pytest.mark.parametrize("attempts", [1, 3])
def test_the_policy_says_how_often_a_download_is_attempted(account: Account, attempts: int) -> None:
    provider = account.open(Policy(max_attempts=attempts, backoff_base_s=0.1))
    item = listed(provider, account.collection(provider))[0]
    account.simulator.faults.server_error = Fault(value=500, on="content")
    with pytest.raises(TemporaryError, match=f"gave up after {attempts} tr"):
        provider.download(item, Memory())
    assert account.simulator.counts["500"] == attempts


@pytest.mark.parametrize("attempts", [1, 3])
def test_the_policy_says_how_often_a_listing_is_attempted(account: Account, attempts: int) -> None:
    provider = account.open(Policy(max_attempts=attempts, backoff_base_s=0.1))
    collection = account.collection(provider)
    listed(provider, collection)
    account.simulator.faults.server_error = Fault(value=500)
    with pytest.raises(TemporaryError, match=f"gave up after {attempts} tr"):
        listed(provider, collection)
    assert account.simulator.counts["500"] == attempts


def test_the_policy_says_how_long_throttling_is_waited_for(account: Account) -> None:
    provider = account.open(Policy(retry_budget_s=5))
    collection = account.collection(provider)
    account.simulator.faults.throttle = Fault(value=6, times=2)
    with pytest.raises(TemporaryError) as caught:
        listed(provider, collection)
    assert caught.value.reason is Reason.THROTTLED
    assert account.simulator.counts["429"] == 1
    assert len(listed(account.open(Policy(retry_budget_s=600)), collection)) == 3
    assert account.simulator.counts["429"] == 2
