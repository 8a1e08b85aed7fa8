"""Google Photos passes the upload contract; folders are albums there."""

from __future__ import annotations

from collections.abc import Mapping

from photosync.testing import Simulator
from photosync.testing.upload_contract import UploadContract
from photosync_google.simulator import GoogleSimulator


class TestGoogleUploads(UploadContract):
    """The whole suite. Google gives no hashes, so content from other programs is not recognised."""

    simulator_type = GoogleSimulator
    tells_hashes = False

    def structure(self, simulator: Simulator) -> Mapping[str, str]:
        assert isinstance(simulator, GoogleSimulator)
        return {f"{album}/{name}": md5 for (album, name), md5 in simulator.uploads.uploaded().items()}
