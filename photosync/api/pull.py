"""A pull of one account: what a user asks for, with the configuration of the account."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from photosync.api.selection import AskedSelection, checked_selection
from photosync.errors import SignInError, UsageError

if TYPE_CHECKING:
    from photosync.catalog import Catalog
    from photosync.config import AccountConfig
    from photosync.jobs.account import Account
    from photosync.jobs.pull.options import PullOptions
    from photosync.jobs.pull.pick import PickOptions
    from photosync.jobs.report import Reporter, Summary
    from photosync.library import Layout, Library
    from photosync.model import Collection
    from photosync.provider import Interaction


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPull:
    """What a user asks a pull to do; the command line has the documentation of each value."""

    selection: AskedSelection
    full: bool = False
    dry_run: bool = False
    accept_shrink: bool = False
    no_exif: bool = False
    limit_bytes: int | None = None
    limit_time: timedelta | None = None


def layout_of(config: AccountConfig, asked: str | None) -> Layout:
    """The layout that a user asks for, or that of the account. Raises `UsageError` for one that cannot be."""
    from photosync.library import Layout, LayoutError

    try:
        return Layout(asked if asked is not None else config.options.layout or config.provider.facts.layout)
    except LayoutError as error:
        raise UsageError(f"--layout: {error}") from error


def pull_options(config: AccountConfig, account: Account, layout: Layout, asked: AskedPull) -> PullOptions:
    """What the pull of `account` is to do. Raises `UsageError` for what the account cannot do."""
    from photosync.jobs.pull.options import PullOptions
    from photosync.metadata import Mode

    selection, collections = checked_selection(asked.selection, account)
    return PullOptions(
        layout=layout,
        metadata=config.metadata_settings(Mode.OFF if asked.no_exif else None),
        selection=selection,
        collections=collections,
        full=asked.full,
        dry_run=asked.dry_run,
        accept_shrink=asked.accept_shrink,
        limit_bytes=asked.limit_bytes,
        limit_time=asked.limit_time,
        albums=config.options.albums,
        people_items=config.options.reads_people,
    )


def pull_account(
    account: Account,
    library: Library,
    catalog: Catalog,
    options: PullOptions,
    reporter: Reporter,
    watch: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Summary | None:
    """Bring what is new; where a person has to pick, what was picked and not saved yet. None: that is nothing.

    `watch` is open while items are pulled.
    """
    from photosync.jobs.pull.pick import Pick, PickOptions
    from photosync.jobs.pull.pull import Pull
    from photosync.provider import SupportsPicking

    def bring(collections: tuple[Collection, ...]) -> Summary:
        with watch():
            return Pull(account, library, catalog, replace(options, collections=collections), reporter).run()

    if not isinstance(account.provider, SupportsPicking):
        return bring(options.collections)
    person = Unattended(reporter.note)
    return Pick(account.name, account.provider, person, bring, account.cancel, PickOptions()).resume()


def pick_account(
    account: Account,
    person: Interaction,
    bring: Callable[[tuple[Collection, ...]], Summary],
    options: PickOptions,
    *,
    resume: bool,
) -> Summary:
    """Let a person pick, and bring that; `resume`: only go on with what was picked earlier.

    Raises `UsageError` where there is nothing to pick.
    """
    from photosync.jobs.pull.pick import Pick
    from photosync.jobs.report import Summary
    from photosync.provider import SupportsPicking

    if not isinstance(account.provider, SupportsPicking):
        title = account.provider.facts.title
        raise UsageError(f"account '{account.name}': {title} needs no picking: photosync pull {account.name}")
    job = Pick(account.name, account.provider, person, bring, account.cancel, options)
    if not resume:
        return job.run()
    return job.resume() or Summary("pick", account.name, complete=True)


def nothing_picked(account: str) -> SignInError:
    """The error of a pull that was asked for an account where a person has to pick first."""
    return SignInError(
        f"account '{account}': here a person has to pick first, and nothing is left of what was picked "
        f"earlier. Pick with: photosync pick {account}"
    )


class Unattended:
    """No person is present. Messages are passed to `show`."""

    browser_allowed = False
    port = None

    def __init__(self, show: Callable[[str], None]) -> None:
        self.show = show

    def show_link(self, url: str, purpose: str, qr_code: bool = False, browser_url: str | None = None) -> None:
        """Does nothing: there is no person to open the address."""

    def ask(self, prompt: str) -> str | None:  # noqa: ARG002
        """None: there is no answer."""
        return None

    def ask_pasted(self, how: str) -> bytes | None:  # noqa: ARG002
        """None: there is nobody to paste."""
        return None
