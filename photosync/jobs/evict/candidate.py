"""The files that a user wants to have removed from the library: what the catalog knows of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from photosync.catalog import Catalog, CatalogEntry
from photosync.errors import ItemError, Reason
from photosync.jobs import list as listing
from photosync.jobs.change.change import Outcome, Result, Target
from photosync.jobs.copy.library_files import path_in_copy
from photosync.jobs.list import State
from photosync.library import Library
from photosync.model import Location, Selection

_WITH_FILES = frozenset({State.SAVED, State.GONE, State.FAILED, State.OFFSITE})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file of the library that is to be removed, as it was saved."""

    account: str
    id: str
    name: str
    location: Location
    size_bytes: int
    sha256: str

    @property
    def path(self) -> str:
        """In a copy."""
        return path_in_copy(self.location.root, self.location.path)

    @property
    def target(self) -> Target:
        """For the result."""
        return Target(self.id, self.name)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asked for."""

    accounts: Sequence[str]
    selection: Selection
    collections: Sequence[str] = ()


def candidates(catalog: Catalog, library: Library, wanted: Wanted) -> Iterator[tuple[str, Candidate | Outcome]]:
    """For each account the files that were asked for, and what is decided without looking at them."""
    missing = set(wanted.selection.ids or ())
    for account in wanted.accounts:
        for row in listing.recorded(catalog, account, wanted.selection, wanted.collections, _WITH_FILES):
            assert row.entry is not None
            missing.discard(row.entry.id)
            if (found := _candidate(row.entry, library, is_named=wanted.selection.ids is not None)) is not None:
                yield account, found
    for id_ in sorted(missing if wanted.accounts else ()):
        entries = [each for each in catalog.entries_with_id(id_) if each.account in wanted.accounts]
        is_saved = any(each.own_location for each in entries)
        why = "it is not among what else was asked for" if is_saved else "nothing of it was saved"
        error = ItemError(f"{id_}: {why}, so nothing of it is removed", Reason.NOT_FOUND)
        account = entries[0].account if entries else wanted.accounts[0]
        yield account, Outcome(Target(id_, id_), Result.FAILED, error)


def _candidate(entry: CatalogEntry, library: Library, *, is_named: bool) -> Candidate | Outcome | None:
    """None: there is no file, and nobody named the item."""
    name = entry.item.name or entry.id
    location = entry.own_location
    if location is None:
        return _refused(entry, name, "it was never saved") if is_named else None
    if entry.location is None and not library.is_taken(location):
        return Outcome(Target(entry.id, name), Result.UNCHANGED) if is_named else None
    if entry.reason is not None:
        return _refused(entry, name, "its newest content could not be downloaded; see: photosync failures")
    if entry.stored_size is None or entry.stored_sha256 is None:
        return _refused(entry, name, "its hash is not known")
    return Candidate(entry.account, entry.id, name, location, entry.stored_size, entry.stored_sha256)


def _refused(entry: CatalogEntry, name: str, why: str) -> Outcome:
    return Outcome(Target(entry.id, name), Result.FAILED, ItemError(f"{name} stays: {why}", Reason.NOT_SAVED))
