"""What a copy has: a listing of the place that the record is about.

A copy has a mark, a file whose name is the identity of the place. So the listing alone tells another disk, an exchanged
name or a changed address, and no file counts as brought or read because it was so in another place.
"""

from __future__ import annotations

import json
import logging
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from threading import Event

from photosync.copies import CopyRecord, CopyStore, RecordedPlace, Stored
from photosync.errors import DestinationError, ItemError, SuspiciousError, UsageError
from photosync.jobs.copy.library_files import IDENTITY, LibraryFile
from photosync.jobs.copy.parallel import interruptible
from photosync.jobs.pull.coverage import is_suspicious
from photosync.library import PROGRAM_FOLDER, Library

_log = logging.getLogger(__name__)
_LISTED_AT_ONCE = 1000
_MARKS = f"{PROGRAM_FOLDER}/copy-"
_MARK = re.compile(rf"{re.escape(_MARKS)}([0-9a-f]{{32}})\.json")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a copy has."""

    files: dict[str, Stored]
    """By their paths."""
    is_known: bool
    """Whether the record is about this place. A dry run does not begin another record."""


def mark(library: Library, place: RecordedPlace) -> LibraryFile:
    """The file that tells the place from others. It says whose copy it is, as it is one of the library's identity."""
    return LibraryFile(_mark_path(place.id), str(library.root / IDENTITY))


def _mark_path(id_: str) -> str:
    return f"{_MARKS}{id_}.json"


def contents_to_change(
    name: str,
    store: CopyStore,
    library: Library,
    record: CopyRecord,
    cancel: Event,
    *,
    dry_run: bool,
    accept_shrink: bool = False,
) -> Contents:
    """What is there, before more is brought. The record begins anew if it is about another place.

    Raises `DestinationError` for the copy of another library, and if all that was brought is gone: a disk that is not
    mounted looks like that; `SuspiciousError` if most of it is: a listing that is not complete looks like that.
    `accept_shrink`: it is so.
    """
    files = listed(store, cancel)
    known, marks = record.place, _marks(files)
    if known is not None and known.id in marks:
        _check_and_note_address(store, record, known)
        if not accept_shrink:
            _check_loss(name, before=record.count, now=len(files))
        return Contents(files, is_known=True)
    _check_library(name, store, library, files)
    if known is not None and not marks and known.address == store.address:
        if accept_shrink and not dry_run:
            record.note_place(known, is_another=True)
        elif not record.is_empty and not accept_shrink:
            _check_some_is_there(name, store, record, files)
        return Contents(files, is_known=not (accept_shrink and dry_run))
    if known is None and not marks:  # a new copy, or one that an earlier version began
        if not dry_run:
            record.note_place(RecordedPlace(uuid.uuid4().hex, store.address))
        return Contents(files, is_known=True)
    if not dry_run:
        if not record.is_empty:
            _log.warning("copy '%s': it is in another place than at the last run; each file is compared.", name)
        record.note_place(RecordedPlace(marks[0] if marks else uuid.uuid4().hex, store.address), is_another=True)
    return Contents(files, is_known=not dry_run)


def note_place(record: CopyRecord, store: CopyStore, files: Iterable[str]) -> bool:
    """A library was made out of this copy. If nothing is known of it yet, the record is about its place now.

    Returns whether the record is about it: it may be about another disk, from which the library was made at first.
    """
    marks = _marks(files)
    if record.place is None and record.is_empty and marks:
        record.note_place(RecordedPlace(marks[0], store.address))
    return record.place is not None and record.place.id in marks


def contents_to_check(name: str, store: CopyStore, record: CopyRecord, cancel: Event) -> dict[str, Stored]:
    """What is there, by path, before it is compared with the record.

    Raises `UsageError` if nothing was brought there, and `DestinationError` if the record is about another place, or
    all that was brought is gone.
    """
    if record.is_empty:
        raise UsageError(f"copy '{name}': nothing was brought there yet; run: photosync copy {name}")
    files = listed(store, cancel)
    known, marks = record.place, _marks(files)
    if known is not None and known.id in marks:
        _check_and_note_address(store, record, known)
    elif not marks and (known is None or known.address == store.address):
        _check_some_is_there(name, store, record, files)
    else:
        raise DestinationError(
            f"copy '{name}': {store.address} is not the place to which it was brought last. Mount the right disk; or "
            f"run: photosync copy {name}, which compares all files there."
        )
    return files


def listed(store: CopyStore, cancel: Event) -> dict[str, Stored]:
    """All that is there, by its path."""
    return {each.path: each for each in interruptible(store.files(), cancel, _LISTED_AT_ONCE)}


def _marks(files: Iterable[str]) -> list[str]:
    return sorted(found[1] for path in files if path.startswith(_MARKS) and (found := _MARK.fullmatch(path)))


def _check_and_note_address(store: CopyStore, record: CopyRecord, known: RecordedPlace) -> None:
    if known.address != store.address:  # it was moved, with all that it has
        record.note_place(replace(known, address=store.address))


def _check_some_is_there(name: str, store: CopyStore, record: CopyRecord, files: dict[str, Stored]) -> None:
    """The mark is gone. What was read there counts no more; if nothing else is there either, it is another place."""
    recorded = (files.get(each.path) for each in record.files() if not each.path.startswith(_MARKS))
    if not any(recorded):
        raise DestinationError(
            f"copy '{name}': nothing of what was brought to {store.address} is there. Is its disk mounted? "
            f"To begin a new copy there on purpose, run: photosync copy {name} --accept-shrink"
        )
    record.forget_readings()


def _check_loss(name: str, *, before: int, now: int) -> None:
    """Nothing of the listing is believed then: what it lacks would be sent over what is there, and paid for."""
    if is_suspicious(before=before, now=now):
        raise SuspiciousError(
            f"copy '{name}': {now:,} files are listed there, and {before:,} were brought. Nothing was sent. Look "
            f"there; if they are really gone, run: photosync copy {name} --accept-shrink"
        )


def _check_library(name: str, store: CopyStore, library: Library, files: dict[str, Stored]) -> None:
    """Raise `DestinationError` if another library has its copy there; of one that has just begun, there is the mark."""
    for path in (IDENTITY, *map(_mark_path, _marks(files))):
        if path in files and _uuid_in(store, path) not in (None, library.uuid):
            raise DestinationError(
                f"copy '{name}': {store.address} has the copy of another library. Name another place for this one."
            )


def _uuid_in(store: CopyStore, path: str) -> str | None:
    """None: it is damaged; it is brought again, and what is there now is kept."""
    try:
        found = str(json.loads(b"".join(store.read(path)))["uuid"])
        uuid.UUID(found)
    except (FileNotFoundError, ItemError, ValueError, LookupError, TypeError):
        return None
    return found
