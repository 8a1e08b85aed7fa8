"""An account with a few items, and a user who pushes to it with the real command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync_amazon.simulator import AmazonSimulator
from tests.photosync_amazon.push.uploader import THERE, Uploader


@pytest.fixture
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=THERE, seed=5, gaps=False) as running:
        yield running


@pytest.fixture
def user(tmp_path: Path, simulator: AmazonSimulator) -> Uploader:
    return Uploader(tmp_path, simulator)
