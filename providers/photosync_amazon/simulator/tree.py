"""Folders and albums that were added to the simulated account, and the items that were added to any of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count

from photosync.testing.library import SimulatedLibrary
from photosync.testing.names import folded


@dataclass(slots=True)
class MadeFolder:
    """A folder that was added."""

    id: str
    name: str
    parent: str
    status: str = "AVAILABLE"


@dataclass(slots=True)
class MadeAlbum:
    """An album that was added."""

    id: str
    name: str


@dataclass
class AccountTree:
    """The state that uploads change. For the server's thread; tests only read, or change it between requests."""

    usual: dict[str, MadeFolder] = field(default_factory=dict)
    """The folders that were there from the beginning, beside the one with the photos."""
    folders: dict[str, MadeFolder] = field(default_factory=dict)
    """The added folders."""
    albums: dict[str, MadeAlbum] = field(default_factory=dict)
    parents: dict[int, str] = field(default_factory=dict)
    """The folder of each uploaded item, by number."""
    members: dict[str, list[int]] = field(default_factory=dict)
    """The items that were added to each album, in that order; for all albums."""
    foreign: set[int] = field(default_factory=set)
    """The items that another person owns and shares."""
    renamed: set[int] = field(default_factory=set)
    """The items that got another name."""
    vault: set[int] = field(default_factory=set)
    """The items in the family's vault, of whichever owner."""
    tells_family: bool = True
    """Whether the list of the family's members has the id of the family."""
    finds_hidden: bool = True
    """Whether a search has hidden items."""
    left: dict[str, set[int]] = field(default_factory=dict)
    """The items that were taken out of each album."""
    names: dict[str, str] = field(default_factory=dict)
    """The names of the albums that were renamed."""
    deleted: set[str] = field(default_factory=set)
    """The albums that were deleted."""
    changes: Counter[str] = field(default_factory=Counter)
    """How often each album was changed."""
    written: dict[int, dict[str, object]] = field(default_factory=dict)
    """What people wrote about items: `description`, `labels`, `hidden`, `favorite`."""
    people: dict[str, str] = field(default_factory=dict)
    """The names that people got from the user, by their ids."""
    merged: dict[str, str] = field(default_factory=dict)
    """The person that each of the others became."""
    heroes: dict[str, str] = field(default_factory=dict)
    """The item that is the picture of a person."""
    purged: set[int] = field(default_factory=set)
    """The items that were deleted for good; they are among the library's removed ones."""
    trashed_with: dict[str, list[str | int]] = field(default_factory=dict)
    """What went to the trash with each folder: folders, and items by number."""
    version: int = 0
    """Increases with every change."""
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def make_folder(self, name: str, parent: str) -> MadeFolder:
        """Add a folder. The caller checks that this is allowed."""
        folder = MadeFolder(f"folder{next(self._numbers):06d}sim", name, parent)
        self.folders[folder.id] = folder
        self.version += 1
        return folder

    def make_album(self, name: str) -> MadeAlbum:
        """Add an album; two albums may have the same name."""
        album = MadeAlbum(f"album{next(self._numbers):06d}made", name)
        self.albums[album.id] = album
        self.version += 1
        return album

    def folder(self, node_id: str | int) -> MadeFolder | None:
        """The folder of an id: added, or there from the beginning."""
        return self.folders.get(str(node_id)) or self.usual.get(str(node_id))

    @property
    def went_along(self) -> set[str | int]:
        """What is in the trash through its folder alone."""
        return {each for together in self.trashed_with.values() for each in together}

    def trash_folder(self, folder_id: str, there: Iterable[int]) -> list[int]:
        """Put a folder and all below into the trash; returns the items among `there` that go with it."""
        folders = self.usual | self.folders
        if folders[folder_id].status == "TRASH":
            return []
        below = {folder_id}
        for folder in folders.values():  # a folder is made after the one that it is in
            if folder.parent in below and folder.status == "AVAILABLE":
                below.add(folder.id)
        numbers = [number for number in there if self.parents.get(number) in below]
        for each in below:
            folders[each].status = "TRASH"
        self.trashed_with[folder_id] = [*below - {folder_id}, *numbers]
        self.version += 1
        return numbers

    def restore_folder(self, folder_id: str) -> list[int]:
        """Take a folder out of the trash; returns the items that come with it."""
        together = self.trashed_with.pop(folder_id, [])
        for each in (folder_id, *together):
            if folder := self.folder(each):
                folder.status = "AVAILABLE"
        self.version += 1
        return [each for each in together if isinstance(each, int)]

    def purge_folder(self, folder_id: str) -> list[int]:
        """Delete a folder in the trash for good; returns the items that go with it."""
        together = self.trashed_with.pop(folder_id, [])
        for each in (folder_id, *together):
            if isinstance(each, str):
                (self.folders if each in self.folders else self.usual).pop(each)
        return [each for each in together if isinstance(each, int)]

    def put(self, number: int, parent: str) -> None:
        """Put an uploaded item into a folder."""
        self.parents[number] = parent
        self.version += 1

    def join(self, album_id: str, numbers: Iterable[int]) -> None:
        """Add items to an album; present ones keep their positions."""
        members = self.members.setdefault(album_id, [])
        numbers = dict.fromkeys(numbers)
        members += [number for number in numbers if number not in members]
        self.left.get(album_id, set()).difference_update(numbers)
        self._note_change(album_id)

    def take_out(self, album_id: str, numbers: Iterable[int]) -> None:
        """Take items out of an album."""
        self.left.setdefault(album_id, set()).update(numbers)
        self._note_change(album_id)

    def rename_album(self, album_id: str, name: str) -> None:
        """Give an album another name."""
        self.names[album_id] = name
        self._note_change(album_id)

    def delete_album(self, album_id: str) -> None:
        """Delete an album; its items stay."""
        self.deleted.add(album_id)
        self._note_change(album_id)

    def _note_change(self, album_id: str) -> None:
        self.changes[album_id] += 1
        self.version += 1

    def is_member(self, album_id: str, number: int) -> bool:
        """Whether the item was added to the album."""
        return number in self.members.get(album_id, ())

    def folder_named(self, name: str, parent: str) -> MadeFolder | None:
        """The folder of this name in `parent`, ignoring case and folders in the trash."""
        return next(
            (
                each
                for each in (*self.usual.values(), *self.folders.values())
                if each.parent == parent and each.status == "AVAILABLE" and folded(each.name) == folded(name)
            ),
            None,
        )

    def path(self, folder_id: str) -> tuple[str, ...]:
        """The names from the root to an added folder; empty for the root."""
        folder = self.folder(folder_id)
        return () if folder is None else (*self.path(folder.parent), folder.name)


class ItemNames:
    """Finds an item by its folder and name, and follows new items."""

    def __init__(self, library: SimulatedLibrary, tree: AccountTree, usual_parent: str) -> None:
        self._library = library
        self._tree = tree
        self._usual_parent = usual_parent
        self._numbers: dict[tuple[str, str], list[int]] = {}
        self._seen = 0

    def find(self, name: str, parent: str) -> int | None:
        """The item of this name, ignoring case."""
        for number in range(self._seen, self._library.next_number):
            key = self._tree.parents.get(number, self._usual_parent), folded(self._library.item(number).name)
            self._numbers.setdefault(key, []).append(number)
        self._seen = self._library.next_number
        known = self._numbers.get((parent, folded(name)), ())
        here = (n for n in (*known, *self._tree.renamed) if self._tree.parents.get(n, self._usual_parent) == parent)
        return next((n for n in here if self._library.has(n) and self._is_named(n, name)), None)

    def _is_named(self, number: int, name: str) -> bool:
        return folded(self._library.item(number).name) == folded(name)


def numbered(names: Iterable[str]) -> list[str]:
    """Add a number to names that were used before: `Holiday (2)`."""
    seen = Counter[str]()
    result = []
    for name in names:
        seen[name] += 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result
