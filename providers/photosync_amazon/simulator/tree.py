"""The folders and albums of the simulated account, and what lies in them beside what was there from the beginning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count

from photosync.testing.library import SimulatedLibrary
from photosync.testing.names import folded


@dataclass(slots=True)
class MadeFolder:
    """A folder that somebody made."""

    id: str
    name: str
    parent: str
    status: str = "AVAILABLE"


@dataclass(slots=True)
class MadeAlbum:
    """An album that somebody made."""

    id: str
    name: str


@dataclass
class AccountTree:
    """What changes when somebody uploads. Used by the serving thread; tests only read, or act between requests."""

    folders: dict[str, MadeFolder] = field(default_factory=dict)
    albums: dict[str, MadeAlbum] = field(default_factory=dict)
    parents: dict[int, str] = field(default_factory=dict)
    """In which folder the uploaded items are, by number."""
    members: dict[str, list[int]] = field(default_factory=dict)
    """Which items were added to an album, in that order; made ones and those of the beginning alike."""
    foreign: set[int] = field(default_factory=set)
    """Which items are somebody else's, who shares them."""
    version: int = 0
    """Goes up with every change."""
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def make_folder(self, name: str, parent: str) -> MadeFolder:
        """A new folder; whether it may be made, others look."""
        folder = MadeFolder(f"folder{next(self._numbers):06d}sim", name, parent)
        self.folders[folder.id] = folder
        self.version += 1
        return folder

    def make_album(self, name: str) -> MadeAlbum:
        """A new album; a second one of the same name is another one."""
        album = MadeAlbum(f"album{next(self._numbers):06d}made", name)
        self.albums[album.id] = album
        self.version += 1
        return album

    def put(self, number: int, parent: str) -> None:
        """An item was uploaded into a folder."""
        self.parents[number] = parent
        self.version += 1

    def join(self, album_id: str, numbers: Iterable[int]) -> None:
        """Items join an album; those that are in it stay where they are."""
        members = self.members.setdefault(album_id, [])
        members += [number for number in dict.fromkeys(numbers) if number not in members]
        self.version += 1

    def is_member(self, album_id: str, number: int) -> bool:
        """Whether somebody added the item to the album."""
        return number in self.members.get(album_id, ())

    def folder_named(self, name: str, parent: str) -> MadeFolder | None:
        """The folder that has this name in `parent`, case aside; in the trash, names are free."""
        return next(
            (
                each
                for each in self.folders.values()
                if each.parent == parent and each.status == "AVAILABLE" and folded(each.name) == folded(name)
            ),
            None,
        )

    def path(self, folder_id: str) -> tuple[str, ...]:
        """The names of a made folder and those above it; empty for the root."""
        folder = self.folders.get(folder_id)
        return () if folder is None else (*self.path(folder.parent), folder.name)


class ItemNames:
    """Which item has which name in a folder, kept up to date as items come."""

    def __init__(self, library: SimulatedLibrary, tree: AccountTree, usual_parent: str) -> None:
        self._library = library
        self._tree = tree
        self._usual_parent = usual_parent
        self._numbers: dict[tuple[str, str], list[int]] = {}
        self._seen = 0

    def find(self, name: str, parent: str) -> int | None:
        """The item of this name, case aside."""
        for number in range(self._seen, self._library.next_number):
            key = self._tree.parents.get(number, self._usual_parent), folded(self._library.item(number).name)
            self._numbers.setdefault(key, []).append(number)
        self._seen = self._library.next_number
        known = self._numbers.get((parent, folded(name)), ())
        return next((number for number in known if self._library.has(number)), None)


def numbered(names: Iterable[str]) -> list[str]:
    """Names that were there before get a number: `Holiday (2)`."""
    seen = Counter[str]()
    result = []
    for name in names:
        seen[name] += 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result
