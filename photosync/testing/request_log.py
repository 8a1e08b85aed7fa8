"""The requests to a simulated service: the last ones, and counts of all."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

from photosync.testing.faults import RouteKind
from photosync.testing.tolerance import Tolerance

_LOG_LENGTH = 20_000
_LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One request in the log."""

    method: str
    path: str
    """With the query."""
    status: int
    """0: no answer was given."""
    signed: bool
    """Whether it had any credentials."""
    kind: RouteKind
    route: str
    site: str
    at: float
    """`clock.monotonic()` at its arrival."""
    retry_after: str | None = None


class RequestLog:
    """The requests to a simulator. Thread-safe."""

    def __init__(self, *, strict: bool | None = None) -> None:
        self.tolerance = Tolerance(strict=strict)
        self._happened = threading.Condition()
        self._log: deque[RequestRecord] = deque(maxlen=_LOG_LENGTH)
        self._counts: Counter[str] = Counter()
        self._in_flight = 0
        self.leaks: list[str] = []
        """The requests with credentials that a host got which must get none, such as the target of `redirect`."""
        self.max_in_flight = 0
        """The maximum number of requests in progress at the same time."""

    @property
    def requests(self) -> list[RequestRecord]:
        """The last requests, the oldest first."""
        with self._happened:
            return list(self._log)

    @property
    def counts(self) -> Counter[str]:
        """The number of requests by route (`GET /search`), kind (`list`) and status (`401`), in `total`, and in
        `changes` of those on routes that change something."""
        with self._happened:
            return Counter(self._counts)

    @property
    def tolerated(self) -> Counter[str]:
        """The number of requests of undocumented forms that were served, by what was unusual."""
        return Counter(self.tolerance.counts)

    def forget(self) -> None:
        """Empty the log and set the counters to 0."""
        with self._happened:
            self._log.clear()
            self._counts.clear()
            self.tolerance.counts.clear()
            self.max_in_flight = 0

    def wait_for(self, condition: Callable[[], bool], timeout_s: float = 60.0) -> bool:
        """Wait until `condition` holds, up to the time limit; returns whether it holds."""
        end = time.monotonic() + timeout_s
        with self._happened:
            while not condition():
                if time.monotonic() > end:
                    return False
                self._happened.wait(_LOOK_EVERY_S)  # a fault may fire long before its request is answered
        return True

    def _begin(self) -> None:
        with self._happened:
            self._in_flight += 1
            self.max_in_flight = max(self.max_in_flight, self._in_flight)

    def _end(self, record: RequestRecord, *, changes: bool) -> None:
        with self._happened:
            self._in_flight -= 1
            self._log.append(record)
            self._counts.update((record.route, record.kind, str(record.status), "total"))
            self._counts["changes"] += changes
            self._happened.notify_all()
