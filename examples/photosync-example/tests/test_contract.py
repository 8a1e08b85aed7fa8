"""The suite that every provider passes."""

from __future__ import annotations

from photosync.testing.contract import ProviderContract
from photosync_example.simulator import PAGE_ITEMS, ExampleSimulator


class TestExampleContract(ProviderContract):
    simulator_type = ExampleSimulator
    page_items = PAGE_ITEMS
