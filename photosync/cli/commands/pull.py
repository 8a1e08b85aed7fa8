"""`pull`: every account that was asked for, one after the other; one that fails does not stop the others."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace

import typer

from photosync import metadata, units
from photosync.catalog import Catalog
from photosync.cli import output, progress
from photosync.cli.commands.login import Bystander
from photosync.cli.general import General, complain
from photosync.cli.options import Wish, checked_selection
from photosync.cli.running import Run, parsed
from photosync.config import AccountConfig, Config
from photosync.errors import ConfigError, Exit, PhotosyncError, SignInError, UsageError
from photosync.jobs.account import Account
from photosync.jobs.count import count as count_matching
from photosync.jobs.pull.pick import Pick, PickOptions
from photosync.jobs.pull.pull import Pull, PullOptions
from photosync.jobs.report import Summary
from photosync.library import Layout, LayoutError, Library
from photosync.model import Collection
from photosync.provider import SupportsPicking


@dataclass(frozen=True)
class Request:
    """What `pull` was asked, as it was typed."""

    account: str | None
    wish: Wish
    full: bool = False
    dry_run: bool = False
    accept_shrink: bool = False
    layout: str | None = None
    jobs: int | None = None
    bwlimit: str | None = None
    no_exif: bool = False
    limit_bytes: str | None = None
    limit_time: str | None = None


def pull(general: General, request: Request) -> None:
    """The command. Ends the process with the worst status of all accounts."""
    raise typer.Exit(int(pull_accounts(general, request)))


def pull_accounts(general: General, request: Request) -> Exit:
    """Pull one account or all, show a summary for each, and return the worst status."""
    return Exit.worst(PullRun(general, request).all_accounts())


def count(general: General, request: Request) -> None:
    """`pull --count`: prints how many items match, and nothing is written."""
    run = PullRun(general, request)
    statuses = []
    for account_config in run.wanted:
        if account_config.provider.facts.needs_picking and len(run.wanted) > 1:
            continue
        try:
            with run.opened(account_config) as account:
                selection, collections = checked_selection(request.wish, account)
                number = count_matching(account, selection, collections)
        except PhotosyncError as error:
            complain(str(error))
            statuses.append(error.exit)
            continue
        if general.json:
            output.print_json({"command": "count", "account": account_config.name, "count": number})
        else:
            output.print_line(str(number) if len(run.wanted) == 1 else f"{account_config.name}: {number}")
    raise typer.Exit(int(Exit.worst(statuses)))


class PullRun(Run):
    """One run of `pull`, and what `pick` shares with it."""

    command = "pull"

    def __init__(self, general: General, request: Request) -> None:
        request.wish.selection()  # a typing error is told before anything else
        self._limit_bytes = parsed(units.size, "--limit-bytes", request.limit_bytes)
        self._limit_time = parsed(units.duration, "--limit-time", request.limit_time)
        super().__init__(general, dry_run=request.dry_run, jobs=request.jobs, bwlimit=request.bwlimit)
        self._request = request
        self.wanted = _wanted_accounts(self.config, request.account)
        self.layouts = {each.name: self._layout(each) for each in self.wanted}

    def _layout(self, account: AccountConfig) -> Layout:
        try:
            return Layout(self._request.layout or account.options.layout or account.provider.facts.layout)
        except LayoutError as error:
            raise UsageError(f"--layout: {error}") from error

    def all_accounts(self) -> list[Exit]:
        """Pull them one by one; a line or an object for each."""
        library = self.library()
        with ExitStack() as stack:
            catalog = self.catalog(stack, library)
            statuses = []
            for account in self.wanted:
                summary = self._one_account(account, library, catalog) if self.interruption.status is None else None
                if summary is not None:
                    self.show(summary)
                    statuses.append(summary.exit)
        return statuses

    def _one_account(self, account_config: AccountConfig, library: Library, catalog: Catalog) -> Summary | None:
        """Bring what is new; None where that takes a person, and the person did not ask for this account."""
        name = account_config.name
        try:
            with (
                progress.shown(self._general, name, self._request.dry_run) as reporter,
                self.opened(account_config, reporter.waiting) as account,
                self.interruption.watch(account.cancel),
            ):
                options = self.options(account_config, account)
                if isinstance(account.provider, SupportsPicking):
                    summary = self._resumed(account, account.provider, library, catalog, options, reporter)
                else:
                    summary = Pull(account, library, catalog, options, reporter).run()
        except PhotosyncError as error:
            summary = Summary(self.command, name, exit=error.exit, message=str(error))
        return self.ended(summary) if summary is not None else None

    def _resumed(
        self,
        account: Account,
        provider: SupportsPicking,
        library: Library,
        catalog: Catalog,
        options: PullOptions,
        reporter: progress.Lines,
    ) -> Summary | None:
        """What was picked and not brought yet; a pull cannot do more, since the rest takes a person."""

        def bring(sessions: tuple[Collection, ...]) -> Summary:
            return Pull(account, library, catalog, replace(options, collections=sessions), reporter).run()

        person = Bystander(reporter.note)
        summary = Pick(account.name, provider, person, bring, account.cancel, PickOptions()).resume()
        if len(self.wanted) > 1:
            return summary
        if summary is not None:
            reporter.note(f"what else is to come has to be picked by a person: photosync pick {account.name}")
            return summary
        raise SignInError(
            f"account '{account.name}': here a person has to pick first, and nothing is left of what was picked "
            f"earlier. Pick with: photosync pick {account.name}"
        )

    def options(self, account_config: AccountConfig, account: Account) -> PullOptions:
        """What the pull is asked to do."""
        selection, collections = checked_selection(self._request.wish, account)
        options = account_config.options
        mode = metadata.Mode.OFF if self._request.no_exif else None
        return PullOptions(
            layout=self.layouts[account.name],
            metadata=options.metadata_settings(mode),
            workers=self.workers(account_config),
            selection=selection,
            collections=collections,
            full=self._request.full,
            dry_run=self._request.dry_run,
            accept_shrink=self._request.accept_shrink,
            limit_bytes=self._limit_bytes,
            limit_time=self._limit_time,
        )


def _wanted_accounts(configured: Config, name: str | None) -> list[AccountConfig]:
    if name is not None:
        return [configured.account(name)]
    wanted = list(configured.accounts.values())
    if not wanted:
        raise ConfigError(f"{configured.path}: there is no account that can be pulled; add one under 'accounts'")
    return wanted
