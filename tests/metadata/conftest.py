"""A folder to fix in."""

from pathlib import Path

import pytest

from tests.metadata.making import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)
