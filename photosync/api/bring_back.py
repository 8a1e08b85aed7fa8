"""Brings files back to the library that were removed from it, and that only its copies have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Event
from typing import TYPE_CHECKING

from photosync.api.change import checked_ids, is_selection
from photosync.api.selection import AskedSelection
from photosync.errors import PhotosyncError, UsageError

if TYPE_CHECKING:
    from photosync.config import Config
    from photosync.jobs.change.change import Outcome
    from photosync.jobs.change.summary import ChangeSummary
    from photosync.jobs.copy.bring_back import BringBack
    from photosync.jobs.report import Reporter
    from photosync.library import Library


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedBack:
    """Which files a user wants back, and from where."""

    copy: str | None = None
    """None: from each copy of the configuration, in their order, until one has it right."""
    account: str | None = None
    """None: of all accounts."""
    ids: Sequence[str] | None = None
    """None: all, as far as `selection` wants."""
    selection: AskedSelection = field(default_factory=AskedSelection)

    @property
    def name(self) -> str:
        """For the summary: of the copy, or else of the account."""
        return self.copy or self.account or ""


def check_asked(config: Config, asked: AskedBack) -> AskedBack:
    """What is asked for, with each id once. Raises `UsageError`; nothing has been opened yet."""
    from photosync.api.copies import matching

    if not config.copies:
        raise UsageError(f"{config.path}: no copy is configured; add one under 'copies'")
    if asked.copy is not None:
        config.copy(asked.copy)
    matching(asked.selection)
    if asked.ids is not None and is_selection(asked.selection):
        raise UsageError("say which files come back: by ids, or by a selection such as --year 2019")
    return replace(asked, ids=None if asked.ids is None else checked_ids(asked.ids))


def each_account(library: Library, asked: AskedBack) -> list[AskedBack]:
    """The same for each account by itself, unless a copy or an account is named. Raises `UsageError`."""
    from photosync.api.opening import open_catalog

    if asked.name:
        return [asked]
    with open_catalog(library) as catalog:
        if asked.ids is None:
            return [replace(asked, account=each) for each in catalog.accounts()]
        ids: dict[str, list[str]] = {}
        for id_ in asked.ids:
            for entry in catalog.entries_with_id(id_):
                ids.setdefault(entry.account, []).append(id_)
        if unknown := set(asked.ids).difference(*ids.values()):
            raise UsageError(f"the library has no item with the id {min(unknown)}")
    return [replace(asked, account=account, ids=of_account) for account, of_account in sorted(ids.items())]


def offsite_ids(library: Library, account: str, ids: Sequence[str]) -> list[str]:
    """Those of these ids whose files only copies of the library have."""
    from photosync.api.opening import open_catalog

    with open_catalog(library) as catalog:
        known = catalog.known(account, ids)
    return [id_ for id_ in ids if id_ in known and known[id_].offsite is not None]


@contextmanager
def bringing_back(
    config: Config,
    library: Library,
    asked: AskedBack,
    reporter: Reporter,
    cancel: Event,
    *,
    jobs: int | None = None,
    dry_run: bool = False,
) -> Iterator[BringBack]:
    """The run that brings the files back. After `check_asked`."""
    from photosync.api.copies import matching, opened_copies, outside_folders, wanted_album_folders
    from photosync.api.opening import open_catalog, open_catalog_to_write
    from photosync.jobs.copy.bring_back import BringBack, WantedBack
    from photosync.jobs.copy.fetch import Fetcher
    from photosync.jobs.copy.parallel import WORKERS

    copies = opened_copies(config, [asked.copy] if asked.copy else config.copies)
    with (open_catalog if dry_run else open_catalog_to_write)(library) as catalog:
        if asked.account is not None and asked.account not in catalog.accounts():
            config.check_name(asked.account)
        yield BringBack(
            name=asked.name,
            library=library,
            catalog=catalog,
            fetcher=Fetcher(copies, reporter.received, cancel),
            wanted=WantedBack(asked.account, asked.ids, matching(asked.selection)),
            reporter=reporter,
            folders=frozenset(outside_folders(config)),
            albums=wanted_album_folders(config),
            workers=jobs or WORKERS,
            dry_run=dry_run,
        )


def change_back(
    config: Config,
    library: Library,
    asked: AskedBack,
    on_outcome: Callable[[Outcome], object],
    cancel: Event,
    *,
    dry_run: bool = False,
) -> ChangeSummary:
    """The same, told in the form of the commands that change items: items of one account that are named by ids.

    An error that ends the run is in the summary.
    """
    from photosync.api.progress import Reporting
    from photosync.jobs.change.change import Outcome, Result, Target
    from photosync.jobs.change.summary import ChangeSummary

    assert asked.account is not None
    assert asked.ids is not None
    told = ChangeSummary("restore", asked.account, selected=len(asked.ids), dry_run=dry_run)
    try:
        reporter = Reporting(asked.account, None)
        with bringing_back(config, library, asked, reporter, cancel, dry_run=dry_run) as back:
            for brought in back.results():
                changed = Result.WOULD_CHANGE if dry_run else Result.CHANGED
                result = changed if brought.size_bytes is not None else Result.UNCHANGED
                target = Target(brought.file.offsite.id if brought.file.offsite else "", brought.file.source.name)
                on_outcome(Outcome(target, Result.FAILED if brought.error else result, brought.error))
            done = back.summary
        told.changed, told.unchanged, told.failed = done.saved, done.unchanged, done.failed
        told.exit, told.message, told.error, told.errors = done.exit, done.message, done.error, done.errors
        told.seconds = done.seconds
    except PhotosyncError as error:
        told.exit, told.message, told.error = error.exit, str(error), error
    told.left = told.selected - told.changed - told.unchanged - told.failed
    return told
