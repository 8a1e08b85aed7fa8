"""Amazon Photos passes the upload contract."""

from __future__ import annotations

from collections.abc import Mapping

from photosync.testing import Simulator
from photosync.testing.upload_contract import UploadContract
from photosync_amazon.simulator import AmazonSimulator


class TestAmazonUploads(UploadContract):
    """The whole suite."""

    simulator_type = AmazonSimulator

    def structure(self, simulator: Simulator) -> Mapping[str, str]:
        assert isinstance(simulator, AmazonSimulator)
        return simulator.uploads.tree()
