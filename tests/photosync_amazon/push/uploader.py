"""A user with files to push."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from photosync.testing.command import Result, Sandbox
from photosync.testing.library import SimulatedLibrary
from photosync_amazon.simulator import AmazonSimulator
from photosync_amazon.simulator.uploads import ConflictBody

THERE = 3
"""The number of items in the account that were not pushed."""
BODIES: tuple[ConflictBody, ...] = ("code", "node", "nothing")
_PHOTOS = SimulatedLibrary(2000, seed=4711, gaps=False)


def photo(number: int) -> bytes:
    """A valid photo that no other number gives, and that no simulator has."""
    return _PHOTOS.content(_PHOTOS.item(number))


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


class Uploader:
    """A user with files to push."""

    def __init__(self, folder: Path, simulator: AmazonSimulator) -> None:
        self.simulator = simulator
        self.sandbox = Sandbox(folder)
        self.sandbox.configure({"amazon": simulator.account_settings()}, retry_budget="60s")

    def write(self, files: Mapping[str, bytes]) -> dict[str, str]:
        """Write files next to the configuration; returns the expected contents of the service after a push."""
        for name, content in files.items():
            path = self.sandbox.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return {name: md5(content) for name, content in files.items()}

    def push(self, *arguments: str) -> Result:
        """Push; the totals must add up."""
        self.simulator.forget()
        result = self.sandbox.run("push", "amazon", *arguments)
        assert result.exit != 1, result
        result.check_totals()
        return result

    def numbers(self, result: Result) -> tuple[int, int, int, int]:
        """Saved, unchanged, filtered, failed."""
        saved, unchanged, filtered, failed = map(result.number, ("saved", "unchanged", "filtered", "failed"))
        return saved, unchanged, filtered, failed

    def forget_pushes(self) -> None:
        """As if this computer had never pushed."""
        shutil.rmtree(self.sandbox.library)
        shutil.rmtree(self.sandbox.home)
        self.sandbox.home.mkdir()
