"""The failed items: what to do about each, and whether the user has to hear of it again."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime, timedelta

from photosync import clock
from photosync.catalog import CatalogEntry
from photosync.errors import Reason

OFTEN = 3
"""An item that failed in so many runs in a row, for the same reason, is said once a day."""
TOLD_EVERY = timedelta(hours=23, minutes=30)
"""Less than a day: a daily run begins and lists some minutes sooner or later than the day before."""

ADVICE = {
    Reason.HASH_MISMATCH: "Open the item at the service. If it is damaged there, upload it again or delete it.",
    Reason.SIZE_MISMATCH: "Open the item at the service. If it is damaged there, upload it again or delete it.",
    Reason.TRUNCATED: "Open the item at the service. If it is damaged there, upload it again or delete it.",
    Reason.NOT_MEDIA: "Open the item at the service: it may not be able to deliver it. Each pull tries again.",
    Reason.NOT_FOUND: "The service lists it without a content. If it does not open there, delete it.",
    Reason.FORBIDDEN: "Look whether the item belongs to somebody else, or is shared with you no longer.",
    Reason.NOT_READY: "Wait: the service is still processing it. Each pull tries again.",
    Reason.BAD_ANSWER: "Open the item at the service. If it opens, report it to the authors of photosync.",
    Reason.REFUSED: "Read the service's words in the error; the next pull tries again.",
    Reason.THROTTLED: "Wait. If it happens often, use fewer jobs: --jobs 2.",
    Reason.SERVER_ERROR: "Wait: the service has trouble. Each pull tries again.",
    Reason.UNREACHABLE: "Check the connection. Each pull tries again.",
    Reason.UNWRITABLE: "Make the file's folder in the library writable, or move away what is in its place.",
    Reason.UNREADABLE: "Make the file readable.",
    Reason.CHANGED: "Push it again when no program changes it.",
    Reason.UNSUPPORTED: "Convert the file, or keep it elsewhere: the service does not take its format.",
    Reason.TOO_LARGE: "Free space on the disk, or download the item from the service yourself.",
    Reason.NAME_TAKEN: "Rename the file, or use --on-conflict rename.",
    Reason.IN_TRASH: "Restore it from the trash of the service, or delete it there.",
    Reason.STORAGE_FULL: "Free space at the service, or buy more.",
    Reason.NOT_SAVED: "Pull it first; --even-if-not-saved takes the risk.",
    Reason.DAMAGED: "Get the file back first: photosync verify --repair.",
    Reason.NOT_IN_TRASH: "Trash it first.",
    Reason.NOT_VERIFIED: "Run: photosync copy; then, for each copy: photosync verify --copy NAME.",
    Reason.INTERNAL: "Report it, with its trace in the log. Each pull tries again.",
}
"""What a user can do, by the reason."""

_OTHER_COPY = "Another copy may have it right. To repair this one: photosync verify --copy NAME --repair."
_ADVICE_ABOUT_COPIES = {
    Reason.HASH_MISMATCH: _OTHER_COPY,
    Reason.NOT_FOUND: _OTHER_COPY,
    Reason.UNREADABLE: "Check the disk and its permissions. Another copy may have it: restore from that one.",
    Reason.NAME_TAKEN: "Move away what is in its place.",
    Reason.UNREACHABLE: "Check the connection, and whether the disk is mounted. The next run tries again.",
}
"""The same for `copy` and `restore`, where it is another matter: no service is involved."""


def advice_for(reason: str | None, command: str = "") -> str | None:
    """What the user can do about an item that failed for this reason in a run of `command`; None: it did not fail."""
    advice = {**ADVICE, **_ADVICE_ABOUT_COPIES} if command in ("copy", "restore") else ADVICE
    return next((text for each, text in advice.items() if each == reason), None)


def was_told(before: CatalogEntry | None, reason: Reason) -> bool:
    """Whether the user was told today of an item that failed once more. `before`: its entry before this run.

    Raises `DestinationError` if the entry is damaged.
    """
    if before is None or before.reason != reason or before.tries + 1 < OFTEN or before.told_at is None:
        return False
    with before.connection.stored_values() if before.connection else nullcontext():
        age = clock.now() - datetime.fromisoformat(before.told_at)
    return -clock.WRONG_BY < age < TOLD_EVERY  # a clock that was ahead must not silence a failure for years


def failure_json(entry: CatalogEntry) -> dict[str, object]:
    """The object of the command line's contract."""
    return {
        "account": entry.account,
        "id": entry.id,
        "name": entry.item.name,
        "reason": entry.reason,
        "error": entry.error,
        "since": entry.failed_since,
        "last": entry.failed_at,
        "tries": entry.tries,
        "advice": advice_for(entry.reason),
        "path": str(entry.own_location) if entry.own_location else None,
    }
