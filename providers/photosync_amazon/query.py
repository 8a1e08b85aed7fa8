"""A selection in the service's filter language. The user's own filter in it is checked before it is sent.

Facts: protocol notes on Amazon Photos, sections 4 and 5: `/search` and `/nodes` have fields of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from photosync.errors import UsageError
from photosync.model import FIRST_PHOTO_YEAR, Kind, Selection, SortField
from photosync.provider_kit.amazon_drive.filters import (
    MOST_TERMS,
    NODE_FIELDS,
    NODE_RANGES,
    Check,
    Filter,
    check_lists_items,
    one_of,
    read_filter,
    truth,
    whole_number,
)
from photosync_amazon.api import NEWEST_FIRST

MAX_YEARS = 50
"""The maximum number of years in one filter."""
_SORTS = {
    SortField.TAKEN: "contentProperties.contentDate",
    SortField.ADDED: "createdDate",
    SortField.NAME: "name",
}
_TYPES = {Kind.PHOTO: "PHOTOS", Kind.VIDEO: "VIDEOS"}


def _fields_of_search() -> Mapping[str, Check | None]:
    last = date.today().year + 1  # noqa: DTZ011 - the person's own calendar
    return {
        "type": one_of("PHOTOS", "VIDEOS"),
        "things": None,
        "timeYear": whole_number(FIRST_PHOTO_YEAR, last),
        "timeMonth": whole_number(1, 12),
        "timeDay": whole_number(1, 31),
        "location": None,
        "people": None,
        "favorite": truth,
    }


_FIELDS_OF_NODES: Mapping[str, Check | None] = {**NODE_FIELDS, "settings.hidden": truth, "favorite": truth}
_HIDDEN = "settings.hidden:true"


@dataclass(frozen=True, slots=True)
class NodeQuery:
    """A filter on `/nodes`."""

    filters: str


def node_query(selection: Selection) -> NodeQuery | None:
    """The selection as a filter on `/nodes`; None if `/search` has it. Raises `UsageError` for what neither has."""
    filter_ = read_filter(selection.query) if selection.query is not None else None
    if filter_ is not None and not _is_of_nodes(filter_):
        filter_.check(_fields_of_search())
        if selection.hidden:
            raise UsageError(f"--query {filter_.text}: the service's search has no hidden items; leave out --hidden")
        return None
    if filter_ is None and not selection.hidden:
        return None
    if selection.context or selection.offset:
        what = "--context" if selection.context else "--offset"
        raise UsageError(f"{what}: only the service's search has it, and this selection needs its nodes")
    clauses = [] if filter_ is None else [filter_.as_clause]
    terms = () if filter_ is None else filter_.terms
    if selection.hidden:
        clauses.append(_HIDDEN)
    if len(terms) + len(clauses) <= MOST_TERMS and not any(term.field == "kind" for term in terms):
        clauses.append("kind:FILE")
    return NodeQuery(" AND ".join(clauses))


def check_selection(account: str, selection: Selection, *, in_album: bool) -> None:
    """Raise `UsageError` for what neither the search, nor a filter on nodes, nor an album has."""
    if not in_album:
        node_query(selection)
    elif selection.query or selection.context or selection.offset:
        raise UsageError(
            f"account '{account}': Amazon Photos cannot search inside an album: leave out --query, --context "
            "and --offset, or the album"
        )


def search_filters(selection: Selection) -> str:
    """The part of `selection` that the service's search can filter."""
    clauses = [f"type:({_TYPES[selection.kind]})" if selection.kind in _TYPES else "type:(PHOTOS OR VIDEOS)"]
    years = selection.possible_years(date.today())  # noqa: DTZ011 - the person's own calendar
    if years and len(years) <= MAX_YEARS:
        clauses.append(f"timeYear:({' OR '.join(map(str, years))})")
    if selection.months:
        clauses.append(f"timeMonth:({' OR '.join(map(str, selection.months))})")
    if selection.favorites:
        clauses.append("favorite:(true)")
    if selection.query:
        clauses.append(read_filter(selection.query).as_clause)
    return " AND ".join(clauses)


def sort_of(selection: Selection) -> str:
    """The order in the service's words."""
    if selection.sort is None:
        return NEWEST_FIRST
    return f"['{_SORTS[selection.sort.by]} {'DESC' if selection.sort.descending else 'ASC'}']"


def _is_of_nodes(filter_: Filter) -> bool:
    """Whether it has a field that only nodes have; then it is checked."""
    filter_.check_fields({*_fields_of_search(), *_FIELDS_OF_NODES})
    own = [term for term in filter_.terms if term.field not in _fields_of_search()]
    if not any(term.field in _FIELDS_OF_NODES for term in own):
        return False
    for term in filter_.terms:
        if term.field in _fields_of_search() and term.field not in _FIELDS_OF_NODES:
            filter_.refuse(
                term.at, f"'{term.field}' is a field of the search and '{own[0].field}' one of nodes: use one or other"
            )
    filter_.check(_FIELDS_OF_NODES, NODE_RANGES)
    check_lists_items(filter_)
    return True
