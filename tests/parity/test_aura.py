"""What the Aura Frame Downloader does, with our command: rows of docs/parity.md that no other test holds."""

from __future__ import annotations

from pathlib import Path

from photosync.model import Kind
from photosync.testing.command import Sandbox
from photosync_aura.simulator import AuraSimulator


def test_videos_only(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    with AuraSimulator(items=40, seed=3, gaps=False) as simulator:
        sandbox.configure({"aura": simulator.account_settings()})
        assert sandbox.run("pull", "aura", "--kind", "video").exit == 0
        videos = {item.md5 for item in simulator.library.expected() if item.kind is Kind.VIDEO}
        assert videos
        assert set(sandbox.hashes()) == videos
