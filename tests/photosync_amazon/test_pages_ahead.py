"""Listings that are read to their end: several pages are requested at a time, and nothing is missed for it."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from photosync.errors import Exit
from photosync.testing import Fault
from photosync.testing.command import Result, Sandbox
from photosync.testing.routes import Route
from photosync_amazon.simulator import AmazonSimulator
from photosync_amazon.simulator.nodes import ALBUMS

ITEMS, PAGE = 60, 10
PAGES = ITEMS // PAGE
SEARCH = "GET /drive/v1/search"
AT_A_TIME = 4
DRY_RUN = ("pull", "amazon", "--dry-run", "--full")
READ_TO_THE_END = pytest.mark.parametrize("command", [DRY_RUN, ("list", "amazon"), ("audit", "amazon")])


class StagedSimulator(AmazonSimulator):
    """A test acts when the page at an offset is requested first, and may answer in its place."""

    def __init__(self, items: int = ITEMS, most_a_page: int = PAGE) -> None:
        super().__init__(items=items, gaps=False, most_a_page=most_a_page)
        self.stages: dict[int, Callable[[], Awaitable[web.Response | None]]] = {}

    async def before(self, request: web.Request, route: Route) -> web.StreamResponse | None:
        offset = int(request.query.get("offset", "0"))
        if route.kind == "list" and (act := self.stages.pop(offset, None)) is not None:
            answer = await act()
            if answer is not None:
                return answer
        return await super().before(request, route)

    async def pages_answered(self, number: int) -> None:
        """Wait until so many pages were answered; not for ever."""
        end = time.monotonic() + 5
        while self.counts["list"] < number and time.monotonic() < end:
            await asyncio.sleep(0.01)


@pytest.fixture
def simulator() -> Iterator[StagedSimulator]:
    with StagedSimulator() as running:
        yield running


@pytest.fixture
def sandbox(tmp_path: Path, simulator: StagedSimulator) -> Sandbox:
    return sandbox_of(tmp_path, simulator)


def sandbox_of(folder: Path, simulator: StagedSimulator) -> Sandbox:
    made = Sandbox(folder)
    made.configure({"amazon": simulator.account_settings()})
    return made


def ids(simulator: AmazonSimulator) -> set[str]:
    return {item.id for item in simulator.library.expected()}


def listed(result: Result) -> list[object]:
    assert result.exit == 0, result
    return [each["id"] for each in result.objects]


@READ_TO_THE_END
def test_four_pages_are_requested_at_a_time(
    simulator: StagedSimulator, sandbox: Sandbox, command: tuple[str, ...]
) -> None:
    simulator.faults.hold = Fault(after=1, on="list")
    process = sandbox.start(*command)
    try:
        assert simulator.wait_for(lambda: simulator.max_in_flight == AT_A_TIME, 20)
    finally:
        simulator.faults.clear()
        process.communicate(timeout=30)
    assert simulator.max_in_flight == AT_A_TIME
    assert simulator.counts["list"] == simulator.counts["total"] == PAGES
    offsets = sorted(int(record.path.partition("offset=")[2].partition("&")[0]) for record in simulator.requests)
    assert offsets == list(range(0, ITEMS, PAGE))


def test_the_first_page_is_requested_alone(simulator: StagedSimulator, sandbox: Sandbox) -> None:
    async def look() -> None:
        await asyncio.sleep(0.2)
        assert simulator.max_in_flight == 1

    simulator.stages[0] = look
    assert set(listed(sandbox.run("list", "amazon"))) == ids(simulator)


def test_the_items_of_an_album(tmp_path: Path) -> None:
    with StagedSimulator(items=700) as simulator:
        simulator.faults.latency = Fault(value=0.05, on="list")
        simulator.account.tree.join(simulator.account.album(0), range(600))
        members = simulator.album_members(ALBUMS[0])
        found = listed(sandbox_of(tmp_path, simulator).run("list", "amazon", "--album", ALBUMS[0]))
        assert found == members[::-1]
        assert len(members) >= 600
        assert simulator.max_in_flight > 1


@pytest.mark.parametrize(
    ("command", "pages"),
    [
        ((*DRY_RUN, "--limit", "5"), 1),
        ((*DRY_RUN, "--recent", "25"), 3),
        ((*DRY_RUN, "--limit-time", "1h"), PAGES),
        ((*DRY_RUN, "--limit-bytes", "1GB"), PAGES),
        (("list", "amazon", "--limit", "25"), 3),
        (("audit", "amazon", "--recent", "15"), 2),
    ],
)
def test_with_a_limit_no_page_is_requested_early(
    simulator: StagedSimulator, sandbox: Sandbox, command: tuple[str, ...], pages: int
) -> None:
    simulator.faults.latency = Fault(value=0.02, on="list")
    sandbox.run(*command)
    assert (simulator.counts["list"], simulator.max_in_flight) == (pages, 1)


def test_a_daily_run_requests_one_page(simulator: StagedSimulator, sandbox: Sandbox) -> None:
    first = sandbox.run("pull", "amazon")
    assert (first.exit, first.number("saved"), simulator.counts[SEARCH]) == (0, ITEMS, PAGES)
    simulator.forget()
    again = sandbox.run("pull", "amazon")
    assert (again.exit, again.number("unchanged"), simulator.counts[SEARCH]) == (0, PAGE, 1)


# A listing that changes while it is read


@pytest.mark.parametrize("late", range(PAGE, 5 * PAGE, PAGE))
def test_an_item_that_arrives_before_one_of_four_pages_hides_no_other(
    simulator: StagedSimulator, sandbox: Sandbox, late: int
) -> None:
    """The late page begins with an item of the page before it, so that its last one should be on the next page; that
    one has come already."""
    before = ids(simulator)

    async def arrive() -> None:
        await simulator.pages_answered(AT_A_TIME)
        simulator.library.add(1)

    simulator.stages[late] = arrive
    assert set(listed(sandbox.run("list", "amazon"))) >= before


@pytest.mark.parametrize("late", range(PAGE, 5 * PAGE, PAGE))
def test_an_item_that_leaves_before_one_of_four_pages_hides_no_other(
    simulator: StagedSimulator, sandbox: Sandbox, late: int
) -> None:
    newest = simulator.library.id_of(ITEMS - 1)

    async def leave() -> None:
        await simulator.pages_answered(AT_A_TIME)
        simulator.library.remove(newest)

    simulator.stages[late] = leave
    result = sandbox.run(*DRY_RUN)
    assert (result.exit, result.number("saved")) == (0, ITEMS), result
    assert "reading it once more" in result.stderr


def test_pages_with_fewer_entries_than_the_first(simulator: StagedSimulator, sandbox: Sandbox) -> None:
    """As of a service that leaves out entries: the offsets of all pages that were requested early are wrong."""
    numbers = iter(range(100))

    def edit(route: Route, body: bytes) -> bytes:
        content = json.loads(body)
        if route.kind == "list" and 0 < next(numbers) < AT_A_TIME:
            del content["data"][3:5]
        return json.dumps(content).encode()

    simulator.edit_answer = edit
    found = listed(sandbox.run("list", "amazon"))
    assert len(found) == len(set(found)) >= ITEMS - 2
    simulator.edit_answer = None
    assert sandbox.run(*DRY_RUN).number("saved") == ITEMS


# Counts that are wrong


@pytest.mark.parametrize("items", [ITEMS, ITEMS - 3], ids=["full pages", "a short last page"])
def test_a_count_that_is_too_high_costs_three_requests_at_most(tmp_path: Path, items: int) -> None:
    with StagedSimulator(items=items) as simulator:
        simulator.edit_answer = counting(+100)
        assert set(listed(sandbox_of(tmp_path, simulator).run("list", "amazon"))) == ids(simulator)
        until_empty = PAGES + 1
        assert until_empty <= simulator.counts["list"] <= until_empty + 3


def test_a_count_that_is_too_low_ends_nothing(simulator: StagedSimulator, sandbox: Sandbox) -> None:
    simulator.edit_answer = counting(-25)
    assert set(listed(sandbox.run("list", "amazon"))) == ids(simulator)
    assert simulator.counts["list"] == PAGES + 1


def counting(more: int) -> Callable[[Route, bytes], bytes]:
    def edit(route: Route, body: bytes) -> bytes:
        content = json.loads(body)
        return json.dumps({**content, "count": content["count"] + more} if "count" in content else content).encode()

    return edit


# Troubles


@pytest.mark.parametrize("fault", ["throttle", "server_error", "no_id"])
def test_after_trouble_one_page_is_requested_at_a_time(tmp_path: Path, fault: str) -> None:
    with StagedSimulator(items=2 * ITEMS) as simulator:
        simulator.faults.latency = Fault(value=0.03, on="list")
        seen: list[int] = []

        async def forget() -> None:
            seen.append(simulator.max_in_flight)
            simulator.max_in_flight = 0

        simulator.stages[9 * PAGE] = forget
        if fault == "no_id":
            some = simulator.library.id_of(2 * ITEMS - 1 - 2 * PAGE).encode()
            simulator.edit_answer = lambda route, body: body.replace(some, b"") if route.kind == "list" else body
        else:
            simulator.faults.set(fault, {"after": 2, "times": 1, "on": "list"})
        found = set(listed(sandbox_of(tmp_path, simulator).run("list", "amazon")))
        assert len(found) == 2 * ITEMS - (fault == "no_id")
        assert 1 < seen[0] <= AT_A_TIME
        assert simulator.max_in_flight == 1


def test_an_error_comes_at_its_turn_and_waits_for_no_other_request(
    simulator: StagedSimulator, sandbox: Sandbox
) -> None:
    async def refuse() -> web.Response:
        return web.json_response({"message": "no"}, status=400)

    async def hang() -> None:
        await asyncio.sleep(120)

    simulator.stages = {3 * PAGE: refuse, 4 * PAGE: hang, 5 * PAGE: hang}
    began = time.monotonic()
    result = sandbox.run("list", "amazon")
    assert (result.exit, len([each for each in result.objects if "id" in each])) == (Exit.TEMPORARY, 3 * PAGE), result
    assert time.monotonic() - began < 30


@READ_TO_THE_END
def test_an_interruption_ends_all_requests(
    simulator: StagedSimulator, sandbox: Sandbox, command: tuple[str, ...]
) -> None:
    simulator.faults.hold = Fault(after=1, on="list")
    process = sandbox.start(*command)
    try:
        assert simulator.wait_for(lambda: simulator.max_in_flight == AT_A_TIME, 20)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)
    finally:
        process.kill()
    assert process.returncode in (Exit.INTERRUPTED, -signal.SIGINT)
