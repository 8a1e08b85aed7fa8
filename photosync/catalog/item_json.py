"""An item as JSON text and back, so that the catalog can tell with one comparison whether its description changed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from photosync.model import CaptureTime, GpsPosition, Item, Kind, TimeMeaning


def to_text(item: Item) -> str:
    """Compact JSON with a fixed order of keys; what is not known is left out. `link` is never kept.

    In ASCII alone: a service's names may hold lone surrogates, which UTF-8 cannot encode.
    """
    content: dict[str, object] = {
        "id": item.id,
        "name": item.name,
        "kind": item.kind.value,
        "taken": [item.taken.reading.isoformat(), item.taken.meaning.value] if item.taken else None,
        "size_bytes": item.size_bytes,
        "md5": item.md5,
        "md5_hint": item.md5_hint,
        "width": item.width,
        "height": item.height,
        "favorite": item.favorite,
        "collections": list(item.collections),
        "folder": item.folder,
        "place": [item.gps.latitude, item.gps.longitude] if item.gps else None,
        "added": item.added.isoformat() if item.added else None,
        "revision": item.revision,
        "locator": dict(item.locator),
        "notes": list(item.notes),
    }
    known = {key: value for key, value in content.items() if value not in (None, [], {})}
    return json.dumps(known, separators=(",", ":"))


def from_text(text: str) -> Item:
    """The item that `to_text` described."""
    content: dict[str, Any] = json.loads(text)
    content["kind"] = Kind(content["kind"])
    if "taken" in content:
        reading, meaning = content["taken"]
        content["taken"] = CaptureTime(datetime.fromisoformat(reading), TimeMeaning(meaning))
    if "added" in content:
        content["added"] = datetime.fromisoformat(content["added"])
    if "place" in content:
        content["gps"] = GpsPosition(*content.pop("place"))
    for name in ("collections", "notes"):
        content[name] = tuple(content.get(name, ()))
    return Item(**content)
