"""The end of a pull: what is written once, when nothing more is downloaded. Most of it after an error too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

from photosync.catalog import Catalog
from photosync.errors import DestinationError
from photosync.jobs.albums.folders import AlbumFolders, WantedFolders
from photosync.jobs.albums.json_files import JsonFiles
from photosync.jobs.pull.adopt import Adoption
from photosync.jobs.pull.coverage import Coverage
from photosync.jobs.pull.fetch import partial_key
from photosync.jobs.pull.item_sidecars import ItemSidecars
from photosync.jobs.pull.membership import Membership
from photosync.jobs.pull.save import Saver
from photosync.jobs.sums_list import ListError
from photosync.library import Library


@dataclass(kw_only=True, slots=True)
class PullEnd:
    """The end of one run for one account."""

    account: str
    run: int
    library: Library
    catalog: Catalog
    saver: Saver
    coverage: Coverage
    membership: Membership
    adoption: Adoption
    note: Callable[[str], None]
    """Gets messages for the user."""
    _list_error: ListError | None = field(default=None, init=False)

    def record_saved(self) -> None:
        """Record the last files, and update SHA256SUMS. Raises `DestinationError`."""
        try:
            self.saver.commit()
        except DestinationError:
            clear_partials(self.library, self.catalog, self.account)
            self.saver.commit()
        with self.keep_list_error():
            self.saver.write_sums()

    def make_json_files(self) -> None:
        """Bring the files up to date that are made from the catalog, in which everything is now."""
        with self.keep_list_error():
            JsonFiles(self.library, self.catalog, self.note).update()

    def make_album_folders(self, wanted: WantedFolders, cancel: Event) -> None:
        """Bring the folders of the account's albums up to date. Raises `DestinationError` and `CancelledError`."""
        folders = AlbumFolders(
            account=self.account, library=self.library, catalog=self.catalog, note=self.note, cancel=cancel
        )
        folders.update(wanted)

    @contextmanager
    def keep_list_error(self) -> Iterator[None]:
        """Photos come, whatever their list; the run ends with its error."""
        try:
            yield
        except ListError as error:
            self._list_error = error

    def raise_list_error(self) -> None:
        """Raise the last `ListError`, if there was one."""
        if self._list_error is not None:
            raise self._list_error

    def check_listing(self, *, accept_shrink: bool) -> None:
        """Say why nothing is taken for gone. Raises `SuspiciousError` if too much is, unless `accept_shrink`."""
        if self.coverage.is_short:
            self.note("the service counts more items than it listed; nothing is taken for gone")
        if not accept_shrink:
            self.coverage.check_shrink()
        if self.coverage.unusable:
            self.note(
                f"left out {self.coverage.unusable} entries of the listing that have no usable id or data; nothing "
                "is taken for gone"
            )

    def record_listing(self) -> int:
        """Record what the listing showed. Returns how many items are newly gone."""
        if self.coverage.is_of_everything and self.coverage.shows_all:
            self.membership.begin_whole()
        gone = self.coverage.record(self.run)
        if self.adoption.has_new:
            self.coverage.forget()
        return gone

    def record_collections(self) -> None:
        """Record what is in the collections. Raises `SignInError` and `TemporaryError`."""
        if self.coverage.is_of_everything:
            self.membership.finish(is_whole=self.coverage.shows_all)

    def write_sidecars(self, check_end: Callable[[], None]) -> None:
        """Write what the service knows to sidecars that lack it. `check_end` may raise, to end this."""
        sidecars = ItemSidecars(
            account=self.account,
            run=self.run,
            library=self.library,
            catalog=self.catalog,
            settings=self.saver.settings,
            note=self.note,
        )
        with self.keep_list_error():
            sidecars.write(check_end)

    def clear_useless_partials(self) -> None:
        """Keep only partial files that the next run can resume: those of failed and missing items."""
        keep = [partial_key(each.item) for each in self.catalog.failed_or_missing(self.account)]
        clear_partials(self.library, self.catalog, self.account, keep)


def clear_partials(library: Library, catalog: Catalog, account: str, keep: Iterable[str] = ()) -> None:
    """Remove the account's partial files, except those of the keys in `keep`.

    All of them when the disk is full: they may have filled it, and the catalog must record what was saved.
    """
    kept = [*keep]
    for root in {"", *catalog.roots()}:
        library.clear_partials(root, account, kept)
