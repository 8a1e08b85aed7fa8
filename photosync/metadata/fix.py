"""Mends one file: reads it, chooses the capture time, plans what is missing, writes a second file, proves it.

Only errors of the disk get out of here. What a file contains can at worst lead to a note.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from photosync.formats.sniff import JPEG2000, MOV, MP4, THREE_GP, Format, FormatKind, sniff
from photosync.formats.window import Window, naming
from photosync.metadata.capture_time.choose import CaptureTimeChoice, choose
from photosync.metadata.containers import MOVIE_TIME, Container, EditPlan, open_container
from photosync.metadata.exif.missing import Wishes, wishes_for
from photosync.metadata.file_metadata import FileMetadata
from photosync.metadata.proof import disprove
from photosync.metadata.request import Given, Mode, Settings
from photosync.metadata.result import FixResult, Left, Outcome
from photosync.metadata.splice import Written, reversed_splices, write_spliced
from photosync.metadata.undo import UndoRecord
from photosync.metadata.xmp.sidecar import sidecar

_HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class _Plan:
    """What was found out about a file, and what is to be done with it."""

    window: Window
    format: Format
    container: Container
    choice: CaptureTimeChoice
    wishes: Wishes
    filling: EditPlan


def fix(path: Path, given: Given, settings: Settings, workspace: Path) -> FixResult:
    """Look at the finished file `path`; where something is to mend, write and prove a second file in `workspace`.

    `path` itself is never changed. The caller places `FixResult.path`, sets the file time, and keeps the undo record.
    """
    return _fix(path, given, settings, workspace)


def preview(path: Path, given: Given, settings: Settings) -> FixResult:
    """What `mend` would do, with nothing written: `path` is the given one, and there is no undo record."""
    return _fix(path, given, settings, None)


def choose_capture_time(source: Path | bytes, given: Given, settings: Settings) -> CaptureTimeChoice:
    """Every time that a file (or its first bytes) and its provider give, and which of them won."""
    if isinstance(source, bytes):
        return _read(Window.over(source), given, settings)[3]
    with naming(source), source.open("rb") as file:
        named = given if given.name else replace(given, name=source.name)
        return _read(Window.of_file(file), named, settings)[3]


def _fix(path: Path, given: Given, settings: Settings, workspace: Path | None) -> FixResult:
    with naming(path):
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            what = "a symbolic link" if stat.S_ISLNK(status.st_mode) else "no regular file"
            return FixResult(path, Outcome.UNTOUCHED, None, CaptureTimeChoice(), notes=(f"left alone: it is {what}",))
        given = given if given.name else replace(given, name=path.name)
        with path.open("rb") as file:
            window = Window.of_file(file)
            format_, container, facts, found = _read(window, given, settings)
            if format_ is None or container is None:
                return FixResult(path, Outcome.UNTOUCHED, None, found, notes=("an unknown format", *found.notes))
            wishes = wishes_for(facts, found, given, settings)
            may_write = settings.mode is Mode.FIX and not container.problem
            filling = container.plan(wishes) if may_write else EditPlan()
            plan = _Plan(window, format_, container, found, wishes, filling)
            mended = _carry_out(path, plan, given, settings, workspace)
    return _with_notes(mended, plan, given, settings, has_other_names=status.st_nlink > 1)


def _read(
    window: Window, given: Given, settings: Settings
) -> tuple[Format | None, Container | None, FileMetadata, CaptureTimeChoice]:
    format_ = sniff(window.read(0, _HEAD_BYTES), given.name)
    container = open_container(window, format_) if format_ else None
    facts = container.facts if container else FileMetadata(can_tell=False)
    return format_, container, facts, choose(facts, given, settings)


def _carry_out(path: Path, plan: _Plan, given: Given, settings: Settings, workspace: Path | None) -> FixResult:
    if not plan.filling.splices:
        return _unwritten(path, plan, settings)
    if workspace is None:
        return _fixed(path, plan, settings)
    back = reversed_splices(plan.window, plan.filling.splices)
    written = write_spliced(path, plan.filling.splices, workspace, given.sha256)
    complaint = _disprove(plan, written)
    if complaint:
        refused = _unwritten(path, replace(plan, filling=EditPlan()), settings)
        return replace(refused, outcome=Outcome.REFUSED, notes=(f"not mended: {complaint}",), warning=True)
    record = UndoRecord(written.old_sha256, written.new_sha256, back)
    fixed = _fixed(written.path, plan, settings)
    return replace(fixed, undo=record)


def _disprove(plan: _Plan, written: Written) -> str:
    """What is wrong with the second file, which is gone then; empty when nothing is."""
    complaint = "the proof was broken off"
    try:
        with naming(written.path), written.path.open("rb") as file:
            second = Window.of_file(file)
            complaint = disprove(plan.window, plan.container, second, plan.format, plan.filling.expected)
    finally:
        if complaint:
            written.path.unlink(missing_ok=True)
    return complaint


def _fixed(path: Path, plan: _Plan, settings: Settings) -> FixResult:
    return FixResult(
        path,
        Outcome.FIXED,
        plan.format,
        plan.choice,
        sidecar=_sidecar(plan, settings),
        notes=_reasons(plan.filling.left),
        changes=plan.filling.changes,
    )


def _unwritten(path: Path, plan: _Plan, settings: Settings) -> FixResult:
    content = _sidecar(plan, settings)
    notes = list(_reasons(plan.filling.left))
    if content is not None:
        reason = "exif: sidecar" if settings.mode is Mode.SIDECAR else plan.container.problem
        notes.extend([f"in a sidecar: {reason}"] if reason else [])
    elif plan.container.is_damaged:
        notes.append(plan.container.problem)
    outcome = Outcome.SIDECAR if content is not None else Outcome.UNTOUCHED
    return FixResult(path, outcome, plan.format, plan.choice, sidecar=content, notes=tuple(notes))


def _reasons(left: Iterable[Left]) -> tuple[str, ...]:
    """A note a reason, with all the fields that it kept out."""
    by_reason: dict[str, list[str]] = {}
    for each in left:
        by_reason.setdefault(each.reason, []).append(each.field)
    return tuple(f"not written: {', '.join(fields)} ({reason})" for reason, fields in by_reason.items())


def _sidecar(plan: _Plan, settings: Settings) -> bytes | None:
    """What the file lacks and was not given."""
    if settings.mode is Mode.OFF or not _may_have_sidecar(plan):
        return None
    done = {change.field for change in plan.filling.changes}
    wishes = plan.wishes
    return sidecar(
        taken=None if done & {"DateTimeOriginal", MOVIE_TIME} else wishes.taken,
        artist="" if "Artist" in done else wishes.artist,
        copyright_="" if "Copyright" in done else wishes.copyright,
        gps=None if "GPSLatitude" in done else wishes.gps,
        is_video=plan.format.kind is FormatKind.VIDEO,
    )


def _may_have_sidecar(plan: _Plan) -> bool:
    """Formats that nobody here looks into get none: what they lack is not known."""
    if plan.format.kind is FormatKind.VIDEO:
        return plan.format in (MP4, MOV, THREE_GP)
    return plan.format.kind in (FormatKind.PHOTO, FormatKind.RAW) and plan.format is not JPEG2000


def _why_untouched(plan: _Plan, settings: Settings) -> str:
    if settings.mode is Mode.OFF:
        return "exif: off"
    return "nothing is missing" if plan.container.facts.can_tell else "what it lacks cannot be told"


def _with_notes(
    mended: FixResult, plan: _Plan, given: Given, settings: Settings, *, has_other_names: bool
) -> FixResult:
    notes = [*mended.notes, *plan.container.notes]
    if not plan.format.fits(given.name):
        extension = PurePath(given.name).suffix
        notes.append(f"the name says {extension}, the content is {plan.format.name}; the name stays")
    if has_other_names and mended.outcome is Outcome.FIXED:
        notes.append("the file has other names (hard links); they keep the delivered content")
    if mended.outcome is Outcome.UNTOUCHED and not notes:
        notes.append(_why_untouched(plan, settings))
    warning = mended.warning or plan.container.is_damaged
    return replace(mended, notes=(*notes, *plan.choice.notes), warning=warning)
