"""Contents from the accounts. An account is opened when it is needed, and not asked again after it has failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from photosync import metadata
from photosync.catalog import Catalog, CatalogEntry
from photosync.errors import (
    ItemError,
    PhotosyncError,
    ProviderError,
    Reason,
    SignInError,
    TemporaryError,
    UsageError,
)
from photosync.jobs.account import Account
from photosync.jobs.listing_pages import listing_pages
from photosync.jobs.outage import OutageDetector
from photosync.jobs.pull.adopt import Claims
from photosync.jobs.pull.fetch import Downloaded, Downloader, DownloadFailure, DownloadTask, Result
from photosync.jobs.pull.location import LocationChooser
from photosync.jobs.pull.save import Saver
from photosync.library import Layout, Library
from photosync.model import Item, Selection
from photosync.provider import SupportsPicking

_MAY_HAVE_CHANGED = frozenset({Reason.HASH_MISMATCH, Reason.SIZE_MISMATCH, Reason.NOT_FOUND, Reason.TRUNCATED})
"""Failures of a download for which the item's description may be out of date."""


@dataclass(frozen=True, slots=True)
class AccountSource:
    """An account of the configuration."""

    open: Callable[[], AbstractContextManager[Account]]
    settings: metadata.Settings
    layout: Layout


@dataclass(slots=True)
class Downloads:
    """A context manager; the accounts stay open until its end."""

    library: Library
    catalog: Catalog
    accounts: Mapping[str, AccountSource]
    wanted: Mapping[str, set[str]]
    """The ids of all items that may be downloaded, by account."""
    note: Callable[[str], None]
    on_bytes: Callable[[int], None]
    failures: dict[str, PhotosyncError] = field(default_factory=dict, init=False)
    """Why an account cannot be used."""
    _open: dict[str, Account] = field(default_factory=dict, init=False)
    _outages: dict[str, OutageDetector[None]] = field(default_factory=dict, init=False)
    _listed: dict[str, dict[str, Item]] = field(default_factory=dict, init=False)
    _stack: ExitStack = field(default_factory=ExitStack, init=False)

    def __enter__(self) -> Downloads:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def delivered(self, entry: CatalogEntry, root: str) -> Downloaded:
        """The item's content as its provider delivers it now, in the file system of `root`.

        Raises `ItemError`. An account that fails is in `failures`.
        """
        return self._downloaded(entry, root, metadata.Mode.OFF)

    def changed(self, entry: CatalogEntry, root: str) -> Downloaded:
        """Another content that the item has now, as a pull saves it. Raises `ItemError`."""
        return self._downloaded(entry, root, self.accounts[entry.account].settings.mode)

    def save(self, downloaded: Downloaded, name: str, run: int) -> None:
        """Save a changed content of an account's item as a pull would. Raises `ItemError`."""
        source, account = self.accounts[name], self._open[name]
        saver = Saver(
            account=name,
            run=run,
            library=self.library,
            catalog=self.catalog,
            locations=LocationChooser(name, self.catalog, self.library, source.layout, account.provider),
            settings=source.settings,
            note=self.note,
        )
        saver.save(downloaded)
        saver.commit()
        saver.write_sums()

    def _downloaded(self, entry: CatalogEntry, root: str, mode: metadata.Mode) -> Downloaded:
        account = self._account(entry.account)
        settings = replace(self.accounts[entry.account].settings, mode=mode)
        downloader = Downloader(account, self.library, settings, Claims(), self.on_bytes)
        with self._noting_failures(entry.account):
            known = self._listed.get(entry.account, {}).get(entry.id)
            result = downloader(DownloadTask(known or entry.item, entry, root))
            if known is None and isinstance(result, DownloadFailure) and self._may_have_changed(account, result):
                now = self._list_again(account).get(entry.id)
                if now is not None and now != result.task.item:
                    result = downloader(DownloadTask(now, entry, root))
            return self._checked(entry.account, result)

    def _checked(self, name: str, result: Result) -> Downloaded:
        outage = self._outages.setdefault(name, OutageDetector(workers=lambda: 1))
        if isinstance(result, DownloadFailure):
            if isinstance(result.error, TemporaryError):
                outage.add(None, result.error)
                raise ItemError(str(result.error), result.error.reason)
            raise result.error
        assert isinstance(result, Downloaded)
        outage.settle()
        return result

    @staticmethod
    def _may_have_changed(account: Account, failure: DownloadFailure) -> bool:
        is_listed = not account.provider.facts.needs_picking
        return is_listed and isinstance(failure.error, ItemError) and failure.error.reason in _MAY_HAVE_CHANGED

    def _list_again(self, account: Account) -> Mapping[str, Item]:
        """The present descriptions of the wanted items, from one listing."""
        if account.name not in self._listed:
            self.note(f"{account.name}: an item is not as it was listed; the account is listed again")
            selection = Selection(all_files="all_files" in account.provider.facts.selects)
            pages = listing_pages(account.provider, selection)
            wanted = self.wanted.get(account.name, set())
            self._listed[account.name] = _items((item for page in pages for item in page.items), wanted)
        return self._listed[account.name]

    def _account(self, name: str) -> Account:
        if name in self.failures:
            raise ItemError(str(self.failures[name]), Reason.UNREACHABLE)
        if name not in self.accounts:
            raise ItemError("it is not in the configuration", Reason.UNREACHABLE)
        if name not in self._open:
            with self._noting_failures(name):
                account = self._stack.enter_context(self.accounts[name].open())
                _list_picked(account)
                self._open[name] = account
        return self._open[name]

    @contextmanager
    def _noting_failures(self, name: str) -> Iterator[None]:
        """Turns an error of the whole account into one of the item, and notes it for the following items."""
        try:
            yield
        except (SignInError, TemporaryError, ProviderError, UsageError) as error:
            self.failures[name] = error
            raise ItemError(str(error), Reason.UNREACHABLE) from error


def _items(items: Iterable[Item], wanted: set[str]) -> dict[str, Item]:
    return {item.id: item for item in items if item.id in wanted}


def _list_picked(account: Account) -> None:
    """List the open sessions of a service where a person picks: what was picked can be downloaded after that."""
    provider = account.provider
    sessions = provider.unfinished() if isinstance(provider, SupportsPicking) else ()
    for session in sessions:
        assert isinstance(provider, SupportsPicking)
        state = provider.picking(session.id)
        if state is not None and state.is_done:
            for _ in account.provider.list(Selection(), session.id, None):
                pass
