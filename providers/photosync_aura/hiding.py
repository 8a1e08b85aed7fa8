"""Hides pictures on their frames, and shows them again. Nothing is removed from a frame or deleted.

Facts: protocol notes on Aura, section 8.6. The answer only counts what was refused, so the frame is listed afterwards.
The call that deletes a picture for all frames cannot be undone, and is not used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from photosync.errors import ItemError, ProviderError, Reason, UsageError
from photosync.model import Item
from photosync_aura.api import AuraApi
from photosync_aura.items import MOTION, Frame
from photosync_aura.write_api import AuraWriteApi


class Hiding:
    """The hidden pictures of one account."""

    def __init__(self, frame_to_change: Callable[[str], Frame], api: AuraApi, writes: AuraWriteApi) -> None:
        """`frame_to_change` gives a frame by its id. Raises `UsageError` if it may not be changed."""
        self._frame_to_change = frame_to_change
        self._api = api
        self._writes = writes

    def set(self, items: Sequence[Item], *, on: bool) -> Mapping[str, ItemError]:
        """Hide them, or show them again. Returns the refusals by id."""
        frames = defaultdict[str, dict[str, Item]](dict)
        for item in items:
            frames[item.locator.get("frame", "")][item.id] = item
        return {id_: error for id_, some in frames.items() for id_, error in self._on_frame(id_, some, on=on).items()}

    def _on_frame(self, frame_id: str, items: Mapping[str, Item], *, on: bool) -> dict[str, ItemError]:
        try:
            frame = self._frame_to_change(frame_id)
        except UsageError as error:
            return {id_: ItemError(str(error), Reason.FORBIDDEN) for id_ in items}
        # A live photo is one picture there.
        ids = list(dict.fromkeys(id_.removesuffix(MOTION) for id_ in items))
        said = self._sent(frame, ids, on=on)
        hidden = {id_ for page in self._api.assets(frame) for id_ in page.hidden}
        wrong = {id_ for id_ in ids if (id_ in hidden) is not on}
        words = f"Aura did not {'hide' if on else 'show'} it on the frame '{frame.name}'{said}"
        return {
            id_: ItemError(f"{item.name}: {words}", Reason.REFUSED)
            for id_, item in items.items()
            if id_.removesuffix(MOTION) in wrong
        }

    def _sent(self, frame: Frame, ids: Sequence[str], *, on: bool) -> str:
        """Send the change; returns what the service said to a refused one."""
        budget, said = self._writes.budget, ""
        budget.check_lock()
        size = budget.most_a_call
        for first in range(0, len(ids), size):
            budget.reserve(1)
            assets = [{"asset_id": id_} for id_ in ids[first : first + size]]
            try:
                (self._writes.exclude if on else self._writes.select)(frame.id, assets)
            except ProviderError as error:
                said = f" ({error})"
        return said
