"""Finds the frame of a push, and checks that it may be changed: an account also sees other people's frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from photosync.errors import UsageError
from photosync.model import Collection
from photosync.provider import find_collection
from photosync_aura.settings import AuraSettings


def frame_to_change(
    account: str, settings: AuraSettings, wanted: str, frames: Callable[[], Iterable[Collection]]
) -> str:
    """The id of the frame `wanted`, from the configuration or from the service's `frames`.

    Raises `UsageError` unless exactly one matches, and the configuration allows changes to it.
    """
    configured = settings.frames.get(wanted) or settings.frame(wanted)
    if configured is not None:
        frame = Collection(configured.id, settings.frame_name(configured.id) or wanted, "frame")
    else:
        frame = find_collection(wanted, list(frames()), account, "frame")
    allowed = settings.frame(frame.id)
    if allowed is not None and allowed.write:
        return frame.id
    raise UsageError(
        f"account '{account}': nothing is sent to the frame '{frame.name}', since the configuration does not allow it; "
        "an account also sees other people's frames. To allow it, write under 'accounts':\n"
        f"  {account}:\n"
        "    frames:\n"
        f"      {frame.name if allowed else 'myframe'}: {{id: {frame.id}, write: true}}\n"
        + ("(and keep what else stands there)" if allowed else "(the name is yours to choose)")
    )
