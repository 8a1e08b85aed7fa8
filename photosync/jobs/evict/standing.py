"""What a copy has of the files that are to be removed, by its record and by a listing of now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from threading import Event

from photosync import clock
from photosync.copies import CopyRecord, CopyStore, RecordedCopy, Stored
from photosync.jobs.copy.contents import contents_to_check
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


def standings(
    copy: UsedCopy, files: Iterable[Candidate], max_age: timedelta, cancel: Event
) -> Mapping[Candidate, Standing]:
    """What the copy has of each file. The files are not read.

    Raises the errors of its store, and `DestinationError` if another place is where the copy was.
    """
    if copy.record.is_empty:
        return dict.fromkeys(files, Standing.LACKING)
    there = contents_to_check(copy.name, copy.store, copy.record, cancel)
    if not there.keys() >= {IDENTITY, CATALOG}:  # no library can be made out of it
        return dict.fromkeys(files, Standing.LACKING)
    now = clock.now()
    period = now - max_age, now + clock.WRONG_BY
    return {file: _standing(copy, file, copy.record.file(file.path), there.get(file.path), period) for file in files}


def _standing(
    copy: UsedCopy,
    file: Candidate,
    known: RecordedCopy | None,
    stored: Stored | None,
    period: tuple[datetime, datetime],
) -> Standing:
    if known is None or (known.sha256, known.size_bytes) != (file.sha256, file.size_bytes) or stored is None:
        return Standing.LACKING
    is_other = copy.store.has_content_tags and not known.is_as_stored(stored.size_bytes, stored.tag)
    if is_other or stored.size_bytes != known.size_bytes or known.wrong_since is not None:
        return Standing.WRONG
    first, last = (each.timestamp() for each in period)
    is_read = known.verified_at is not None and first <= known.verified_at <= last
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
