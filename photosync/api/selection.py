"""Converts what a user asks for to a selection, and refuses what an account does not support."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import MAXYEAR, date, datetime, timedelta
from typing import TYPE_CHECKING

from photosync.characters import is_utf_8
from photosync.errors import UsageError
from photosync.model import CONTEXTS, FIRST_PHOTO_YEAR, Collection, Kind, Selection, Sort, SortField
from photosync.units import day_before

if TYPE_CHECKING:
    from photosync.jobs.account import Account

_PERIODS = {"%Y": 366, "%Y-%m": 31, "%Y-%m-%d": 1}
"""The forms of a date, and the most days that such a period has."""
_RELEASED = 2026


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedSelection:
    """Which items a user asks for: the options of the command line, which has their documentation."""

    collection: str | None = None
    ids: Sequence[str] | None = None
    years: Sequence[int] | None = None
    months: Sequence[int] | None = None
    since: str | None = None
    until: str | None = None
    albums: Sequence[str] | None = None
    kind: str | None = None
    favorites: bool = False
    hidden: bool = False
    query: str | None = None
    context: str | None = None
    sort: str | None = None
    offset: int | None = None
    recent: int | None = None
    limit: int | None = None
    all_files: bool = False

    @property
    def collections(self) -> list[str]:
        """The ids or names of all collections that are asked for."""
        return [*([self.collection] if self.collection else []), *(self.albums or [])]


def selection_of(options: AskedSelection) -> Selection:
    """The options as values. Raises `UsageError`."""
    months = tuple(options.months or ())
    for month in months:
        if not 1 <= month <= 12:
            raise UsageError(f"--month: expected a number from 1 to 12, not {month}")
    if options.kind not in (None, Kind.PHOTO, Kind.VIDEO):
        raise UsageError(f"--kind: expected photo or video, not '{options.kind}'")
    if options.query is not None and not is_utf_8(options.query):
        raise UsageError(f"--query {options.query}: this is not UTF-8")
    if options.context not in (None, *CONTEXTS):
        raise UsageError(f"--context: expected one of {', '.join(CONTEXTS)}, not '{options.context}'")
    years = tuple(options.years or ())
    for year in years:
        _check_year(year, f"--year {year}")
    since = _bounds(options.since, "--since")[0] if options.since is not None else None
    until = _bounds(options.until, "--until")[1] if options.until is not None else None
    # A shell gives an empty text for a variable that is not set, which must not mean every album, or the only one.
    for option, names in {"COLLECTION": [options.collection], "--album": options.albums or ()}.items():
        if any(name is not None and not name.strip() for name in names):
            raise UsageError(f"{option}: the name is empty")
    if since is not None and until is not None and since >= until:
        raise UsageError(f"--since {options.since} is after --until {options.until}, so that nothing can match")
    return Selection(
        ids=None if options.ids is None else _ids(options),
        years=years,
        months=months,
        since=since,
        until=until,
        kind=Kind(options.kind) if options.kind else None,
        favorites=options.favorites,
        all_files=options.all_files,
        hidden=options.hidden,
        query=options.query,
        context=options.context,
        sort=None if options.sort is None else _sort(options.sort),
        offset=options.offset,
        recent=options.recent,
        limit=options.limit,
    )


def _sort(text: str) -> Sort:
    """The order that is asked for: `name`, `taken asc`; dates begin with the newest. Raises `UsageError`."""
    field, _, direction = text.strip().lower().partition(" ")
    direction = direction.strip() or ("asc" if field == SortField.NAME else "desc")
    if field not in list(SortField) or direction not in ("asc", "desc"):
        raise UsageError(f"--sort: expected {', '.join(SortField)}, with asc or desc after it, not '{text}'")
    return Sort(SortField(field), descending=direction == "desc")


def _ids(options: AskedSelection) -> frozenset[str]:
    """Raises `UsageError` for what cannot be an id, and for options that ids leave no meaning."""
    asked: dict[str, object] = {"COLLECTION": options.collection, "--album": options.albums, "--query": options.query}
    asked |= {"--context": options.context, "--recent": options.recent, "--sort": options.sort}
    for option, value in {**asked, "--offset": options.offset}.items():
        if value:
            raise UsageError(f"--id names single items: leave out {option}")
    for id_ in options.ids or ():
        if not id_.strip() or not is_utf_8(id_):
            raise UsageError(f"--id '{id_}': this is no id")
    return frozenset(options.ids or ())


def check_without_provider(options: AskedSelection) -> None:
    """Raise `UsageError` for options that only the provider can carry out."""
    asked = {"--query": options.query, "--context": options.context, "--sort": options.sort, "--offset": options.offset}
    for option, value in asked.items():
        if value is not None:
            raise UsageError(f"--saved: only the provider can select by {option}. Leave --saved out.")


def check_unordered(options: AskedSelection, command: str) -> None:
    """Raise `UsageError` for options that a command with an order of its own cannot have."""
    for option, value in {"--sort": options.sort, "--offset": options.offset}.items():
        if value is not None:
            raise UsageError(f"{option} is for list: {command} has an order of its own")


def checked_selection(options: AskedSelection, account: Account) -> tuple[Selection, tuple[Collection, ...]]:
    """The selection and the collections that the options name. Raises `UsageError` for what the account cannot do."""
    from photosync.jobs.collections import find_collections
    from photosync.provider import ChecksSelection

    selection, facts = selection_of(options), account.provider.facts
    asked = [each.name for each in fields(selection) if getattr(selection, each.name) not in (None, False, ())]
    refused = [_option(name) for name in asked if name not in facts.selects and name not in ("ids", "limit")]
    if refused:
        raise UsageError(
            f"account '{account.name}': {facts.title} cannot select by {', '.join(refused)}. "
            "Leave that out, or select otherwise."
        )
    if isinstance(account.provider, ChecksSelection):
        account.provider.check_selection(selection, in_collection=bool(options.collections))
    return selection, find_collections(account, options.collections)


def _option(field: str) -> str:
    """The option that sets a field of `Selection`."""
    return "--" + {"years": "year", "months": "month"}.get(field, field.replace("_", "-"))


def _check_year(year: int, option: str) -> None:
    """Raises `UsageError` for a year in which no photo was taken."""
    # The clock of a computer can be far behind, as after a start without a battery; this release is from 2026.
    last = max(date.today().year, _RELEASED) + 1  # noqa: DTZ011 - the user's own calendar
    if not FIRST_PHOTO_YEAR <= year <= (MAXYEAR if option.startswith("--until") else last):
        raise UsageError(f"{option}: expected a year from {FIRST_PHOTO_YEAR} to {last}")


def _bounds(text: str, option: str) -> tuple[datetime, datetime]:
    """The first moment of the year, month or day that `text` names, and the first one after it. On the local clock."""
    with suppress(ValueError):
        text = day_before(text, date.today()).isoformat()  # noqa: DTZ011 - the user's own calendar
    for text_format, longest_days in _PERIODS.items():
        with suppress(ValueError, OverflowError):
            first = datetime.strptime(text, text_format)  # noqa: DTZ007
            _check_year(first.year, f"{option} {text}")
            in_next = first + timedelta(days=longest_days)
            return first, datetime.strptime(in_next.strftime(text_format), text_format)  # noqa: DTZ007
    raise UsageError(f"{option}: expected 2023, 2023-07, 2023-07-15 or 30d, not '{text}'")
