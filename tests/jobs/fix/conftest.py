"""The simulated account whose pulled files are fixed and explained."""

from collections.abc import Iterator

import pytest

from photosync_amazon.simulator import AmazonSimulator


@pytest.fixture(scope="module")
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=40, seed=5, years=(2023,)) as running:
        yield running
