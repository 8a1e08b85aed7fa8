"""Lists the items of an account, at the provider or in the library, in all states or in some."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping, Set
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import islice

from photosync.api.selection import AskedSelection, check_without_provider, checked_selection, selection_of
from photosync.catalog import Catalog
from photosync.errors import ItemError, UsageError
from photosync.jobs import list as job
from photosync.jobs.account import Account
from photosync.jobs.list import ListedItem, State
from photosync.jobs.listing_pages import not_there
from photosync.model import Period, Selection


def checked_states(words: Iterable[str], *, saved: bool) -> frozenset[State]:
    """The states of these names. Raises `UsageError`."""
    wanted = set()
    for word in words:
        if word not in list(State):
            raise UsageError(f"--state: expected one of {', '.join(State)}, not '{word}'")
        wanted.add(State(word))
    if saved and wanted & job.COMPARED_STATES:
        raise UsageError("--saved: whether an item is new or changed, the provider alone shows. Leave --saved out.")
    return frozenset(wanted)


def listed(
    account: str,
    open_account: Callable[[], AbstractContextManager[Account]],
    catalog: Catalog,
    asked: AskedSelection,
    wanted: Set[State] = frozenset(),
    *,
    saved: bool = False,
    missing: Callable[[ItemError], None],
) -> Generator[ListedItem, None, None]:
    """The items that a user asks for, in the states `wanted`, or in all. `saved`: the provider is not asked.

    The account need not be valid for what the library has: it is opened only to ask the provider.
    `missing` gets the failure of each id that was asked for and that the provider does not have.
    """
    rows = _rows(account, open_account, catalog, asked, wanted, saved=saved, missing=missing)
    try:
        yield from islice(rows, selection_of(asked).limit)
    finally:
        rows.close()


def grouped(
    account: str,
    open_account: Callable[[], AbstractContextManager[Account]],
    catalog: Catalog,
    asked: AskedSelection,
    period: Period,
    wanted: Set[State] = frozenset(),
    *,
    saved: bool = False,
    missing: Callable[[ItemError], None],
) -> Mapping[str | None, int]:
    """How many of the items of `listed` are of each period, the newest first; None: they have no capture time.

    The service is asked for the numbers where it can tell them.
    """
    counts: Mapping[str | None, int] | None = None
    if not (saved or wanted):
        with open_account() as opened:
            job.check_can_list(opened)
            counts = job.count_by_time(opened, *checked_selection(asked, opened), period)
    if counts is None:
        rows = listed(account, open_account, catalog, asked, wanted, saved=saved, missing=missing)
        counts = Counter(period.of(row.item.taken) for row in rows)
    return dict(sorted(counts.items(), key=lambda each: each[0] or "", reverse=True))


def _rows(
    account: str,
    open_account: Callable[[], AbstractContextManager[Account]],
    catalog: Catalog,
    asked: AskedSelection,
    wanted: Set[State],
    *,
    saved: bool,
    missing: Callable[[ItemError], None],
) -> Generator[ListedItem, None, None]:
    """More than the limit, which counts items of these states."""

    def unlimited(selection: Selection) -> Selection:
        return replace(selection, limit=None) if wanted else selection

    if saved:
        check_without_provider(asked)
    recorded = wanted if saved else wanted & job.RECORDED_STATES
    if not saved and (not wanted or wanted - recorded):
        with open_account() as opened:
            job.check_can_list(opened)
            selection, collections = checked_selection(asked, opened)

            def note_missing(id_: str) -> None:
                missing(not_there(opened, id_))

            rows = job.listed(opened, catalog, unlimited(selection), collections, note_missing)
            yield from (row for row in rows if not wanted or row.state in wanted - recorded)
    if saved or recorded:
        selection = unlimited(selection_of(asked))
        yield from job.recorded(catalog, account, selection, asked.collections, recorded)
