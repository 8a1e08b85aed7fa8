"""The contract suites, against the simulated drive."""

from collections.abc import Mapping
from typing import ClassVar

from photosync.testing.contract import ProviderContract
from photosync.testing.simulator import Simulator
from photosync.testing.upload_contract import UploadContract
from photosync_clouddrive.simulator import CloudDriveSimulator


class TestCloudDriveContract(ProviderContract):
    simulator_type: ClassVar[type[Simulator]] = CloudDriveSimulator
    page_items = 200

    def make_simulator(self, items: int, **traits: object) -> Simulator:
        # An answer that ends when it is long enough is what comes nearest to a page.
        return CloudDriveSimulator(items=items, answer_nodes=self.page_items, line_nodes=50, **traits)  # type: ignore[arg-type]


class TestCloudDriveUploads(UploadContract):
    simulator_type: ClassVar[type[Simulator]] = CloudDriveSimulator

    def structure(self, simulator: Simulator) -> Mapping[str, str]:
        assert isinstance(simulator, CloudDriveSimulator)
        return simulator.tree()
