"""What the user wants, in the words of the command line, made into a selection."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from photosync.errors import UsageError
from photosync.jobs.account import Account
from photosync.model import Collection, Kind, Selection
from photosync.provider import HasCollections
from photosync.provider.facts import ServiceFacts

_DATE = re.compile(r"(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?")
_AGO = re.compile(r"(\d+)([dwmy])")
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


@dataclass(frozen=True)
class Wish:
    """The selection options, as they were typed."""

    years: list[int] | None = None
    months: list[int] | None = None
    since: str | None = None
    until: str | None = None
    albums: list[str] | None = None
    kind: str | None = None
    favorites: bool = False
    query: str | None = None
    recent: int | None = None
    limit: int | None = None
    collection: str | None = None
    all_files: bool = False

    def selection(self) -> Selection:
        """The same as values. Raises `UsageError`."""
        months = tuple(self.months or ())
        if any(not 1 <= month <= 12 for month in months):
            raise UsageError("--month: expected a number from 1 to 12")
        if self.kind not in (None, Kind.PHOTO, Kind.VIDEO):
            raise UsageError(f"--kind: expected photo or video, not '{self.kind}'")
        return Selection(
            years=tuple(self.years or ()),
            months=months,
            since=_bounds(self.since, "--since")[0] if self.since else None,
            until=_bounds(self.until, "--until")[1] if self.until else None,
            kind=Kind(self.kind) if self.kind else None,
            favorites=self.favorites,
            all_files=self.all_files,
            query=self.query,
            recent=self.recent,
            limit=self.limit,
        )

    def collections_of(self, account: Account) -> tuple[Collection, ...]:
        """The collections that were named, if any. Raises `UsageError` unless each name means just one."""
        wanted = [*([self.collection] if self.collection else []), *(self.albums or [])]
        if not wanted:
            return ()
        provider, facts = account.provider, account.provider.facts
        if not isinstance(provider, HasCollections):
            raise UsageError(f"account '{account.name}': {facts.title} has no collections to choose from")
        there = list(provider.collections())
        return tuple(_find(text, there, account.name, facts.collection_word) for text in wanted)


def checked_selection(wish: Wish, account: Account) -> tuple[Selection, tuple[Collection, ...]]:
    """The wish in terms of the account; what it cannot do is an error, before anything else happens."""
    selection = wish.selection()
    check_selection(account.provider.facts, account.name, selection)
    return selection, wish.collections_of(account)


def _find(text: str, there: Sequence[Collection], account: str, word: str) -> Collection:
    """By exact id, by exact name, or by a part of a name that only one has."""
    for found in (
        [each for each in there if each.id == text],
        [each for each in there if each.name == text],
        [each for each in there if text.casefold() in each.name.casefold()],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(f"{each.name} ({each.id})" for each in found)
            raise UsageError(f"account '{account}': '{text}' may be any of {names}; say which by its id")
    names = ", ".join(sorted(each.name for each in there)[:20]) or "none"
    raise UsageError(f"account '{account}': there is no {word} '{text}'; there are: {names}")


def _bounds(text: str, option: str) -> tuple[datetime, datetime]:
    """The first moment of the year, month or day that `text` names, and the first one after it."""
    now = datetime.now()  # noqa: DTZ005 - the person's own clock, like the cameras'
    if ago := _AGO.fullmatch(text):
        moment = (now - timedelta(days=int(ago[1]) * _DAYS[ago[2]])).replace(hour=0, minute=0, second=0, microsecond=0)
        return moment, moment + timedelta(days=1)
    match = _DATE.fullmatch(text)
    try:
        year, month, day = (int(part) if part else None for part in match.groups()) if match else (0, None, None)
        return _period(year or 0, month, day)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{option}: expected 2023, 2023-07, 2023-07-15 or 30d, not '{text}'") from error


def _period(year: int, month: int | None, day: int | None) -> tuple[datetime, datetime]:
    first = datetime(year, month or 1, day or 1)  # noqa: DTZ001 - a camera's clock
    if day is not None:
        return first, first + timedelta(days=1)
    if month is not None:
        return first, datetime(year + month // 12, month % 12 + 1, 1)  # noqa: DTZ001
    return first, datetime(year + 1, 1, 1)  # noqa: DTZ001


def check_selection(facts: ServiceFacts, account: str, selection: Selection) -> None:
    """Refuse a selection that this account cannot do, before anything is sent."""
    wanted = {
        "--year": ("years", selection.years),
        "--month": ("months", selection.months),
        "--since": ("since", selection.since),
        "--until": ("until", selection.until),
        "--kind": ("kind", selection.kind),
        "--favorites": ("favorites", selection.favorites),
        "--all-files": ("all_files", selection.all_files),
        "--query": ("query", selection.query),
        "--recent": ("recent", selection.recent),
    }
    missing = [option for option, (name, value) in wanted.items() if value and name not in facts.selects]
    if missing:
        raise UsageError(
            f"account '{account}': {facts.title} cannot select by {', '.join(missing)}. "
            "Leave that out, or select otherwise."
        )
