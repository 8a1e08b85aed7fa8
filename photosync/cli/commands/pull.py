"""`pull`: one account or all of them, one after the other. An account that fails does not stop the others."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import cache, partial
from typing import TYPE_CHECKING, Annotated, NoReturn

from typer import Argument, Option

from photosync import units
from photosync.api.pull import AskedPull, layout_of, nothing_picked, pull_account, pull_options
from photosync.api.selection import check_unordered, checked_selection, selection_of
from photosync.cli.command import command
from photosync.cli.ids import with_ids_read
from photosync.cli.library_run import LibraryRun
from photosync.cli.notices import told
from photosync.cli.options import DryRun, GeneralOptions, SavingOptions, SelectionOptions, parsed
from photosync.cli.output import print_failure, print_json, print_line
from photosync.errors import ConfigError, DestinationError, Exit, PhotosyncError, UsageError

if TYPE_CHECKING:
    from photosync.catalog import Catalog
    from photosync.config import AccountConfig
    from photosync.jobs.account import Account
    from photosync.jobs.pull.options import PullOptions
    from photosync.jobs.report import Summary
    from photosync.library import Library

_NO_AFTER = frozenset({Exit.DESTINATION, Exit.LOCKED, Exit.INTERRUPTED, Exit.TERMINATED})


@command
def pull(
    *,
    account: Annotated[
        str | None, Argument(metavar="ACCOUNT", help="The account's name; without it, every account.")
    ] = None,
    selection: SelectionOptions,
    count: Annotated[bool, Option("--count", help="Print how many match, and stop.")] = False,
    dry_run: DryRun = False,
    full: Annotated[bool, Option("--full", help="List everything, not just up to what is known.")] = False,
    saving: SavingOptions,
    accept_shrink: Annotated[
        bool, Option("--accept-shrink", help="Accept a listing that lost many items; files stay all the same.")
    ] = False,
    general: GeneralOptions,
) -> Exit:
    """Bring what is new to the library."""
    run = PullRun(general, account, selection, saving, dry_run=dry_run, full=full, accept_shrink=accept_shrink)
    if count:
        return run.count()
    return run.pull() if dry_run else told(run.config, "pull", lambda: run.with_after(run.pull()), run.ends)


class PullRun(LibraryRun):
    """One run of `pull`, and what `pick` shares with it."""

    def __init__(
        self,
        general: GeneralOptions,
        account: str | None = None,
        selection: SelectionOptions | None = None,
        saving: SavingOptions | None = None,
        *,
        dry_run: bool = False,
        full: bool = False,
        accept_shrink: bool = False,
        command: str = "pull",
    ) -> None:
        """Checks the values of all options, and finds the accounts: `account`, or all."""
        self._selection = with_ids_read(selection or SelectionOptions())
        self._saving = saving or SavingOptions()
        check_unordered(self._selection, command)
        if selection_of(self._selection).ids is not None and account is None:
            raise UsageError("--id: name the account that has the items: photosync pull ACCOUNT --id ID")
        self._asked = AskedPull(
            selection=self._selection,
            full=full,
            dry_run=dry_run,
            accept_shrink=accept_shrink,
            no_exif=self._saving.no_exif,
            limit_bytes=parsed(units.positive_size, "--limit-bytes", self._saving.limit_bytes),
            limit_time=parsed(units.positive_duration, "--limit-time", self._saving.limit_time),
        )
        super().__init__(general, command, dry_run=dry_run, jobs=self._saving.jobs, bwlimit=self._saving.bwlimit)
        self.accounts = [self.config.account(account)] if account is not None else list(self.config.accounts.values())
        self._unusable = {} if account is not None else self.config.unusable
        self.config.check_any_usable()
        if not self.accounts:
            raise ConfigError(f"{self.config.path}: there is no account that can be pulled; add one under 'accounts'")
        layout = "years" if self._saving.by_year else self._saving.layout
        if self._saving.by_year and self._saving.layout not in (None, "years"):
            raise UsageError(f"--years is short for --layout years; it does not go with --layout {self._saving.layout}")
        self._layouts = {each.name: layout_of(each, layout) for each in self.accounts}

    def options(self, config: AccountConfig, account: Account) -> PullOptions:
        """What the pull of `account` is asked to do. Raises `UsageError` for what the account cannot do."""
        return pull_options(config, account, self._layouts[account.name], self._asked)

    def count(self) -> Exit:
        """Print how many items match. Writes nothing."""
        from photosync.jobs.list import count

        statuses = []
        for error in self._unusable.values():
            print_failure(error)
            statuses.append(error.exit)
        for config in self.accounts:
            if config.provider.facts.needs_picking and len(self.accounts) > 1:
                continue
            try:
                with self.open_account(config) as account:
                    number = count(account, *checked_selection(self._selection, account))
            except PhotosyncError as error:
                print_failure(error)
                statuses.append(error.exit)
                continue
            if self.general.json:
                print_json({"command": "count", "account": config.name, "count": number})
            else:
                print_line(str(number) if len(self.accounts) == 1 else f"{config.name}: {number}")
        return Exit.worst(statuses)

    def pull(self) -> Exit:
        """Pull the accounts, show a summary for each, and return the worst exit status."""
        library = self.library()
        with ExitStack() as stack:
            catalog = cache(lambda: stack.enter_context(self.open_catalog(library)))
            try:
                if library.program_folder.exists():
                    catalog()  # else a library is made as soon as an account is found without mistakes
            except DestinationError as error:
                statuses = [self.finish(config.name, partial(_fail, error)) for config in self.accounts]
                return Exit.worst([*statuses, *self._report_unusable()])
            statuses = [
                self.finish(config.name, partial(self._pull, config, library, catalog))
                for config in self.accounts
                if self.interruption.status is None
            ]
        return Exit.worst([*statuses, *self._report_unusable()])

    def with_after(self, status: Exit) -> Exit:
        """Do what `after` of the configuration names, if the library can be read, and return the worst exit status."""
        is_left_out = self._saving.no_after or not self.config.after or self.dry_run
        if is_left_out or not _NO_AFTER.isdisjoint(self.ends.statuses.values()) or not self.library().exists:
            return status
        from photosync.cli.copy_run import CopyRun

        run = CopyRun(self.general, self.config, self.interruption, self.ends, bytes_per_s=self.bytes_per_s)
        return Exit.worst([status, run.bring(self.config.after)])

    def _report_unusable(self) -> list[Exit]:
        return [self.finish(name, partial(_fail, error)) for name, error in self._unusable.items()]

    def _pull(self, config: AccountConfig, library: Library, catalog: Callable[[], Catalog]) -> Summary | None:
        """Bring what is new; None where a person has to pick, and this account was not asked for by name."""
        with self.show_progress(config) as reporter, self.open_account(config) as account:
            watch, options = partial(self.interruption.watch, account.cancel), self.options(config, account)
            summary = pull_account(account, library, catalog(), options, reporter, watch)
            if len(self.accounts) > 1 or not config.provider.facts.needs_picking:
                return summary
            if summary is None:
                raise nothing_picked(account.name)
            reporter.note(f"what else is to come has to be picked by a person: photosync pick {account.name}")
            return summary


def _fail(error: PhotosyncError) -> NoReturn:
    raise error
