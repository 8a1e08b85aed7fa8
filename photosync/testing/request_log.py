"""The requests that came to a simulated service: the last ones, and counts of all."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

from photosync.testing.faults import RouteKind

_LOG_LENGTH = 20_000
_LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One request, as the log has it."""

    method: str
    path: str
    """With the query."""
    status: int
    """0: no answer was given."""
    signed: bool
    """Whether any credentials came with it."""
    kind: RouteKind
    route: str
    site: str
    at: float
    """`clock.monotonic()` when it came."""
    retry_after: str | None = None


class RequestLog:
    """What a simulator has been asked. Thread-safe."""

    def __init__(self) -> None:
        self._happened = threading.Condition()
        self._log: deque[RequestRecord] = deque(maxlen=_LOG_LENGTH)
        self._counts: Counter[str] = Counter()
        self._in_flight = 0
        self.max_in_flight = 0
        """The most requests that were being answered at one time."""

    @property
    def requests(self) -> list[RequestRecord]:
        """The last requests, the oldest first."""
        with self._happened:
            return list(self._log)

    @property
    def counts(self) -> Counter[str]:
        """How many requests came: by route (`GET /search`), kind (`list`), status (`401`), in `total`; and of those
        that were to change something, in `changes`."""
        with self._happened:
            return Counter(self._counts)

    def forget(self) -> None:
        """Empty the log and set the counters to nothing."""
        with self._happened:
            self._log.clear()
            self._counts.clear()
            self.max_in_flight = 0

    def wait_for(self, condition: Callable[[], bool], timeout_s: float = 60.0) -> bool:
        """Wait until `condition` holds, at most so long; whether it does."""
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
