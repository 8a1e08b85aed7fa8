"""Brings a user's files up to an account. Read this to know what `push` does.

A push walks through the files (`walking`). What the ledger of earlier pushes knows is done (`_meet`, `_weigh`); for the
rest the service is asked whether it has the content (`find`), and what it lacks is sent in batches: prepared and
finished by one thread, sent by several workers (`sending`). Two files of one content never go up side by side: the
second waits, and then the ledger knows it.

What arrived is in the catalog soon after, so that the next push goes on where this one ended, and so that a pull does
not bring it back.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from photosync.catalog import Catalog, Pushed
from photosync.errors import (
    CancelledError,
    ItemError,
    PhotosyncError,
    StorageFullError,
    TemporaryError,
)
from photosync.jobs.grace_period import last_words
from photosync.jobs.pipeline import ListingEnded, Pipeline
from photosync.jobs.push.local_file import LocalFile
from photosync.jobs.push.send import OnConflict, Sender, Step, Task, TaskResult
from photosync.jobs.push.walk import Found, Walk
from photosync.jobs.report import ItemFailure, Reporter, Summary
from photosync.jobs.run_record import Books
from photosync.model import Digest, Item
from photosync.provider import Account, Sent, Uploads, UploadWish

BATCH_BYTES = 500_000_000
"""A batch with more than this is finished even if it could take more files: what is not finished can be lost."""
RECORD_EVERY_S = 1.0
RECORD_AT_MOST = 200
SHOWN_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class PushOptions:
    """What a push is asked to do."""

    paths: tuple[Path, ...]
    workers: int
    collection: str | None = None
    on_conflict: OnConflict = OnConflict.RENAME
    all_files: bool = False
    resize: bool = False
    full: bool = False
    """Ask the service also about files that an earlier push brought up."""
    dry_run: bool = False


@dataclass(slots=True)
class _Batch:
    """Files that are prepared and finished together."""

    to_send: list[LocalFile] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    """At the service: sent, or there before."""
    under_way: int = 0
    size_bytes: int = 0

    def __bool__(self) -> bool:
        return bool(self.to_send or self.sent)

    def is_full(self, files: int) -> bool:
        """Whether it takes no more: what is to be sent and what is only to be finished count by themselves."""
        return max(len(self.to_send), len(self.sent)) >= files or self.size_bytes >= BATCH_BYTES


class Push:
    """One run for one account: `Push(...).run()`."""

    def __init__(self, account: Account, catalog: Catalog, options: PushOptions, reporter: Reporter) -> None:
        """The account's provider takes files. Raises `UsageError` for a path where nothing lies."""
        assert isinstance(account.provider, Uploads), "ServiceFacts.upload says that it takes files"
        self._account = account
        self._provider = account.provider
        self._catalog = catalog
        self._ledger = catalog.pushes(account.name)
        self._options = options
        self._reporter = reporter
        self._walk = Walk(options.paths, all_files=options.all_files, on_bytes=reporter.received)
        self._summary = Summary("push", account.name, options.collection, dry_run=options.dry_run)
        self._books = Books(account, catalog, self._summary)
        self._sizes: Counter[int] = Counter()
        self._met = 0
        self._undecided: set[Path] = set()
        self._twins: dict[str, deque[LocalFile]] = {}
        """Files that wait for another one of the same content, by that content's hash."""
        self._batch = _Batch()
        self._batches: dict[Path, _Batch] = {}
        """Where the files belong that are being sent."""
        self._walked = False
        self._unrecorded: list[Pushed] = []
        self._fresh: dict[Digest, Item | None] = {}
        """What arrived and is not recorded yet; in a dry run, what would have."""
        self._recorded_at = time.monotonic()
        self._doubtful: list[TaskResult] = []
        self._skipped = 0
        self._skipped_examples: list[str] = []

    def run(self) -> Summary:
        """Do it. What ends a run early ends up in the summary; only bugs are raised."""
        error: PhotosyncError | None = None
        try:
            self._bring()
            self._summary.complete = True
        except PhotosyncError as raised:
            error = raised
        self._books.close(self._met - len(self._undecided), error)
        return self._summary

    def _bring(self) -> None:
        options = self._options
        wish = UploadWish(options.collection, resize=options.resize, dry_run=options.dry_run)
        self._uploader = self._provider.uploader(wish)
        self._sizes.update(self._walk.sizes())
        self._sender = Sender(self._account.name, self._uploader, options.on_conflict, self._account.cancel)
        self._pipeline = Pipeline[list[Found], Task, TaskResult](self._walk.batches(), self._sender, options.workers)
        try:
            self._follow()
        except TemporaryError:
            raise  # what is under way may still arrive
        except BaseException:
            self._account.cancel.set()
            raise
        finally:
            self._save_what_arrived()
        self._tell_skipped()

    def _follow(self) -> None:
        self._pipeline.ask_for_pages(1)
        while self._undecided or not self._walked:
            for event in self._pipeline:
                self._handle(event)
                self._record_if_due()
                self._check_cancelled()
                self._pipeline.ask_for_pages(1)
            # Nothing is under way any more; what is still undecided waits for one of these.
            assert not self._undecided or self._doubtful or self._batch, "files wait for nothing"
            self._settle_doubtful()
            if self._batch:
                self._send_batch()

    def _handle(self, event: list[Found] | ListingEnded | TaskResult | None) -> None:
        if isinstance(event, list):
            for found in event:
                self._meet(found)
            self._reporter.listed(self._met, self._sizes.total())
        elif isinstance(event, ListingEnded):
            self._walked = True
            if event.error is not None:
                raise event.error
        elif event is not None:
            self._take(event)

    # A file is met

    def _meet(self, found: Found) -> None:
        """Decide as much as can be without reading the file."""
        self._met += 1
        if found.file is None:
            if found.error is None:
                self._skip(found.path)
            else:
                self._tell_failure(found.path, found.error)
            return
        file = found.file
        self._undecided.add(file.path)
        if not self._options.full and self._ledger.has_file(self._uploader.place, file.path, str(file.stamp)):
            self._settle_unchanged(file)
        elif self._sizes[file.size_bytes] > 1 or self._ledger.has_size(file.size_bytes):
            self._pipeline.submit(Task(file, Step.HASH))
        else:
            self._pipeline.submit(Task(file, Step.FIND))  # nothing here can have its content, so nothing need be read

    def _take(self, outcome: TaskResult) -> None:
        """A worker is done with a step."""
        file, error = outcome.task.file, outcome.error
        if isinstance(error, TemporaryError):
            self._doubt(outcome)
        elif error is not None:
            self._drop_from_batch(outcome)
            self._fail(file, error)
        elif outcome.task.step is Step.HASH:
            self._weigh(file)
        elif outcome.task.step is Step.FIND:
            self._place(file, outcome.found)
        else:
            self._take_sent(outcome)

    def _weigh(self, file: LocalFile) -> None:
        """Its hash is known: is its content?"""
        digest = file.digest()
        if digest in self._fresh:
            self._remember(file, self._fresh[digest])
            self._settle_unchanged(file)
            return
        match = None if self._options.full else self._ledger.with_content(self._uploader.place, digest)
        if match is not None and match.is_in_place:
            self._remember(file, match.item)
            self._settle_unchanged(file)
        elif digest.sha256 in self._twins:
            self._twins[digest.sha256].append(file)
        else:
            self._twins[digest.sha256] = deque()
            if match is not None:
                self._place(file, match.item)
            else:
                self._pipeline.submit(Task(file, Step.FIND))

    def _place(self, file: LocalFile, there: Item | None) -> None:
        """It joins the next batch: to be sent, or only to be put where it belongs."""
        if self._options.dry_run:
            self._pretend(file, there)
            return
        if there is not None:
            self._batch.sent.append(Sent(file, there, was_there=True))
        elif self._sender.full is not None:
            self._fail(file, self._sender.full)
            return
        else:
            self._batch.to_send.append(file)
            self._batch.size_bytes += file.size_bytes
            self._reporter.wanted(1, file.size_bytes)
        if self._batch.is_full(self._uploader.batch):
            self._send_batch()

    def _pretend(self, file: LocalFile, there: Item | None) -> None:
        if there is not None:
            self._settle_unchanged(file)
            return
        if file.known_digest is not None:
            self._remember(file, None)
        self._settle_saved(file)

    # A batch goes up

    def _send_batch(self) -> None:
        batch, self._batch = self._batch, _Batch()
        try:
            if batch.to_send:
                self._uploader.prepare(batch.to_send)
        except ItemError as error:
            for file in batch.to_send:
                self._fail(file, error)
            batch.to_send.clear()
        batch.under_way = len(batch.to_send)
        for file in batch.to_send:
            self._batches[file.path] = batch
            self._pipeline.submit(Task(file, Step.SEND))
        if not batch.under_way:
            self._finish(batch)

    def _take_sent(self, outcome: TaskResult) -> None:
        file = outcome.task.file
        if outcome.note is not None:
            self._reporter.note(outcome.note)
        if outcome.sent is not None:
            self._batches[file.path].sent.append(outcome.sent)
        else:
            self._summary.filtered += 1
            self._undecided.discard(file.path)
            self._retry_twins(file)
        self._drop_from_batch(outcome)
        self._settle_doubtful()

    def _drop_from_batch(self, outcome: TaskResult) -> None:
        """A file of a batch is no longer under way; with the last one, the batch is finished."""
        if outcome.task.step is not Step.SEND:
            return
        batch = self._batches.pop(outcome.task.file.path)
        batch.under_way -= 1
        if not batch.under_way:
            self._finish(batch)

    def _finish(self, batch: _Batch) -> None:
        if not batch.sent:
            return
        for sent, result in zip(batch.sent, self._uploader.finish(batch.sent), strict=True):
            file = sent.file
            assert isinstance(file, LocalFile)
            if isinstance(result, ItemError):
                self._fail(file, result)
            else:
                assert result.item is not None
                self._arrived(file, result.item, was_there=result.was_there)
        batch.sent = []

    def _arrived(self, file: LocalFile, item: Item, *, was_there: bool) -> None:
        # Some services take a content again and say by the id alone that they had it.
        was_there = was_there or self._ledger.has_item(item.id)
        self._remember(file, item)
        if was_there:
            self._settle_unchanged(file)
        else:
            self._settle_saved(file)

    # What became of a file

    def _skip(self, path: Path) -> None:
        """No photo or video, and nobody asked for other files."""
        self._summary.filtered += 1
        self._skipped += 1
        if len(self._skipped_examples) < SHOWN_EXAMPLES:
            self._skipped_examples.append(path.name)

    def _settle_saved(self, file: LocalFile) -> None:
        self._summary.saved += 1
        self._summary.size_bytes += file.size_bytes
        self._reporter.saved(file.name, file.destination)
        self._undecided.discard(file.path)
        self._retry_twins(file)

    def _settle_unchanged(self, file: LocalFile) -> None:
        self._summary.unchanged += 1
        self._undecided.discard(file.path)
        self._retry_twins(file)

    def _fail(self, file: LocalFile, error: ItemError | TemporaryError) -> None:
        if isinstance(error, StorageFullError):
            self._sender.full = error
        self._undecided.discard(file.path)
        self._tell_failure(file.path, error)
        self._retry_twins(file)

    def _tell_failure(self, path: Path, error: ItemError | TemporaryError) -> None:
        self._summary.add_failure(ItemFailure("", str(path), error.reason, str(error)))
        self._reporter.failed(str(path), str(error))

    def _retry_twins(self, file: LocalFile) -> None:
        """Those that waited for this one are looked at again: its content is there now, or it failed by itself."""
        digest = file.known_digest
        for twin in self._twins.pop(digest.sha256, ()) if digest is not None else ():
            self._weigh(twin)

    def _doubt(self, outcome: TaskResult) -> None:
        """One file, or the whole service? As long as nothing else comes through, nobody knows."""
        assert isinstance(outcome.error, TemporaryError)
        self._doubtful.append(outcome)
        if len(self._doubtful) > self._options.workers:
            raise outcome.error

    def _settle_doubtful(self) -> None:
        """Something came through, or the run is over: what failed meanwhile failed by itself."""
        doubtful, self._doubtful = self._doubtful, []
        for outcome in doubtful:
            assert outcome.error is not None
            self._fail(outcome.task.file, outcome.error)
            self._drop_from_batch(outcome)

    # The catalog

    def _remember(self, file: LocalFile, item: Item | None) -> None:
        """The file is at the service. Noted in the catalog a moment later, with others."""
        self._fresh[file.digest()] = item
        if item is not None and not self._options.dry_run:
            self._unrecorded.append(Pushed(file.path, str(file.stamp), file.digest(), item))

    def _record_if_due(self) -> None:
        if len(self._unrecorded) >= RECORD_AT_MOST or time.monotonic() - self._recorded_at >= RECORD_EVERY_S:
            self._record()

    def _record(self) -> None:
        if self._unrecorded:
            with self._catalog.transaction():
                self._ledger.record(self._books.run, self._uploader.place, self._unrecorded)
            self._unrecorded.clear()
            if not self._options.full:
                self._fresh.clear()  # the ledger knows them now
        self._recorded_at = time.monotonic()

    # The ends

    def _check_cancelled(self) -> None:
        if self._account.cancel.is_set():
            raise CancelledError("interrupted; what went up stays there, and the next push goes on from here")

    def _save_what_arrived(self) -> None:
        """However the run ended: what workers still brought up is finished if that can be, and recorded."""
        for outcome in self._pipeline.close():
            if outcome.sent is not None:
                self._batches[outcome.task.file.path].sent.append(outcome.sent)
        unfinished = {id(batch): batch for batch in self._batches.values() if batch.sent}.values()
        # The run ends for a reason that was told; what cannot be finished now is looked for by the next one.
        with last_words(self._account.cancel), suppress(PhotosyncError):
            for batch in unfinished:
                self._finish(batch)
        self._record()

    def _tell_skipped(self) -> None:
        if self._skipped:
            more = ", …" if self._skipped > SHOWN_EXAMPLES else ""
            self._reporter.note(
                f"skipped what is neither photo nor video: {self._skipped} files "
                f"({', '.join(self._skipped_examples)}{more}). --all-files takes them as well."
            )
