"""What a copy has of the files that are to be removed, by its record and by a listing of now."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from threading import Event

from photosync import clock
from photosync.copies import CopyRecord, CopyStore, RecordedCopy, Stored
from photosync.errors import UsageError
from photosync.jobs.copy.contents import contents_to_check, mark
from photosync.jobs.copy.library_files import CATALOG, IDENTITY
from photosync.jobs.evict.candidate import Candidate
from photosync.library import Library


class Standing(StrEnum):
    """What a copy has of one file."""

    RIGHT = "right"
    """It was read there lately, and was right; and it is as it was stored."""
    NOT_READ = "not_read"
    """It was not read there, or too long ago."""
    LACKING = "lacking"
    """It was not brought there as it is now, or is not there any more."""
    WRONG = "wrong"
    """It is damaged there."""


@dataclass(frozen=True, slots=True)
class UsedCopy:
    """A copy of the library that can be reached."""

    name: str
    store: CopyStore
    record: CopyRecord
    folder: Path | None
    """None: it is in an object store."""

    def mark(self, library: Library) -> str | None:
        """The path of the file that tells its place from others; None: nothing was brought there."""
        place = self.record.place
        return mark(library, place).path if place else None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a listing of a copy shows."""

    standings: Mapping[Candidate, Standing]
    stored: Mapping[Candidate, Stored | None]
    """Each file as it is there now; None: it is not."""
    mark: str | None
    """Its own."""
    marks: Set[str]
    """All marks of copies that are there."""


def look(
    copy: UsedCopy, files: Iterable[Candidate], library: Library, marks: Set[str], max_age: timedelta, cancel: Event
) -> Seen:
    """What the copy has of each file, which is not read. `marks`: of all copies.

    Raises the errors of its store, and `DestinationError` if another place is where the copy was.
    """
    there: Mapping[str, Stored] = {}
    if not copy.record.is_empty:
        there = contents_to_check(copy.name, copy.store, copy.record, cancel)
    if not there.keys() >= {IDENTITY, CATALOG}:  # no library can be made out of it
        there = {}
    now = clock.now().timestamp()
    stored = {file: there.get(file.path) for file in files}
    standings = {
        file: _standing(copy, file, copy.record.file(file.path), each, now, max_age) for file, each in stored.items()
    }
    return Seen(standings, stored, copy.mark(library), marks & there.keys())


def check_place(name: str, seen: Seen, library: Library, others: Mapping[str, Seen]) -> None:
    """Raise `UsageError` if the library or another copy is in the same place, by another address.

    That can be a folder and a bucket of the same server, or a folder of it that is mounted twice.
    """
    if seen.mark is None:
        return
    if os.path.lexists(library.root / seen.mark):
        raise UsageError(
            f"copy '{name}': its mark {seen.mark} is in {library.root} too: so it is the library's own folder by "
            "another address, and no copy. If it is not, delete this file in the library."
        )
    for other, its in others.items():
        if seen.mark in its.marks and its.mark in seen.marks:
            raise UsageError(
                f"the copies '{other}' and '{name}' are in one place, by two addresses: both have {seen.mark}. Each "
                f"needs a place of its own. If another program made '{name}' from '{other}', delete this file in "
                f"'{name}', and .photosync/copies/{name}.db in the library; then run: photosync copy {name}"
            )


def _standing(
    copy: UsedCopy,
    file: Candidate,
    known: RecordedCopy | None,
    stored: Stored | None,
    now: float,
    max_age: timedelta,
) -> Standing:
    if known is None or (known.sha256, known.size_bytes) != (file.sha256, file.size_bytes) or stored is None:
        return Standing.LACKING
    is_other = copy.store.has_content_tags and not known.is_as_stored(stored.size_bytes, stored.tag)
    if is_other or stored.size_bytes != known.size_bytes or known.wrong_since is not None:
        return Standing.WRONG
    if known.verified_at is None:
        return Standing.NOT_READ
    age_s = now - known.verified_at
    is_read = -clock.WRONG_BY.total_seconds() <= age_s <= max_age.total_seconds()
    return Standing.RIGHT if is_read else Standing.NOT_READ


def on_one_disk(copies: Sequence[UsedCopy], library: Library) -> Iterator[str]:
    """A message for each disk that has several: they are lost together."""
    names: defaultdict[int, list[str]] = defaultdict(list)
    for name, folder in (("the library", library.root), *((f"copy '{each.name}'", each.folder) for each in copies)):
        with suppress(OSError):
            if folder is not None:
                names[folder.stat().st_dev].append(name)
    for each in names.values():
        if len(each) > 1:
            yield f"{', '.join(each)} are on one disk or file system: if it fails, all of them are lost"
