"""How many requests a second of simulated services start, and how many of them are refused, on a simulated clock."""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count

import pytest

from photosync.transport.pace import Pace

ALLOWED_PER_S = 20

Limiter = Callable[[float], bool]
"""Whether a request at that time is accepted."""


def bucket(capacity: float) -> Limiter:
    tokens, last = capacity, 0.0

    def accepts(now: float) -> bool:
        nonlocal tokens, last
        tokens, last = min(capacity, tokens + (now - last) * ALLOWED_PER_S), now
        tokens -= (accepted := tokens >= 1)
        return accepted

    return accepts


def fixed_window(now: float, used: dict[int, int]) -> bool:
    window = int(now + 0.3)
    used[window] = used.get(window, 0) + 1
    return used[window] <= ALLOWED_PER_S


def sliding_window(*, counts_refused: bool) -> Limiter:
    recent: deque[float] = deque()

    def accepts(now: float) -> bool:
        while recent and recent[0] <= now - 1:
            recent.popleft()
        accepted = len(recent) < ALLOWED_PER_S
        if accepted or counts_refused:
            recent.append(now)
        return accepted

    return accepts


def by_chance(share: float, seed: int) -> Limiter:
    chances = random.Random(seed)
    return lambda _: chances.random() >= share


def windows() -> Limiter:
    used: dict[int, int] = {}
    return lambda now: fixed_window(now, used)


@dataclass
class Service:
    """Answers requests at a simulated pace, from several workers, each with one request at a time."""

    limiter: Limiter
    latency_s: float = 0.05
    retry_after_s: float | None = 1.0
    workers: int = 8
    pace: Pace = field(default_factory=Pace)
    refused: int = 0
    early: int = 0
    """Requests that started while a `Retry-After` held, as the client knows it."""
    _now: float = 0.0
    _left: int = 0
    _next_turn: float = 0.0
    _asked_until: float = 0.0
    _numbers: Iterator[int] = field(default_factory=count)
    _events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _queue: deque[int] = field(default_factory=deque)
    _chances: random.Random = field(default_factory=lambda: random.Random(1))

    def seconds(self, requests: int) -> float:
        """How long it takes until the service has accepted so many."""
        if not self._events:
            self._queue.extend([0] * self.workers)
        self._left, began = requests, self._now
        self._start()
        while self._left > 0:
            self._now, _, happens = heapq.heappop(self._events)
            happens()
            self._start()
        return self._now - began

    def _at(self, when: float, happens: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when, next(self._numbers), happens))

    def _start(self) -> None:
        while self._queue:
            if (turn := self.pace.turn()) > self._now:
                if turn != self._next_turn:
                    self._next_turn = turn
                    self._at(turn, lambda: None)
                return
            self.pace.started(self._now)
            self.early += self._now < self._asked_until
            tries, started = self._queue.popleft(), self._now
            self._at(self._now + self.latency_s / 2, partial(self._arrive, tries, started))

    def _arrive(self, tries: int, started: float) -> None:
        accepted = self.limiter(self._now)
        answered = self._now + self.latency_s / 2 + self._chances.uniform(0.001, 0.003)
        self._at(answered, partial(self._answer, tries, started, accepted=accepted))

    def _answer(self, tries: int, started: float, *, accepted: bool) -> None:
        if accepted:
            self._left -= 1
            self.pace.accepted()
            self._queue.append(0)
            return
        self.refused += 1
        self.pace.refused(self._now, started, self.retry_after_s)
        wait_s = self._chances.uniform(0, min(0.25 * 3**tries, 60))
        if self.retry_after_s is not None:
            wait_s = self.retry_after_s
            self._asked_until = self._now + wait_s
        self._at(self._now + wait_s, partial(self._queue.append, tries + 1))


LIMITERS: dict[str, Callable[[], Limiter]] = {
    "bucket of 40": lambda: bucket(40),
    "bucket of 20": lambda: bucket(20),
    "windows": windows,
    "sliding window": lambda: sliding_window(counts_refused=False),
    "sliding window with the refused": lambda: sliding_window(counts_refused=True),
}


@pytest.mark.parametrize("workers", [8, 64])
@pytest.mark.parametrize("latency_s", [0.0, 0.05])
@pytest.mark.parametrize("limiter", LIMITERS)
def test_nine_tenths_of_a_limit_are_used_and_no_request_is_early(limiter: str, latency_s: float, workers: int) -> None:
    service = Service(LIMITERS[limiter](), latency_s, workers=workers)
    requests = 400
    assert requests / service.seconds(requests) >= 0.9 * ALLOWED_PER_S
    assert service.early == 0
    refused = service.refused
    service.seconds(800)  # refusals become rare
    assert service.refused - refused <= 8


