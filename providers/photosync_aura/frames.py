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
    if allowed is None or not allowed.write:
        raise UsageError(_explain_write(account, frame, is_configured=allowed is not None))
    return frame.id


def _explain_write(account: str, frame: Collection, *, is_configured: bool) -> str:
    name = frame.name if is_configured else "myframe"
    return (
        f"account '{account}': nothing is sent to the frame '{frame.name}', since the configuration does not allow it; "
        "an account also sees other people's frames. To allow it, write under 'accounts':\n"
        f"  {account}:\n"
        "    frames:\n"
        f"      {name}: {{id: {frame.id}, write: true}}"
        + ("\n(and keep what else stands there)" if is_configured else "\n(the name is yours to choose)")
    )
