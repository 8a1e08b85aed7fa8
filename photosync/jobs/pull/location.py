"""The only module that chooses the location of an item's file.

Locations are stable: they depend on the item and on earlier items, never on a counter.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from photosync.catalog import Catalog, CatalogEntry
from photosync.formats.sniff import Format
from photosync.jobs.pull.adopt import Claims, UnrecordedFiles
from photosync.jobs.pull.fetch import Downloaded, DownloadTask
from photosync.jobs.pull.side_by_side import SideBySide
from photosync.jobs.pull.verify import other_kind
from photosync.library import MAX_NAME_BYTES, SUMS_NAME, Layout, LayoutFields, Library, digest_of, suffixed
from photosync.library.names import shortened, split_extension
from photosync.model import CaptureTime, Item, Location
from photosync.provider import HasLegacyFiles, HasLocalFolders, Provider

if TYPE_CHECKING:
    from photosync.metadata import CaptureTimeChoice


@dataclass(slots=True)
class LocationChooser:
    """Chooses locations for one account's items. An expected location stays reserved until it is released."""

    account: str
    catalog: Catalog
    library: Library
    layout: Layout
    provider: Provider | None
    adopt_only: bool = False
    """Look for the files of items everywhere in the account's folder: nothing is downloaded."""
    _reserved: dict[tuple[str, str], str] = field(default_factory=dict, init=False)
    _reserved_by: dict[str, tuple[str, str]] = field(default_factory=dict, init=False)
    _unrecorded_files: UnrecordedFiles = field(init=False)
    _with_folders: HasLocalFolders | None = field(init=False)
    _with_legacy_files: HasLegacyFiles | None = field(init=False)
    _has_files: dict[tuple[str, str], bool] = field(default_factory=dict, init=False)
    """By root and folder: whether it was there when this run looked first. In a new one are files of this run only."""
    claims: Claims = field(default_factory=Claims, init=False)
    """Shared with the workers, which adopt files."""
    side_by_side: SideBySide = field(init=False)

    def __post_init__(self) -> None:
        self._unrecorded_files = UnrecordedFiles(self.account, self.library, self.catalog, self.adopt_only)
        collection_of = _collection if self.layout.has("collection") else _no_collection
        self.side_by_side = SideBySide(self.account, self.catalog, collection_of)
        # An object's abilities are slow to find out: `isinstance` of a protocol takes as long as a query.
        self._with_folders = self.provider if isinstance(self.provider, HasLocalFolders) else None
        self._with_legacy_files = self.provider if isinstance(self.provider, HasLegacyFiles) else None

    def plan(self, item: Item, entry: CatalogEntry | None) -> DownloadTask:
        """A task to download the item. The expected location of a new item is reserved."""
        root = self._root(item)
        if entry is not None and entry.location is not None:
            return DownloadTask(item, entry, root)
        usual = self._usual(item, root, item.taken)
        location = next(self._free(item, usual))
        self._reserve(item, location)
        legacy = self._legacy_files(item, root)
        files = dict.fromkeys((*self._present_files(item, usual, legacy), *self._unrecorded_files.of(item, root)))
        has_hash = (item.md5 or item.md5_hint) is not None
        listed = self._unrecorded_files.listed_of(item, root) if self.adopt_only and not has_hash else None
        return DownloadTask(item, entry, root, tuple(files), legacy, listed)

    def expected(self, item: Item) -> Location:
        """The location of a new item, if its content has the same time and format as in the listing."""
        return next(self.free(item, self._root(item), item.taken))

    def _reserve(self, item: Item, location: Location) -> None:
        """Reserve a location, in place of the one that was reserved for the item before."""
        self.release(item)
        key = (location.root, location.key)
        if self._reserved.setdefault(key, item.id) == item.id:
            self._reserved_by[item.id] = key

    def take(self, item: Item, location: Location) -> None:
        """Reserve the location of an existing file that becomes the item's, also if it was another item's."""
        self.release(item)
        key = (location.root, location.key)
        self._reserved_by.pop(self._reserved.get(key, item.id), None)
        self._reserved[key] = item.id
        self._reserved_by[item.id] = key

    def release(self, item: Item) -> None:
        """End the reservation: the location is in the catalog, or the item gets none in this run."""
        key = self._reserved_by.pop(item.id, None)
        if key is not None:
            del self._reserved[key]

    def final(self, downloaded: Downloaded, name_bytes: int = MAX_NAME_BYTES) -> Location:
        """The item's present location; else a new one, never that of another content. A new one is reserved.

        `name_bytes`: the longest name that the file system takes.
        """
        item, root, known = downloaded.task.item, downloaded.task.root, downloaded.task.entry
        before = known and known.own_location
        if known and before and before.root == root and _fits(before, name_bytes):
            file = self.library.file(before)
            is_its_own = known.location is not None and file.is_file()
            if is_its_own or not self.library.is_taken(before):
                return before  # anything else there is the user's
        location = self._new(downloaded, name_bytes)
        self.take(item, location)  # until the catalog has it: the next item may have the same content
        return location

    def _new(self, downloaded: Downloaded, name_bytes: int) -> Location:
        item, root = downloaded.task.item, downloaded.task.root
        if downloaded.replaced is not None:
            self.claims.claim(downloaded.replaced, item)
            return self.location_of(downloaded.replaced, root)
        format_ = downloaded.fixed.format
        if (self.provider and self.provider.facts.content_names) or other_kind(item.kind, format_):
            item = replace(item, name=fitting_name(item.name, format_))
        usual = self._usual(item, root, self._date(item, downloaded.fixed.capture_time), name_bytes)
        other = self.side_by_side.place_of_other_half(downloaded)
        if other is not None:
            usual = _beside(other, usual, name_bytes)
            if self._has_room(downloaded, usual, is_beside=True):
                return usual
            self.side_by_side.note(f"{usual.path} is taken: the two halves of this live photo get different names")
        return next(
            each
            for each in self._candidates(item, usual, name_bytes)
            if self._has_room(downloaded, each) and not self.side_by_side.is_taken(each, downloaded)
        )

    def _has_room(self, downloaded: Downloaded, location: Location, *, is_beside: bool = False) -> bool:
        """Whether the file can be there: nothing is, or the same content, which no other item has.

        Half of a live photo gets a location beside the other half (`is_beside`) also if it is expected for another
        item, whose content is not here yet.
        """
        item = downloaded.task.item
        if not self.library.is_taken(location):
            # what is reserved is nobody else's in the catalog either
            return self._is_reserved(item, location) or self._is_free(item, location, or_expected=is_beside)
        if not self._is_free(item, location):
            return False
        file = self.library.file(location)
        return _has_content(file, downloaded.stored_sha256) and self.claims.claim(file, item)

    def _date(self, item: Item, choice: CaptureTimeChoice) -> CaptureTime | None:
        """The date for the folder. Some services' own comes first, unless it is doubted."""
        by_service = self.provider is not None and self.provider.facts.provider_dates
        return item.taken if by_service and not choice.doubts_provider else choice.folder_date

    def location_of(self, path: Path, root: str) -> Location:
        """The location of a file below a root."""
        return Location(root, str(path.relative_to(self.library.base(root))))

    def free(
        self, item: Item, root: str, taken: CaptureTime | None, name_bytes: int = MAX_NAME_BYTES
    ) -> Iterator[Location]:
        """Locations that no other item has, the best first. A file that is not in the catalog may be there."""
        return self._free(item, self._usual(item, root, taken, name_bytes), name_bytes)

    def _free(self, item: Item, usual: Location, name_bytes: int = MAX_NAME_BYTES) -> Iterator[Location]:
        return (each for each in self._candidates(item, usual, name_bytes) if self._is_free(item, each))

    def _candidates(self, item: Item, usual: Location, name_bytes: int) -> Iterator[Location]:
        return chain((usual,), self._suffixed(item, usual, name_bytes))

    def _root(self, item: Item) -> str:
        folder = self._with_folders.folder(item) if self._with_folders is not None else None
        return str(folder) if folder else ""

    def _present_files(self, item: Item, usual: Location, legacy: tuple[Path, ...]) -> Iterator[Path]:
        """Files that are not in the catalog: legacy ones, and those at the first two locations for the item."""
        locations = [self.location_of(path, usual.root) for path in legacy]
        if self._may_have_files(usual):
            # The suffix is the item's own. Another item with the same content may have the usual name.
            locations += (next(self._suffixed(item, usual)), usual)
        for location in dict.fromkeys(locations):
            file = self.library.file(location)
            # `isfile` is false for what cannot be examined
            if os.path.isfile(file) and self._is_free(item, location):  # noqa: PTH113
                yield file

    def _may_have_files(self, location: Location) -> bool:
        """Whether files may be in the folder of a location that this run did not bring."""
        folder = (location.root, location.path.rpartition("/")[0])
        if folder not in self._has_files:
            if len(self._has_files) >= _MAX_FOLDERS:
                self._has_files.clear()
            self._has_files[folder] = os.path.lexists(self.library.file(location).parent)
        return self._has_files[folder]

    def _legacy_files(self, item: Item, root: str) -> tuple[Path, ...]:
        """Files of another program that may be the item's, according to the provider."""
        if self._with_legacy_files is None:
            return ()
        folder = self.library.base(root) if root else self.library.root / self.account
        return tuple(self._with_legacy_files.legacy_files(item, folder))

    def _usual(self, item: Item, root: str, taken: CaptureTime | None, name_bytes: int = MAX_NAME_BYTES) -> Location:
        """The location of an item by the layout, whatever is there."""
        fields = LayoutFields(
            account=self.account,
            id=item.id,
            name=item.name,
            kind=item.kind.value,
            taken=taken,
            collection="" if root else _collection(item),  # a folder outside the library is for one collection
        )
        path = self.layout.path(fields)
        if name_bytes < MAX_NAME_BYTES:
            path = "/".join(shortened(part, name_bytes) for part in path.split("/"))
        return Location(root, path if root else f"{self.account}/{path}")

    def _suffixed(self, item: Item, usual: Location, name_bytes: int = MAX_NAME_BYTES) -> Iterator[Location]:
        """The locations for an item whose usual one is another item's, the best first."""
        folder, _, name = usual.path.rpartition("/")
        for again in count():
            own = suffixed(name, self.account, item.id if not again else f"{item.id}\0{again}", name_bytes)
            yield Location(usual.root, f"{folder}/{own}" if folder else own)

    def _is_reserved(self, item: Item, location: Location) -> bool:
        return self._reserved.get((location.root, location.key)) == item.id

    def _is_free(self, item: Item, location: Location, *, or_expected: bool = False) -> bool:
        if location.key == SUMS_NAME.casefold():
            return False  # the list in a folder outside the library
        if not or_expected and self._reserved.get((location.root, location.key), item.id) != item.id:
            return False
        return self.catalog.owner_of(location) in (None, (self.account, item.id))


