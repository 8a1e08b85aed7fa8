"""Code for the commands that save or upload files: configuration, library, accounts, and the end of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from photosync import units
from photosync.api.interruption import Interruption
from photosync.cli import progress
from photosync.cli.interruption import Terminated
from photosync.cli.options import GeneralOptions, parsed
from photosync.cli.summary import is_said_already, print_summary
from photosync.errors import Exit, PhotosyncError
from photosync.jobs.notices import Ends
from photosync.jobs.report import Summary

if TYPE_CHECKING:
    from photosync.catalog import Catalog
    from photosync.config import AccountConfig
    from photosync.jobs.account import Account
    from photosync.library import Library
    from photosync.provider import ServiceFacts
    from photosync.transport import Wait


class LibraryRun:
    """One run of `pull`, `pick`, `push`, `audit` or `rebuild`."""

    def __init__(
        self, general: GeneralOptions, command: str, *, dry_run: bool, jobs: int | None, bwlimit: str | None
    ) -> None:
        from photosync.cli import opening

        self.general = general
        self.command = command
        self.dry_run = dry_run
        self.interruption = Interruption()
        self.ends = Ends()
        self._jobs = jobs
        self.bytes_per_s = parsed(units.rate, "--bwlimit", bwlimit)
        self.config = opening.load_config(general)
        self._on_wait: Callable[[Wait], None] = lambda _: None
        self._note: Callable[[str], None] = lambda _: None
        self._on_workers: Callable[[int], None] = lambda _: None
        self._opening = opening

    def library(self) -> Library:
        """The folder with the photos. Raises `ConfigError` where none is named."""
        from photosync.api.opening import required_library

        return required_library(self.config, self.general.library)

    def open_catalog(self, library: Library) -> AbstractContextManager[Catalog]:
        """The library's catalog, locked against other runs; for a dry run, to read only."""
        return (self._opening.open_catalog if self.dry_run else self._opening.open_catalog_to_write)(library)

    @contextmanager
    def open_account(self, account: AccountConfig) -> Iterator[Account]:
        """The account, ready for requests. At the end its connections are closed, and its waits are told."""
        from photosync.api.opening import files_at_a_time

        opening = self._opening.open_account(
            account,
            on_wait=self._show_wait,
            jobs=files_at_a_time(account, self._jobs, self._usual_jobs(account.provider.facts)),
            on_workers=self._show_workers,
            bytes_per_s=self.bytes_per_s or account.options.bwlimit,
        )
        with opening as opened:
            try:
                yield opened
            finally:
                if waits := opened.explain_waits():
                    self._note(waits)

    # Looked up at each call: an account may be open before its progress is shown.

    def _show_wait(self, wait: Wait) -> None:
        self._on_wait(wait)

    def _show_workers(self, number: int) -> None:
        self._on_workers(number)

    @contextmanager
    def show_progress(self, account: AccountConfig) -> Iterator[progress.Lines]:
        """Show the progress and the waits of `account`."""
        verb = "upload" if self.command == "push" else "save"
        with progress.shown(self.general, account.name, verb, dry_run=self.dry_run) as reporter:
            self._on_wait, self._on_workers = reporter.waiting, reporter.workers
            self._note = reporter.note
            yield reporter

    def _usual_jobs(self, facts: ServiceFacts) -> int | None:
        """The number for `jobs: auto`."""
        return facts.upload.workers if self.command == "push" and facts.upload is not None else None

    def finish(self, account: str, job: Callable[[], Summary | None]) -> Exit:
        """Do `job` for the account of this name, show its summary if it has one, and return the exit status.

        An error is shown in a summary, a bug as well: it does not stop the other accounts.
        """
        try:
            summary = job()
        except (Exception, KeyboardInterrupt) as raised:  # noqa: BLE001
            exit_, message = self.ended_by(raised)
            error = raised if isinstance(raised, PhotosyncError) else None
            summary = Summary(self.command, account, exit=exit_, message=message, error=error)
        if summary is None:
            return Exit.OK
        summary = replace(summary, exit=self.exit_of(summary.exit))
        print_summary(self.general, summary)
        self.ends.note(account, summary.exit, is_known=is_said_already(summary))
        return summary.exit

    def ended_by(self, error: BaseException) -> tuple[Exit, str]:
        """The exit status and the message of a run that an error or a signal ended before its job could tell."""
        if isinstance(error, PhotosyncError):
            return error.exit, str(error)
        if not isinstance(error, KeyboardInterrupt):
            from photosync.cli.logs import bug_told

            return Exit.INTERNAL, bug_told(error)
        self.interruption.status = Exit.TERMINATED if isinstance(error, Terminated) else Exit.INTERRUPTED
        return self.interruption.status, "interrupted"

    def exit_of(self, status: Exit) -> Exit:
        """The exit status of a job, with that of the signal that interrupted it."""
        return self.interruption.status or status if status is Exit.INTERRUPTED else status
