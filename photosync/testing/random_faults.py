"""A plan of faults of many kinds that come at random: `simulator.faults.set_plan(random_faults(0.01))`."""

from __future__ import annotations

_EVERYWHERE: tuple[tuple[str, float | None], ...] = (
    *(("server_error", status) for status in (408, 500, 502, 503)),
    ("busy", 1),
    ("throttle", 1),
    ("drop", None),
    ("reset", None),
)
_CONTENT: tuple[tuple[str, float | None], ...] = (
    ("truncate", None),
    ("reset_body", 1000),
    ("stall", 3),
    ("html", None),
)
_ON_RANGES = ("ignore_range", "wrong_range", "refuse_range")
_ON_RANGES_PROBABILITY = 0.1
"""Ranges are requested only after another fault."""


def random_faults(share: float, *, wrong_bytes: bool = True) -> list[dict[str, object]]:
    """Faults for about `share` of all answers, each kind equally often.

    `wrong_bytes` are for services that list hashes: at others nobody can notice them.
    """
    content = (*_CONTENT, ("wrong_bytes", 1)) if wrong_bytes else _CONTENT
    each = share / (len(_EVERYWHERE) + len(content))
    # Twice as often, since many services answer with a redirect first.
    twice = min(2 * each, 1.0)
    faults = [
        *((name, value, each) for name, value in _EVERYWHERE),
        *((name, value, twice) for name, value in (*content, ("half_json", None))),
        *((name, None, _ON_RANGES_PROBABILITY) for name in _ON_RANGES),
    ]
    return [{"fault": name, "value": value, "probability": probability} for name, value, probability in faults]
