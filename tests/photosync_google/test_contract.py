"""The suite that every provider passes."""

from __future__ import annotations

from photosync.testing.contract import ProviderContract
from photosync_google.simulator import GoogleSimulator


class TestGoogleContract(ProviderContract):
    simulator_type = GoogleSimulator
    page_items = 100
    has_hashes = False
    sees_changes = False
    lists_everything = False
