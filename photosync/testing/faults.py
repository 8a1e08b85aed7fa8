"""Everything that can go wrong at a service, as switches that can be set while it runs.

A `Fault` says when (the next N requests, each with a probability, always) and where (kinds of routes, single routes and
items); `Faults` has one field for each thing that can go wrong, and a plan for several at a time. The simulator defines
what a fault does to an answer.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import ClassVar, Literal, get_args

from photosync import clock

RouteKind = Literal["list", "content", "upload", "other"]
"""The kinds of routes: pages of items, the bytes of an item, an upload, or anything else."""

KINDS: frozenset[str] = frozenset(get_args(RouteKind))
_NO_SWITCHES = frozenset({"seed", "plan"})


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong: `Fault()` always, `Fault(times=3)` three times, `Fault(probability=0.1)` at random.

    It counts how often it fired, so one object is for one switch of one simulator.
    """

    value: float | None = None
    """The meaning depends on the switch: seconds, a status, a part of the body."""
    times: int | None = None
    """The fault ends after this number of requests."""
    probability: float = 1.0
    after: int = 0
    """The number of requests without the fault at the beginning."""
    on: Collection[str] = frozenset()
    """Kinds of routes, or single routes by their names in the counters (`GET /search`); empty: the usual kinds of the
    switch."""
    items: Collection[str] = frozenset()
    """Ids of items; empty: all."""
    fired: int = 0
    seen: int = 0

    def __post_init__(self) -> None:
        self.on = frozenset([self.on] if isinstance(self.on, str) else self.on)
        self.items = frozenset([self.items] if isinstance(self.items, str) else self.items)
        if unknown := {each for each in self.on if each not in KINDS and " /" not in each}:
            raise ValueError(
                f"a fault on {', '.join(sorted(unknown))}: routes are of the kinds {', '.join(sorted(KINDS))}, "
                "or have a name such as GET /search"
            )
        if not 0 <= self.probability <= 1:
            raise ValueError(f"a probability lies between 0 and 1, not at {self.probability}")

    def fires(self, chance: float) -> bool:
        """Whether this matching request gets the fault; `chance` is drawn from [0, 1)."""
        self.seen += 1
        if self.seen <= self.after or (self.times is not None and self.fired >= self.times):
            return False
        if chance >= self.probability:
            return False
        self.fired += 1
        return True


_route: ContextVar[str] = ContextVar("route", default="")
"""The name of the route that answers a request; each request has its own context."""
_planned: ContextVar[Mapping[str, Fault]] = ContextVar("planned", default=MappingProxyType({}))
"""The faults of the plan for this request, by their switches."""


