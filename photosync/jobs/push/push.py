"""Uploads a user's files to an account. Read this first to learn what `push` does.

`walk` finds the files, `decide` says what to do with each, workers do it (`send`), and sent files are finished in
batches (`batch`). Of several files with the same content only one is handled at a time; the others wait, and then
`known_content` has it. Uploaded files are soon recorded in the catalog, so that the next push continues where this one
ended, and a pull does not download them.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from photosync.catalog import Catalog
from photosync.errors import (
    CancelledError,
    ItemError,
    PhotosyncError,
    Reason,
    SignInError,
    StorageFullError,
    TemporaryError,
)
from photosync.jobs.account import Account
from photosync.jobs.expected import expected_files
from photosync.jobs.grace_period import grace_period
from photosync.jobs.outage import OutageDetector
from photosync.jobs.pipeline import ListingEnded, Pipeline
from photosync.jobs.push.batch import Batch
from photosync.jobs.push.decide import Step, step_after_find, step_after_hash, step_before_reading
from photosync.jobs.push.known_content import KnownContent
from photosync.jobs.push.local_file import LocalFile
from photosync.jobs.push.send import OnConflict, Task, TaskResult, Worker
from photosync.jobs.push.stream import clear_abandoned
from photosync.jobs.push.walk import Found, Walk
from photosync.jobs.report import ItemFailure, Reporter, Summary
from photosync.jobs.run_record import RunRecord
from photosync.jobs.user_files import UserFiles
from photosync.model import Item
from photosync.provider import Sent, SupportsUpload, UploadRequest

SHOWN_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class PushOptions:
    """The options of a push."""

    paths: tuple[Path, ...]
    collection: str | None = None
    on_conflict: OnConflict = OnConflict.RENAME
    all_files: bool = False
    resize: bool = False
    full: bool = False
    """Ask the service also about files that an earlier push uploaded."""
    dry_run: bool = False
    exclude: tuple[str, ...] = ()
    """Patterns of gitignore for files to leave out."""
    include_hidden: bool = False


class Push:
    """One run for one account: `Push(...).run()`."""

    def __init__(self, account: Account, catalog: Catalog, options: PushOptions, reporter: Reporter) -> None:
        """The account's provider must accept uploads. Raises `UsageError` for a path that does not exist."""
        assert isinstance(account.provider, SupportsUpload), "ServiceFacts.upload says that it takes files"
        self._account = account
        self._provider = account.provider
        self._catalog = catalog
        self._pushes = catalog.pushes(account.name)
        self._options = options
        self._reporter = reporter
        self._files = UserFiles(options.exclude, include_hidden=options.include_hidden)
        self._walk = Walk(options.paths, self._files, all_files=options.all_files, on_bytes=reporter.received)
        self._summary = Summary("push", account.name, options.collection, dry_run=options.dry_run)
        self._run = RunRecord(account, catalog, self._summary)
        self._sizes: Counter[int] = Counter()
        self._found = self._wanted = 0
        self._undecided: set[Path] = set()
        self._under_way: dict[Path, Batch] = {}
        """The batches of files that workers send."""
        self._same_content: dict[str, deque[LocalFile]] = {}
        """Files that wait for another one with the same content, by that content's SHA-256."""
        self._outage = OutageDetector[TaskResult](account.concurrency.most_in_progress)
        self._skipped_count = 0
        self._skipped_names: list[str] = []

    def run(self) -> Summary:
        """Upload. An error that ends the run is in the summary; only bugs are raised."""
        error: PhotosyncError | None = None
        try:
            if not self._options.dry_run:
                clear_abandoned(self._reporter.note)
            self._upload()
            self._summary.complete = True
        except PhotosyncError as raised:
            error = raised
        self._run.close(self._found - len(self._undecided), error)
        return self._summary

    def _upload(self) -> None:
        options = self._options
        request = UploadRequest(options.collection, resize=options.resize, dry_run=options.dry_run)
        self._uploader = self._provider.uploader(request)
        self._known = KnownContent(
            catalog=self._catalog,
            pushes=self._pushes,
            run=self._run.number,
            destination=self._uploader.destination,
            full=options.full,
            dry_run=options.dry_run,
        )
        self._batch = Batch(self._uploader.batch)
        self._sizes.update(self._walk.sizes())
        self._worker = Worker(self._account.name, self._uploader, options.on_conflict, self._account.cancel)
        self._pipeline = Pipeline[list[Found], Task, TaskResult](
            self._walk.batches(), self._worker, self._account.concurrency, self._account.cancel
        )
        try:
            self._follow()
        except (SignInError, TemporaryError):
            raise  # uploads in progress may still succeed
        except BaseException:
            self._account.cancel.set()
            raise
        finally:
            self._save_uploaded()
        self._report_skipped()

    def _follow(self) -> None:
        """Handle found files and results of workers, until no file is undecided."""
        has_more = True
        self._pipeline.request_pages(1)
        while self._undecided or has_more:
            for event in self._pipeline:
                has_more = has_more and not isinstance(event, ListingEnded)
                self._handle(event)
                self._known.record_if_due()
                if self._account.cancel.is_set():
                    raise CancelledError("interrupted; what went up stays there, and the next push goes on from here")
                self._pipeline.request_pages(1)
            # Nothing is in progress; a file that is still undecided waits for one of these.
            has_settled = self._record_kept_failures()
            assert has_settled or not self._batch.is_empty or not self._undecided, "files wait for nothing"
            if not self._batch.is_empty:
                self._send_batch()

    def _handle(self, event: list[Found] | ListingEnded | TaskResult | None) -> None:
        if isinstance(event, list):
            for found in event:
                self._take_found(found)
            self._reporter.listed(self._found, self._sizes.total())
        elif isinstance(event, ListingEnded):
            if event.error is not None:
                raise event.error
        elif event is not None:
            self._take_result(event)
        left_out = self._summary.unchanged + self._summary.filtered
        undecided = self._sizes.total() - self._wanted - left_out
        self._reporter.expected(expected_files(wanted=self._wanted, left_out=left_out, unseen=undecided))

    # Decide about files

    def _take_found(self, found: Found) -> None:
        self._found += 1
        file = found.file
        if file is not None:
            self._undecided.add(file.path)
            may_be_known = self._sizes[file.size_bytes] > 1 or self._pushes.has_size(file.size_bytes)
            self._do(file, step_before_reading(is_recorded=self._known.has_file(file), may_be_known=may_be_known))
        elif found.error is not None:
            self._report_failure(found.path, found.error)
        else:  # neither photo nor video, and other files were not requested
            self._summary.filtered += 1
            self._skipped_count += 1
            if self._skipped_count <= SHOWN_EXAMPLES:
                self._skipped_names.append(found.path.name)

    def _do(self, file: LocalFile, step: Step, there: Item | None = None) -> None:
        """Take the next step with a file; `there` is the item that has its content."""
        match step:
            case Step.UNCHANGED:
                self._summary.unchanged += 1
                self._settle(file)
            case Step.WAIT:
                self._same_content[file.digest().sha256].append(file)
            case Step.HASH | Step.FIND:
                self._pipeline.submit(Task(file, step))
            case Step.FINISH:
                self._batch.sent.append(Sent(file, there, was_there=True))
                self._send_batch_if_full()
            case Step.SEND:
                self._queue(file)

    def _take_result(self, result: TaskResult) -> None:
        """Handle the result of a worker."""
        file, error = result.task.file, result.error
        if isinstance(error, TemporaryError):
            self._outage.add(result, error)
        elif error is not None:
            self._end_task(result)
            self._fail(file, error)
        elif result.task.step is Step.HASH:
            self._compare_content(file)
        elif result.task.step is Step.FIND:
            step = step_after_find(is_there=result.found is not None, dry_run=self._options.dry_run)
            self._do(file, step, result.found)
        else:
            self._take_sent(result)

    def _compare_content(self, file: LocalFile) -> None:
        digest = file.digest()
        known = self._known.find(digest)
        step = step_after_hash(
            is_known=known is not None,
            is_in_place=known is not None and known.is_in_place,
            is_under_way=digest.sha256 in self._same_content,
        )
        if step is Step.UNCHANGED and known is not None:
            self._known.add(file, known.item)
        elif step is not Step.WAIT:
            self._same_content[digest.sha256] = deque()
        if step is Step.FINISH:
            step = step_after_find(is_there=True, dry_run=self._options.dry_run)
        self._do(file, step, known.item if known is not None else None)

    # Sending

    def _queue(self, file: LocalFile) -> None:
        if self._options.dry_run:
            if file.known_digest is not None:
                self._known.add(file, None)
            self._settle_saved(file)
        elif self._worker.storage_full is not None:
            self._fail(file, StorageFullError(self._worker.storage_full))
        else:
            self._batch.to_send.append(file)
            self._reporter.wanted(1, file.size_bytes)
            self._wanted += 1
            self._send_batch_if_full()

    def _send_batch_if_full(self) -> None:
        if self._batch.is_full:
            self._send_batch()

    def _send_batch(self) -> None:
        batch, self._batch = self._batch, Batch(self._batch.max_files)
        try:
            if batch.to_send:
                self._uploader.prepare(batch.to_send)
        except ItemError as error:
            for file in batch.to_send:
                self._fail(file, error)
            batch.to_send.clear()
        batch.under_way = len(batch.to_send)
        for file in batch.to_send:
            self._under_way[file.path] = batch
            self._pipeline.submit(Task(file, Step.SEND))
        if not batch.under_way:
            self._finish(batch)

    def _take_sent(self, result: TaskResult) -> None:
        file = result.task.file
        if result.note is not None:
            self._reporter.note(result.note)
        if result.sent is None:
            self._summary.filtered += 1
            self._settle(file)
        self._end_task(result)
        self._record_kept_failures()

    def _end_task(self, result: TaskResult) -> None:
        """The file of a sending task is no longer in progress; its batch is finished with its last file."""
        if result.task.step is Step.SEND:
            batch = self._under_way.pop(result.task.file.path)
            batch.under_way -= 1
            if result.sent is not None:
                batch.sent.append(result.sent)
            if not batch.under_way:
                self._finish(batch)

    def _finish(self, batch: Batch) -> None:
        if not batch.sent:
            return
        results: Sequence[Sent | ItemError]
        try:
            results = self._uploader.finish(batch.sent)
        except StorageFullError as error:
            results = [error] * len(batch.sent)
        for sent, result in zip(batch.sent, results, strict=True):
            file = sent.file
            assert isinstance(file, LocalFile)
            if isinstance(result, ItemError):
                self._fail(file, result)
                continue
            assert result.item is not None
            # Some services accept a content again, and only the id shows that they had it.
            was_there = result.was_there or self._pushes.has_item(result.item.id)
            try:
                self._known.add(file, result.item)
            except ItemError as error:  # it cannot be read any more, so that its hash stays unknown
                self._fail(file, error)
                continue
            if was_there:
                self._do(file, Step.UNCHANGED)
            else:
                self._settle_saved(file)
        batch.sent = []

    # Results

    def _settle_saved(self, file: LocalFile) -> None:
        self._summary.saved += 1
        self._summary.size_bytes += file.size_bytes
        self._reporter.saved(file.name, file.destination)
        self._settle(file)

    def _fail(self, file: LocalFile, error: ItemError | TemporaryError) -> None:
        if error.reason is Reason.STORAGE_FULL:
            self._worker.storage_full = str(error)
        self._report_failure(file.path, error)
        self._settle(file)

    def _report_failure(self, path: Path, error: ItemError | TemporaryError) -> None:
        self._summary.add_failure(ItemFailure("", str(path), error.reason, str(error)))
        self._reporter.failed(str(path), str(error))

    def _settle(self, file: LocalFile) -> None:
        """The file is decided. Files that waited for its content are decided again: it was sent, or it failed."""
        self._undecided.discard(file.path)
        digest = file.known_digest
        for other in self._same_content.pop(digest.sha256, ()) if digest is not None else ():
            self._compare_content(other)

    def _record_kept_failures(self) -> bool:
        """The service works: the kept failures are failures of single files. Returns whether there were any."""
        failures = self._outage.settle()
        for result in failures:
            assert result.error is not None
            self._fail(result.task.file, result.error)
            self._end_task(result)
        return bool(failures)

    # End of the run

    def _save_uploaded(self) -> None:
        """After any end of the run: finish and record files that workers still uploaded, if possible."""
        for result in self._pipeline.close():
            if result.sent is not None:
                self._under_way[result.task.file.path].sent.append(result.sent)
        # The run ends for a reported reason; the next one searches for files that cannot be finished now.
        with grace_period(self._account.cancel), suppress(PhotosyncError):
            for batch in list(self._under_way.values()):
                self._finish(batch)  # the first of its files takes all that arrived
        self._known.record()

    def _report_skipped(self) -> None:
        if note := self._files.note:
            self._reporter.note(note)
        if self._skipped_count:
            more = ", …" if self._skipped_count > SHOWN_EXAMPLES else ""
            self._reporter.note(
                f"skipped what is neither photo nor video: {self._skipped_count} files "
                f"({', '.join(self._skipped_names)}{more}). --all-files takes them as well."
            )