_MAX_FOLDERS = 10_000
_EXTENSIONS = frozenset(
    (
        *(".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".heic", ".heif", ".tif", ".tiff", ".bmp", ".dng"),
        *(".mp4", ".m4v", ".mov", ".3gp", ".avi", ".mkv", ".webm", ".mpg", ".wmv"),
    )
)
"""Extensions of formats. Any other text after a name's last dot belongs to the name."""


def fitting_name(name: str, format_: Format | None) -> str:
    """`name`, with the extension of the content's format.

    >>> fitting_name("IMG_0042.HEIC", JPEG)  # doctest: +SKIP
    'IMG_0042.jpg'
    """
    stem, extension = split_extension(name)
    if format_ is None or extension.lower() not in _EXTENSIONS or format_.fits(name):
        return name
    return stem + format_.extensions[0]


def _beside(other: Location, usual: Location, name_bytes: int) -> Location:
    """The location in the folder of another one and with its name, but the extension of `usual`."""
    folder, slash, name = other.path.rpartition("/")
    own = split_extension(name)[0] + split_extension(usual.path.rpartition("/")[2])[1]
    return Location(other.root, folder + slash + shortened(own, name_bytes))


def _fits(location: Location, name_bytes: int) -> bool:
    return all(len(part.encode()) <= name_bytes for part in location.path.split("/"))


def _has_content(file: Path, sha256: str) -> bool:
    """Whether the file has this content; false for what cannot be read."""
    try:
        return file.is_file() and digest_of(file).sha256 == sha256
    except OSError:
        return False


def _no_collection(_: Item) -> str:
    return ""


def _collection(item: Item) -> str:
    return item.folder if item.folder is not None else "".join(item.collections[:1])
