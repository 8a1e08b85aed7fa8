"""The keywords that select items in calls, and what they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import date, datetime, timedelta
from operator import index
from typing import Any, TypedDict, TypeVar, overload

from photosync.api.selection import AskedSelection
from photosync.errors import UsageError

Value = TypeVar("Value")


class SelectingRest(TypedDict, total=False):
    """The keywords that select items, except `ids`: the options of the commands."""

    collection: str
    """An album, frame or folder: its id, or a part of its name."""
    album: str | Iterable[str]
    """The same; one or several."""
    years: int | Iterable[int]
    months: int | Iterable[int]
    since: str | date
    """Taken then or later: a date, or text such as 2023, 2023-07, 2023-07-15 or 30d."""
    until: str | date
    """Taken then or before."""
    kind: str
    """photo or video."""
    favorites: bool
    hidden: bool
    """Only what is hidden at the service."""
    query: str
    """In the provider's own filter language."""
    context: str
    """Whose items, as the service calls them."""
    sort: str
    """For `list`: the service's word for an order."""
    offset: int
    """For `list`: leave out so many at the beginning."""
    recent: int
    """Only so many that came last."""
    limit: int
    """At most so many of those that match."""
    all_files: bool
    """Also what is neither photo nor video."""


class Selecting(SelectingRest, total=False):
    """The keywords that select items."""

    ids: Iterable[str]


_NAMES = {"album": "albums"}
_SEVERAL = ("ids", "albums", "years", "months")
_POSITIVE = ("recent", "limit")


def asked_selection(selecting: Selecting | SelectingRest) -> AskedSelection:
    """What the keywords of a call ask for. Raises `UsageError`; a keyword that is None is not asked for."""
    known = {each.name for each in fields(AskedSelection)} - {"albums"}
    values: dict[str, object] = {}
    for keyword, value in selecting.items():
        if keyword not in known | set(_NAMES):
            raise UsageError(
                f"there is no keyword '{keyword}'; expected one of {', '.join(sorted(known | set(_NAMES)))}"
            )
        if value is not None:
            values[_NAMES.get(keyword, keyword)] = _value(_NAMES.get(keyword, keyword), value)
    return AskedSelection(**values)  # type: ignore[arg-type] # the names were compared with the fields


def _value(name: str, value: object) -> object:
    if name in _SEVERAL:
        return _several(name, value)
    if name in ("since", "until"):
        return _date_text(name, value)
    if name in _POSITIVE and not (isinstance(value, int) and value >= 1):
        raise UsageError(f"{name}: expected a number from 1, not {value!r}")
    return value


@overload
def several_texts(name: str, value: None) -> None: ...


@overload
def several_texts(name: str, value: str | Iterable[str]) -> list[str]: ...


@overload
def several_texts(name: str, value: str | Iterable[str] | None) -> list[str] | None: ...


def several_texts(name: str, value: object) -> list[str] | None:
    """The texts of an argument that takes one or several; None where it was not given. Raises `UsageError`."""
    if value is None:
        return None
    try:
        return [_text(each) for each in _values(value)]
    except TypeError as error:
        raise UsageError(f"{name}: {error}") from error


def _values(value: object) -> list[Any]:
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]


def _several(name: str, value: object) -> list[object]:
    """One value, or several. Numbers may come from pandas, which has its own kind."""
    values = _values(value)
    if not values and name != "ids":
        raise UsageError(f"{name}: there is none; leave it out to select all")
    try:
        return [index(each) for each in values] if name in ("years", "months") else [_text(each) for each in values]
    except TypeError as error:
        raise UsageError(f"{name}: {error}") from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, not {value!r}")
    return value


def _date_text(name: str, value: object) -> str:
    if isinstance(value, datetime):
        raise UsageError(f"{name}: expected a date or text such as 2023-07-15, not a time")
    return value.isoformat() if isinstance(value, date) else str(value)


def parsed(parse: Callable[[object], Value], name: str, value: object) -> Value | None:
    """A number, or text such as `10G`. Raises `UsageError`."""
    if value is None or isinstance(value, int | timedelta):
        return value  # type: ignore[return-value] # as `parse` would make it
    try:
        return parse(value)
    except ValueError as error:
        raise UsageError(f"{name}: {error}") from error
