"""How far a run is, how fast it goes, and how long it will still take."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_SPEED_S = 5.0
"""The current speed is that of so many seconds."""
_LATER_PART = 3 / 4
_SHORTEST_S, _LONGEST_S = 3.0, 60.0
"""The time left is estimated from the later part of the run, since the first files take longer; but from so many
seconds at least and at most."""
_SAMPLE_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class _Sample:
    """What was done at a time."""

    at: float
    files: int
    size_bytes: int


class Estimate:
    """Takes the numbers of a run, from several threads, and tells what is to come.

    Small files take about the same time each, large ones a time that grows with their size. A run has both, so the
    time left is taken from files and from bytes, and lies between the two (their geometric mean).
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self.listed = 0
        self.total: int | None = None
        """What the listing has, as far as it is known."""
        self.files = 0
        """Files that are done, failed ones too."""
        self.size_bytes = 0
        """Bytes that came, also for files that are not done."""
        self._wanted = self._wanted_bytes = self._sized = 0
        self._expected: int | None = 0
        self._samples: deque[_Sample] = deque()

    def list_(self, seen: int, total: int | None) -> None:
        """Take notice of the extent of the listing so far."""
        with self._lock:
            self.listed, self.total = seen, total
            if not self._wanted:
                self._sample(seen, 0)

    def want(self, count: int, size_bytes: int) -> None:
        """More files will be transferred; 0 bytes: their size is not known."""
        with self._lock:
            if not self._wanted:
                self._samples.clear()
                self._sample(0, 0)
            self._wanted += count
            self._wanted_bytes += size_bytes
            self._sized += count if size_bytes else 0

    def expect(self, count: int | None) -> None:
        """The number of files in all; None: it cannot be told yet."""
        self._expected = count

    def receive(self, size_bytes: int) -> None:
        """More bytes came."""
        with self._lock:
            self.size_bytes += size_bytes
            self._sample(self.files, self.size_bytes)

    def finish(self) -> None:
        """One more file is done."""
        with self._lock:
            self.files += 1
            self._sample(self.files, self.size_bytes)

    def _sample(self, files: int, size_bytes: int) -> None:
        now = self._now()
        if not self._samples or now - self._samples[-1].at >= _SAMPLE_EVERY_S:
            self._samples.append(_Sample(now, files, size_bytes))
            while now - self._samples[0].at > _LONGEST_S:
                self._samples.popleft()

    @property
    def is_listing(self) -> bool:
        """Whether nothing is transferred yet, or ever: the listing is what goes on."""
        return not self._wanted

    @property
    def all_files(self) -> int | None:
        """The number of files in all; None: it cannot be told."""
        if self.is_listing:
            return self.total
        return None if self._expected is None else max(self._expected, self._wanted, self.files)

    @property
    def done_files(self) -> int:
        """How many of them are done."""
        return self.listed if self.is_listing else self.files

    @property
    def all_bytes(self) -> int | None:
        """The bytes in all; None: it cannot be told."""
        files = self.all_files
        if files is None or not self._sized or self._sized < self._wanted / 2:
            return None
        return max(self.size_bytes, self._wanted_bytes * files // self._sized)

    def bytes_per_s(self) -> float:
        """The current speed."""
        with self._lock:
            past = self._since(self._now() - _SPEED_S)
        return (self.size_bytes - past.size_bytes) / max(self._now() - past.at, 1.0) if past else 0.0

    def left_s(self) -> float | None:
        """The time that the rest will take; None: it cannot be told, or not yet."""
        now, files, size_bytes = self._now(), self.all_files, self.all_bytes
        with self._lock:
            began = self._samples[0].at if self._samples else now
            past = self._since(now - max((now - began) * _LATER_PART, _SHORTEST_S))
        if files is None or past is None or now - began < _SHORTEST_S / 2:
            return None
        spans = [_left_s(now - past.at, self.done_files - past.files, files - self.done_files)]
        if size_bytes is not None:
            spans.append(_left_s(now - past.at, self.size_bytes - past.size_bytes, size_bytes - self.size_bytes))
        known = [span for span in spans if span is not None]
        if len(known) == 2 and all(known):
            return float((known[0] * known[1]) ** 0.5)
        return max(known, default=None)

    def _since(self, time_: float) -> _Sample | None:
        """The last sample before a time, else the first one."""
        found = self._samples[0] if self._samples else None
        for each in reversed(self._samples):
            if each.at <= time_:
                return each
        return found


def _left_s(seconds: float, done: int, left: int) -> float | None:
    if not left:
        return 0.0
    return seconds * left / done if done else None
