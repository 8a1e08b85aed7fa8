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
    if len(os.fsencode(target.name)) > MAX_NAME_BYTES:
        return SidecarResult(target, "", ours=False, note="no sidecar: its name would be too long")
    if target.is_symlink() or (target.exists() and not target.is_file()):
        return SidecarResult(target, "", ours=False, note=f"no sidecar: {target.name} is no regular file")
    try:
        write = _add if target.exists() else _make
        return write(target, fixed.sidecar, records, workspace)
    except OSError as error:
        raise file_error(error, target) from error


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
