"""A user who sends pictures to a frame: the folder that goes up, and what the simulated service made of it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import cast

from photosync.testing.library import foreign_photos
from photosync_aura.simulator import GRANDMA, KITCHEN
from tests.photosync_aura.frame_owner import ACCOUNT, Owner

SAMPLES = Path(__file__).parents[3] / "shared" / "photos"
WRITABLE = {"kitchen": {"id": KITCHEN, "write": True}}
BOTH = WRITABLE | {"hers": {"id": GRANDMA, "write": True}}


class Sender:
    """An owner with a folder of pictures, and a frame that may be filled: `kitchen`."""

    def __init__(self, owner: Owner) -> None:
        self.owner = owner
        self.simulator = owner.simulator
        self.photos = owner.sandbox.folder / "Holiday"
        self.photos.mkdir()
        self.owner.configure(frames=WRITABLE)
        self._new_photos = foreign_photos()
        self._laid = 0

    def lay(self, count: int) -> list[str]:
        """New pictures, in twelve folders; their md5s."""
        md5s = []
        for content in islice(self._new_photos, count):
            self._laid += 1
            path = self.photos / f"Day {self._laid % 12}" / f"IMG_{self._laid:04}.JPG"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            md5s.append(hashlib.md5(content).hexdigest())
        return md5s

    def lay_file(self, name: str, content: bytes) -> str:
        """One picture; its md5."""
        (self.photos / name).write_bytes(content)
        return hashlib.md5(content).hexdigest()

    def forget_pushes(self) -> None:
        """Lose the library with its ledger, so that only the service knows what is there."""
        for path in (self.owner.sandbox.library / ".photosync").glob("catalog*.db"):
            path.unlink()

    def on_frame(self, frame: str = KITCHEN) -> Counter[str | None]:
        """The md5s of what is on a frame; None for placeholders."""
        return Counter(self.simulator.frame_contents(frame).values())

    def calls(self) -> tuple[int, int, int]:
        """How many announcements, contents and updates were sent."""
        counts = self.simulator.counts
        return (
            counts["POST /v5/frames/{frame}/select_asset.json"],
            counts["PUT /images.simulated/{key}"],
            counts["PUT /v5/assets/batch_update.json"],
        )

    @property
    def update(self) -> Mapping[str, object]:
        """What was said of the only picture."""
        (update,) = self.simulator.desk.updates
        return update

    @property
    def budget_file(self) -> Path:
        """Where the program notes how much it changed."""
        return self.owner.session_file.parent / "writes.json"

    def budget(self) -> dict[str, float | None]:
        """What that file says."""
        return cast("dict[str, float | None]", json.loads(self.budget_file.read_text()))

    def let_pass(self, seconds: float) -> None:
        """As if the last change had been so much earlier."""
        budget = self.budget()
        for key in ("at", "locked_at"):
            if (moment := budget[key]) is not None:
                budget[key] = moment - seconds
        self.budget_file.write_text(json.dumps(budget))

    def set_calls(self, calls: float) -> None:
        """Set the number of calls that are left."""
        self.budget_file.write_text(json.dumps(self.budget() | {"calls": calls}))


__all__ = ["ACCOUNT", "BOTH", "SAMPLES", "WRITABLE", "Sender"]
