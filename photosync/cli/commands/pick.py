"""`pick`: a person chooses in a browser, and what was chosen is brought."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace

import typer

from photosync import units
from photosync.cli import progress
from photosync.cli.commands.login import Terminal
from photosync.cli.commands.pull import PullRun, Request
from photosync.cli.general import General
from photosync.cli.running import parsed
from photosync.config import AccountConfig
from photosync.errors import Exit, PhotosyncError, SignInError, UsageError
from photosync.jobs.account import Account
from photosync.jobs.pull.pick import Pick, PickOptions
from photosync.jobs.pull.pull import Pull
from photosync.jobs.report import Summary
from photosync.model import Collection
from photosync.provider import SupportsPicking, SupportsSignIn


@dataclass(frozen=True)
class PickRequest:
    """What `pick` was asked, as it was typed; `pull` has the options that both share."""

    pull: Request
    most: int | None = None
    resume: bool = False
    timeout: str | None = None
    keep_session: bool = False
    browser: bool = True
    port: int | None = None


def pick(general: General, request: PickRequest) -> None:
    """The command. Ends the process with the account's status."""
    raise typer.Exit(int(pick_account(general, request)))


def pick_account(general: General, request: PickRequest) -> Exit:
    """Pick, show a summary, and return the status."""
    return _PickRun(general, request).one_account()


class _PickRun(PullRun):
    command = "pick"

    def __init__(self, general: General, request: PickRequest) -> None:
        super().__init__(general, request.pull)
        self._asked = request
        self._terminal = Terminal(browser=request.browser, port=request.port, quiet=general.quiet)
        self._pick_options = PickOptions(
            most=request.most,
            timeout=parsed(units.duration, "--timeout", request.timeout),
            keep_session=request.keep_session,
        )

    def one_account(self) -> Exit:
        """Everything, with a summary in the end; none where there was nothing to go on with."""
        account_config = self.wanted[0]
        try:
            self._check_library()
            summary = self._picked(account_config)
        except PhotosyncError as error:
            summary = Summary("pick", account_config.name, exit=error.exit, message=str(error))
        summary = self.ended(summary)
        self.show(summary)
        return summary.exit

    def _check_library(self) -> None:
        """Before anybody picks. It stays unlocked meanwhile, for other runs."""
        with ExitStack() as stack:
            self.catalog(stack, self.library())

    def _picked(self, account_config: AccountConfig) -> Summary:
        try:
            return self._attempt(account_config, sign_in=False)
        except _SignedOutError as error:
            # A sign-in that has ended, seven days old perhaps: once more, where somebody is there to do it.
            if not self._may_sign_in():
                raise
            self._terminal.show(str(error))
            return self._attempt(account_config, sign_in=True)

    def _may_sign_in(self) -> bool:
        return self._terminal.can_answer and not self._asked.resume

    def _attempt(self, account_config: AccountConfig, *, sign_in: bool) -> Summary:
        with self.opened(account_config, self._waiting) as account:
            provider = account.provider
            if not isinstance(provider, SupportsPicking):
                raise UsageError(
                    f"account '{account.name}': {provider.facts.title} needs no picking: photosync pull {account.name}"
                )
            sign_in = sign_in or (provider.needs_sign_in() and self._may_sign_in())
            if sign_in and isinstance(provider, SupportsSignIn):
                self._terminal.show(provider.sign_in(self._terminal))
            try:
                with self.interruption.watch(account.cancel):
                    return self._run(account_config, account, provider)
            except SignInError as error:
                raise _SignedOutError(str(error)) if provider.needs_sign_in() else error from None

    def _run(self, account_config: AccountConfig, account: Account, provider: SupportsPicking) -> Summary:
        def bring(sessions: tuple[Collection, ...]) -> Summary:
            with ExitStack() as stack:
                library = self.library()
                catalog = self.catalog(stack, library)
                reporter = stack.enter_context(progress.shown(self._general, account.name, self._request.dry_run))
                self._on_wait = reporter.waiting
                options = replace(self.options(account_config, account), collections=sessions)
                return Pull(account, library, catalog, options, reporter, "pick").run()

        job = Pick(account.name, provider, self._terminal, bring, account.cancel, self._pick_options)
        if not self._asked.resume:
            return job.run()
        return job.resume() or Summary("pick", account.name, complete=True)


class _SignedOutError(SignInError):
    """The sign-in itself has ended, not just a picking session."""
