"""An empty drive, and a user who pushes to it with the real command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.photosync_clouddrive.push.drive_user import DriveUser


@pytest.fixture
def simulator() -> Iterator[CloudDriveSimulator]:
    with CloudDriveSimulator(items=0, gaps=False) as running:
        yield running


@pytest.fixture
def user(simulator: CloudDriveSimulator, tmp_path: Path) -> DriveUser:
    made = DriveUser(simulator, Sandbox(tmp_path))
    made.configure()
    return made
