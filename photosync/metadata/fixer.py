"""Fixes one file: reads it, chooses the capture time, plans the missing data, writes a second file, proves it.

Only errors of the disk are raised. Any other problem of a file becomes a note.
"""

from __future__ import annotations

import logging
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from photosync.errors import PhotosyncError
from photosync.formats.sniff import HEAD_BYTES, JPEG2000, MOV, MP4, THREE_GP, FormatKind, sniff
from photosync.formats.window import Window, naming
from photosync.metadata.capture_time.candidate import Candidate
from photosync.metadata.capture_time.choose import CaptureTimeChoice, choose
from photosync.metadata.containers import MOVIE_TIME, Container, EditPlan, open_container
from photosync.metadata.facts import Facts
from photosync.metadata.missing import Missing, find_missing
from photosync.metadata.proof import failure
from photosync.metadata.request import Given, Mode, Settings
from photosync.metadata.result import FixResult, Left, Outcome
from photosync.metadata.splice import reversed_splices, write_spliced
from photosync.metadata.undo_record import UndoRecord
from photosync.metadata.xmp.sidecar import sidecar

_log = logging.getLogger(__name__)


def fix(path: Path, given: Given, settings: Settings, workspace: Path | None) -> FixResult:
    """Read the finished file `path`; if data is missing, write and prove a second file in `workspace`.

    `path` itself is never changed. The caller replaces it by `FixResult.path`, sets the file time, and keeps the undo
    record. Without a workspace nothing is written: the result has the planned changes and the given path.
    """
    try:
        return _fix(path, given, settings, workspace)
    except (OSError, PhotosyncError):
        raise
    except Exception as error:  # noqa: BLE001 - one photo must not keep all others away
        _log.exception("a bug, at the file %s", path)
        note = f"not fixed: a bug in photosync ({type(error).__name__}); its trace is in the log, please report it"
        choice = choose(Facts(), _named(given, path), settings)
        return FixResult(path, Outcome.REFUSED, None, choice, notes=(note,), warning=True)


def _fix(path: Path, given: Given, settings: Settings, workspace: Path | None) -> FixResult:
    with naming(path):
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            what = "a symbolic link" if stat.S_ISLNK(status.st_mode) else "no regular file"
            return FixResult(path, Outcome.UNTOUCHED, None, CaptureTimeChoice(), notes=(f"left alone: it is {what}",))
        given = _named(given, path)
        with path.open("rb", buffering=0) as file:
            container, choice = _read(Window.of_file(file), given, settings)
            if container is None:
                return FixResult(path, Outcome.UNTOUCHED, None, choice, notes=("an unknown format", *choice.notes))
            missing = find_missing(container.facts, choice, given, settings)
            may_write = settings.mode is Mode.FIX and not container.problem
            edit = container.plan(missing) if may_write else EditPlan()
            edit = replace(edit, left=(*edit.left, *_lost_texts(container, missing, edit, settings)))
            plan = _Plan(given, settings, container, choice, missing, edit, has_other_names=status.st_nlink > 1)
            return _write(path, plan, workspace) if edit.splices and workspace else _result(path, plan)


def _lost_texts(container: Container, missing: Missing, edit: EditPlan, settings: Settings) -> Iterator[Left]:
    """The texts that are not written, and for which a sidecar has no place."""
    told = {change.field for change in edit.changes} | {left.field for left in edit.left}
    reason = "exif: sidecar" if settings.mode is not Mode.FIX else container.problem
    for each in missing.fields:
        if each.name in settings.tags and each.name not in told:
            yield Left(each.name, reason or f"{container.format.name} files have no place for it")


def choose_capture_time(source: Path | bytes, given: Given, settings: Settings) -> CaptureTimeChoice:
    """All times from a file (or its first bytes) and its provider, and the chosen one."""
    if isinstance(source, bytes):
        return _read(Window.over(source), given, settings)[1]
    with naming(source), source.open("rb", buffering=0) as file:
        return _read(Window.of_file(file), _named(given, source), settings)[1]


def content_identifier(path: Path) -> str | None:
    """The content identifier of a half of a live photo. Raises `OSError`."""
    with naming(path), path.open("rb", buffering=0) as file:
        window = Window.of_file(file)
        format_ = sniff(window.read(0, HEAD_BYTES), path.name)
        return open_container(window, format_).facts.content_identifier if format_ else None


@dataclass(frozen=True, slots=True)
class _Plan:
    """The data that was read from a file, and the plan for it."""

    given: Given
    settings: Settings
    container: Container
    choice: CaptureTimeChoice
    missing: Missing
    edit: EditPlan
    has_other_names: bool
    failed: str = ""
    """Why the proof failed; then nothing is edited."""


