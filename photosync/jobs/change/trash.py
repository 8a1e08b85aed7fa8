"""`trash`, `restore` and `purge`: what goes to the service's trash, comes back from it, and is deleted there for good.

photosync does this for what a user names, and never by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from photosync.catalog import Catalog, CatalogEntry
from photosync.errors import ItemError, Reason, UsageError
from photosync.jobs.account import Account
from photosync.jobs.change.change import Target
from photosync.jobs.change.saved import SavedItems
from photosync.jobs.change.wanted import Wanted, item_target, listed_items
from photosync.jobs.item_record import ItemRecord
from photosync.jobs.list import ListedItem, state_of
from photosync.jobs.pull.coverage import note_removed
from photosync.provider import FileOrFolder, HasTrash


def trash_of(account: Account) -> HasTrash:
    """The trash of the account's service. Raises `UsageError` where it has none."""
    provider = account.provider
    if not isinstance(provider, HasTrash):
        raise UsageError(f"account '{account.name}': {provider.facts.title} has no trash that photosync can use")
    return provider


def trashed(account: Account, catalog: Catalog) -> Iterator[tuple[FileOrFolder, ListedItem | None]]:
    """What is in the trash, each once; files with their state in the library."""
    seen = set[str]()
    for page in trash_of(account).trashed():
        known = catalog.known(account.name, [each.id for each in page])
        for each in page:
            if each.id in seen:
                continue
            seen.add(each.id)
            entry = known.get(each.id)
            yield each, ListedItem(each.item, state_of(each.item, entry), entry) if each.item else None


def trashed_json(account: str, found: FileOrFolder, row: ListedItem | None) -> dict[str, object]:
    """The object of the command line's contract for what `trashed` yields."""
    if row is None:
        return {"account": account, "id": found.id, "name": found.name, "kind": "folder", "trashed": True}
    return {**ItemRecord.of(account, row).as_json(), "trashed": True}


def check_can_purge(account: Account) -> None:
    """Raise `UsageError` if the service lets no program delete for good."""
    if why := trash_of(account).purge_refusal:
        raise UsageError(f"account '{account.name}': {why}")


@dataclass(slots=True)
class _OfTrash:
    """The common part of the three actions."""

    account: Account
    catalog: Catalog
    detail: str = field(default="", init=False)

    @property
    def batch(self) -> int:
        return self._service.trash_batch

    @property
    def _service(self) -> HasTrash:
        return trash_of(self.account)

    def _named(self, ids: Sequence[str]) -> Iterator[tuple[Target, FileOrFolder | None]]:
        """What these ids stand for, by asking the service."""
        for id_ in ids:
            found = self._service.find(id_)
            if found is None:
                error = ItemError(
                    f"{self.account.provider.facts.title} has nothing with the id {id_}", Reason.NOT_FOUND
                )
                yield Target(id_, id_, refusal=error), None
            else:
                yield _target(found), found

    def _in_trash(self, wanted: Wanted) -> Iterator[Target]:
        """What is in the trash, as far as it is wanted."""
        left = wanted.selection.limit
        seen = set[str]()
        for page in self._service.trashed():
            for each in page:
                fits = wanted.everything or (each.item is not None and wanted.selection.matches(each.item))
                if each.id in seen or not fits:
                    continue
                if left is not None and len(seen) >= left:
                    return
                seen.add(each.id)
                yield _target(each)


