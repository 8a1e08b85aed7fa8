"""The fixture of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from photosync_aura.simulator import AuraSimulator
from tests.photosync_aura.frame_owner import Owner, OwnerOf


@pytest.fixture
def owner_of(tmp_path: Path) -> Iterator[OwnerOf]:
    """A user whose frames have this number of pictures: `owner_of(items=3)`."""
    with ExitStack() as stack:

        def make(items: int = 0, **options: object) -> Owner:
            simulator = AuraSimulator(items=items, gaps=False, **options)  # type: ignore[arg-type]  # it checks
            return Owner(stack.enter_context(simulator), tmp_path)

        yield make