@dataclass
class Faults:
    """The switches of a simulator; `None` is off. A service's own are fields of a subclass.

    Assign from any thread: `simulator.faults.throttle = Fault(value=1, times=2, on="list")`. A switch has one fault; a
    plan has any number of them, also several of one switch. Third content request: 503; fifth: cut after 1,000 bytes:

    >>> faults = Faults()
    >>> faults.plan = [
    ...     ("server_error", Fault(value=503, on="content", after=2, times=1)),
    ...     ("truncate", Fault(value=1000, on="content", after=4, times=1)),
    ... ]
    """

    latency: Fault | None = None
    """Wait `value` seconds before the answer."""
    hold: Fault | None = None
    """No answer and no effect until this switch is turned off."""
    throttle: Fault | None = None
    """429; `value` is the Retry-After in seconds, also a negative one; without a value the header is absent."""
    throttle_date: Fault | None = None
    """429 with a date as Retry-After, `value` seconds in the future."""
    throttle_text: Fault | None = None
    """429 with a Retry-After that is neither: text."""
    rate: Fault | None = None
    """429 with `Retry-After: 1` for what is more than `value` (20) requests in a second, of all routes together."""
    busy: Fault | None = None
    """503; `value` is the Retry-After in seconds; without a value it is text."""
    server_error: Fault | None = None
    """The status `value` (503), of any kind, with an HTML page."""
    drop: Fault | None = None
    """The connection closes without an answer."""
    reset: Fault | None = None
    """The connection is reset (RST, and not FIN) without an answer."""
    redirect: Fault | None = None
    """A redirect with the status `value` (302) to another origin, which answers everybody. Only 307 and 308 redirect
    requests that change something."""
    expired: Fault | None = None
    """The sign-in has expired. Only on routes that require a sign-in."""
    html: Fault | None = None
    """An HTML page with the status `value` (200)."""
    json: Fault | None = None
    """An unexpected JSON object with status 200."""
    half_json: Fault | None = None
    """The first half of the answer, with a Content-Length that fits: on listings."""
    not_found: Fault | None = None
    """The service answers that the item does not exist."""
    truncate: Fault | None = None
    """Content-Length announces the whole body, `value` (0.5) of it is sent, or that many bytes if it is 1 or more, and
    the connection closes."""
    reset_body: Fault | None = None
    """The same with a reset."""
    cut_chunks: Fault | None = None
    """The same in chunks, without a length: the last one is missing."""
    no_length: Fault | None = None
    """The first `value` (0.5) of the body, without any length: the end of the connection is the end of the body."""
    stall: Fault | None = None
    """Half of the body is sent, and nothing more for `value` seconds (600)."""
    drip: Fault | None = None
    """The body is sent a byte at a time, with `value` seconds (20) before each."""
    drip_head: Fault | None = None
    """So is a head, which does not end."""
    wrong_bytes: Fault | None = None
    """The right length, other bytes: the second half of them, or `value` bytes in the middle."""
    half: Fault | None = None
    """The service has only the first `value` (0.5) of the content, and all lengths fit."""
    oversize: Fault | None = None
    """The content with `value` (1 MiB) further bytes, and all lengths fit."""
    chunked: Fault | None = None
    """The content without a length, in chunks; `value` (0) further bytes follow."""
    reencoded: Fault | None = None
    """Another file that is whole: a few bytes longer."""
    other_kind: Fault | None = None
    """A photo in place of a video, and a video in place of a photo."""
    ignore_range: Fault | None = None
    """200 and the whole body for a range request."""
    wrong_range: Fault | None = None
    """206 with another part than requested, and a Content-Range that says so."""
    short_range: Fault | None = None
    """206 with less than requested, and a Content-Range that says so."""
    refuse_range: Fault | None = None
    """416 for a range request."""
    odd_range: Fault | None = None
    """206 with the requested part, and a Content-Range that is none, or (`value`): 1 text, 2 backwards, 3 with another
    total."""
    other_etag: Fault | None = None
    """206 with the requested part of another content, which has another ETag; with `value` 1 none."""
    lose_answer: Fault | None = None
    """The request is carried out, but the answer is lost: the connection closes, or the status is `value`."""

    # Pages of a listing (`listing_faults`)
    page_twice: Fault | None = None
    """The answer to the request before, again; with `value` 1 its items, and the mark for the page after this one."""
    shrunk: Fault | None = None
    """The listing has only the part `value` (0) of its items; a count fits."""
    item_twice: Fault | None = None
    """The first item of a page is there once more."""
    wrong_md5: Fault | None = None
    """Items have a hash that does not fit."""
    bare_items: Fault | None = None
    """Items have nothing but an id."""
    null_items: Fault | None = None
    """All values of an item but its id are null."""
    negative_numbers: Fault | None = None
    """All numbers of an item are negative: sizes, dimensions, durations."""
    strange_years: Fault | None = None
    """All dates of an item are in the year `value` (1)."""
    hostile_names: Fault | None = None
    """Items have names that are traps."""

    date: Fault | None = None
    """`Date` is `value` seconds in the future: a clock is wrong, the service's or this computer's. On all routes."""

    plan: Sequence[tuple[str, Fault]] = field(default=(), kw_only=True)
    """Further faults, each with its switch. Their `after` and `times` count the requests as they arrive, whatever other
    faults do to them."""
    seed: int = field(default=1, kw_only=True)

    LIST_ONLY: ClassVar[frozenset[str]] = frozenset(
        (
            *("half_json", "page_twice", "shrunk", "item_twice", "wrong_md5", "bare_items", "null_items"),
            *("negative_numbers", "strange_years", "hostile_names"),
        )
    )
    UPLOAD_ONLY: ClassVar[frozenset[str]] = frozenset({"lose_answer"})
    CONTENT_ONLY: ClassVar[frozenset[str]] = frozenset(
        (
            *(
                "html",
                "json",
                "not_found",
                "truncate",
                "reset_body",
                "stall",
                "wrong_bytes",
            ),  # not on listings, unless `on` names them
            *("half", "oversize", "chunked", "cut_chunks", "no_length", "reencoded", "other_kind"),
            *("ignore_range", "wrong_range", "short_range", "refuse_range", "odd_range", "other_etag"),
        )
    )
    """Switches that are for content by default."""

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311  # repeatable on purpose
        self._accepted_at: deque[float] = deque()

    def is_too_much(self, allowed_per_s: float) -> bool:
        """Whether one more request would be more than so many in a second. If not, it counts."""
        now = clock.monotonic()
        while self._accepted_at and self._accepted_at[0] <= now - 1:
            self._accepted_at.popleft()
        if len(self._accepted_at) >= allowed_per_s:
            return True
        self._accepted_at.append(now)
        return False

    def arrived(self, route: str, kind: RouteKind, item: str | None) -> None:
        """A request of this context has arrived: the plan decides which faults it gets."""
        _route.set(route)
        _planned.set({name: fault for name, fault in self.plan if self._applies(name, fault, kind, item)})

    def fires(self, name: str, kind: RouteKind, item: str | None = None) -> Fault | None:
        """The fault `name`, if this request gets it."""
        fault: Fault | None = getattr(self, name)
        if fault is not None and self._applies(name, fault, kind, item):
            return fault
        return _planned.get().get(name)

    def _applies(self, name: str, fault: Fault, kind: RouteKind, item: str | None) -> bool:
        where = fault.on or self._usual_kinds(name)
        if (kind not in where and _route.get() not in where) or (fault.items and item not in fault.items):
            return False
        return fault.fires(self._random.random())

    def _usual_kinds(self, name: str) -> Collection[str]:
        if name in self.UPLOAD_ONLY:
            return frozenset({"upload"})
        if name in self.LIST_ONLY:
            return frozenset({"list"})
        return frozenset({"content"}) if name in self.CONTENT_ONLY else KINDS

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The names of all switches."""
        return tuple(each.name for each in fields(cls) if each.name not in _NO_SWITCHES)

    def set(self, name: str, value: str | float | Mapping[str, object] | None) -> None:
        """Set a switch from the text of the command line (`0.5:times=3:on=list,other`) or the control route's JSON."""
        self._check(name)
        if value is None:
            setattr(self, name, None)
        elif isinstance(value, str):
            setattr(self, name, parse_fault(value))
        elif isinstance(value, Mapping):
            setattr(self, name, _fault_of(value))
        else:
            setattr(self, name, Fault(value=float(value)))

    def set_plan(self, steps: Iterable[Mapping[str, object]]) -> None:
        """Set the plan from JSON: `[{"fault": "truncate", "value": 1000, "on": "content", "after": 4, "times": 1}]`."""
        plan = []
        for step in steps:
            name = str(step.get("fault"))
            self._check(name)
            plan.append((name, _fault_of({key: value for key, value in step.items() if key != "fault"})))
        self.plan = plan

    def clear(self) -> None:
        """Turn all off."""
        self.plan = ()
        for name in self.names():
            setattr(self, name, None)

    def _check(self, name: str) -> None:
        if name not in self.names():
            raise ValueError(f"no fault is called {name}; there are {', '.join(self.names())}")


def parse_fault(text: str) -> Fault:
    """Parse a fault: any number of `VALUE`, `KEY=VALUE` and `on`, separated by colons.

    >>> parse_fault("0.5:times=3:on=list,other").times
    3
    """
    words: dict[str, object] = {}
    for part in text.split(":"):
        key, equals, value = part.partition("=")
        if equals:
            words[key] = value.split(",") if key in ("on", "items") else value
        elif key not in ("", "on"):
            words["value"] = key
    return _fault_of(words)


def _fault_of(words: Mapping[str, object]) -> Fault:
    def number(key: str) -> float | None:
        value = words.get(key)
        return None if value is None else float(str(value))

    def several(key: str) -> frozenset[str]:
        value = words.get(key, ())
        return frozenset(
            [value] if isinstance(value, str) else map(str, value if isinstance(value, list | tuple) else ())
        )

    if unknown := set(words) - {"value", "times", "probability", "after", "on", "items"}:
        raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
    times, probability = number("times"), number("probability")
    return Fault(
        value=number("value"),
        times=None if times is None else int(times),
        probability=1.0 if probability is None else probability,
        after=int(number("after") or 0),
        on=several("on"),
        items=several("items"),
    )
