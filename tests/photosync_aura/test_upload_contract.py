"""Aura passes the upload contract, with a frame that the user allows."""

from __future__ import annotations

from photosync.testing import Simulator
from photosync.testing.upload_contract import ACCOUNT, UploadContract
from photosync_aura.simulator import KITCHEN, AuraSimulator


class TestAuraUploads(UploadContract):
    """Frames have no folders, and a refused change is a lock and not the end of a session (`test_push` has that)."""

    simulator_type = AuraSimulator
    files = 60
    keeps_folders = False
    sign_in_can_expire = False

    def account_settings(self, simulator: Simulator) -> dict[str, object]:
        return {**simulator.account_settings(), "frames": {"kitchen": {"id": KITCHEN, "write": True}}}

    def push_command(self) -> list[str]:
        return ["push", ACCOUNT, "kitchen"]