@pytest.mark.parametrize("limiter", LIMITERS)
def test_a_limit_of_which_no_wait_is_told_is_nearly_used_too(limiter: str) -> None:
    service = Service(LIMITERS[limiter](), retry_after_s=None)
    requests = 1200
    assert requests / service.seconds(requests) >= 0.85 * ALLOWED_PER_S
    assert service.refused < 100


@pytest.mark.parametrize("capacity", [1, 5, 10])
@pytest.mark.parametrize("retry_after_s", [1.0, None])
def test_a_service_that_allows_no_burst_is_asked_evenly(capacity: float, retry_after_s: float | None) -> None:
    service = Service(bucket(capacity), retry_after_s=retry_after_s)
    service.seconds(1000)
    refused = service.refused
    assert 1000 / service.seconds(1000) >= 0.75 * ALLOWED_PER_S
    assert service.refused - refused < 50


def test_a_limit_stays_one() -> None:
    service = Service(LIMITERS["sliding window"]())
    service.seconds(1000)
    known = service.pace.limit_per_s
    assert known is not None
    assert 0.9 * ALLOWED_PER_S <= known <= ALLOWED_PER_S
    service.seconds(1000)
    assert service.pace.limit_per_s == pytest.approx(known, rel=0.1)


def test_a_limit_that_is_lifted_is_forgotten() -> None:
    service = Service(LIMITERS["sliding window"]())
    service.seconds(400)
    service.limiter = by_chance(0, 1)
    service.seconds(4000)
    assert 1000 / service.seconds(1000) > 4 * ALLOWED_PER_S


def test_a_limit_that_becomes_lower_is_found_again() -> None:
    service = Service(LIMITERS["bucket of 40"]())
    service.seconds(400)
    limiter = bucket(20)
    service.limiter = lambda now: limiter(now / 4)  # five a second
    service.seconds(100)
    assert 300 / service.seconds(300) > 0.8 * ALLOWED_PER_S / 4


@pytest.mark.parametrize(("share", "retry_after_s"), [(0.01, 1.0), (0.01, None), (0.0015, 1.0), (0.0015, None)])
def test_refusals_by_chance_cost_hardly_more_than_their_waits(share: float, retry_after_s: float | None) -> None:
    requests, taken_s, refusals = 3000, 0.0, 0
    for seed in range(6):
        service = Service(by_chance(share, seed), 0.02, retry_after_s)
        taken_s += service.seconds(requests)
        refusals += service.refused
    undisturbed_s = 6 * Service(lambda _: True, 0.02).seconds(requests)
    assert taken_s < 1.5 * undisturbed_s + refusals * ((retry_after_s or 0) + 0.25)


def test_what_an_earlier_run_found_out_is_the_pace_from_the_beginning() -> None:
    pace = Pace()
    pace.limit_per_s = 19.0
    service = Service(LIMITERS["sliding window"](), pace=pace)
    assert 400 / service.seconds(400) >= 0.9 * ALLOWED_PER_S
    assert service.refused == 0


class TestAPauseThatMayBecomeShorter:
    def test_does_so_little_by_little(self) -> None:
        service = Service(lambda _: True, pace=Pace(1.0, 0.25))
        assert service.seconds(30) > 25
        assert 400 / service.seconds(400) > 2
        assert service.pace.limit_per_s == pytest.approx(4)
        assert 100 / service.seconds(100) <= 4.1

    def test_stays_where_the_service_refuses(self) -> None:
        limiter = bucket(10)
        service = Service(lambda now: limiter(now / 10), pace=Pace(1.0, 0.25))  # two a second
        service.seconds(300)
        assert service.refused < 20
        assert 1.7 < (service.pace.limit_per_s or 0) < 2.4

    def test_is_never_shorter_than_it_may_be(self) -> None:
        assert Pace(1.0).limit_per_s is None
        service = Service(lambda _: True, pace=Pace(1.0))
        assert service.seconds(20) >= 19
        pace = Pace(1.0, 0.5)
        pace.limit_per_s = 50
        assert Service(lambda _: True, pace=pace).seconds(20) >= 9
