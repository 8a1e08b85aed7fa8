"""The number of workers, at simulated services: it is told what comes when, and has no clock of its own."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from photosync.errors import TemporaryError
from photosync.jobs.concurrency import Concurrency
from photosync.jobs.outage import OutageDetector
from photosync.known_speed import KnownSpeed
from photosync_amazon.provider import AmazonProvider

START, MOST = 8, 48
PHOTO_BYTES = 300_000
SEEDS = pytest.mark.parametrize("seed", range(5))


@dataclass
class Service:
    """Answers after a latency, one item after the other as fast as its line or the computer can take them."""

    latency_s: float = 0.1
    bytes_per_s: float = float("inf")
    least_s: float = 0.0
    """The computer's time for an item."""
    waits: float = 0.0
    """How much longer that takes with each worker after the second: they wait for each other."""
    size_bytes: int = PHOTO_BYTES
    most: int = 1000
    """It refuses what is more in progress, and has to be asked again after a second."""
    seed: int = 1
    start: int = START
    is_careful: bool = False
    change: Callable[[Service], None] = lambda _: None
    """What happens after `change_after_s`."""
    change_after_s: float = float("inf")
    refused: int = field(default=0, init=False)
    now: float = field(default=0.0, init=False)
    results: int = field(default=0, init=False)
    changes: list[tuple[float, int]] = field(default_factory=list, init=False)
    """When the number of workers changed, and to what."""
    _events: list[tuple[float, int, bool]] = field(default_factory=list, init=False)
    _in_progress: int = field(default=0, init=False)
    _free_at: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self.concurrency = Concurrency(
            self.start,
            MOST,
            is_careful=self.is_careful,
            refusals=lambda: self.refused,
            on_change=lambda number: self.changes.append((self.now, number)),
        )

    def run(self, seconds: float, *, is_busy: bool = True) -> Service:
        end, working = self.now + seconds, len(self._events)
        while self.now < end:
            while working < self.concurrency.workers:
                working += 1
                self._ask()
            self.now, _, is_done = heapq.heappop(self._events)
            if self.now >= self.change_after_s:
                self.change_after_s = float("inf")
                self.change(self)
            if not is_done:
                self._ask()
                continue
            working -= 1
            self._in_progress -= 1
            self.results += 1
            self.concurrency.received(self.size_bytes)
            self.concurrency.observe(self.now, 1, is_busy=is_busy)
        return self

    def _ask(self) -> None:
        if self._in_progress >= self.most:
            self.refused += 1
            heapq.heappush(self._events, (self.now + 1, self._random.randrange(10**9), False))
            return
        self._in_progress += 1
        came_at = self.now + self.latency_s * self._random.uniform(0.8, 1.2)
        cost_s = self.size_bytes / self.bytes_per_s + self._computing_s() * self._random.uniform(0.5, 1.5)
        self._free_at = max(self._free_at, came_at) + cost_s
        heapq.heappush(self._events, (self._free_at, self._random.randrange(10**9), True))

    def _computing_s(self) -> float:
        return self.least_s * (1 + self.waits * max(0, self.concurrency.workers - 2))

    def numbers_since(self, seconds: float) -> list[int]:
        return [number for at, number in self.changes if at >= seconds] or [self.concurrency.workers]


@SEEDS
def test_a_distant_service_gets_many_workers_within_a_second_or_so(seed: int) -> None:
    service = Service(latency_s=0.1, least_s=0.001, seed=seed).run(1.2)
    assert [number for _, number in service.changes[:2]] == [16, 32]
    assert service.concurrency.workers >= 32
    service.run(30)
    assert min(service.numbers_since(2)) >= 24


@SEEDS
@pytest.mark.parametrize(
    "service",
    [
        {"latency_s": 0.005, "least_s": 0.006},
        {"latency_s": 0.01, "bytes_per_s": 12_500_000},
        {"latency_s": 0.1, "bytes_per_s": 1_000_000},
    ],
    ids=["computer", "fast line", "slow line"],
)
def test_workers_that_bring_nothing_end(service: dict[str, float], seed: int) -> None:
    made = Service(**service, seed=seed).run(60)  # type: ignore[arg-type]
    numbers = made.numbers_since(20)
    assert sum(numbers) / len(numbers) <= 2 * START
    assert made.concurrency.workers <= 2 * START


@SEEDS
def test_fewer_than_at_first_work_where_they_bring_more(seed: int) -> None:
    made = Service(latency_s=0.002, least_s=0.003, waits=0.03, seed=seed).run(30)
    assert min(made.numbers_since(0)) == 2
    assert made.concurrency.workers <= START / 2
    assert made.results / 30 >= 300  # eight workers: 282; two: 333


@SEEDS
@pytest.mark.parametrize("latency_s", [0.02, 0.05, 0.1])
def test_a_line_is_filled(latency_s: float, seed: int) -> None:
    made = Service(latency_s=latency_s, bytes_per_s=12_500_000, least_s=0.001, seed=seed).run(10)
    before = made.results
    made.run(60)
    assert (made.results - before) / 60 >= 0.95 * 12_500_000 / PHOTO_BYTES


