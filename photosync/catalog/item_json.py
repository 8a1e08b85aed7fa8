"""An item as JSON text and back, so that one comparison shows whether its description has changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from photosync.model import CaptureTime, GpsPosition, Item, Kind, TimeMeaning

_NAMES = {each.name: "place" if each.name == "gps" else each.name for each in fields(Item) if each.name != "link"}
"""Every stored field, and its key."""


def to_text(item: Item) -> str:
    """Compact JSON with a fixed order of keys, without unknown values. `link` is never stored.

    In ASCII only: a service's names may have lone surrogates, which UTF-8 cannot encode.
    """
    values = {key: getattr(item, name) for name, key in _NAMES.items()}
    known = {key: value for key, value in values.items() if value not in (None, (), {})}
    return _ENCODER.encode(known)


def _encode(value: object) -> object:
    match value:
        case CaptureTime():
            return [value.reading.isoformat(), value.meaning.value]
        case GpsPosition():
            return [value.latitude, value.longitude]
        case datetime():
            return value.isoformat()
        case Mapping():
            return dict(value)
    raise TypeError(f"an item has no {type(value).__name__}")


# One of each, and no look-up of an enum's value: an export reads every item.
_KINDS = {each.value: each for each in Kind}
_MEANINGS = {each.value: each for each in TimeMeaning}
_LISTS = {"collections", "collection_ids", "labels", "notes"}
_DECODER = json.JSONDecoder()
_ENCODER = json.JSONEncoder(separators=(",", ":"), default=_encode)


def from_text(text: str) -> Item:
    """The item that `to_text` described."""
    content: dict[str, Any]
    content, end = _DECODER.raw_decode(text)
    if end != len(text):
        raise ValueError("there is more text after the item")
    content["kind"] = _KINDS[content["kind"]]
    if "taken" in content:
        reading, meaning = content["taken"]
        content["taken"] = CaptureTime(datetime.fromisoformat(reading), _MEANINGS[meaning])
    if "added" in content:
        content["added"] = datetime.fromisoformat(content["added"])
    if "place" in content:
        content["gps"] = GpsPosition(*content.pop("place"))
    for name in _LISTS & content.keys():
        content[name] = tuple(content[name])
    return Item(**content)
