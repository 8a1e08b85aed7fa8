"""`push`: a user's files go up to one account."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import typer

from photosync.cli import progress
from photosync.cli.commands.login import Terminal
from photosync.cli.general import General
from photosync.cli.running import Run
from photosync.errors import Exit, PhotosyncError, UsageError
from photosync.jobs.account import Account
from photosync.jobs.push.push import Push, PushOptions
from photosync.jobs.push.send import OnConflict
from photosync.jobs.report import Summary
from photosync.provider import HasUploadPermission, UploadFacts


@dataclass(frozen=True)
class PushRequest:
    """What `push` was asked, as it was typed."""

    account: str
    paths: Sequence[str]
    to: str | None = None
    on_conflict: str | None = None
    all_files: bool = False
    resize: bool = False
    full: bool = False
    dry_run: bool = False
    jobs: int | None = None
    bwlimit: str | None = None


def push(general: General, request: PushRequest) -> None:
    """The command. Ends the process with the account's status."""
    raise typer.Exit(int(PushRun(general, request).one_account()))


class PushRun(Run):
    """One run of `push`."""

    def __init__(self, general: General, request: PushRequest) -> None:
        super().__init__(general, dry_run=request.dry_run, jobs=request.jobs, bwlimit=request.bwlimit)
        self._request = request
        self._account = self.config.account(request.account)
        self._facts = self._upload_facts()
        self._options = self._checked_options()
        self._terminal = Terminal(quiet=general.quiet)

    def _upload_facts(self) -> UploadFacts:
        facts = self._account.provider.facts
        if facts.upload is None:
            raise UsageError(f"account '{self._account.name}': nothing can be uploaded to {facts.title}")
        return facts.upload

    def _checked_options(self) -> PushOptions:
        """What was typed, as far as this account can do it. What it cannot do is never ignored."""
        request, title = self._request, self._account.provider.facts.title
        if request.resize and not self._facts.resizes:
            raise UsageError(f"--resize: {title} takes files as they are, so nothing would be reduced. Leave it out.")
        if request.on_conflict is not None and not self._facts.names_conflict:
            raise UsageError(f"--on-conflict: names cannot conflict at {title}. Leave it out.")
        if request.on_conflict not in (None, *OnConflict):
            raise UsageError(f"--on-conflict: '{request.on_conflict}' is none of {', '.join(OnConflict)}")
        collection, paths = self._destination()
        return PushOptions(
            paths=tuple(Path(path).expanduser() for path in paths),
            workers=self.workers(self._account, self._facts.workers),
            collection=collection,
            on_conflict=OnConflict(request.on_conflict or OnConflict.RENAME),
            all_files=request.all_files,
            resize=request.resize,
            full=request.full,
            dry_run=request.dry_run,
        )

    def _destination(self) -> tuple[str | None, Sequence[str]]:
        request, facts = self._request, self._account.provider.facts
        if request.to is not None or not self._facts.needs_collection:
            return request.to, request.paths
        word, (first, *paths) = facts.collection_word, request.paths
        if not paths:
            raise UsageError(
                f"{facts.title} wants to know to which {word}: photosync push {request.account} {word.upper()} {first}"
            )
        return first, paths

    def one_account(self) -> Exit:
        """Everything, with a summary in the end."""
        try:
            summary, is_permission_over = self._attempt()
            if is_permission_over and self._may_ask():
                # It was good for seven days perhaps: once more, where somebody is there to give it.
                self._terminal.show(summary.message or "")
                summary, _ = self._attempt()
        except PhotosyncError as error:
            summary = Summary("push", self._account.name, exit=error.exit, message=str(error))
        summary = self.ended(summary)
        self.show(summary)
        return summary.exit

    def _attempt(self) -> tuple[Summary, bool]:
        """What came of it, and whether it takes a new permission to go on."""
        with self.opened(self._account, self._waiting) as account:
            asker = account.provider if isinstance(account.provider, HasUploadPermission) else None
            if asker is not None and asker.needs_upload_permission() and self._may_ask():
                self._terminal.show(asker.permit_upload(self._terminal))
            with self.interruption.watch(account.cancel):
                summary = self._pushed(account)
            is_over = summary.exit is Exit.AUTH and asker is not None and asker.needs_upload_permission()
            return summary, is_over

    def _may_ask(self) -> bool:
        return self._terminal.can_answer and not self._dry_run

    def _pushed(self, account: Account) -> Summary:
        with ExitStack() as stack:
            catalog = self.catalog(stack, self.library())
            reporter = stack.enter_context(progress.shown(self._general, account.name, self._dry_run, progress.UPLOAD))
            self._on_wait = reporter.waiting
            return Push(account, catalog, self._options, reporter).run()
