"""Which path an item gets. Stable: it depends on the item and on who was there first, never on a counter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain, count, islice
from pathlib import Path, PurePosixPath

from photosync.catalog import Catalog
from photosync.library import Layout, LayoutFields, Library, path_key, suffixed
from photosync.library.names import split_extension
from photosync.metadata import Format
from photosync.model import Item
from photosync.provider import HasLegacyFiles, HasLocalFolders, Provider


class Namer:
    """Gives paths to one account's items. What it gave stays reserved until the item is `settled`."""

    def __init__(
        self, account: str, catalog: Catalog, library: Library, layout: Layout, provider: Provider | None
    ) -> None:
        self._account = account
        self._catalog = catalog
        self._library = library
        self._layout = layout
        self._older: HasLegacyFiles | None = provider if isinstance(provider, HasLegacyFiles) else None
        self._by_provider = provider is not None and provider.facts.provider_dates
        self._reserved: dict[tuple[str, str], str] = {}
        self._reserved_by: dict[str, tuple[str, str]] = {}

    def paths(self, item: Item, outside: str, taken: datetime | None) -> Iterator[PurePosixPath]:
        """Paths that no other item has, the best first. A file that nobody knows may lie there."""
        return (path for path in self._candidates(item, outside, taken) if self._is_free(item, outside, path))

    def reserve(self, item: Item, outside: str) -> None:
        """Keep the path that the item will get, by what the provider says, from those that come after it."""
        key = (outside, path_key(next(self.paths(item, outside, _reading(item)))))
        self._reserved[key] = item.id
        self._reserved_by[item.id] = key

    def settled(self, item: Item) -> None:
        """The item has its path in the catalog now, or will get none in this run."""
        key = self._reserved_by.pop(item.id, None)
        if key is not None:
            del self._reserved[key]

    def strangers(self, item: Item, outside: str) -> tuple[Path, ...]:
        """Files that may be the item's, and that the catalog knows nothing of: what the provider knows as left by
        another program, and what lies where the item would go."""
        base = self._library.base(outside)
        paths = chain(self._older_paths(item, outside), islice(self._candidates(item, outside, _reading(item)), 2))
        return tuple(
            base / path
            for path in dict.fromkeys(paths)
            if self._is_free(item, outside, path) and (base / path).is_file()
        )

    def _older_paths(self, item: Item, outside: str) -> Iterator[PurePosixPath]:
        if self._older is None:
            return
        folder = account_folder(self._library, self._account, outside)
        for path in self._older.legacy_files(item, folder):
            yield PurePosixPath(path.relative_to(self._library.base(outside)))

    def _candidates(self, item: Item, outside: str, taken: datetime | None) -> Iterator[PurePosixPath]:
        place = LayoutFields(
            account=self._account,
            id=item.id,
            name=item.name,
            kind=item.kind.value,
            taken=_reading(item) if self._by_provider else taken,
            collection="" if outside else _collection(item),  # a folder outside is the collection's own
        )
        path = self._layout.path(place)
        path = path if outside else self._account / path
        yield path
        for again in count():
            yield path.with_name(suffixed(path.name, self._account, item.id if not again else f"{item.id}\0{again}"))

    def _is_free(self, item: Item, outside: str, path: PurePosixPath) -> bool:
        key = path_key(path)
        if self._reserved.get((outside, key), item.id) != item.id:
            return False
        return self._catalog.owner_of_path(outside, key) in (None, (self._account, item.id))


_EXTENSIONS = frozenset(
    (
        *(".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".heic", ".heif", ".tif", ".tiff", ".bmp", ".dng"),
        *(".mp4", ".m4v", ".mov", ".3gp", ".avi", ".mkv", ".webm", ".mpg", ".wmv"),
    )
)
"""What says of itself to be a format. Anything else behind a name's last dot belongs to the name."""


def fitting_name(name: str, format_: Format | None) -> str:
    """`name`, with the extension of the format that the content really has.

    >>> fitting_name("IMG_0042.HEIC", JPEG)  # doctest: +SKIP
    'IMG_0042.jpg'
    """
    stem, extension = split_extension(name)
    if format_ is None or extension.lower() not in _EXTENSIONS or format_.fits(name):
        return name
    return stem + format_.extensions[0]


def account_folder(library: Library, account: str, outside: str) -> Path:
    """The folder below which an account's files lie: its own in the library, or all of the one outside."""
    return library.base(outside) if outside else library.root / account


def _reading(item: Item) -> datetime | None:
    return item.taken.reading if item.taken else None


def _collection(item: Item) -> str:
    return item.folder if item.folder is not None else "".join(item.collections[:1])


def place_outside(provider: Provider, item: Item) -> str:
    """The folder outside the library in which `item` has its place; empty for the library."""
    folder = provider.folder(item) if isinstance(provider, HasLocalFolders) else None
    return str(folder) if folder else ""
