"""A user with albums."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.albums.album_owner import AlbumOwner


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[AlbumOwner]:
    """Five albums with three photos each."""
    with AmazonSimulator(items=120, gaps=False) as simulator:
        made = AlbumOwner(simulator, Sandbox(tmp_path))
        made.configure()
        yield made
