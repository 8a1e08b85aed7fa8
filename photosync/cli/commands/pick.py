"""`pick`: a person chooses in a browser, and the chosen items are saved in the library."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from typer import Option

from photosync import units
from photosync.api.pull import pick_account
from photosync.cli.command import command
from photosync.cli.commands.pull import PullRun
from photosync.cli.options import AccountName, DryRun, GeneralOptions, NoBrowser, Port, SavingOptions, parsed
from photosync.cli.terminal import Terminal
from photosync.errors import Exit, SignInError, UsageError
from photosync.jobs.report import Summary

if TYPE_CHECKING:
    from photosync.jobs.account import Account
    from photosync.jobs.pull.pick import PickOptions
    from photosync.model import Collection


@command
def pick(
    *,
    account: AccountName,
    most: Annotated[int | None, Option("--max", metavar="N", min=1, help="Let at most N be picked.")] = None,
    resume: Annotated[
        bool, Option("--resume", help="Only go on with what was picked earlier; never wait for a person.")
    ] = False,
    timeout: Annotated[
        str | None, Option("--timeout", metavar="DURATION", help="Wait no longer for the person: 10m.")
    ] = None,
    no_browser: NoBrowser = False,
    port: Port = None,
    keep_session: Annotated[
        bool, Option("--keep-session", help="Leave the picking session open when all is brought.")
    ] = False,
    dry_run: DryRun = False,
    full: Annotated[bool, Option("--full", hidden=True, help="A pick is always listed to its end.")] = False,
    saving: SavingOptions,
    general: GeneralOptions,
) -> Exit:
    """Choose photos in a browser, and bring them to the library."""
    from photosync.jobs.pull.pick import PickOptions

    run = PullRun(general, account, saving=saving, dry_run=dry_run, full=full, command="pick")
    options = PickOptions(most, parsed(units.duration, "--timeout", timeout), keep_session)
    terminal = Terminal(browser=not no_browser, port=port, quiet=general.quiet)
    return PickRun(run, terminal, options, resume).pick()


@dataclass(frozen=True, slots=True)
class PickRun:
    """One run of `pick`, for the one account of `run`."""

    run: PullRun
    terminal: Terminal
    options: PickOptions
    resume: bool = False

    def pick(self) -> Exit:
        """Pick and save, show a summary, do what `after` names, and return the exit status."""
        return self.run.with_after(self.run.finish(self.run.accounts[0].name, self._check_and_pick))

    def _check_and_pick(self) -> Summary:
        """If the sign-in has expired (Google's can last seven days) and a person is present, sign in and try again."""
        from photosync.provider import SupportsPicking

        if not issubclass(self.run.accounts[0].provider, SupportsPicking):
            name, title = self.run.accounts[0].name, self.run.accounts[0].provider.facts.title
            raise UsageError(f"account '{name}': {title} needs no picking: photosync pull {name}")
        with self.run.open_catalog(self.run.library()):
            pass  # an unusable library is reported before the pick; other runs may use it at the same time
        may_sign_in = self.terminal.can_answer and not self.resume
        try:
            return self._attempt(sign_in=False, may_sign_in=may_sign_in)
        except _SignedOutError as error:
            if not may_sign_in:
                raise
            self.terminal.show(str(error))
            return self._attempt(sign_in=True, may_sign_in=True)

    def _attempt(self, *, sign_in: bool, may_sign_in: bool) -> Summary:
        from photosync.provider import SupportsPicking, SupportsSignIn

        with self.run.open_account(self.run.accounts[0]) as account:
            provider = account.provider
            assert isinstance(provider, SupportsPicking)
            sign_in = sign_in or (may_sign_in and provider.needs_sign_in())
            if sign_in and isinstance(provider, SupportsSignIn):
                self.terminal.show(provider.sign_in(self.terminal))
            try:
                with self.run.interruption.watch(account.cancel):
                    return self._pick(account)
            except SignInError as error:
                raise _SignedOutError(str(error)) if provider.needs_sign_in() else error from None

    def _pick(self, account: Account) -> Summary:
        from photosync.jobs.pull.pull import Pull

        def bring(sessions: tuple[Collection, ...]) -> Summary:
            config, library = self.run.accounts[0], self.run.library()
            with self.run.open_catalog(library) as catalog, self.run.show_progress(config) as reporter:
                options = replace(self.run.options(config, account), collections=sessions)
                return Pull(account, library, catalog, options, reporter, "pick").run()

        return pick_account(account, self.terminal, bring, self.options, resume=self.resume)


class _SignedOutError(SignInError):
    """The sign-in itself has ended, not just a picking session."""
