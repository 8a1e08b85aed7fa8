"""Downloads new items from an account to the library. Read this first to learn what `pull` does.

The provider lists its items (`coverage` decides how far the listing is read, and what its end proves), `decide` says
what to do with each, workers download (`fetch`), `location` chooses the file's location, `save` moves it there and
records it. `end` writes what is written once, at the end.

Failed items of earlier runs and missing files are downloaded again even if an incremental listing does not reach
them.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from functools import partial
from itertools import islice
from pathlib import Path

from photosync import metadata
from photosync.catalog import Catalog, CatalogEntry
from photosync.errors import CancelledError, ItemError, PhotosyncError, SignInError, TemporaryError
from photosync.jobs.account import Account
from photosync.jobs.fix.interrupted import settle_interrupted
from photosync.jobs.listing_pages import listing_pages
from photosync.jobs.outage import OutageDetector
from photosync.jobs.pipeline import PAGES_AHEAD, ListingEnded, Pipeline
from photosync.jobs.pull.adopt import Adoption
from photosync.jobs.pull.coverage import Coverage
from photosync.jobs.pull.decide import Action, decide
from photosync.jobs.pull.end import PullEnd, clear_partials
from photosync.jobs.pull.expected import ExpectedDownloads
from photosync.jobs.pull.failed import FailedItems
from photosync.jobs.pull.fetch import (
    AdoptedFile,
    Downloaded,
    Downloader,
    DownloadFailure,
    DownloadTask,
    NotHere,
    Result,
)
from photosync.jobs.pull.limits import Limits
from photosync.jobs.pull.location import LocationChooser
from photosync.jobs.pull.membership import Membership
from photosync.jobs.pull.missing import missing_files
from photosync.jobs.pull.options import PullOptions
from photosync.jobs.pull.outdated import OutdatedItems
from photosync.jobs.pull.save import Saver
from photosync.jobs.push.stream import clear_abandoned
from photosync.jobs.push.walk import has_pushed_file
from photosync.jobs.report import Reporter, Summary
from photosync.jobs.run_record import RunRecord
from photosync.library import Library
from photosync.library.disk_errors import disk_error
from photosync.model import Item
from photosync.provider import KeepsListing, Page

FAILED_BATCH = 200


class Pull:
    """One run for one account: `Pull(...).run()`."""

    def __init__(
        self,
        account: Account,
        library: Library,
        catalog: Catalog,
        options: PullOptions,
        reporter: Reporter,
        command: str = "pull",
    ) -> None:
        """`command` is the name of the run in summary and catalog."""
        self._account = account
        self._library = library
        self._catalog = catalog
        self._options = options
        self._reporter = reporter
        selection, names = options.selection, ", ".join(collection.name for collection in options.collections)
        self._summary = Summary(command, account.name, names or None, dry_run=options.dry_run)
        self._run = RunRecord(account, catalog, self._summary, partial(clear_partials, library, catalog, account.name))
        self._coverage = Coverage(
            catalog=catalog,
            account=account.name,
            provider=account.provider,
            selection=selection,
            collections=options.collections,
            full=options.full,
        )
        self._limits = Limits(selection.max_items, options.limit_bytes, options.limit_time)
        layout, is_adopting = options.layout, options.adopt_only
        self._locations = LocationChooser(account.name, catalog, library, layout, account.provider, is_adopting)
        self._saver = Saver(
            account=account.name,
            run=self._run.number,
            library=library,
            catalog=catalog,
            locations=self._locations,
            settings=options.metadata,
            note=reporter.note,
        )
        self._membership = Membership(
            account=account,
            catalog=catalog,
            run=self._run.number,
            only=options.collections,
            reads_people=options.people_items,
            accepts_shrink=options.accept_shrink,
            note=reporter.note,
        )
        self.adoption = Adoption()
        self._end = PullEnd(
            account=account.name,
            run=self._run.number,
            library=library,
            catalog=catalog,
            saver=self._saver,
            coverage=self._coverage,
            membership=self._membership,
            adoption=self.adoption,
            note=reporter.note,
        )
        self._failed = FailedItems(account, self._run.number, catalog, self._summary, reporter)
        self._outage = OutageDetector[DownloadFailure](account.concurrency.most_in_progress)
        self._found = self._undecided = 0
        self._expected = ExpectedDownloads(catalog, self._coverage, self._summary, selection.max_items)
        failed_first = self._coverage.is_incremental and selection.is_local and not options.collections
        self._failed_or_missing = catalog.failed_or_missing(account.name) if failed_first else None
        self._outdated = OutdatedItems()

    def run(self) -> Summary:
        """Download. An error that ends the run is in the summary; only bugs are raised."""
        error: PhotosyncError | None = None
        try:
            self._compare_catalog_with_disk()
            try:
                self._list_and_download()
            finally:
                if not self._options.dry_run:
                    self._end.record_saved()
            self._failed.note_known()
            try:
                self._limits.check_bytes()
                self._finish_listing()
            finally:
                if not (self._options.dry_run or self._options.adopt_only or self._account.cancel.is_set()):
                    self._end.write_sidecars(self._check_end)
            if self._options.albums is not None and not self._options.dry_run:
                self._end.make_album_folders(self._options.albums, self._account.cancel)
            self._end.raise_list_error()
        except PhotosyncError as raised:
            error = raised
        except OSError as raised:
            if raised.errno is None:
                raise  # not an error of the file system
            error = disk_error(raised, Path(raised.filename or self._library.root))
        self._run.close(self._found - self._undecided, error)
        return self._summary

    def _compare_catalog_with_disk(self) -> None:
        if not self._options.dry_run:
            clear_abandoned(self._reporter.note)
            with self._end.keep_list_error():
                settle_interrupted(self._library, self._catalog)
        self._catalog.begin_listing()
        self._catalog.note_missing(missing_files(self._library, self._catalog, self._account.name))

    def _list_and_download(self) -> None:
        if self._options.full and isinstance(self._account.provider, KeepsListing):
            self._account.provider.forget_listing()
        self._follow_listing()
        if self._outdated.ids and not self._limits.are_bytes_reached:
            self._reporter.note("items have changed since they were listed last; reading the whole listing")
            self._catalog.forget_seen(self._outdated.ids)
            self._coverage.read_all()
            self._follow_listing()
        if self._coverage.is_short and not self._limits.are_bytes_reached:
            self._reporter.note("the listing changed while it was read; reading it once more")
            self._coverage.restart()
            self._follow_listing()
        self._record_kept_failures()

    def _follow_listing(self) -> None:
        account, settings, claims = self._account, self._options.metadata, self._locations.claims
        downloader = Downloader(account, self._library, settings, claims, self._note_received, self._options.adopt_only)
        self._pipeline = Pipeline[Page, DownloadTask, Result](
            self._pages(), downloader, account.concurrency, account.cancel
        )
        try:
            self._handle_events()
        except BaseException:
            self._account.cancel.set()
            raise
        finally:
            for result in self._pipeline.close():
                if not isinstance(result, DownloadFailure):
                    self._take_result(result)

    def _note_received(self, size_bytes: int) -> None:
        self._account.concurrency.received(size_bytes)
        self._reporter.received(size_bytes)

    def _pages(self) -> Generator[Page, None, None]:
        return listing_pages(
            self._account.provider,
            self._options.selection,
            self._options.collections,
            since=self._coverage.mark,
            may_end_early=self._coverage.may_end_early or self._limits.has_any,
        )

    def _handle_events(self) -> None:
        listing_error: BaseException | None = None
        self._request_more()
        for event in self._pipeline:
            if isinstance(event, Page):
                self._take_page(event)
            elif isinstance(event, ListingEnded):
                self._reporter.expected(self._expected.wanted)
                listing_error = event.error
                if isinstance(listing_error, SignInError):
                    raise listing_error
            elif event is not None:
                self._take_result(event)
            self._saver.record(is_idle=self._pipeline.is_idle, workers=self._account.concurrency.workers)
            self._check_end()
            self._request_more()
        if listing_error is not None:
            raise listing_error  # the items listed before are saved

    def _request_more(self) -> None:
        """Request work: first failed and missing items, then the next pages of the listing."""
        while self._failed_or_missing is not None and self._pipeline.can_submit:
            self._take_failed_or_missing(list(islice(self._failed_or_missing, FAILED_BATCH)))
        if self._failed_or_missing is None:
            may_end = self._coverage.may_end_early or self._limits.has_item_limit
            self._pipeline.request_pages(1 if may_end else PAGES_AHEAD)

    # Decide about items

    def _take_page(self, page: Page) -> None:
        known = self._catalog.known(self._account.name, {item.id for item in page.items})
        new = self._catalog.note_seen(item.id for item in page.items)
        if self._coverage.take(page, known, new):
            self._pipeline.stop_listing()
        self._take_items(page.items, known, new)
        self._found += self._failed.record_not_there(page.missing)
        if not self._options.dry_run:
            self._membership.take(page.items)
        if page.removed and not self._options.dry_run:
            self._summary.gone += self._catalog.mark_gone(self._account.name, page.removed)
        self._reporter.listed(self._found, self._coverage.total)
        self._reporter.expected(self._expected.count(self._found))

    def _take_failed_or_missing(self, entries: list[CatalogEntry]) -> None:
        if not entries:
            self._failed_or_missing = None
        items = [item for each in entries if self._options.selection.matches(item := each.item)]
        new = self._catalog.note_seen((item.id for item in items), by_listing=False)
        self._outdated.watch(new)
        self._take_items(items, {each.id: each for each in entries}, new)

    def _take_items(self, items: Iterable[Item], known: Mapping[str, CatalogEntry], new: set[str]) -> None:
        """Handle the items that are new in this run."""
        for item in items:
            if item.id not in new:
                continue
            new.remove(item.id)  # a page may have an item twice
            entry = known.get(item.id)
            has_file = (
                entry is not None
                and entry.was_pushed
                and has_pushed_file(self._library, self._catalog, entry.account, item.id)
            )
            action = decide(item, entry, self._options.selection, has_pushed_file=has_file)
            if self._limits.admit(item, action):
                self._carry_out(action, item, entry)
                self._found += 1
            if self._limits.is_reached:
                self._pipeline.stop_listing()
                break

    def _carry_out(self, action: Action, item: Item, entry: CatalogEntry | None) -> None:
        if action is Action.DOWNLOAD:
            if self._options.dry_run:
                self._preview_download(item, entry)
            else:
                self._download(item, entry)
        elif action is Action.SKIP:
            self._summary.filtered += 1
        else:
            self._summary.unchanged += 1
            if action is Action.UPDATE and not self._options.dry_run:
                self._saver.describe(item)

    def _preview_download(self, item: Item, entry: CatalogEntry | None) -> None:
        location = (entry and entry.own_location) or self._locations.expected(item)
        self._summary.saved += 1
        self._summary.size_bytes += item.size_bytes or 0
        self._reporter.saved(item.name, location.path)

    def _download(self, item: Item, entry: CatalogEntry | None) -> None:
        task = self._locations.plan(item, entry)
        self._reporter.wanted(1, item.size_bytes or 0)
        self._expected.wanted += 1
        self._undecided += 1
        self._pipeline.submit(task)

    # Results of downloads

    def _take_result(self, result: Result) -> None:
        if isinstance(result, Downloaded):
            self._save(result)
        elif isinstance(result, AdoptedFile):
            self._saver.adopt(result)
            self._undecided -= 1
            self._summary.unchanged += 1
            self.adoption.adopted += 1
        elif isinstance(result, NotHere):  # it stays undecided
            self._locations.release(result.task.item)
            self.adoption.miss(result.task.item, result.task.entry)
        elif isinstance(result.error, TemporaryError):
            self._account.concurrency.failed()
            self._outage.add(result, result.error)
        elif self._outdated.take(result):
            self._locations.release(result.task.item)
            self._undecided -= 1
            self._found -= 1
        else:
            self._fail(result)

    def _save(self, result: Downloaded) -> None:
        try:
            path = self._saver.save(result).path
        except ItemError as error:
            self._fail(DownloadFailure(result.task, error))
            return
        self._undecided -= 1
        self._summary.saved += 1
        self._summary.fixed += result.fixed.outcome is metadata.Outcome.FIXED
        self._summary.size_bytes += result.delivered.size_bytes
        self._reporter.saved(result.task.item.name, path)
        for note in result.notes:
            self._reporter.note(f"{path}: {note}")
        if result.fixed.warning:
            self._reporter.note(f"{path}: {'; '.join(result.fixed.notes)}")
        self._record_kept_failures()

    def _record_kept_failures(self) -> None:
        """The service works: the kept failures are failures of single items."""
        for failure in self._outage.settle():
            self._fail(failure)

    def _fail(self, failure: DownloadFailure) -> None:
        self._locations.release(failure.task.item)
        self._failed.record(failure)
        self._undecided -= 1

    # End of the run

    def _check_end(self) -> None:
        self._limits.check_time(self._run.seconds)
        if self._account.cancel.is_set():
            raise CancelledError("interrupted; what was saved stays saved, and the next run goes on from here")

    def _finish_listing(self) -> None:
        """The listing was read as far as necessary, and all its items were handled."""
        self._end.check_listing(accept_shrink=self._options.accept_shrink)
        self._summary.complete = self._coverage.is_complete
        if not self._options.dry_run:
            self._summary.gone += self._end.record_listing()
            self._end.record_collections()
            self._end.make_json_files()
            if not self._options.adopt_only:
                self._end.clear_useless_partials()
