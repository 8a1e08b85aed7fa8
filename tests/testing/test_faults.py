"""When a fault happens, and how it is worded."""

from __future__ import annotations

import pytest

from photosync.testing import Fault, Faults
from photosync.testing.faults import parse_fault


def firings(faults: Faults, count: int = 10) -> list[bool]:
    return [faults.fires("throttle", "list") is not None for _ in range(count)]


def test_off_always_some_and_later() -> None:
    assert not any(firings(Faults()))
    assert all(firings(Faults(throttle=Fault())))
    assert firings(Faults(throttle=Fault(times=2)), 4) == [True, True, False, False]
    assert firings(Faults(throttle=Fault(times=1, after=2)), 4) == [False, False, True, False]


def test_probability_is_repeatable() -> None:
    first, second = (firings(Faults(throttle=Fault(probability=0.3), seed=7), 1000) for _ in range(2))
    assert first == second
    assert 200 < sum(first) < 400


def test_only_where_it_is_meant() -> None:
    faults = Faults(throttle=Fault(on="list"), wrong_bytes=Fault(items={"a"}))
    assert not faults.fires("throttle", "content")
    assert faults.fires("throttle", "list")
    assert not faults.fires("wrong_bytes", "content", "b")
    assert faults.fires("wrong_bytes", "content", "a")
    assert not faults.fires("wrong_bytes", "list", "a"), "a spoiled listing must be asked for"


def test_words_of_the_command_line() -> None:
    assert parse_fault("") == parse_fault("on") == Fault()
    assert parse_fault("0.5") == Fault(value=0.5)
    assert parse_fault("1:times=3:on=list,other:probability=0.5") == Fault(
        value=1, times=3, on={"list", "other"}, probability=0.5
    )
    assert parse_fault("after=2:items=x,y") == Fault(after=2, items={"x", "y"})


@pytest.mark.parametrize("text", ["often=3", "x", "on=everywhere", "probability=2"])
def test_words_that_mean_nothing(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_fault(text)


def test_switches_by_name() -> None:
    faults = Faults()
    faults.set("latency", 0.1)
    faults.set("throttle", "2:times=1")
    faults.set("drop", {"times": 4, "on": ["content"]})
    assert faults.latency == Fault(value=0.1)
    assert faults.drop == Fault(times=4, on={"content"})
    faults.set("latency", None)
    assert faults.fires("latency", "list") is None
    faults.clear()
    assert [name for name in Faults.names() if getattr(faults, name)] == []
    with pytest.raises(ValueError, match="no fault is called gremlins"):
        faults.set("gremlins", "on")


def test_a_plan_counts_requests_as_they_arrive() -> None:
    faults = Faults()
    faults.set_plan(
        [
            {"fault": "server_error", "value": 503, "on": "content", "after": 2, "times": 1},
            {"fault": "server_error", "value": 404, "on": "GET /nodes", "times": 1},
            {"fault": "truncate", "value": 1000, "on": ["content"], "after": 4, "times": 1},
        ]
    )
    seen = []
    for route, kind in [*[("GET /c", "content")] * 3, ("GET /nodes", "list"), *[("GET /c", "content")] * 3]:
        faults.arrived(route, kind, None)  # type: ignore[arg-type]
        seen.append([name for name in ("server_error", "truncate") if faults.fires(name, kind)])  # type: ignore[arg-type]
    assert seen == [[], [], ["server_error"], ["server_error"], [], ["truncate"], []]
    faults.clear()
    faults.arrived("GET /nodes", "list", None)
    assert faults.fires("server_error", "list") is None
    with pytest.raises(ValueError, match="no fault is called gremlins"):
        faults.set_plan([{"fault": "gremlins"}])


def test_a_switch_for_a_single_route() -> None:
    faults = Faults(drop=Fault(on="GET /nodes"))
    for route, is_meant in (("GET /search", False), ("GET /nodes", True)):
        faults.arrived(route, "list", None)
        assert bool(faults.fires("drop", "list")) is is_meant
