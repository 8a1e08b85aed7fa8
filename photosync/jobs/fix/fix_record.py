"""What the fixer did to a file, as text for the catalog and for `--json`."""

from __future__ import annotations

import json

from photosync import metadata
from photosync.metadata import FixResult, Outcome


def changes_json(mended: FixResult) -> list[dict[str, str]]:
    """A change an object."""
    return [{"field": each.field, "before": each.before, "after": each.after} for each in mended.changes]


def as_text(mended: FixResult) -> str | None:
    """What the catalog keeps; None where nothing was done, and a look at the file says all."""
    if mended.outcome is Outcome.UNTOUCHED and not mended.warning:
        return None
    content = {"outcome": mended.outcome.value, "changes": changes_json(mended), "notes": list(mended.notes)}
    return json.dumps(content, separators=(",", ":"))


def from_text(text: str) -> tuple[str, tuple[metadata.Change, ...], tuple[str, ...]]:
    """Outcome, changes and notes, as `as_text` kept them."""
    found = json.loads(text)
    changes = tuple(metadata.Change(each["field"], each["before"], each["after"]) for each in found["changes"])
    return str(found["outcome"]), changes, tuple(found["notes"])


_BY_SETTING = {
    "Artist": "artist",
    "Copyright": "copyright",
    "Software": "remove_software",
}


def reason_of(change: metadata.Change, choice: metadata.CaptureTimeChoice) -> str:
    """Why a field is changed, in a few words."""
    if change.field in _BY_SETTING:
        return f"setting {_BY_SETTING[change.field]}"
    if change.field.startswith("GPS"):
        return "setting write_gps"
    if change.field.startswith("Offset"):
        return choice.offset.source if choice.offset else ""
    if "Date" in change.field or "Time" in change.field or "time" in change.field:
        return choice.winner.source.label if choice.winner else ""
    return "its type was wrong"