@SEEDS
def test_few_workers_become_many_when_the_latency_rises(seed: int) -> None:
    def move_away(service: Service) -> None:
        service.latency_s = 0.2

    made = Service(latency_s=0.002, least_s=0.003, waits=0.03, seed=seed, change=move_away, change_after_s=20).run(20)
    assert made.concurrency.workers <= START / 2
    made.run(30)
    assert made.concurrency.workers >= 24


def test_large_files_are_measured_by_their_bytes() -> None:
    """A file that has not ended yet counts with what has come of it."""
    concurrency = Concurrency(START, MOST)
    now, numbers = 0.0, []
    while now < 300:  # each worker gets 1 MB/s, and a file takes hours
        now += 0.5
        concurrency.received(concurrency.workers * 500_000)
        concurrency.observe(now, 0, is_busy=True)
        numbers.append(concurrency.workers)
    assert max(numbers) == MOST


@SEEDS
def test_a_line_that_becomes_slower_gets_fewer_workers_and_a_faster_one_more(seed: int) -> None:
    def slow_down(service: Service) -> None:
        service.bytes_per_s = 3_000_000

    def speed_up(service: Service) -> None:
        service.bytes_per_s = float("inf")

    slower = Service(seed=seed, change=slow_down, change_after_s=10).run(10)
    assert slower.concurrency.workers >= 32
    slower.run(300)
    assert slower.concurrency.workers <= 2 * START
    faster = Service(bytes_per_s=3_000_000, seed=seed, change=speed_up, change_after_s=60).run(60)
    assert faster.concurrency.workers <= 2 * START
    faster.run(120)
    assert faster.concurrency.workers >= 32


@SEEDS
@pytest.mark.parametrize("most", [3, 10])
def test_a_service_that_refuses_gets_about_as_many_as_it_allows(most: int, seed: int) -> None:
    service = Service(most=most, seed=seed).run(120)
    assert service.numbers_since(60)
    assert max(service.numbers_since(60)) <= 2 * most
    assert service.results > 120 * most / 0.1 * 0.6


def test_refusals_together_halve_the_workers_once_and_not_below_one() -> None:
    refused = 0
    concurrency = Concurrency(START, MOST, refusals=lambda: refused)
    numbers = []
    for number in range(80):
        refused += 1
        concurrency.observe(number / 10, 1, is_busy=True)
        numbers.append(concurrency.workers)
    assert numbers[:8] == [4] * 8
    assert sorted(set(numbers), reverse=True) == [4, 2, 1]
    assert concurrency.was_refused


def test_items_that_fail_halve_the_workers() -> None:
    concurrency = Concurrency(START, MOST)
    for number in range(6):
        concurrency.failed()
        concurrency.observe(number / 10, 1, is_busy=True)
    assert concurrency.workers == START // 2
    assert concurrency.most_in_progress() == START  # some still are


def test_items_that_fail_together_are_no_outage_after_the_workers_were_halved() -> None:
    concurrency = Service(least_s=0.001).run(10).concurrency
    in_progress = concurrency.workers
    assert in_progress > 2 * START
    outage = OutageDetector[int](concurrency.most_in_progress)
    for number in range(in_progress):
        concurrency.observe(10 + number / 1000, 1, is_busy=True)
        concurrency.failed()
        outage.add(number, TemporaryError("the service failed"))
    assert concurrency.workers < in_progress
    with pytest.raises(TemporaryError):
        outage.add(in_progress, TemporaryError("the service failed"))


@pytest.mark.parametrize(("kept", "first"), [(2, 2), (6, 6), (12, 8), (40, 20), (60, 24)])
def test_a_run_begins_with_a_half_of_the_many_or_the_few_that_were_good(kept: int, first: int) -> None:
    facts = replace(AmazonProvider.facts, workers=START, most_workers=MOST)
    known = KnownSpeed(kept, was_refused=False)
    assert known.concurrency(facts, lambda: 0, lambda _: None).workers == first


def test_a_refusal_now_and_then_does_not_lower_the_number() -> None:
    service = Service(least_s=0.001).run(5)
    before = service.concurrency.workers
    for _ in range(10):
        service.refused += 1
        service.run(1)
    assert not service.concurrency.was_refused
    assert service.concurrency.workers >= before * 3 // 4


def test_without_enough_work_nothing_changes() -> None:
    service = Service().run(20, is_busy=False)
    assert service.concurrency.workers == START
    assert not service.concurrency.has_learned


def test_a_fixed_number_stays() -> None:
    refused = 0
    concurrency = Concurrency(3, refusals=lambda: refused)
    for number in range(500):
        refused += number > 300
        concurrency.received(PHOTO_BYTES)
        concurrency.observe(number / 10, 1, is_busy=True)
        assert concurrency.workers == 3
    assert not concurrency.has_learned


def test_after_a_run_that_was_refused_the_number_is_not_doubled() -> None:
    service = Service(start=4, is_careful=True).run(1.5)
    assert [number for _, number in service.changes[:3]] == [5, 6, 7]
