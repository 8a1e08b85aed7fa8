"""Amazon Cloud Drive passes the upload contract."""

from __future__ import annotations

from collections.abc import Mapping

from photosync.testing import Simulator
from photosync.testing.upload_contract import UploadContract
from photosync_clouddrive.simulator import CloudDriveSimulator


class TestCloudDriveUploads(UploadContract):
    """The whole suite."""

    simulator_type = CloudDriveSimulator

    def structure(self, simulator: Simulator) -> Mapping[str, str]:
        assert isinstance(simulator, CloudDriveSimulator)
        return simulator.tree()