def _named(given: Given, path: Path) -> Given:
    return given if given.name else replace(given, name=path.name)


def _read(window: Window, given: Given, settings: Settings) -> tuple[Container | None, CaptureTimeChoice]:
    format_ = sniff(window.read(0, HEAD_BYTES), given.name)
    container = open_container(window, format_) if format_ else None
    return container, choose(container.facts if container else Facts(), given, settings)


def _write(path: Path, plan: _Plan, workspace: Path) -> FixResult:
    """Write the second file; it is removed again if the proof fails."""
    splices = plan.edit.splices
    back = reversed_splices(plan.container.window, splices)
    written = write_spliced(path, plan.container.window, splices, workspace, plan.given.sha256)
    failed = "the proof did not end"
    try:
        with naming(written.path), written.path.open("rb", buffering=0) as file:
            failed = failure(plan.container, Window.of_file(file), plan.edit.expected)
    finally:
        if failed:
            written.path.unlink(missing_ok=True)
    if failed:
        return _result(path, replace(plan, edit=EditPlan(), failed=failed))
    return replace(_result(written.path, plan), undo=UndoRecord(written.old_sha256, written.new_sha256, back))


def _result(path: Path, plan: _Plan) -> FixResult:
    """The result of the plan, carried out; `path` is the file with its content."""
    content = _sidecar(plan)
    outcome = Outcome.UNTOUCHED if content is None else Outcome.SIDECAR
    if plan.failed or plan.edit.splices:
        outcome = Outcome.REFUSED if plan.failed else Outcome.FIXED
    return FixResult(
        path,
        outcome,
        plan.container.format,
        plan.choice,
        sidecar=content,
        notes=(*_notes(plan, outcome), *plan.choice.notes),
        warning=plan.container.is_damaged or bool(plan.failed),
        changes=plan.edit.changes,
        content_identifier=plan.container.facts.content_identifier,
    )


def _sidecar(plan: _Plan) -> bytes | None:
    """The missing data that was not written."""
    format_ = plan.container.format
    is_video = format_.kind is FormatKind.VIDEO
    # It is not known which data is missing in a format without a reader.
    is_read = format_ in (MP4, MOV, THREE_GP) if is_video else format_ is not JPEG2000
    if plan.settings.mode is Mode.OFF or format_.kind is FormatKind.OTHER or not is_read:
        return None
    written = {change.field for change in plan.edit.changes}
    missing = plan.missing
    return sidecar(
        taken=None if written & {"DateTimeOriginal", MOVIE_TIME} else missing.taken,
        artist="" if "Artist" in written else missing.artist,
        copyright_="" if "Copyright" in written else missing.copyright,
        gps=None if "GPSLatitude" in written else missing.gps,
        is_video=is_video,
    )


def _notes(plan: _Plan, outcome: Outcome) -> list[str]:
    """Notes about omitted data, about the file, or else why nothing was done."""
    container, name = plan.container, plan.given.name
    by_reason: dict[str, list[str]] = {}
    for each in (*plan.missing.withheld, *plan.edit.left):
        by_reason.setdefault(each.reason, []).append(each.field)
    notes = [f"not written: {', '.join(fields)} ({reason})" for reason, fields in by_reason.items()]
    if plan.failed:
        notes.append(f"not fixed: {plan.failed}")
    elif outcome is Outcome.SIDECAR and (plan.settings.mode is Mode.SIDECAR or container.problem):
        reason = "exif: sidecar" if plan.settings.mode is Mode.SIDECAR else container.problem
        notes.append(f"in a sidecar: {reason}")
    elif outcome is Outcome.UNTOUCHED and container.is_damaged:
        notes.append(container.problem)
    notes.extend(container.notes)
    if not container.format.fits(name):
        notes.append(f"the name says {PurePath(name).suffix}, the content is {container.format.name}; the name stays")
    if plan.has_other_names and outcome is Outcome.FIXED:
        notes.append("the file has other names (hard links); they keep the delivered content")
    if outcome is Outcome.UNTOUCHED and not notes and plan.settings.mode is Mode.OFF:
        notes.append("exif: off")
    elif outcome is Outcome.UNTOUCHED and not notes:
        notes.append(_why_untouched(container.facts, plan.choice.winner))
    return notes


def _why_untouched(facts: Facts, winner: Candidate | None) -> str:
    if not facts.can_tell:
        return "what it lacks cannot be told"
    is_partial = winner is not None and winner.source.is_in_file and winner.time.meaning.is_partial
    if is_partial or any(source.is_in_file for source in facts.unreadable):
        return "no date is written in addition to the one in the file, which is not whole"
    return "nothing is missing"
