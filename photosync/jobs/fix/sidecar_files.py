"""Sidecars beside their files: laid there, added to, and taken away again.

The photo comes first: a sidecar is written only when its photo lies in its place, in one step, and never over what
somebody else wrote.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from photosync import metadata
from photosync.library import MAX_NAME_BYTES, UndoRecords, write_durably
from photosync.library.partial import disk_error


@dataclass(frozen=True, slots=True)
class Laid:
    """The sidecar that a file has now. Without a hash: there is none of ours, and `note` says why."""

    path: Path
    sha256: str
    ours: bool
    note: str = ""


def lay_beside(
    photo: Path, mended: metadata.FixResult, settings: metadata.Settings, records: UndoRecords, workspace: Path
) -> Laid | None:
    """Put what the photo lacks into its sidecar. None where it lacks nothing. Raises `DestinationError`."""
    if mended.sidecar is None:
        return None
    target = metadata.sidecar_path(photo, mended.format, settings)
    if len(target.name.encode()) > MAX_NAME_BYTES:
        return Laid(target, "", ours=False, note="no sidecar: its name would be too long")
    if target.is_symlink() or (target.exists() and not target.is_file()):
        return Laid(target, "", ours=False, note=f"no sidecar: {target.name} is no regular file")
    try:
        lay = _added if target.exists() else _made
        return lay(target, mended.sidecar, records, workspace)
    except OSError as error:
        raise disk_error(error, target) from error


def _made(target: Path, content: bytes, records: UndoRecords, workspace: Path) -> Laid:
    sha256 = _sha256(content)
    records.keep_made(sha256)
    write_durably(target, content, workspace)
    return Laid(target, sha256, ours=True)


def _added(target: Path, content: bytes, records: UndoRecords, workspace: Path) -> Laid:
    existing = target.read_bytes()
    before = _sha256(existing)
    merge = metadata.merge_sidecar(existing, content)
    if merge.content is None or merge.undo is None:
        return Laid(target, before, ours=records.was_made(before), note=merge.note)
    sha256 = _sha256(merge.content)
    records.keep(sha256, before, merge.undo)
    write_durably(target, merge.content, workspace)
    return Laid(target, sha256, ours=False)


def take_away(
    photo: Path, settings: metadata.Settings, records: Iterable[UndoRecords], workspace: Path, *, pretend: bool = False
) -> list[str]:
    """Remove the photo's sidecar if it is as we made it, or take out what we added. Returns what was done.

    With `pretend` nothing is done.
    """
    path = photo.with_name(f"{photo.name}.xmp")
    if settings.sidecar_name is metadata.SidecarName.STEM and not path.exists():
        path = photo.with_suffix(".xmp")
    if path.is_symlink() or not path.is_file():
        return []
    said: list[str] = []
    while True:
        sha256 = _sha256(path.read_bytes())
        if any(each.was_made(sha256) for each in records):
            if not pretend:
                path.unlink()
            return [f"sidecar {path.name} removed"]
        found = [record for each in records for record in each.find(sha256).values()]
        if not found:
            return said or [f"sidecar {path.name} stays: it is not as we wrote it"]
        said = [f"sidecar {path.name}: what was added is taken out"]
        if pretend:
            return said
        metadata.undo(path, found[0], workspace).replace(path)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
