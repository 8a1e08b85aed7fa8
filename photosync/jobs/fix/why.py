"""Explains a file: its origin, the candidates for its capture time, the written data, and its location.

The capture time is chosen from the delivered bytes: in the fixed file, our data looks like the camera's own.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from photosync import metadata
from photosync.catalog import Catalog, CatalogEntry, ChangeRecord, PushRecord, RepairRecord
from photosync.errors import UsageError
from photosync.jobs.fix.file_owner import FileOwner, FileOwners, OwnedFile, real_path
from photosync.jobs.fix.fix_record import FixRecord
from photosync.jobs.fix.undo import original_of
from photosync.jobs.live_photos import other_halves
from photosync.jobs.pull.location import LocationChooser, fitting_name
from photosync.library import Layout

LayoutOf = Callable[[str], Layout | None]
"""The layout of an account; None for one that is not in the configuration."""


@dataclass(frozen=True, slots=True)
class Why:
    """All known facts about one file or item."""

    path: Path | None
    """None where there is no file."""
    entry: CatalogEntry | None
    """None for a file that was not pulled."""
    pushes: tuple[PushRecord, ...]
    """When it was uploaded, and as which items."""
    repairs: tuple[RepairRecord, ...] = ()
    """When it was replaced by a good copy, and from where."""
    changes: tuple[ChangeRecord, ...] = ()
    """What a command changed of it at the service."""
    capture_time: metadata.CaptureTimeChoice | None = None
    record: FixRecord | None = None
    """The fixer's result, recorded or planned; None if there is no file."""
    is_done: bool = False
    """Whether `record` was done."""
    location_reason: str = ""
    """Why the file has its location; empty where that is not known."""
    verified_at: datetime | None = None
    """When a run began that read the file again, and found it as it was saved."""


def explain(owners: FileOwners, layout_of: LayoutOf, target: str) -> list[Why]:
    """Explain the file at that path, or else every item with that id. Raises `UsageError` if there is neither."""
    owner = owners.configured()
    file = owners.file(real_path(Path(target)))
    entry = file.entry or _offsite(file)
    if entry or os.path.lexists(file.path):
        return [_explain(file, entry, owner, layout_of)]
    entries = owner.catalog.entries_with_id(target) if owner else []
    if not entries:
        raise UsageError(
            f"there is no file '{target}', and the catalog has no item with that id. An item that no selection "
            "asked for is not in the catalog; `photosync list ACCOUNT` shows what the service has."
        )
    return [_explain(owners.file_of(each), each, owner, layout_of) for each in entries]


def _offsite(file: OwnedFile) -> CatalogEntry | None:
    """The entry of the item whose file only copies of the library have at this path."""
    if file.owner is None:
        return None
    location = file.owner.location(file.path)
    found = file.owner.catalog.offsite_at(location)
    if found is not None and found.offsite != location and os.path.lexists(file.path):
        return None  # the file of somebody else, whose name differs in case alone
    return found


def _explain(
    file: OwnedFile | None, entry: CatalogEntry | None, configured: FileOwner | None, layout_of: LayoutOf
) -> Why:
    path = file.path if file and file.path.is_file() else None
    pushes, repairs = _pushes(configured, path, entry), _repairs(file.owner if file else None, entry)
    verified_at = file.owner.catalog.checks.started_at(entry.verified_run) if file and file.owner and entry else None
    changes = tuple(configured.catalog.changes.of(entry.account, entry.id)) if configured and entry else ()
    if file is None or path is None:
        return Why(None, entry, pushes, repairs, changes, verified_at=verified_at)
    # What the fixer does with the delivered bytes, not with those that the file may have now.
    with tempfile.TemporaryDirectory() as workspace:
        original = None if path.is_symlink() else original_of(file, Path(workspace))
        fixed = metadata.fix(original or path, file.given, file.settings, None)
    text = entry.fix_record if entry else None
    record = FixRecord.from_text(text) if text else FixRecord(fixed.outcome.value, fixed.changes, fixed.notes)
    reason = _location_reason(file.owner, entry, fixed, layout_of) if file.owner and file.entry and entry else ""
    is_done = original is not None or bool(text)
    return Why(path, entry, pushes, repairs, changes, fixed.capture_time, record, is_done, reason, verified_at)


def _pushes(configured: FileOwner | None, path: Path | None, entry: CatalogEntry | None) -> tuple[PushRecord, ...]:
    if configured is None:
        return ()
    records = configured.catalog.push_records(path=path) if path else []
    if not records and entry is not None:
        records = configured.catalog.push_records(item=(entry.account, entry.id))
    return tuple(records)


def _repairs(owner: FileOwner | None, entry: CatalogEntry | None) -> tuple[RepairRecord, ...]:
    return tuple(owner.catalog.repairs.of(entry.account, entry.id)) if owner and entry else ()


def _beside_other_half(catalog: Catalog, entry: CatalogEntry) -> str | None:
    """The path of the other half of a live photo, if the two lie side by side."""
    id_ = other_halves(catalog, entry.account, [entry.item]).get(entry.id)
    other = catalog.entry(entry.account, id_) if id_ is not None else None
    if other is None or other.location is None or entry.location is None:
        return None
    is_beside = (other.location.root, other.location.stem_key) == (entry.location.root, entry.location.stem_key)
    return other.location.path if is_beside else None


def _location_reason(owner: FileOwner, entry: CatalogEntry, fixed: metadata.FixResult, layout_of: LayoutOf) -> str:
    layout, location, choice = layout_of(entry.account), entry.location, fixed.capture_time
    if layout is None or location is None:
        return f"account '{entry.account}' is not in the configuration, so its layout is not known"
    item = entry.item
    name = fitting_name(item.name, fixed.format)  # some services' names have another extension than the content
    if PurePosixPath(location.path).suffix == PurePosixPath(name).suffix:
        item = replace(item, name=name)
    chooser = LocationChooser(entry.account, owner.catalog, owner.library, layout, None)
    expected = next(chooser.free(item, location.root, choice.folder_date))
    source = choice.winner.source.label if choice.winner else ""
    date = choice.folder_date.isoformat().replace("T", " ") if choice.folder_date else ""
    date = f"the {source} says {date}" if date else "no date is known"
    reason = f"the layout {layout.text} gives {expected.path}: {date}"
    if location.key == expected.key:
        return reason
    if other := _beside_other_half(owner.catalog, entry):
        return f"{reason}; it lies beside the other half of its live photo, {other}"
    return f"{reason}; it was saved as {location.path}, under another name or layout, and files stay where they are"
