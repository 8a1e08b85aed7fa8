"""Pages of items and folders from a snapshot of the local tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from photosync.model import Collection, Folder, Item, Kind
from photosync.provider import Page
from photosync.provider_kit.amazon_drive.nodes import DriveNode
from photosync_clouddrive.items import item_of
from photosync_clouddrive.tree import DriveTree


class TreeView:
    """The files of some kinds, and all folders."""

    def __init__(self, tree: DriveTree, media: tuple[Kind, ...]) -> None:
        self._tree = tree
        self._media = media
        self._scope = "all" if Kind.OTHER in media else "media"
        self._mark = tree.mark(self._scope)
        self.folders = tree.folders()

    def pages(self, since: str | None) -> Iterator[Page]:
        """The changes after the mark `since`, or all items without a valid mark; then a page with a new mark."""
        change = self._tree.change_of(since, self._scope)
        yield from self._everything() if change is None else self._changed(change)
        yield Page((), self._total(None), mark=self._mark, is_whole=change is None, unusable=self._tree.unusable)

    def below(self, folders: frozenset[str]) -> Iterator[Page]:
        """The items in these folders, the newest first."""
        yield from self._everything(folders)
        yield Page((), self._total(folders), unusable=self._tree.unusable)

    def _everything(self, below: frozenset[str] | None = None) -> Iterator[Page]:
        total = self._total(below)
        for nodes in self._tree.files(self._media):
            wanted = [node for node in nodes if below is None or not below.isdisjoint(node.parents)]
            yield Page(tuple(self._visible(wanted)), total)

    def _changed(self, change: int) -> Iterator[Page]:
        total = self._total(None)
        for listed in self._tree.changed_files(change):
            nodes = [node for node in listed if node.media in self._media]
            items = tuple(self._visible(nodes))
            there = {item.id for item in items}
            yield Page(items, total, removed=[node.id for node in nodes if node.id not in there])

    def collections(self) -> Iterator[Collection]:
        """All folders, by their first path, with the number of items in and below them."""
        counts: Counter[str] = Counter()
        for parents, count in self._tree.file_counts(self._media):
            counts.update(dict.fromkeys(self.folders.above(parents), count))
        for folder_id, path in self.folders.visible():
            yield Collection(folder_id, path, "folder", counts[folder_id])

    def folder_tree(self) -> Iterator[Folder]:
        """All folders with the number of items in each."""
        counts: Counter[str] = Counter()
        for parents, count in self._tree.file_counts(self._media):
            counts.update(dict.fromkeys(parents, count))
        for folder_id in self.folders.roots():
            yield Folder(folder_id, (), counts[folder_id])
        for folder_id, path in self.folders.visible():
            yield Folder(folder_id, tuple(path.split("/")), counts[folder_id])

    def _total(self, below: frozenset[str] | None) -> int:
        return sum(
            count
            for parents, count in self._tree.file_counts(self._media)
            if self.folders.paths_of(parents) and (below is None or not below.isdisjoint(parents))
        )

    def _visible(self, nodes: Iterable[DriveNode]) -> Iterator[Item]:
        """The available files outside folders that are in the trash."""
        for node in nodes:
            paths = self.folders.paths_of(node.parents) if node.is_available else ()
            if paths:
                yield item_of(node, paths)
