"""The fixer's result for a file, as text for the catalog and for `--json`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from photosync import metadata

_SETTINGS = {"Artist": "artist", "Copyright": "copyright", "Software": "remove_software"}


@dataclass(frozen=True, slots=True)
class FixRecord:
    """The stored part of a `FixResult`."""

    outcome: str
    changes: tuple[metadata.Change, ...]
    notes: tuple[str, ...]

    @classmethod
    def from_text(cls, text: str) -> FixRecord:
        """As `as_text` gave it."""
        found = json.loads(text)
        changes = tuple(metadata.Change(each["field"], each["before"], each["after"]) for each in found["changes"])
        return cls(str(found["outcome"]), changes, tuple(found["notes"]))


def as_text(fixed: metadata.FixResult) -> str | None:
    """The text for the catalog; None if nothing was done and the file itself shows why."""
    if fixed.outcome is metadata.Outcome.UNTOUCHED and not fixed.warning:
        return None
    content = {"outcome": fixed.outcome.value, "changes": changes_json(fixed.changes), "notes": list(fixed.notes)}
    return json.dumps(content, separators=(",", ":"))


def changes_json(changes: Iterable[metadata.Change]) -> list[dict[str, str]]:
    """One object for each change."""
    return [{"field": each.field, "before": each.before, "after": each.after} for each in changes]


def reason_of(change: metadata.Change, choice: metadata.CaptureTimeChoice) -> str:
    """A short reason for the change of a field."""
    if change.field.startswith("GPS"):
        return "setting write_gps"
    if change.field in _SETTINGS:
        return f"setting {_SETTINGS[change.field]}"
    if change.field in metadata.SETTABLE_TAGS:
        return "--set"
    if change.field.startswith("Offset"):
        return choice.offset.source if choice.offset else ""
    if "Date" in change.field or "time" in change.field.lower():
        return choice.winner.source.label if choice.winner else ""
    return "its type was wrong"
