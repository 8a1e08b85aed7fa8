"""Further rows of the fault table: each status on each kind of route, and several faults in one run."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing.faults import Fault
from photosync.testing.library import foreign_photos
from photosync.testing.user import User
from tests.fault_rows import ENDS, SIMULATORS
from tests.test_fault_table import (
    PULLS,
    PUSHES,
    RecordFigure,
    at_service,
    check_end,
    check_recovery,
    configure,
    pull_whole,
    puller,
    wrong_files,
)

STATUSES = (400, 401, 403, 404, 408, 409, 410, 416, 429, 500, 501, 502, 503, 504, 507)
"""Those that docs/retrying.md and `transport/download.py` name, and further refusals."""
Step = Mapping[str, object]

THE_THIRD_AND_THE_FIFTH: list[Step] = [
    {"fault": "server_error", "value": 503, "on": "content", "after": 2, "times": 1},
    {"fault": "truncate", "value": 1000, "on": "content", "after": 4, "times": 1},
]
"""The third content request gets 503, the fifth is cut after 1,000 bytes."""
ONCE: tuple[Step, ...] = (
    *({"fault": "server_error", "value": status} for status in (408, 429, 500, 502, 503, 504)),
    *({"fault": "throttle", "value": seconds} for seconds in (1, -5)),
    *({"fault": name} for name in ("throttle_date", "throttle_text", "busy", "drop", "reset", "html", "json")),
    *({"fault": name, "value": 100} for name in ("truncate", "reset_body", "cut_chunks")),
    {"fault": "stall", "value": 0.1},
)
"""Faults that are overcome if they happen once."""


def right_exits(kind: str, status: int) -> Collection[Exit]:
    """Of a pull in which all requests on routes of a kind are answered with a status."""
    if kind == "list":
        # A picking session that is not found has ended: a person picks again.
        may_need_person = {Exit.AUTH, Exit.TEMPORARY} if status in (403, 404, 410) else {Exit.TEMPORARY}
        return {Exit.AUTH} if status == 401 else may_need_person
    if kind == "content":
        return {Exit.AUTH, Exit.PARTIAL} if status == 401 else {Exit.PARTIAL}
    return ENDS


@pytest.mark.slow  # each status of each service
@pytest.mark.parametrize("kind", ["list", "content", "other"])
@pytest.mark.parametrize("provider", SIMULATORS)
def test_statuses_in_pulls(provider: str, kind: str, tmp_path: Path, record_property: RecordFigure) -> None:
    record_property("fault table: faults x providers", 0)  # known also if this fails
    contract, fired, rows = PULLS[provider](), 0, 0
    with puller(provider, tmp_path) as user:
        for status in STATUSES:
            if len(user.sandbox.files()) == len(user.expected()):
                user.simulator.library.add(2)
            configure(user, retry_budget="1s")
            fault = user.simulator.faults.server_error = Fault(value=status, on=kind)
            result = pull_whole(contract, user)
            user.simulator.faults.clear()
            check_end(user, result, right_exits(kind, status) if fault.fired else {Exit.OK})
            assert not wrong_files(user)
            assert result.number("gone") == 0
            fired += fault.fired
            rows += fault.fired > 0
        check_recovery(contract, user)
    record_property("fault table: faults x providers", rows)
    record_property("fault table: failed requests", fired)


@pytest.mark.slow  # each status of each service
@pytest.mark.parametrize("kind", ["list", "upload", "other"])
@pytest.mark.parametrize("provider", SIMULATORS)
def test_statuses_in_pushes(provider: str, kind: str, tmp_path: Path, record_property: RecordFigure) -> None:
    record_property("fault table: faults x providers", 0)  # known also if this fails
    contract, photos, fired, rows = PUSHES[provider](), foreign_photos(), 0, 0
    laid: set[str] = set()
    with contract.pusher(tmp_path) as pusher:
        user = User(pusher.simulator, pusher.sandbox)
        for status in STATUSES:
            if at_service(pusher).keys() == laid:
                laid.update(pusher.write([next(photos), next(photos)], f"IMG_{status}").values())
            configure(user, contract, retry_budget="1s")
            fault = user.simulator.faults.server_error = Fault(value=status, on=kind)
            result = pusher.push()
            user.simulator.faults.clear()
            check_end(user, result, ENDS - {Exit.OK} if kind == "upload" and fault.fired else ENDS)
            assert at_service(pusher).keys() <= laid
            fired += fault.fired
            rows += fault.fired > 0
        configure(user, contract)
        pusher.push_all()
        assert at_service(pusher) == dict.fromkeys(laid, 1)
        user.simulator.forget()
        assert (pusher.push_all().number("saved"), user.simulator.counts["changes"]) == (0, 0)
    record_property("fault table: faults x providers", rows)
    record_property("fault table: failed requests", fired)


@pytest.mark.parametrize("provider", SIMULATORS)
def test_a_plan(provider: str, tmp_path: Path) -> None:
    contract = PULLS[provider]()
    with puller(provider, tmp_path) as user:
        user.simulator.library.add(8)
        user.simulator.faults.set_plan(THE_THIRD_AND_THE_FIFTH)
        result = pull_whole(contract, user)
        assert (result.exit, result.number("saved")) == (Exit.OK, 8), result
        assert [fault.fired for _, fault in user.simulator.faults.plan] == [1, 1]
        check_recovery(contract, user)


@pytest.mark.slow  # many plans
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("provider", SIMULATORS)
def test_a_plan_at_random(provider: str, seed: int, tmp_path: Path, record_property: RecordFigure) -> None:
    record_property("fault table: faults x providers", 0)  # known also if this fails
    contract, draw = PULLS[provider](), random.Random(f"{provider} {seed}")
    plan = [
        {**fault, "on": kind, "after": draw.randrange(4 if kind == "content" else 2), "times": 1}
        for kind, count in (("content", 4), ("list", 1))
        for fault in draw.sample(ONCE, count)
    ]
    with puller(provider, tmp_path) as user:
        user.simulator.library.add(12)
        user.simulator.faults.set_plan(plan)
        result = pull_whole(contract, user)
        assert (result.exit, result.number("saved")) == (Exit.OK, 12), (plan, result)
        fired = sum(fault.fired for _, fault in user.simulator.faults.plan)
        check_recovery(contract, user)
    record_property("fault table: failed requests", fired)