@dataclass(slots=True)
class _Removes(_OfTrash):
    """What takes something away from the user's view, so that the library must have it."""

    saved: SavedItems
    even_if_not_saved: bool = False
    _of_trashed: bool = field(default=False, init=False)
    _below: dict[str, list[str]] = field(default_factory=dict, init=False)
    """The files in each folder that was checked."""

    def refusal(self, target: Target) -> ItemError | None:
        """Why it is not proved that the library has it, or all of it."""
        if target.is_folder:
            return self._refusal_of_folder(target)
        if self.even_if_not_saved:
            return None
        if target.item is None:
            return ItemError(f"{target.name}: the service does not say what it is", Reason.NOT_SAVED)
        return self.saved.refusal(target.item)

    def _refusal_of_folder(self, target: Target) -> ItemError | None:
        below = self._below.setdefault(target.id, [])
        try:
            folder = FileOrFolder(target.id, target.name, is_trashed=self._of_trashed)
            for page in self._service.files_below(folder):
                for item in page:
                    below.append(item.id)
                    why = None if self.even_if_not_saved else self.saved.refusal(item)
                    if why is not None:
                        return ItemError(f"the folder {target.name} stays: in it, {why}", why.reason)
        except ItemError as error:
            return None if self.even_if_not_saved else error
        return None

    def record(self, targets: Sequence[Target]) -> None:
        """They are gone, as the next listing will show."""
        ids = [each for target in targets for each in (target.id, *self._below.get(target.id, ()))]
        note_removed(self.catalog, self.account.name, self.catalog.mark_gone(self.account.name, ids))


@dataclass(slots=True)
class Trash(_Removes):
    """Moves files and folders to the trash."""

    word: str = field(default="trash", init=False)

    def targets(self, wanted: Wanted) -> list[Target]:
        """What the user named."""
        if wanted.ids is None:
            return listed_items(self.account, self.catalog, wanted)
        return [self._checked(target, found) for target, found in self._named(wanted.ids)]

    def send(self, targets: Sequence[Target]) -> Mapping[str, ItemError]:
        """Move them."""
        return self._service.trash([target.id for target in targets])

    def _checked(self, target: Target, found: FileOrFolder | None) -> Target:
        if found is None:
            return target
        if found.is_permanent:
            error = ItemError(f"{target.name} has everything in it, and cannot be trashed", Reason.REFUSED)
            return Target(target.id, target.name, refusal=error)
        return replace(target, is_done=found.is_trashed)


@dataclass(slots=True)
class Purge(_Removes):
    """Deletes for good what is in the trash, and nothing else."""

    word: str = field(default="purge", init=False)
    _of_trashed: bool = field(default=True, init=False)

    def targets(self, wanted: Wanted) -> list[Target]:
        """What the user named, if it is in the trash."""
        if wanted.ids is None:
            return list(self._in_trash(wanted))
        return [_only_trashed(target, found) for target, found in self._named(wanted.ids)]

    def send(self, targets: Sequence[Target]) -> Mapping[str, ItemError]:
        """Delete them."""
        return self._service.purge([target.id for target in targets])


@dataclass(slots=True)
class Restore(_OfTrash):
    """Takes things out of the trash again."""

    word: str = field(default="restore", init=False)

    def targets(self, wanted: Wanted) -> list[Target]:
        """What the user named."""
        if wanted.ids is None:
            return list(self._in_trash(wanted))
        return [
            target if found is None else replace(target, is_done=not found.is_trashed)
            for target, found in self._named(wanted.ids)
        ]

    def refusal(self, _target: Target) -> ItemError | None:
        """Nothing is lost by it."""
        return None

    def send(self, targets: Sequence[Target]) -> Mapping[str, ItemError]:
        """Move them back."""
        return self._service.restore([target.id for target in targets])

    def record(self, targets: Sequence[Target]) -> None:
        """They are there again; those in a folder are with the next listing, and what has to be downloaded first."""
        known = self.catalog.known(self.account.name, [target.id for target in targets])
        there = [each for each in known.values() if each.own_location or self._was_pushed(each)]
        note_removed(self.catalog, self.account.name, -sum(each.is_gone for each in there))
        self.catalog.record_described(self.account.name, [each.item for each in there])

    def _was_pushed(self, entry: CatalogEntry) -> bool:
        return bool(self.catalog.push_records(item=(entry.account, entry.id)))


def _target(found: FileOrFolder) -> Target:
    if found.item is None:
        return Target(found.id, found.name, is_folder=True)
    return item_target(found.item)


def _only_trashed(target: Target, found: FileOrFolder | None) -> Target:
    if found is None or found.is_trashed:
        return target
    error = ItemError(
        f"{target.name} is not in the trash, and only what is there is deleted for good. Trash it first.",
        Reason.NOT_IN_TRASH,
    )
    return Target(target.id, target.name, refusal=error)
