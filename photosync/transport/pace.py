"""The pace of an account's requests: when the next one may start. Values only; `pacing` waits.

A service refuses what is too much with 429, or 503 with `Retry-After`. What it allows is not known, and is found out:

1. Without a refusal there is no limit but the provider's own pause.
2. While a `Retry-After` holds, no request starts. A refusal without one holds all requests for a short time, if the
   service refused another one shortly before, and longer while it accepts nothing. Then one request at a time is sent,
   until one is accepted.
3. A single refusal says nothing about the pace. A limit shows in this: the service accepts about as many requests after
   a refusal as after the one before. Then as many in the time that it made us wait are the limit.
4. At a limit the pace stays. Only after a time it is raised, in growing steps, to the next refusal; then it stays for
   longer, at the last pace that was accepted. So refusals become rare.
5. A pace that is refused although it was accepted before is lowered. After some of these there is no limit: the service
   refuses by chance.

A provider that begins slowly, with a pause that may become shorter, is at step 4 from the beginning, with small steps.

Failures of other kinds do not change the pace. Many in a row, with no success in between, are a service that is down:
then few requests a second start until one succeeds.
"""

from __future__ import annotations

import math

_FIRST_HOLD_S = 0.25
_LONGEST_HOLD_S = 16.0
_HOLD_GROWTH = 1.4
_FEW = 50
"""A refusal after fewer accepted requests came shortly after the one before."""
_ALIKE = 0.1
"""How much two numbers of accepted requests may differ."""
_MARGIN = 0.97
"""How much of the pace that was accepted of late is kept after a refusal."""
_LOWER, _LOWEST = 0.95, 0.75
"""How much of a pace that is too fast after all is kept; the second: if it is refused soon, or for the third time."""
_MOST_MISTAKES = 4
_FIRST_STEP = 0.03
_COARSE = 0.15
"""After a larger step the limit is between two paces that are far apart: it is looked for again, soon."""
_SECOND_SEARCH = 1 / 8
"""The first step of that search, as a part of the larger step: the steps double, so the fourth is as large again."""
_STEP_S = 1.0
_FEWEST_STEP_REQUESTS = 3
_SHORT_STAY_S, _FIRST_STAY_S, _LONGEST_STAY_S = 4.0, 40.0, 640.0
_STAY_GROWTH = 4
_SHORTEST_S = 1e-3
_SLOW_START_REQUESTS = 20
_SLOW_START_STEP = 0.1
_MANY_FAILURES = 16
_FAILING_INTERVAL_S = 0.25


class _Limit:
    """The number of requests a second at which the service is asked."""

    def __init__(self, rate: float, stay_s: float, *, step: float = _FIRST_STEP, has_small_steps: bool = False) -> None:
        """`has_small_steps`: the steps upwards are small, and rarer."""
        self._has_small_steps = has_small_steps
        self._stay_s = _FIRST_STAY_S
        """How long the pace stays after the next refusal."""
        self._mistakes = 0
        """Refusals in a row of a pace that had been accepted."""
        self._stay(rate, stay_s, step)

    def _stay(self, rate: float, stay_s: float, step: float = _FIRST_STEP) -> None:
        self.rate = self._kept = self._accepted = rate
        self._step = max(step, _FIRST_STEP)
        self._left = max(rate * stay_s, _FEWEST_STEP_REQUESTS)
        """The accepted requests until the next step."""

    def accepted(self) -> None:
        """Take notice of an accepted request, and make the next step when it is time."""
        self._left -= 1
        if self._left > 0:
            return
        self._mistakes = 0
        self._accepted = self.rate
        self.rate *= 1 + self._step
        self._step = min(2 * self._step, _SLOW_START_STEP if self._has_small_steps else 1.0)
        self._left = _SLOW_START_REQUESTS if self._has_small_steps else max(self.rate * _STEP_S, _FEWEST_STEP_REQUESTS)

    def refused(self, accepted: int, per_s: float) -> bool:
        """Lower the pace after a refusal; the service accepted so many since the one before. False: it is no limit."""
        if self.rate == self._kept:
            self._mistakes += 1
            is_far_off = accepted < self.rate * _STEP_S or self._mistakes > 2
            lowest = _LOWEST if is_far_off else _LOWER
            self._stay(min(_MARGIN * self.rate, max(per_s, lowest * self.rate)), self._stay_s)
            return self._mistakes < _MOST_MISTAKES
        step = self.rate / self._accepted - 1
        rate = _MARGIN * self._accepted if self._accepted > self._kept else self._kept
        if step > _COARSE:
            self._stay(rate, _SHORT_STAY_S, _SECOND_SEARCH * step)
        else:
            self._stay(rate, self._stay_s)
            self._stay_s = min(_STAY_GROWTH * self._stay_s, _LONGEST_STAY_S)
        return True


