"""Amazon Photos does what every provider does."""

from photosync.testing.contract import ProviderContract
from photosync_amazon.simulator import AmazonSimulator


class TestAmazonContract(ProviderContract):
    """The whole suite."""

    simulator_type = AmazonSimulator
