"""How many workers an account has at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

LEAST_WINDOW_S = 0.1
RESULTS_A_WORKER = 2
"""The throughput is measured over so many results of each worker; over one of each after they were doubled."""
LONG_WINDOW_S = 4.0
BYTES_A_WORKER = 1_000_000
"""Files that take longer than `LONG_WINDOW_S` are measured by their bytes, if so many came."""
WARM_UP_S = 2.0
"""What comes in this time after a change, but at most one result of each worker, is not measured."""
WORTHWHILE_GAIN = 0.25
"""The throughput has to rise by this power of the factor of the workers: twice as many bring 19 % more."""
PROPORTIONAL_GAIN = 0.75
"""With this power it has risen about as much as the workers."""
GAIN_OF_FEWER = 1.03
"""Fewer than the start have to bring more: a line whose speed varies would lose what they cannot fill."""
FEWEST_WORKERS = 2
"""Fewer are not tried without refusals: one alone leaves line and computer idle between two items."""
DROP = 2 / 3
"""A throughput that falls below this part, with the same workers, is a rising latency.
One that rises so is a faster line."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 60.0
"""The time until another number is tried; it doubles each time that this brings nothing."""
RARE_REFUSALS = 0.05
REMEMBERED_RESULTS = 200
"""Refusals are rare if they are fewer than `RARE_REFUSALS` of about this number of results."""


@dataclass(frozen=True, slots=True)
class _Throughput:
    """What came a second."""

    results: float | None
    """None: too few came to be counted."""
    size_bytes: float

    def growth_since(self, before: _Throughput) -> float:
        """How many times as much came: results or bytes, whichever shows more."""
        growth = self.size_bytes / before.size_bytes if before.size_bytes else 0.0
        if self.results is None or not before.results:
            return growth
        return max(growth, self.results / before.results)


class _Phase(Enum):
    DOUBLING = auto()
    HALVING = auto()
    STEPS = auto()


