"""The options of a pull: what a user asks for, with the configuration of the account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from photosync.api.selection import AskedSelection, checked_selection
from photosync.errors import UsageError

if TYPE_CHECKING:
    from photosync.config import AccountConfig
    from photosync.jobs.account import Account
    from photosync.jobs.pull.pull import PullOptions
    from photosync.library import Layout


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
        return Layout(asked or config.options.layout or config.provider.facts.layout)
    except LayoutError as error:
        raise UsageError(f"--layout: {error}") from error


def pull_options(config: AccountConfig, account: Account, layout: Layout, asked: AskedPull) -> PullOptions:
    """What the pull of `account` is to do. Raises `UsageError` for what the account cannot do."""
    from photosync.jobs.pull.pull import PullOptions
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
