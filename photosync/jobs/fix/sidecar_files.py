"""The sidecar of a file: written, added to, undone, and recorded in the catalog.

A sidecar is written in one step, after its photo is in its place, and data of other programs is never overwritten.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from photosync import metadata
from photosync.catalog import Sidecar
from photosync.errors import ItemError, Reason
from photosync.file_systems import sync_folder
from photosync.jobs.sums_list import SumsList
from photosync.library import MAX_NAME_BYTES, UndoRecords, write_durably
from photosync.library.disk_errors import file_error
from photosync.library.move import move_file

if TYPE_CHECKING:
    from photosync.jobs.fix.file_owner import OwnedFile


@dataclass(frozen=True, slots=True)
class SidecarResult:
    """The sidecar that a file has now. Without a hash there is none of ours, and `note` says why."""

    path: Path
    sha256: str
    ours: bool
    note: str = ""


def write_sidecar(
    photo: Path, fixed: metadata.FixResult, settings: metadata.Settings, records: UndoRecords, workspace: Path
) -> SidecarResult | None:
    """Write the photo's missing data to its sidecar. None if nothing is missing.

    Raises `ItemError` or `DestinationError`.
    """
    if fixed.sidecar is None:
        return None
    target = metadata.sidecar_path(photo, fixed.format, settings)
    if note := _obstacle(target):
        return SidecarResult(target, "", ours=False, note=note)
    try:
        if not target.exists():
            return _make(target, fixed.sidecar, records, workspace)
        kept = [
            name
            for name in metadata.kept_names(target.read_bytes(), fixed.sidecar)
            if name.lower() in settings.overwrite
        ]
        written = _add(target, fixed.sidecar, records, workspace)
        note = f"not written: {', '.join(kept)} (the sidecar has another one, which stays)" if kept else written.note
        return replace(written, note=note)
    except OSError as error:
        raise file_error(error, target) from error


def write_facts(
    target: Path, facts: bytes | None, lost: bytes | None, records: UndoRecords, workspace: Path
) -> SidecarResult:
    """Put the facts about an item into its sidecar, in place of earlier ones.

    Earlier ones are taken out if the sidecar is as this program left it; else they stay, like all that another program
    has written, and only missing ones are added. What the fixer added stays; `lost` is that for a sidecar that is not
    there any more. Raises `ItemError` or `DestinationError`.
    """
    if note := _obstacle(target):
        return SidecarResult(target, "", ours=False, note=note)
    try:
        return _write_facts(target, facts, lost, records, workspace)
    except OSError as error:
        raise file_error(error, target) from error


def _write_facts(
    target: Path, facts: bytes | None, lost: bytes | None, records: UndoRecords, workspace: Path
) -> SidecarResult:
    current = target.read_bytes() if target.exists() else None
    base = None if current is None else _base(current, records)
    wanted = metadata.joined(lost if current is None else metadata.fixer_part(current, base), facts)
    content, note = wanted, ""
    if base is not None:
        merge = metadata.merge_sidecar(base, wanted) if wanted else metadata.SidecarMerge(None)
        content, note = merge.content or base, merge.note
        if merge.undo is not None:
            records.keep(merge.undo.stored_sha256, merge.undo.delivered_sha256, merge.undo.encode())
    if content is None:
        if current is not None:
            target.unlink()
            sync_folder(target.parent)
        return SidecarResult(target, "", ours=False)
    if base is None:
        records.keep_made(_sha256(content))
    if content != current:
        write_durably(target, content, workspace)
    sha256 = _sha256(content) if wanted else ""  # else nothing in it is of this program
    return SidecarResult(target, sha256, ours=base is None, note=note)


def _base(content: bytes, records: UndoRecords) -> bytes | None:
    """A sidecar without what this program has added; None if the program made it. Raises `ItemError`."""
    seen = set[str]()
    while (sha256 := _sha256(content)) not in seen and not records.was_made(sha256):
        seen.add(sha256)
        for before, record in records.find(sha256).items():
            earlier = b"".join(metadata.UndoRecord.decode(record).undone([content]))
            if _sha256(earlier) != before:
                raise ItemError(f"an undo record of {sha256} does not give the earlier sidecar back", Reason.REFUSED)
            content = earlier
            break
    return None if records.was_made(sha256) else content


def is_damaged(target: Path, recorded_sha256: str, records: UndoRecords) -> bool:
    """Whether a sidecar is neither as it was recorded, nor as this or another program wrote it. Raises `OSError`."""
    content = target.read_bytes()
    sha256 = _sha256(content)
    is_known = sha256 == recorded_sha256 or records.was_made(sha256) or bool(records.find(sha256))
    return not is_known and not metadata.is_of_another_program(content)


def _obstacle(target: Path) -> str:
    """Why there can be no sidecar of that name; empty if there can."""
    if len(os.fsencode(target.name)) > MAX_NAME_BYTES:
        return "no sidecar: its name would be too long"
    if target.is_symlink() or (target.exists() and not target.is_file()):
        return f"no sidecar: {target.name} is no regular file"
    return ""


def sidecar_paths(photo: Path) -> Iterable[Path]:
    """Where a sidecar of a photo may be: `IMG_1.JPG.xmp` and `IMG_1.xmp` for `IMG_1.JPG`."""
    return dict.fromkeys((photo.with_name(f"{photo.name}.xmp"), photo.with_suffix(".xmp")))


def found_sidecars(photo: Path, records: UndoRecords) -> list[SidecarResult]:
    """The sidecars of a photo that have data from this program, as the undo records prove. Raises `OSError`."""
    found = []
    for path in sidecar_paths(photo):
        if path.is_file() and not path.is_symlink():
            sha256 = _sha256(path.read_bytes())
            ours = records.was_made(sha256)
            if ours or records.find(sha256):
                found.append(SidecarResult(path, sha256, ours))
    return found


def _make(target: Path, content: bytes, records: UndoRecords, workspace: Path) -> SidecarResult:
    sha256 = _sha256(content)
    records.keep_made(sha256)
    write_durably(target, content, workspace)
    return SidecarResult(target, sha256, ours=True)


def _add(target: Path, content: bytes, records: UndoRecords, workspace: Path) -> SidecarResult:
    existing = target.read_bytes()
    merge = metadata.merge_sidecar(existing, content)
    if merge.content is None or merge.undo is None:
        before = _sha256(existing)
        return SidecarResult(target, before, ours=records.was_made(before), note=merge.note)
    records.keep(merge.undo.stored_sha256, merge.undo.delivered_sha256, merge.undo.encode())
    write_durably(target, merge.content, workspace)
    return SidecarResult(target, merge.undo.stored_sha256, ours=False)


@dataclass(frozen=True, slots=True)
class SidecarUndo:
    """The result for a sidecar, or in a dry run the planned one."""

    note: str
    is_changed: bool


def undo_sidecar(file: OwnedFile, workspace: Path, *, dry_run: bool) -> SidecarUndo | None:
    """Remove the sidecar of a file if it is unchanged, or only our additions. None if there is no sidecar."""
    path = file.path.with_name(f"{file.path.name}.xmp")
    if file.settings.sidecar_name is metadata.SidecarName.STEM and not path.exists():
        path = file.path.with_suffix(".xmp")
    if path.is_symlink() or not path.is_file():
        return None
    is_changed = False
    while True:
        sha256 = _sha256(path.read_bytes())
        if any(each.was_made(sha256) for each in file.undo_records):
            if not dry_run:
                path.unlink()
            return SidecarUndo(f"sidecar {path.name} removed", is_changed=True)
        found = [record for each in file.undo_records for record in each.find(sha256).values()]
        if found and not dry_run:
            move_file(metadata.undo(path, found[0], workspace), path)
            is_changed = True
        elif found or is_changed:
            return SidecarUndo(f"sidecar {path.name}: what was added is taken out", is_changed=True)
        else:
            return SidecarUndo(f"sidecar {path.name} stays: it is not as we wrote it", is_changed=False)


def record_sidecars(file: OwnedFile, written: SidecarResult | None = None) -> bool:
    """Record the file's current sidecars and their hashes in the catalog. Returns whether anything is new."""
    owner, entry = file.owner, file.entry
    if owner is None or entry is None:
        return False
    fixes = owner.catalog.fixes
    known = fixes.sidecars(entry.account, entry.id)
    found = {
        each.location.key: replace(each, sha256=_sha256(path.read_bytes()))
        for each in known
        if (path := owner.library.file(each.location)).is_file()
    }
    if written is not None and written.sha256:
        location = owner.location(written.path)
        found[location.key] = Sidecar(location, written.sha256, written.ours)
    if list(found.values()) == known:
        return False
    with owner.catalog.transaction():
        SumsList(owner.library, owner.catalog, owner.root).mark_changing()
        fixes.set_sidecars(entry.account, entry.id, 0, found.values())
    return True


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