class Concurrency:
    """The number of workers of one account, in `workers`; it follows the service, the line and the computer.

    It is told of every result (`observe`) and of the bytes (`received`), and measures the throughput in windows. One
    number is known to be good, with its throughput; another one is tried for a window, and kept or given up by what it
    brings:

    - At first the workers are doubled, from a polite start up to the most that the provider allows, as long as each
      doubling brings clearly more. What else a run does at its beginning hides what few workers can do. So unless the
      last doubling brought about twice as much, they are halved then, as long as that brings about the same.
    - Then they are changed in small steps, rarely, in turn up (by half of the start, but at most by a quarter; below
      the start doubled) and down (by a quarter). More workers are kept if they bring more, fewer if they bring about
      the same. A step that was good is followed by the next one at once; after others the pauses grow. So a line that
      changes is followed, and workers that bring nothing end.
    - Fewer than the start are kept if they bring more: where the line does not limit, the threads wait for each other,
      and two save a fifth of the time of eight.
    - A throughput that falls by a third or more with the same workers means that the latency has risen: fewer are tried
      at once. If it rises as much, the line has become faster: more are tried at once.
    - Refusals (429, 503 with `Retry-After`) and items that fail for the service's reasons halve the workers, once for
      all that are in progress together, also below the start. The number that was refused is not tried again soon.
      Rare refusals only end the doubling: the transport slows down after each.

    Windows in which there was not enough work for all workers do not count. With `most` None the number is fixed.
    The object has no clock and no thread. `received` may be called by several threads, all else by one.
    """

    def __init__(
        self,
        start: int,
        most: int | None = None,
        *,
        first: int | None = None,
        is_careful: bool = False,
        refusals: Callable[[], int] = lambda: 0,
        on_change: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`first`: the number of workers at the beginning, if it is not `start`. `is_careful`: do not double.

        `refusals` gives the number of refused requests so far; `on_change` gets each new number of workers.
        """
        self.most = most or start
        self.workers = first or start
        self.was_refused = False
        """Whether the workers were halved."""
        self._start = start
        self._is_fixed = most is None
        self._refusals = refusals
        self._on_change = on_change
        self._phase = _Phase.STEPS if is_careful else _Phase.DOUBLING
        self._goes_up = True
        self._pause_s = FIRST_PAUSE_S
        self._next_trial = 0.0
        self._good: tuple[int, _Throughput] | None = None
        self._results = 0
        self._bytes = 0
        self._troubles = 0
        """Refusals and failures so far."""
        self._failures = 0
        self._recent_troubles = self._recent_results = 0.0
        self._refused_at: int | None = None
        """The number of workers that is not tried again until `_refused_until`."""
        self._refused_until = 0.0
        self._refused_s = FIRST_PAUSE_S
        self._burst_until = 0
        """Until so many results have come, troubles belong to those that halved the workers."""
        self._finishing = 0
        """How many were in progress when the workers became fewer. Some are, until `_finished_at` results."""
        self._finished_at = 0
        self._changed = 0.0
        self._skipped_until = 0
        self._window: tuple[float, int, int] | None = None
        """When it began, and the results and bytes until then. None: it has not begun yet."""

    @property
    def has_learned(self) -> bool:
        """Whether a throughput was measured, or the service refused workers."""
        return self._good is not None or self.was_refused

    def most_in_progress(self) -> int:
        """How many items may be in progress, at least the start; workers that are too many finish theirs."""
        finishing = self._finishing if self._results < self._finished_at else 0
        return max(self._start, self.workers, finishing)

    def received(self, size_bytes: int) -> None:
        """Take notice of bytes. Two threads at the same time may lose some, which a measurement does not notice."""
        self._bytes += size_bytes

    def failed(self) -> None:
        """Take notice of an item that failed for the service's reasons."""
        self._failures += 1

    def observe(self, now: float, results: int, *, is_busy: bool) -> None:
        """Take notice of new `results` at the time `now`, in seconds; `is_busy`: there was work for all workers.

        To be called with each result, and with none every second or so.
        """
        if self._is_fixed:
            return
        self._results += results
        if self._is_troubled(results):
            self._halve(now)
        elif not is_busy:
            self._begin(now)
        elif self._window is None:
            if self._results >= self._skipped_until or now >= self._changed + WARM_UP_S:
                self._window = now, self._results, self._bytes
        elif (measured := self._measured(now, *self._window)) is not None:
            self._judge(now, measured)

    def _is_troubled(self, results: int) -> bool:
        troubles = self._refusals() + self._failures
        new, self._troubles = troubles - self._troubles, troubles
        if new:
            self._phase = _Phase.STEPS
        if self._results < self._burst_until:
            return False
        kept = 1 - results / REMEMBERED_RESULTS
        self._recent_results = self._recent_results * kept + results
        self._recent_troubles = self._recent_troubles * kept + new
        return self._recent_troubles > RARE_REFUSALS * self._recent_results

    def _halve(self, now: float) -> None:
        self.was_refused = True
        self._burst_until = self._results + self.workers
        self._recent_troubles = 0.0
        self._good = None
        self._refused_at, self._refused_until = self.workers, now + self._refused_s
        self._refused_s = min(2 * self._refused_s, LONGEST_PAUSE_S)
        self._goes_up, self._pause_s = True, FIRST_PAUSE_S
        self._next_trial = now + self._pause_s
        self._change(now, max(1, self.workers // 2))

    def _measured(self, now: float, began: float, results_before: int, bytes_before: int) -> _Throughput | None:
        seconds, results, size_bytes = now - began, self._results - results_before, self._bytes - bytes_before
        a_worker = 1 if self._phase is _Phase.DOUBLING and self._good is not None else RESULTS_A_WORKER
        has_results = results >= a_worker * self.workers
        has_bytes = seconds >= LONG_WINDOW_S and size_bytes >= BYTES_A_WORKER * self.workers
        if seconds < LEAST_WINDOW_S or not (has_results or has_bytes):
            return None
        return _Throughput(results / seconds if has_results else None, size_bytes / seconds)

    def _judge(self, now: float, measured: _Throughput) -> None:
        """Keep the number of workers or give it up, and try the next one if it is time."""
        self._begin(now)
        if self._good is None or self._good[0] == self.workers:
            growth = measured.growth_since(self._good[1]) if self._good else 1.0
            has_changed = growth < DROP or (growth > 1 / DROP and not self.was_refused)
            self._good = self.workers, measured
            if has_changed:
                self._phase, self._goes_up = _Phase.STEPS, growth > 1
                self._pause_s = self._pause_s if self.was_refused else FIRST_PAUSE_S
            if has_changed or self._phase is not _Phase.STEPS or now >= self._next_trial:
                self._try_another(now)
            return
        workers, before = self._good
        factor = self.workers / workers
        growth = measured.growth_since(before)
        if growth >= self._least_growth(factor):
            self._good = self.workers, measured
            self._pause_s = FIRST_PAUSE_S
            if self.workers == self.most and growth >= factor**PROPORTIONAL_GAIN:
                self._phase = _Phase.STEPS
            self._try_another(now)
        else:
            self._turn()
            self._pause(now)
            self._change(now, workers)

    def _least_growth(self, factor: float) -> float:
        """What a number of workers has to bring, `factor` times as many as those before."""
        if factor > 1:
            return float(factor**WORTHWHILE_GAIN)
        # Fewer workers may bring a little less: they are kinder to the service and to the computer.
        return GAIN_OF_FEWER if self.workers < self._start else float(factor ** (WORTHWHILE_GAIN / 2))

    def _try_another(self, now: float) -> None:
        while (wanted := self._next_number(now)) == self.workers:
            is_last = self._phase is _Phase.STEPS
            self._turn()
            if is_last:
                self._pause(now)
                return
        self._change(now, wanted)

    def _next_number(self, now: float) -> int:
        most = self.most
        if self._refused_at is not None and now < self._refused_until:
            most = self._refused_at - 1
        least = min(self.workers, FEWEST_WORKERS)
        match self._phase, self._goes_up:
            case _Phase.DOUBLING, _:
                return min(2 * self.workers, most)
            case _Phase.HALVING, _:
                return max(self.workers // 2, least)
            case _, True:
                if self.workers < self._start and not self.was_refused:
                    return min(2 * self.workers, self._start)
                step = max(1, min(self._start // 2, self.workers // 4))
                return max(self.workers, min(self.workers + step, most))
        return max(self.workers * 3 // 4, least)

    def _turn(self) -> None:
        """What to try next, after a number that was not good."""
        match self._phase:
            case _Phase.DOUBLING:
                self._phase = _Phase.HALVING
            case _Phase.HALVING:
                self._phase = _Phase.STEPS
            case _Phase.STEPS:
                self._goes_up = not self._goes_up

    def _pause(self, now: float) -> None:
        self._next_trial = now + self._pause_s
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)

    def _change(self, now: float, workers: int) -> None:
        if workers < self.workers:
            self._finishing, self._finished_at = self.most_in_progress(), self._results + self.workers
        if workers != self.workers:
            self.workers = workers
            self._on_change(workers)
        self._begin(now)

    def _begin(self, now: float) -> None:
        """Begin to measure anew, after the results that are in progress."""
        self._changed = now
        self._skipped_until = self._results + self.workers
        self._window = None
