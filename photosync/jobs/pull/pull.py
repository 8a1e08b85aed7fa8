"""Brings what is new from an account to the library. Read this to know what the program does.

A pull lists the account, asks the catalog about every item (`_take_page`, `_judge`), has the content of those that are
wanted fetched by several workers (`_order`, and `fetch`), gives every file its name and records it (`_take_result`, and
`shelf`). How far the listing goes, and what its end proves, is `coverage`'s business.

What is owed, because it failed last time or because somebody removed its file, is brought again even when an
incremental listing does not reach it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto
from itertools import chain
from pathlib import Path

from photosync import metadata
from photosync.catalog import Catalog, CatalogEntry
from photosync.catalog.item_json import to_text
from photosync.errors import CancelledError, Exit, PhotosyncError, SignInError, TemporaryError
from photosync.jobs.account import Account
from photosync.jobs.fix.replace_file import settle_interrupted
from photosync.jobs.outage import OutageDetector
from photosync.jobs.pipeline import PAGES_AHEAD, ListingEnded, Pipeline
from photosync.jobs.pull.coverage import Coverage
from photosync.jobs.pull.fetch import AdoptedFile, Downloaded, Downloader, DownloadFailure, DownloadTask, partial_key
from photosync.jobs.pull.location import LocationChooser
from photosync.jobs.pull.save import Saver, missing_files
from photosync.jobs.push.walk import size_of
from photosync.jobs.report import ItemFailure, Reporter, Summary
from photosync.jobs.run_record import RunRecord
from photosync.library import Layout, Library
from photosync.model import Collection, Item, Selection
from photosync.provider import Page


@dataclass(frozen=True, slots=True)
class Options:
    """What a pull is asked to do."""

    layout: Layout
    metadata: metadata.Settings
    workers: int
    selection: Selection = field(default_factory=Selection)
    collections: tuple[Collection, ...] = ()
    """Only these; empty: the whole account."""
    full: bool = False
    dry_run: bool = False
    accept_shrink: bool = False
    limit_bytes: int | None = None
    limit_time: timedelta | None = None


class Verdict(Enum):
    """What is to be done about an item."""

    UNCHANGED = auto()
    WANTED = auto()
    FILTERED = auto()


class _LimitReachedError(PhotosyncError):
    exit = Exit.LIMIT


class Pull:
    """One run for one account: `Pull(...).run()`."""

    def __init__(
        self,
        account: Account,
        library: Library,
        catalog: Catalog,
        options: Options,
        reporter: Reporter,
        command: str = "pull",
    ) -> None:
        """`command` is what the run record calls the run."""
        self._account = account
        self._library = library
        self._catalog = catalog
        self._options = options
        self._reporter = reporter
        names = ", ".join(collection.name for collection in options.collections)
        self._summary = Summary(command, account.name, names or None, dry_run=options.dry_run)
        self._run = RunRecord(account, catalog, self._summary)
        self._coverage = Coverage(
            catalog=catalog,
            account=account.name,
            facts=account.provider.facts,
            selection=options.selection,
            collections=options.collections,
            full=options.full,
        )
        self._locations = LocationChooser(account.name, catalog, library, options.layout, account.provider)
        self._saver = Saver(
            account.name, self._run.number, library, catalog, self._locations, options.metadata, reporter.note
        )
        self._ordered: dict[str, CatalogEntry | None] = {}
        self._ordered_bytes = 0
        self._outage = OutageDetector[DownloadFailure](options.workers)
        self._met = 0
        self._limit_reached = False
        self._matched = 0
        self._bound = options.selection.recent or options.selection.limit
        owed_first = self._coverage.is_incremental and options.selection.is_local and not options.collections
        self._owed_after: int | None = 0 if owed_first else None

    def run(self) -> Summary:
        """Do it. What ends a run early ends up in the summary; only bugs are raised."""
        error: PhotosyncError | None = None
        try:
            self._bring()
        except PhotosyncError as raised:
            error = raised
        self._run.close(self._met - len(self._ordered), error)
        return self._summary

    def _bring(self) -> None:
        if not self._options.dry_run:
            settle_interrupted(self._library, self._catalog)
        self._catalog.meet_nothing()
        self._catalog.note_missing(missing_files(self._library, self._catalog, self._account.name))
        try:
            self._list_and_fetch()
            if self._coverage.is_short and not self._limit_reached:
                self._reporter.note("the listing changed while it was read; reading it once more")
                self._coverage.begin_again()
                self._list_and_fetch()
            self._fail_kept_back()
        finally:
            if not self._options.dry_run:
                self._saver.commit()
                self._saver.write_sums()
        if self._limit_reached:
            raise _LimitReachedError("the limit of bytes is reached; the next run goes on from here")
        self._finish_listing()

    def _list_and_fetch(self) -> None:
        downloader = Downloader(self._account, self._library, self._options.metadata, self._reporter.received)
        self._pipeline = Pipeline[Page, DownloadTask, Downloaded | AdoptedFile | DownloadFailure](
            self._pages(), downloader, self._options.workers
        )
        try:
            self._follow()
        except BaseException:
            self._account.cancel.set()
            raise
        finally:
            for result in self._pipeline.close():
                if not isinstance(result, DownloadFailure):
                    self._take_result(result)

    def _pages(self) -> Iterator[Page]:
        """The listing; of several collections one after the other."""
        list_ = self._account.provider.list
        wanted: list[str | None] = [collection.id for collection in self._options.collections]
        return chain.from_iterable(
            list_(self._options.selection, each, self._coverage.mark) for each in wanted or [None]
        )

    def _follow(self) -> None:
        broken: BaseException | None = None
        self._feed()
        for event in self._pipeline:
            if isinstance(event, Page):
                self._take_page(event)
            elif isinstance(event, ListingEnded):
                broken = event.error
                if isinstance(broken, SignInError):
                    raise broken
            elif event is not None:
                self._take_result(event)
            self._saver.commit_if_due()
            self._check_time()
            self._feed()
        if broken is not None:
            raise broken  # what had been listed by then is here

    def _feed(self) -> None:
        """Let more come in: first what is owed, then the listing's next pages."""
        while self._owed_after is not None and self._pipeline.has_room:
            self._owed_after = self._order_owed(self._owed_after)
        if self._owed_after is None:
            may_end = self._coverage.may_end_early or self._bound is not None
            self._pipeline.ask_for_pages(1 if may_end else PAGES_AHEAD)

    # What was listed

    def _take_page(self, page: Page) -> None:
        known = self._catalog.known(self._account.name, {item.id for item in page.items})
        fresh = self._catalog.see(item.id for item in page.items)
        if self._coverage.take(page, known, fresh):
            self._pipeline.stop_listing()
        for item in page.items:
            if item.id in fresh:
                fresh.remove(item.id)  # a page may bring an item twice
                self._decide(item, known)
                if self._matched == self._bound:
                    self._pipeline.stop_listing()
                    break
        if page.removed and not self._options.dry_run:
            self._summary.gone += self._catalog.mark_gone(self._account.name, page.removed)
        self._reporter.listed(self._summary.listed, page.total)

    def _order_owed(self, after: int) -> int | None:
        """Order some of what is owed; returns where to go on, if there is more."""
        owed = self._catalog.owed(self._account.name, after)
        items = {each.id: each.item for each in owed}
        wanted = [id_ for id_, item in items.items() if self._options.selection.matches(item)]
        fresh = self._catalog.see(wanted, listed=False)
        known = {each.id: each for each in owed}
        for id_ in wanted:
            if id_ in fresh:
                self._decide(items[id_], known)
        return owed[-1].row_id if owed else None

    def _decide(self, item: Item, known: Mapping[str, CatalogEntry]) -> None:
        """An item is met for the first time in this run: count it, and order it if it is wanted."""
        verdict = self._judge(item, known.get(item.id))
        if self._limit_reached or (verdict is Verdict.WANTED and not self._fits(item)):
            return
        self._met += 1
        self._matched += verdict is not Verdict.FILTERED
        if verdict is Verdict.WANTED:
            self._order(item, known.get(item.id))
        elif verdict is Verdict.FILTERED:
            self._summary.filtered += 1
        else:
            self._summary.unchanged += 1
            if known[item.id].description != to_text(item):
                self._saver.describe(item)

    def _judge(self, item: Item, known: CatalogEntry | None) -> Verdict:
        if not self._options.selection.matches(item):
            return Verdict.FILTERED
        if known is None or known.is_owed or known.differs_from(item):
            return Verdict.WANTED
        if known.was_pushed and not self._has_pushed_file(item):
            return Verdict.WANTED
        return Verdict.UNCHANGED

    def _has_pushed_file(self, item: Item) -> bool:
        """Whether a file that went up as this item still lies where it lay; else the service has the only copy."""
        files = self._catalog.pushes(self._account.name).files_of(item.id)
        return any(size_of(path) == size_bytes for path, size_bytes in files)

    # What is wanted

    def _order(self, item: Item, known: CatalogEntry | None) -> None:
        if self._options.dry_run:
            self._pretend(item, known)
            return
        self._ordered[item.id] = known
        adoptable: tuple[Path, ...] = ()
        legacy: list[Path] = []
        if known is None or known.location is None:
            self._locations.reserve(item)
            legacy = self._locations.legacy_files(item)
            adoptable = self._locations.unknown_files(item, legacy)
        self._reporter.wanted(1, item.size_bytes or 0)
        self._pipeline.submit(DownloadTask(item, self._locations.root(item), adoptable, tuple(legacy)))

    def _pretend(self, item: Item, known: CatalogEntry | None) -> None:
        location = known.location if known and known.location else self._locations.expected(item)
        self._summary.saved += 1
        self._summary.size_bytes += item.size_bytes or 0
        self._reporter.saved(item.name, location.path)

    def _take_result(self, result: Downloaded | AdoptedFile | DownloadFailure) -> None:
        item = result.task.item
        if isinstance(result, DownloadFailure) and isinstance(result.error, TemporaryError):
            self._outage.add(result, result.error)
            return
        known = self._ordered.pop(item.id)
        if isinstance(result, DownloadFailure):
            self._fail(result)
        elif isinstance(result, AdoptedFile):
            self._saver.adopt(result)
            self._summary.unchanged += 1
        else:
            path = self._saver.save(result, known).path
            self._summary.saved += 1
            self._summary.fixed += result.fixed.outcome is metadata.Outcome.FIXED
            self._summary.size_bytes += result.delivered.size_bytes
            self._reporter.saved(item.name, path)
            if result.fixed.warning:
                self._reporter.note(f"{path}: {'; '.join(result.fixed.notes)}")
            self._fail_kept_back()

    def _fail_kept_back(self) -> None:
        for result in self._outage.settle():
            del self._ordered[result.task.item.id]
            self._fail(result)

    def _fail(self, result: DownloadFailure) -> None:
        item, error = result.task.item, result.error
        self._locations.release(item)
        self._catalog.record_failed(self._account.name, self._run.number, item, error.reason, str(error))
        self._summary.add_failure(ItemFailure(item.id, item.name, error.reason, str(error)))
        self._reporter.failed(item.name, str(error))

    # The ends

    def _fits(self, item: Item) -> bool:
        """Whether the limit of bytes leaves room for the item; one item always fits, or nothing would ever come."""
        size, limit = item.size_bytes or 0, self._options.limit_bytes
        if limit is not None and self._ordered_bytes and self._ordered_bytes + size > limit:
            self._limit_reached = True
            self._pipeline.stop_listing()
            return False
        self._ordered_bytes += size
        return True

    def _check_time(self) -> None:
        limit = self._options.limit_time
        if limit is not None and self._run.seconds > limit.total_seconds():
            raise _LimitReachedError("the limit of time is reached; the next run goes on from here")
        if self._account.cancel.is_set():
            raise CancelledError("interrupted; what was saved stays saved, and the next run goes on from here")

    def _finish_listing(self) -> None:
        """The listing went as far as it had to, and everything that it brought was dealt with."""
        if self._coverage.is_short:
            self._reporter.note("the service counts more items than it listed; nothing is taken for gone")
        if not self._options.accept_shrink:
            self._coverage.check_believable()
        self._summary.complete = not self._coverage.is_short
        if not self._options.dry_run:
            self._summary.gone += self._coverage.record(self._run.number)
            self._clear_partials()

    def _clear_partials(self) -> None:
        """Keep only what the next run can resume: the contents that are still owed."""
        keep, after = [], 0
        while owed := self._catalog.owed(self._account.name, after):
            keep += [partial_key(each.item) for each in owed]
            after = owed[-1].row_id
        for root in {"", *self._catalog.roots()}:
            self._library.clear_partials(root, self._account.name, keep)
