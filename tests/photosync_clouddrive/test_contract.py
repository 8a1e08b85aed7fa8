"""The contract suite, against the simulated drive."""

from typing import ClassVar

from photosync.testing.contract import ProviderContract
from photosync.testing.simulator import Simulator
from photosync_clouddrive.simulator import CloudDriveSimulator


class TestCloudDriveContract(ProviderContract):
    simulator_type: ClassVar[type[Simulator]] = CloudDriveSimulator
    page_items = 200

    def make_simulator(self, items: int, **traits: object) -> Simulator:
        # An answer that ends when it is long enough is what comes nearest to a page.
        return CloudDriveSimulator(items=items, answer_nodes=self.page_items, line_nodes=50, **traits)  # type: ignore[arg-type]
