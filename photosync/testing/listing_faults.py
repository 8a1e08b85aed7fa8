"""Pages of a listing that a fault damages: other items than the service has, or other data of them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from itertools import cycle

from photosync.testing.faults import Faults
from photosync.testing.names import HOSTILE_NAMES

_DATE = re.compile(r"\d{4}(?=-\d\d-\d\dT)")
_NAMES = frozenset({"name", "filename", "original_file_name"})
_MD5S = frozenset({"md5", "md5_hash"})
_FAULTS = (
    *("shrunk", "item_twice", "wrong_md5", "bare_items", "null_items", "negative_numbers", "strange_years"),
    "hostile_names",
)
"""Their switches; `page_twice` is the simulator's."""
_FOLDER = "FOLDER"

Json = dict[str, object]


def damaged(faults: Faults, body: bytes, lists: Collection[str]) -> bytes:
    """The page, or the lines of JSON, `body` as the faults make it. `lists` are the names of lists of items in it."""
    fired = {name: fault.value for name in _FAULTS if (fault := faults.fires(name, "list")) is not None}
    if not fired:
        return body
    return b"\n".join(_page(line, fired, lists) for line in body.split(b"\n"))


def replaced(body: bytes, last: bytes, lists: Collection[str]) -> bytes:
    """The page, or the lines of JSON, `body` with the items of `last`."""
    lines = body.split(b"\n")
    for position, (line, before) in enumerate(zip(lines, last.split(b"\n"), strict=False)):
        if line.strip() and before.strip():
            items = {name: value for name, value in json.loads(before).items() if name in lists}
            lines[position] = json.dumps(json.loads(line) | items).encode()
    return b"\n".join(lines)


def _page(line: bytes, fired: dict[str, float | None], lists: Collection[str]) -> bytes:
    content = json.loads(line) if line.strip() else None
    if not isinstance(content, dict):
        return line
    for name in lists:
        if not isinstance(entries := content.get(name), list):
            continue
        folders = [each for each in entries if each.get("kind") == _FOLDER]
        items = [each for each in entries if each.get("kind") != _FOLDER]
        if "shrunk" in fired:
            items = items[: int(len(items) * (fired["shrunk"] or 0))]
            if "count" in content:
                content["count"] = int(content["count"] * (fired["shrunk"] or 0))
        names = cycle(HOSTILE_NAMES)
        items = [_item(item, fired, next(names)) for item in items]
        if "item_twice" in fired:
            items += items[:1]
        content[name] = [*folders, *items]
    return json.dumps(content).encode()


def _item(item: Json, fired: dict[str, float | None], trap: str) -> Json:
    if "bare_items" in fired:
        return {"id": item["id"]}
    if "null_items" in fired:
        return {**dict.fromkeys(item), "id": item["id"]}
    changed = {name: _value(name, value, fired, trap) for name, value in item.items()}
    return {**changed, "id": item["id"]}


def _value(name: str, value: object, fired: dict[str, float | None], trap: str) -> object:
    if isinstance(value, dict):
        return {key: _value(key, each, fired, trap) for key, each in value.items()}
    if "hostile_names" in fired and name in _NAMES:
        return trap
    if "wrong_md5" in fired and name in _MD5S and isinstance(value, str):
        return ("1" if value.startswith("0") else "0") + value[1:]
    if "strange_years" in fired and isinstance(value, str):
        return _DATE.sub(f"{int(fired['strange_years'] or 1):04}", value)
    if "negative_numbers" in fired and isinstance(value, int) and not isinstance(value, bool):
        return -value
    return value
