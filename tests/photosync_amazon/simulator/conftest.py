"""A simulated account, and a client that is signed in to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from photosync.testing import ExpectedItem
from photosync_amazon.simulator import AmazonSimulator
from tests.photosync_amazon.simulator.client import ITEMS, Client


@pytest.fixture(scope="module")
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=ITEMS) as running:
        yield running


@pytest.fixture
def client(simulator: AmazonSimulator) -> Client:
    simulator.faults.clear()
    return Client(simulator)


@pytest.fixture
def expected(simulator: AmazonSimulator) -> dict[str, ExpectedItem]:
    return {item.id: item for item in simulator.library.expected()}
