"""The route that controls a simulator from another process: `/_simulator`.

GET gives counters (`tolerated`: unusual requests that were served); GET `/_simulator/requests` the log,
`/_simulator/expected` all items, one line of JSON each. POST takes a JSON object with any of `faults` (name to value,
text or object; null is off), `plan` (a list, see `Faults.set_plan`), `add` (`count` and traits), `change` and `remove`
(lists of ids), `forget` (true: empties log and counters), and returns the ids that were added.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from aiohttp import web

from photosync.model import Kind
from photosync.testing.faults import Faults
from photosync.testing.library import ExpectedItem, SimulatedLibrary
from photosync.testing.request_log import RequestLog

_LINES_A_PIECE = 500


def routes(provider: str, library: SimulatedLibrary, faults: Faults, log: RequestLog) -> list[web.RouteDef]:
    """The control routes of a simulator."""

    async def show(_request: web.Request) -> web.Response:
        return web.json_response(
            {
                "provider": provider,
                "items": len(library),
                "counts": dict(log.counts),
                "tolerated": dict(log.tolerated),
                "max_in_flight": log.max_in_flight,
            }
        )

    async def requests(_request: web.Request) -> web.Response:
        return web.json_response([asdict(record) for record in log.requests])

    async def expected(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/jsonl"})
        await response.prepare(request)
        lines: list[str] = []
        for item in library.expected():
            lines.append(_line(item))
            if len(lines) == _LINES_A_PIECE:
                await response.write("".join(lines).encode())
                lines.clear()
        await response.write("".join(lines).encode())
        return response

    async def steer(request: web.Request) -> web.Response:
        try:
            return web.json_response({"added": _steer(await request.json(), library, faults, log)})
        except (ValueError, TypeError, KeyError) as error:
            return web.json_response({"error": str(error)}, status=400)

    return [
        web.get("/_simulator", show),
        web.get("/_simulator/requests", requests),
        web.get("/_simulator/expected", expected),
        web.post("/_simulator", steer),
    ]


def expected_item(line: str | bytes) -> ExpectedItem:
    """Parse an item's line."""
    words = json.loads(line)
    taken = words.pop("taken")
    return ExpectedItem(
        kind=Kind(words.pop("kind")), taken=None if taken is None else datetime.fromisoformat(taken), **words
    )


def _line(item: ExpectedItem) -> str:
    words = asdict(item)
    words["taken"] = None if item.taken is None else item.taken.isoformat()
    return json.dumps(words) + "\n"


def _steer(wanted: dict[str, object], library: SimulatedLibrary, faults: Faults, log: RequestLog) -> list[str]:
    known = {"faults", "plan", "add", "change", "remove", "forget"}
    if unknown := set(wanted) - known:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}")
    for name, value in _mapping(wanted.get("faults")).items():
        faults.set(name, value)  # type: ignore[arg-type]  # it checks
    if "plan" in wanted:
        faults.set_plan(_mapping(step) for step in _list(wanted["plan"]))
    for item_id in _texts(wanted.get("change")):
        library.change(item_id)
    for item_id in _texts(wanted.get("remove")):
        library.remove(item_id)
    if wanted.get("forget"):
        log.forget()
    traits = _mapping(wanted.get("add"))
    return library.add(**_traits(traits)) if traits else []  # type: ignore[arg-type]  # it checks


def _mapping(value: object) -> dict[str, object]:
    if not isinstance(value, dict | None):
        raise TypeError(f"an object was expected, not {value!r}")
    return dict(value or {})


def _texts(value: object) -> list[str]:
    return [str(each) for each in _list(value)]


def _list(value: object) -> list[object]:
    if not isinstance(value, list | None):
        raise TypeError(f"a list was expected, not {value!r}")
    return list(value or [])


def _traits(traits: dict[str, object]) -> dict[str, object]:
    if "kind" in traits:
        traits["kind"] = Kind(str(traits["kind"]))
    if traits.get("taken") is not None:
        traits["taken"] = datetime.fromisoformat(str(traits["taken"]))
    return traits