class Pace:
    """The pace of one account. All times are on the monotonic clock."""

    def __init__(self, pause_s: float = 0.0, least_pause_s: float | None = None) -> None:
        """`pause_s` is the time between two starts at the beginning, which may become as short as `least_pause_s`."""
        self._pause_s = pause_s if least_pause_s is None else min(pause_s, least_pause_s)
        self._first_pause_s = pause_s
        self._limit: _Limit | None = None
        self._needed = 1
        """How often in a row the numbers of accepted requests must be alike to be a limit."""
        self._begin()
        self._last_start = -math.inf
        self.asked_until = -math.inf
        """Until when the last `Retry-After` holds."""
        self._held_until = -math.inf
        """Until when no request starts."""
        self.held_s = 0.0
        """The time for which requests were held until now."""
        self._hold_s = 0.0
        """How long the last refusal without a `Retry-After` holds all requests."""
        self._is_trying = False
        """Whether nothing is accepted since the last refusal: one request at a time."""
        self._refused_at = -math.inf
        self._is_refusal_pending = False
        """Whether no request has started since the last refusal: what is accepted until then belongs before it."""
        self._asked_s = 0.0
        """How long it made us wait."""
        self._accepted = 0
        """The requests accepted since the refusal before it, at `_since`, which made us wait for `_waited_s`."""
        self._since = -math.inf
        self._waited_s = 0.0
        self._failures = 0

    def _begin(self) -> None:
        self._before = 0
        """The number of requests that were accepted between the two refusals before."""
        self._alike = 0
        if self._pause_s < self._first_pause_s:
            self._limit = _Limit(
                1 / self._first_pause_s, _SLOW_START_REQUESTS * self._first_pause_s, has_small_steps=True
            )

    @property
    def limit_per_s(self) -> float | None:
        """The number of requests a second that are sent at most; None if no limit is known."""
        return None if self._limit is None else 1 / self._interval_s

    @limit_per_s.setter
    def limit_per_s(self, known: float) -> None:
        """As it was in an earlier run."""
        self._limit = _Limit(known, _FIRST_STAY_S, has_small_steps=self._pause_s < self._first_pause_s)

    @property
    def _interval_s(self) -> float:
        return self._pause_s if self._limit is None else max(self._pause_s, 1 / self._limit.rate)

    def turn(self) -> float:
        """When the next request may start."""
        interval_s = self._interval_s
        if self._is_trying:
            interval_s = max(interval_s, self._hold_s, _FIRST_HOLD_S)
        if self._failures >= _MANY_FAILURES:
            interval_s = max(interval_s, _FAILING_INTERVAL_S)
        return max(self._held_until, self._last_start + interval_s)

    def started(self, now: float) -> None:
        """Take notice of the start of a request."""
        # At a limit a start that came late does not delay all that follow.
        lag_s = 0.0 if self._limit is None or self._pause_s else self._interval_s / 2
        self._last_start = max(self.turn(), now - lag_s) if lag_s else now
        if self._is_refusal_pending:
            self._is_refusal_pending = False
            self._learn()

    def accepted(self) -> None:
        """Take notice of a request that was not refused."""
        self._failures = 0
        self._accepted += 1
        if not self._is_refusal_pending:
            self._is_trying = False
            if self._limit is not None and self._limit.rate * self._pause_s < 1:
                self._limit.accepted()

    def failed(self) -> None:
        """Take notice of a request that failed for another reason."""
        self._failures += 1

    def refused(self, now: float, started: float, retry_after_s: float | None) -> None:
        """Take notice of a refusal of a request that started at `started`."""
        self._failures = 0
        if retry_after_s is not None:
            self._hold(now, retry_after_s)
            self.asked_until = max(self.asked_until, now + retry_after_s)
        # Requests in progress at the same time are refused together: that is one refusal.
        if started < self._refused_at:
            return
        if not self._accepted:
            self._hold_s = min(max(_HOLD_GROWTH * self._hold_s, _FIRST_HOLD_S), _LONGEST_HOLD_S)
        elif self._accepted < _FEW:  # as long as it took the last time
            self._hold_s = max(self._waited_s, _FIRST_HOLD_S)
        else:
            self._hold_s = 2 * self._interval_s
        self._refused_at = now
        self._is_refusal_pending = True
        self._asked_s = retry_after_s or self._hold_s
        self._is_trying = self._asked_s > 0
        if retry_after_s is None:
            self._hold(now, self._hold_s)

    def _hold(self, now: float, seconds: float) -> None:
        until = max(self._held_until, now + seconds)
        self.held_s += until - max(self._held_until, now)
        self._held_until = until

    def _learn(self) -> None:
        """Learn from the last refusal."""
        if not self._accepted:
            self._waited_s += self._asked_s
            return
        accepted, since, waited_s = self._accepted, self._since, self._waited_s
        self._accepted, self._since, self._waited_s = 0, self._refused_at, self._asked_s
        per_s = accepted / max(self._refused_at - since, _SHORTEST_S)
        if self._limit is None:
            self._look_for_limit(accepted, max(per_s, _MARGIN * accepted / waited_s) if waited_s else per_s, waited_s)
        elif not self._limit.refused(accepted, per_s):
            self._limit = None
            self._needed += 1
            self._begin()

    def _look_for_limit(self, accepted: int, per_s: float, waited_s: float) -> None:
        is_alike = self._before > 0 and abs(accepted - self._before) <= 1 + _ALIKE * max(accepted, self._before)
        self._before = accepted
        self._alike = self._alike + 1 if is_alike else 0
        if self._alike >= self._needed:
            # Few requests at once, or a long wait, say little about requests that come evenly.
            wait_s = max(waited_s, 1.0)
            self._limit = _Limit(per_s, accepted / wait_s**2 / 2, step=min(1.0, wait_s / accepted))
