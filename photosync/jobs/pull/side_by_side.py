"""Puts the still and the movie of a live photo side by side under one name: the first that is saved decides the place.

It also keeps that name free: a picture or movie of another live photo, or of none, gets another name. The catalog is
asked, so what is saved is recorded before. Then a run that is killed between the two finds the place of the first
again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from photosync.catalog import Catalog, CatalogEntry, SavedFile
from photosync.formats.sniff import FormatKind
from photosync.jobs.live_photos import SavedHalf, name_stem
from photosync.model import Item, Kind, Location

if TYPE_CHECKING:
    from photosync.jobs.pull.fetch import Downloaded

_EDITED = re.compile("^img_e(?=[0-9])")
"""An edited picture of an iPhone has the name of the original with an E, when it is copied to a computer."""


@dataclass(slots=True)
class SideBySide:
    """The live photos of one account, in one run."""

    account: str
    catalog: Catalog
    collection_of: Callable[[Item], str]
    """The folder of an item at the service, or its collection, if the library has a folder for each: it keeps them."""
    record: Callable[[], None] = field(default=lambda: None)
    """Records the files that are saved and not recorded yet."""
    note: Callable[[str], None] = field(default=lambda _: None)
    """Gets messages for the user."""
    _unrecorded: set[str] = field(default_factory=set, init=False)
    """What a half may be looked up by: ids, content identifiers, and stems of the files that are not recorded."""
    _has_live_photos: bool = field(init=False)

    def __post_init__(self) -> None:
        self._has_live_photos = self.catalog.live_photos.has_any(self.account)

    def saved(self, file: SavedFile) -> None:
        """A file is at its location, and not recorded yet."""
        self._has_live_photos |= bool(file.content_identifier or file.item.pair)
        self._unrecorded |= {file.item.id, file.location.stem_key, file.content_identifier or file.item.id}

    def recorded(self) -> None:
        """All saved files are recorded."""
        self._unrecorded.clear()

    def place_of_other_half(self, downloaded: Downloaded) -> Location | None:
        """The location of the other half of a downloaded file, unless it has its other half already."""
        item, identifier = downloaded.task.item, downloaded.fixed.content_identifier
        if not (identifier or item.pair):
            return None
        self._record(filter(None, (identifier, item.pair)))
        others = self.catalog.live_photos.with_identifier(self.account, identifier) if identifier else []
        found = self._single(downloaded, others)
        if found is None and item.pair:
            entry = self.catalog.entry(self.account, item.pair)
            found = self._single(downloaded, [entry] if entry is not None and entry.own_location else [])
        return found.location if found else None

    def _single(self, downloaded: Downloaded, entries: Iterable[CatalogEntry]) -> SavedHalf | None:
        """The one among files that may be the other half: that with the same name, or the only one."""
        item = downloaded.task.item
        halves = [SavedHalf.of(each) for each in entries if each.id != item.id]
        free = [half for half in halves if self._may_be_other_half(half, downloaded)]
        stem = name_stem(item.name)
        named = [half for half in free if half.name_stem == stem]
        if named or len(free) != 1:
            return min(named, key=lambda half: half.is_gone, default=None)
        is_edited = _EDITED.sub("img_", free[0].name_stem) == _EDITED.sub("img_", stem)
        return None if is_edited else free[0]

    def _may_be_other_half(self, half: SavedHalf, downloaded: Downloaded) -> bool:
        is_movie = _is_movie(downloaded)
        if half.is_movie == is_movie or half.location.root != downloaded.task.root:
            return False
        if self.collection_of(half.item) != self.collection_of(downloaded.task.item):
            return False
        beside = map(SavedHalf.of, self.catalog.live_photos.beside(half.location))
        return not any(
            each.is_movie == is_movie
            and each.item.id != downloaded.task.item.id
            and each.belongs_with(half.item, half.content_identifier)
            for each in beside
        )

    def is_taken(self, location: Location, downloaded: Downloaded) -> bool:
        """Whether the name there is that of another live photo, or would make one of two files that are none."""
        identifier, item = downloaded.fixed.content_identifier, downloaded.task.item
        if not (self._has_live_photos or identifier or item.pair):
            return False
        self._record([location.stem_key])
        is_movie = _is_movie(downloaded)
        return any(
            half.is_movie != is_movie
            and half.item.id != item.id
            and (identifier or item.pair or half.content_identifier or half.item.pair)
            and not half.belongs_with(item, identifier)
            for half in map(SavedHalf.of, self.catalog.live_photos.beside(location))
        )

    def _record(self, keys: Iterable[str]) -> None:
        if not self._unrecorded.isdisjoint(keys):
            self.record()


def _is_movie(downloaded: Downloaded) -> bool:
    """Whether the content is a video."""
    format_ = downloaded.fixed.format
    return downloaded.task.item.kind is Kind.VIDEO if format_ is None else format_.kind is FormatKind.VIDEO
