"""Finds the right content for one damaged or missing file: from the library, from other folders, from an account.

First the content as it was stored, wherever a copy is. Then the delivered content, which the fixer makes the stored one
of. An account is asked last. A content is accepted by its hash alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from photosync import metadata
from photosync.catalog import CatalogEntry
from photosync.errors import ItemError, Reason
from photosync.jobs.fix.fix_record import as_text
from photosync.jobs.repair.contents import Content, Contents
from photosync.jobs.repair.copies import Copy, FolderCopies, LibraryCopies, proved_copy
from photosync.jobs.repair.downloads import Downloads
from photosync.jobs.repair.store_copies import StoreCopies
from photosync.library import Library, digest_of
from photosync.library.own_folders import temporary_path
from photosync.model import Location


def only_in_copies(entry: CatalogEntry) -> ItemError:
    """The error for what needs the file of an item that the library does not have."""
    text = f"only copies of the library have its photo. Bring it back first: photosync restore --id {entry.id}"
    return ItemError(text, Reason.NOT_FOUND)


@dataclass(frozen=True, slots=True)
class GoodFile:
    """A proved content, in a file on the same disk as the location."""

    path: Path
    sha256: str
    source: str
    """For the user."""
    fixed: metadata.FixResult | None = None
    """The fixer's result, if it gave another content than before."""

    @property
    def fix_record(self) -> str | None:
        """For the catalog."""
        return as_text(self.fixed) if self.fixed else None


class OtherContentError(ItemError):
    """The provider has another content now, and nobody has the earlier one."""


@dataclass(slots=True)
class GoodFiles:
    """The sources, in the order in which they are tried."""

    library: Library
    contents: Contents
    library_copies: LibraryCopies
    others: Sequence[FolderCopies | StoreCopies]
    """What the user names with `--from`."""
    downloads: Downloads
    alike: Sequence[CatalogEntry]
    """Entries with a wanted content."""
    settings: Callable[[str], metadata.Settings]
    """Of the fixer, for an account."""

    def find(self, entry: CatalogEntry, location: Location, workspace: Path) -> GoodFile:
        """The stored content of an item's file. Raises `ItemError`: no source has it, and why.

        Raises `OtherContentError` if the provider has another content now.
        """
        assert entry.stored_sha256 is not None
        stored = Content(entry.stored_sha256, entry.stored_size)
        found = self._local(stored, location, workspace, may_move=True)
        if found is None:
            delivered = self.delivered(entry, location, workspace)
            found = delivered if delivered.sha256 == stored.sha256 else self._fixed(delivered, entry, workspace)
        choice = metadata.choose_capture_time(found.path, metadata.Given.of(entry.item), self.settings(entry.account))
        if choice.file_time is not None:
            metadata.set_file_time(found.path, choice.file_time)
        return found

    def sidecar(self, sha256: str, location: Location, workspace: Path) -> GoodFile | None:
        """A sidecar's content, from the library or a folder."""
        return self._local(Content(sha256, None), location, workspace)

    def delivered(self, entry: CatalogEntry, location: Location, workspace: Path) -> GoodFile:
        """The delivered content, or from an account the stored one. Raises `ItemError`."""
        for content in self.contents.giving_delivered(entry):
            if content.record is None and content.sha256 == entry.stored_sha256:
                continue  # tried already
            found = self._local(content, location, workspace)
            if found is not None and content.record is None:
                return found
            if found is not None:
                try:
                    path = metadata.undo(found.path, content.record or b"", workspace)
                except ItemError:
                    continue  # a damaged record
                return replace(found, path=path, sha256=str(entry.delivered_sha256))
        return self._downloaded(entry, location, workspace)

    def _local(
        self, content: Content, location: Location, workspace: Path, *, may_move: bool = False
    ) -> GoodFile | None:
        for copy in self._copies(content, location):
            is_inside = self.library.file(location) in copy.path.parents  # of a folder that will be moved away
            if may_move and copy.may_move and not is_inside and has_content(copy.path, content.sha256):
                return GoodFile(copy.path, content.sha256, copy.source)
            path = proved_copy(copy.path, content.sha256, workspace)
            if path is not None:
                return GoodFile(path, content.sha256, copy.source)
        return None

    def _copies(self, content: Content, location: Location) -> Iterable[Copy]:
        others = (each.of(location, content) for each in self.others)
        return chain(self.library_copies.of(content), chain.from_iterable(others))

    def _downloaded(self, entry: CatalogEntry, location: Location, workspace: Path) -> GoodFile:
        """From the item's own account, or another one that has the content. Raises `ItemError`."""
        errors: dict[str, str] = {}
        has_changed = False
        for other in (entry, *self._elsewhere(entry)):
            try:
                downloaded = self.downloads.delivered(other, location.root)
            except ItemError as error:
                text = str(error).rstrip(".").removeprefix(f"account '{other.account}': ")
                errors.setdefault(other.account, text)
                continue
            sha256, path = downloaded.delivered.sha256, temporary_path(workspace)
            downloaded.fixed.path.replace(path)
            if sha256 in (entry.delivered_sha256, entry.stored_sha256):
                return GoodFile(path, sha256, f"account: {other.account}")
            has_changed |= other is entry
            errors.setdefault(other.account, "it has another content now")
        places = " or in ".join(["the library", *(each.place for each in self.others)])
        accounts = "; ".join(f"account '{name}': {error}" for name, error in errors.items())
        message = f"no copy is in {places}; {accounts}. An older backup may have one: name it with --from DIR"
        if has_changed:
            raise OtherContentError(message, Reason.CHANGED)
        raise ItemError(message, Reason.NOT_FOUND)

    def _elsewhere(self, entry: CatalogEntry) -> Iterator[CatalogEntry]:
        """Other items with the content; those of other accounts first."""
        known = {entry.delivered_md5, entry.delivered_sha256, entry.stored_sha256} - {None}
        same = [
            each
            for each in self.alike
            if (each.account, each.id) != (entry.account, entry.id)
            and not known.isdisjoint((each.delivered_md5, each.delivered_sha256))
        ]
        yield from sorted(same, key=lambda each: each.account == entry.account)

    def _fixed(self, delivered: GoodFile, entry: CatalogEntry, workspace: Path) -> GoodFile:
        """The stored content, made again of the delivered one; with other settings, it may be another than before."""
        settings = replace(self.settings(entry.account), mode=metadata.Mode.FIX)
        fixed = metadata.fix(delivered.path, metadata.Given.of(entry.item, delivered.sha256), settings, workspace)
        if fixed.undo is None:
            return replace(delivered, fixed=fixed)
        self.library.undo.keep(fixed.undo.stored_sha256, fixed.undo.delivered_sha256, fixed.undo.encode())
        return replace(delivered, path=fixed.path, sha256=fixed.undo.stored_sha256, fixed=fixed)


def has_content(path: Path, sha256: str) -> bool:
    """Whether a regular file with this content is there."""
    try:
        return path.is_file() and not path.is_symlink() and digest_of(path).sha256 == sha256
    except OSError:
        return False
