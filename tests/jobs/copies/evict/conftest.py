"""A user with a library, and two copies that were verified."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.copies.evict.runs import (
    FIRST,
    SECOND,
    configure_copies,
    duplicate,
    place,
    with_copies,
)


@pytest.fixture(scope="package")
def prepared(tmp_path_factory: pytest.TempPathFactory, pulled: Sandbox) -> Sandbox:
    made = Sandbox(tmp_path_factory.mktemp("prepared") / "user")
    made.configure({})
    shutil.copytree(pulled.library, made.library)
    with_copies(made, FIRST, SECOND)
    return made


@pytest.fixture
def sandbox(tmp_path: Path, prepared: Sandbox, simulator: AmazonSimulator) -> Sandbox:
    """A user with a library, and two copies that were verified."""
    made = duplicate(prepared, tmp_path)
    made.configure({"amazon": simulator.account_settings()}, exif="fix")
    configure_copies(made, **{name: str(place(made, name)) for name in (FIRST, SECOND)})
    return made
