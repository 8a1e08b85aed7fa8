"""Compares an account's complete listing with the catalog and the disk, and accounts for each item.

It needs no lock and changes nothing in the library, so it can run at any time. The files' contents are `verify`'s.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from photosync.catalog import Catalog, CatalogEntry, Snapshot
from photosync.errors import CancelledError, PhotosyncError, Reason, SuspiciousError, UsageError
from photosync.jobs.account import Account
from photosync.jobs.audit.extra_files import extra_files
from photosync.jobs.audit.judge import AuditOutcome, judge
from photosync.jobs.audit.summary import AuditSummary
from photosync.jobs.file_state import FileFault, fault_of
from photosync.jobs.findings import Finding, FindingKind, FindingReason
from photosync.jobs.listing_pages import listing_pages, not_there
from photosync.jobs.pull.coverage import Coverage, check_loss, is_listed_with_all
from photosync.jobs.push.local_file import stamp_of
from photosync.jobs.push.walk import has_pushed_file
from photosync.jobs.report import Reporter
from photosync.jobs.sums_list import SumsList
from photosync.library import Library
from photosync.model import Collection, Item, Kind, Proof, Selection
from photosync.provider import KeepsListing, Page, SupportsPicking


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """The options of an audit."""

    selection: Selection = field(default_factory=Selection)
    collections: tuple[Collection, ...] = ()
    """Only these; empty: the whole account."""
    accept_shrink: bool = False


class Audit:
    """One audit of one account: `Audit(...).run()`."""

    def __init__(
        self,
        account: Account,
        library: Library,
        read: Callable[[], AbstractContextManager[Catalog]],
        options: AuditOptions,
        reporter: Reporter,
        found: Callable[[Finding], None],
    ) -> None:
        """`read` opens the library's catalog for reading; `found` gets each finding."""
        self._account = account
        self._library = library
        self._read = read
        self._selection = options.selection
        self._collections = options.collections
        self._accept_shrink = options.accept_shrink
        self._reporter = reporter
        self._found = found
        names = ", ".join(each.name for each in options.collections)
        is_selection = options.selection not in (Selection(), Selection(all_files=True))
        self._is_whole = not options.collections and not is_selection
        command = "pick" if account.provider.facts.needs_picking else "pull"
        self._summary = AuditSummary(account.name, names or None, is_selection=is_selection, brought_by=command)
        self._matching = 0
        self._not_there: list[str] = []

    def run(self) -> AuditSummary:
        """Compare. An error that ends the audit is in the summary; only bugs are raised."""
        started, error = time.monotonic(), None
        try:
            with Snapshot(self._library.catalog_path, self._read) as snapshot:
                self._snapshot, self._catalog = snapshot, snapshot.catalog
                self._check_roots()
                self._list()
                snapshot.refresh()
                self._check_roots()
                self._note_other_run()
                self._check_loss()
                self._compare()
        except PhotosyncError as raised:
            error = raised
        self._summary.seconds = time.monotonic() - started
        self._summary.requests = sum(session.requests for session in self._account.sessions)
        self._summary.retries = sum(session.retries for session in self._account.sessions)
        self._summary.end(error)
        return self._summary

    def _check_roots(self) -> None:
        """Raise `DestinationError` if a folder's disk is not mounted, in place of a finding for each of its files."""
        for root in self._snapshot.roots(self._account.name):
            SumsList(self._library, self._catalog, root).check_there()

    # The listing

    def _list(self) -> None:
        """Read the complete listing, and judge whether it can be believed."""
        if isinstance(self._account.provider, KeepsListing):
            self._account.provider.forget_listing()
        coverage = Coverage(
            catalog=self._catalog,
            account=self._account.name,
            provider=self._account.provider,
            selection=self._selection,
            collections=self._collections,
            full=True,
        )
        self._follow_listing(coverage)
        if coverage.is_short:
            self._reporter.note("the listing changed while it was read; reading it once more")
            coverage.restart()
            self._follow_listing(coverage)
        self._summary.doubt = self._doubt(coverage)

    def _doubt(self, coverage: Coverage) -> str | None:
        name = self._account.name
        if not self._accept_shrink:
            try:
                coverage.check_shrink()
            except SuspiciousError as error:
                return str(error)
        if coverage.is_short:
            return f"account '{name}': the service counts more items than it listed. Run the audit again later."
        if coverage.unusable:
            return f"account '{name}': the listing has {coverage.unusable} entries that have no usable id or data."
        return None

    def _check_loss(self) -> None:
        """Compare the listing with the catalog too: it knows items also where no earlier listing does."""
        is_of_ids = self._selection.ids is not None  # any number of them may be gone
        if self._accept_shrink or self._summary.doubt or not self._shows_gone or is_of_ids:
            return
        now = self._snapshot.known_count(self._account.name)
        # If nothing is known, it may be another account: then all of this one's items are those of somebody else.
        lost = sum(not entry.is_gone and (not now or self._should_be_listed(entry)) for entry in self._unlisted())
        try:
            check_loss(self._account.name, before=now + lost, now=now)
        except SuspiciousError as error:
            self._summary.doubt = str(error)

    @property
    def _shows_gone(self) -> bool:
        """Whether items of the catalog that match, and are not in the listing, are no longer at the provider."""
        # What is no favourite, or not hidden any more, is not gone.
        is_changeable = self._selection.favorites or self._selection.hidden
        return self._selection.is_local and not self._collections and not is_changeable

    def _unlisted(self) -> Iterator[CatalogEntry]:
        """The matching items of the catalog that are not in the listing."""
        for entry in self._snapshot.unlisted(self._account.name):
            item = entry.item
            if item.kind is Kind.OTHER and not self._selection.all_files:
                continue  # it is listed on request only
            if self._selection.matches(item):
                yield entry

    def _should_be_listed(self, entry: CatalogEntry) -> bool:
        return is_listed_with_all(self._account.provider, entry.item)

    def _follow_listing(self, coverage: Coverage) -> None:
        for page in listing_pages(self._account.provider, self._selection, self._collections):
            if self._account.cancel.is_set():
                raise CancelledError("interrupted; nothing was compared yet")
            self._take_page(page, coverage)
            if self._matching == self._selection.max_items:
                return

    def _take_page(self, page: Page, coverage: Coverage) -> None:
        self._not_there += page.missing
        new = self._catalog.note_seen(item.id for item in page.items)
        coverage.take(page, {}, new)
        items = []
        for item in page.items:
            if item.id not in new or self._matching == self._selection.max_items:
                continue
            new.remove(item.id)  # a page may have an item twice
            self._summary.listed += 1
            if self._selection.matches(item):
                self._matching += 1
                items.append(item)
            else:
                self._summary.filtered += 1
        self._snapshot.note_listed(items)
        self._reporter.listed(self._summary.listed, page.total)

    # The comparison

    def _note_other_run(self) -> None:
        totals = self._catalog.totals(self._account.name)
        is_open = totals.last_started_at is not None and totals.last_exit is None
        self._unended_since = totals.last_started_at if is_open else None
        if is_open:
            self._reporter.note(
                "a run of this account is working, or was killed; what it saves after this moment is not counted"
            )

    def _compare(self) -> None:
        for items in self._snapshot.listed():
            self._check_cancelled()
            known = self._catalog.known(self._account.name, {item.id for item in items})
            for item in items:
                self._compare_item(item, known.get(item.id))
        self._summary.complete = self._summary.doubt is None
        if self._summary.complete and self._shows_gone:
            for entry in filter(self._should_be_listed, self._unlisted()):
                self._check_gone(entry)
        self._note_not_there()
        if self._is_whole:
            self._check_cancelled()
            self._find_extra_files()

    def _find_extra_files(self) -> None:
        try:
            for finding in extra_files(self._library, self._snapshot, self._account.name, self._unended_since):
                self._summary.count(finding)
                self._found(finding)
        except UsageError as error:  # an unreadable list of files to leave out
            self._reporter.note(f"files of no item are not looked for: {error}")

    def _check_cancelled(self) -> None:
        if self._account.cancel.is_set():
            raise CancelledError("interrupted; not all was compared")

    def _compare_item(self, item: Item, entry: CatalogEntry | None) -> None:
        judgement = judge(self._account.name, item, entry, self._fault(entry) if entry else None)
        summary = self._summary
        summary.saved += judgement.outcome is AuditOutcome.SAVED
        summary.failed += judgement.outcome is AuditOutcome.FAILED
        summary.missing += judgement.outcome is AuditOutcome.MISSING
        if judgement.proof is not None and entry is not None:
            is_touched = entry.own_location is None and not self._is_as_uploaded(entry)
            summary.proved[Proof.SIZE if is_touched else judgement.proof] += 1
            summary.offsite += entry.offsite is not None
            summary.size_bytes += entry.stored_size or entry.delivered_size or 0
        if judgement.finding is not None:
            summary.different += judgement.outcome is AuditOutcome.SAVED
            is_damaged = judgement.finding.finding is FindingKind.DAMAGED
            is_new_content = judgement.finding.finding is FindingKind.DIFFERENT
            is_lost_upload = entry is not None and entry.location is None and judgement.outcome is AuditOutcome.MISSING
            summary.needs_full |= is_new_content or is_lost_upload
            summary.has_failures |= isinstance(judgement.finding.reason, Reason)
            # A link: a pull takes it for the file.
            summary.to_repair += is_damaged or judgement.finding.reason is FindingReason.LINK
            self._found(judgement.finding)

    def _fault(self, entry: CatalogEntry) -> FileFault | None:
        """What is wrong with an item's file: in the library, or the user's own that was uploaded.

        Nothing is looked for if only copies of the library have it: a check of the copy does that.
        """
        if entry.offsite is not None:
            return None
        if entry.location is not None:
            return fault_of(self._library.file(entry.location), entry.stored_size)
        if has_pushed_file(self._library, self._catalog, entry.account, entry.id):
            return None
        was_pushed = bool(self._catalog.push_records(item=(entry.account, entry.id)))
        text = "it was uploaded, and its file is gone or has another size" if was_pushed else "it was not saved yet"
        return FileFault(FindingKind.MISSING, FindingReason.ABSENT, text)

    def _is_as_uploaded(self, entry: CatalogEntry) -> bool:
        """Whether a file of the user that was uploaded is unchanged, by its times. Only its size is known otherwise."""
        records = self._catalog.push_records(item=(entry.account, entry.id))
        return any(stamp_of(each.path) == each.stamp for each in records)

    def _check_gone(self, entry: CatalogEntry) -> None:
        fault = self._fault(entry)
        if fault is not None and fault.finding is FindingKind.MISSING:
            return  # it is neither here nor there
        path = str(entry.own_location) if entry.own_location else None
        name = "" if path else f"{entry.item.name or entry.id}: "
        where = "" if self._is_whole else " in this selection"
        text = f"{name}the provider does not list it{where} any more; its file stays"
        finding = Finding(path, entry.id, entry.account, FindingKind.GONE, FindingReason.NOT_LISTED, text)
        self._summary.count(finding)
        self._found(finding)

    def _note_not_there(self) -> None:
        """Ids that were asked for, and that neither the provider nor the library has. Those here are `gone`."""
        known = self._catalog.known(self._account.name, self._not_there)
        for id_ in self._not_there:
            entry = known.get(id_)
            fault = self._fault(entry) if entry else None
            if entry is not None and (fault is None or fault.finding is not FindingKind.MISSING):
                continue
            error = not_there(self._account, id_)
            self._summary.listed += 1
            self._summary.failed += 1
            self._found(Finding(None, id_, self._account.name, FindingKind.MISSING, error.reason, str(error)))


def picked_sessions(account: Account) -> tuple[Collection, ...]:
    """What can be compared where a person has to pick: the sessions in which something was picked. Else empty.

    Raises `UsageError` if there are none.
    """
    provider = account.provider
    if not isinstance(provider, SupportsPicking):
        return ()
    states = ((session, provider.picking(session.id)) for session in provider.unfinished())
    picked = tuple(session for session, state in states if state is not None and state.is_done)
    if not picked:
        raise UsageError(
            f"account '{account.name}': its provider lists nothing before a person picks, so there is nothing to "
            "compare. photosync verify checks the files that are here."
        )
    return picked
