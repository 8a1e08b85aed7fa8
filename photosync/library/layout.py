"""The path of an item by a layout: the fields of layouts, and the presets.

A layout is a relative path with fields in braces, `{year}/{month}/{name}`. `{taken}` takes a strftime format, in which
`mmm` means milliseconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from string import Formatter

from photosync.characters import is_utf_8
from photosync.library.names import safe_name, split_extension
from photosync.model import CaptureTime, TimeMeaning

PRESETS = {
    "flat": "{name}",
    "years": "{year}/{name}",
    "months": "{year}/{month}/{name}",
    "days": "{year}/{month}/{day}/{name}",
}
UNKNOWN_DATE = "unknown-date"
"""Replaces the year, month and day that are not known of an item."""

FIELDS = ("account", "collection", "year", "month", "day", "taken", "id", "name", "stem", "ext", "kind")
_DATE_FIELDS = frozenset({"year", "month", "day", "taken"})
_DIRECTIVES = {"year": "Y", "month": "m", "day": "d"}
_KNOWN = {TimeMeaning.YEAR: frozenset("YyC%"), TimeMeaning.MONTH: frozenset("YyCmbBh%")}
"""The strftime directives that a partial date has. Of a day, the time is midnight."""


class LayoutError(ValueError):
    """The text is not a layout; the message says why."""


@dataclass(frozen=True, slots=True)
class LayoutFields:
    """The values of one item for a layout. `name` comes from the service and need not be safe."""

    account: str
    id: str
    name: str
    kind: str
    taken: CaptureTime | None
    """The local reading of the capture time; of a partial one, some date fields are unknown."""
    collection: str = ""
    """May be a path, `A/B/C`."""


@dataclass(frozen=True, slots=True)
class _Part:
    literal: str
    field: str | None
    format: str


class Layout:
    """A parsed layout: `Layout("years").path(fields)`."""

    def __init__(self, text: str) -> None:
        self.text = PRESETS.get(text, text)
        if not is_utf_8(text):
            raise LayoutError(f"'{text}' is not UTF-8")
        if self.text.startswith(("/", "~")) or ".." in self.text.split("/"):
            raise LayoutError(f"'{text}' leads out of the library; a layout is a path inside the account's folder")
        self._segments = [_parse(segment) for segment in self.text.split("/") if segment]
        if not self._segments:
            raise LayoutError(f"'{text}' is empty; expected one of {', '.join(PRESETS)}, or fields such as {{name}}")
        if not any(part.field in {"name", "stem", "id", "taken"} for part in self._segments[-1]):
            raise LayoutError(
                f"'{text}' gives every file the same name; its last part needs {{name}}, {{stem}} or {{id}}"
            )

    def has(self, field: str) -> bool:
        """Whether paths depend on this field."""
        return any(part.field == field for segment in self._segments for part in segment)

    def path(self, fields: LayoutFields) -> str:
        """The item's path, relative to its account's folder, with `/` between components. Every component is safe."""
        components: list[str] = []
        for segment in self._segments:
            rendered = _render(segment, fields)
            if rendered != UNKNOWN_DATE or components[-1:] != [UNKNOWN_DATE]:
                components.extend(part for part in rendered.split("/") if part)
        *folders, name = components or [fields.id]
        return "/".join((*map(safe_name, folders), safe_name(name, fallback=fields.id)))


def _parse(segment: str) -> list[_Part]:
    try:
        parsed = list(Formatter().parse(segment))
    except ValueError as error:
        raise LayoutError(f"'{segment}' cannot be read ({error}); write fields as {{name}}") from error
    for _, field, format_, conversion in parsed:
        if field is not None and field not in FIELDS:
            raise LayoutError(f"unknown field '{{{field}}}'; expected one of {', '.join(FIELDS)}")
        if conversion or (format_ and field != "taken"):
            raise LayoutError(f"'{segment}': only {{taken}} takes a format, as in {{taken:%Y-%m-%d}}")
    return [_Part(literal, field, format_ or "") for literal, field, format_, _ in parsed]


def _render(segment: list[_Part], fields: LayoutFields) -> str:
    if fields.taken is not None and fields.taken.meaning not in _KNOWN:
        return "".join([part.literal + _value(part, fields) for part in segment])
    unknown = [number for number, part in enumerate(segment) if not _is_known(part, fields.taken)]
    if unknown and len(unknown) == sum(part.field is not None for part in segment):
        return UNKNOWN_DATE
    return "".join(
        part.literal + (UNKNOWN_DATE if number in unknown else _value(part, fields))
        for number, part in enumerate(segment)
        if number not in unknown[1:]
    )


def _is_known(part: _Part, taken: CaptureTime | None) -> bool:
    """Whether the part has no date, or all of its date is known."""
    if part.field not in _DATE_FIELDS:
        return True
    if taken is None or taken.meaning not in _KNOWN:
        return taken is not None
    directives = _DIRECTIVES[part.field] if part.field in _DIRECTIVES else re.findall("%[-_0^#]?(.)|mmm", part.format)
    return bool(directives) and _KNOWN[taken.meaning].issuperset(directives)


def _value(part: _Part, fields: LayoutFields) -> str:  # noqa: PLR0911 - one line a field
    match part.field:
        case None:
            return ""
        case "taken" | "year" | "month" | "day":
            return _date(fields.taken.reading, part.field, part.format) if fields.taken else ""
        case "collection":
            return "/".join(safe_name(folder) for folder in fields.collection.split("/") if folder)
        case "name":
            return _name(fields)
        case "stem":
            return split_extension(_name(fields))[0]
        case "ext":
            return split_extension(_name(fields))[1]
        case field:
            return str(getattr(fields, field)).replace("/", "_")


def _name(fields: LayoutFields) -> str:
    return safe_name(fields.name, fallback=fields.id)


def _date(taken: datetime, field: str, format_: str) -> str:
    if field != "taken":
        return f"{taken.year:04}" if field == "year" else f"{getattr(taken, field):02}"
    with_milliseconds = re.sub("mmm", f"{taken.microsecond // 1000:03}", format_ or "%Y-%m-%d-%H-%M-%S")
    return taken.strftime(with_milliseconds).replace("/", "_")
