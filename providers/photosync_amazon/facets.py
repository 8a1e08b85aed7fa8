"""The values of the service's aggregations, and the filters that select by them.

Facts: protocol notes on Amazon Photos, section 10. The keys of an entry differ by category.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from photosync.model import Facet, Period
from photosync.provider_kit.json_fields import Json, number, text

CATEGORIES = (
    *("allPeople", "clusterId", "familyMembers", "favorite", "location"),
    *("people", "things", "time", "type"),
)
_FIELDS: Mapping[str, str] = {
    **dict.fromkeys(("allPeople", "clusterId", "familyMembers", "people"), "people"),
    **{field: field for field in ("favorite", "location", "things", "type")},
}
"""The field of a filter that has the values of a category."""
_IDS = ("clusterId", "value", "id")
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_DATE_FIELDS = ("timeYear", "timeMonth", "timeDay")


_LENGTHS = {Period.YEAR: 4, Period.MONTH: 7, Period.DAY: 10}


def counts_by_time(entries: Iterable[Json], period: Period) -> dict[str | None, int] | None:
    """The numbers of items by `2023`, `2023-07` or `2023-07-15`; None for values of another form."""
    counts: dict[str | None, int] = {}
    for entry in entries:
        value, count = _word(entry, "value"), number(entry, "count")
        if value is None or count is None or not _DATE.fullmatch(value) or len(value) != _LENGTHS[period]:
            return None
        counts[value] = counts.get(value, 0) + count
    return counts


def facets_of(category: str, entries: Iterable[Json]) -> Iterator[Facet]:
    """The values of a category; entries without one are left out."""
    for entry in entries:
        value = next(filter(None, (_word(entry, name) for name in _IDS)), None)
        if value is not None:
            name = text(entry, "name")
            yield Facet(
                category, value, None if name == value else name, number(entry, "count"), _query(category, value)
            )


def _word(entry: Json, name: str) -> str | None:
    value = entry.get(name)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else text(entry, name)


def _query(category: str, value: str) -> str | None:
    """The filter for a value; None for one that a filter cannot have."""
    if category == "time":
        date = _DATE.fullmatch(value)
        parts = zip(_DATE_FIELDS, date.groups(), strict=True) if date else ()
        return " AND ".join(f"{field}:({int(part)})" for field, part in parts if part is not None) or None
    if re.search(r'["\\]', value):
        return None
    # Brackets and the words of the language are part of a value only between quotation marks.
    is_plain = not re.search(r"[()]|\b(AND|OR)\b", value)
    return f"{_FIELDS[category]}:({value})" if is_plain else f'{_FIELDS[category]}:("{value}")'
