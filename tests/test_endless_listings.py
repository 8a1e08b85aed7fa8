"""Listings that never come to their end, and long ones that do, at all four services."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync.testing.routes import Route
from photosync.testing.simulator import Simulator
from photosync.testing.user import ACCOUNT, User
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import AuraSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_google.simulator import GoogleSimulator

SIMULATORS = (AmazonSimulator, AuraSimulator, CloudDriveSimulator, GoogleSimulator)
Content = dict[str, object]
LISTS = ("data", "assets", "mediaItems", "nodes")


class Endless:
    """Replaces all answers of a listing by the first one, with a mark that says that there is more."""

    def __init__(self, mark: Callable[[int], str], *, empty_after: int | None = None) -> None:
        self._mark = mark
        self._empty_after = empty_after
        self._numbers = count()
        self._first: Content | None = None

    def __call__(self, route: Route, body: bytes) -> bytes:
        if route.kind != "list":
            return body
        content = json.loads(body.split(b"\n")[0])
        self._first = self._first or content
        number = next(self._numbers)
        answer = {**self._first, **self._more(number)}
        if self._empty_after is not None and number >= self._empty_after:
            answer |= {name: [] for name in LISTS if name in answer}
        return json.dumps(answer).encode()

    def _more(self, number: int) -> Content:
        first, mark = self._first or {}, self._mark(number)
        if "checkpoint" in first:
            return {"checkpoint": mark, "reset": number == 0}
        if "count" in first:
            return {"count": 1_000_000, "nextToken": mark}
        return {"next_page_cursor" if "assets" in first else "nextPageToken": mark}


@pytest.mark.parametrize("empty_after", [None, 1], ids=["the same page", "empty pages"])
@pytest.mark.parametrize("mark", [lambda _: "same", lambda number: f"mark{number}"], ids=["one mark", "new marks"])
@pytest.mark.parametrize("simulator_type", SIMULATORS)
def test_an_endless_listing_ends(
    simulator_type: type[Simulator], mark: Callable[[int], str], empty_after: int | None, tmp_path: Path
) -> None:
    with simulator_type(items=12) as simulator:
        sandbox = Sandbox(tmp_path)
        sandbox.configure({ACCOUNT: simulator.account_settings()})
        user = User(simulator, sandbox)
        user.pull_all()
        before = sandbox.hashes()
        user.simulator.library.add(3)
        simulator.forget()
        simulator.edit_answer = Endless(mark, empty_after=empty_after)
        result = user.pull("--full")
        is_end_of_aura = simulator_type is AuraSimulator and empty_after is not None
        assert result.exit == 5 or result.summary["complete"] is False or is_end_of_aura, result
        assert result.number("gone") == 0
        assert simulator.counts["list"] <= 200
        assert before <= sandbox.hashes()
        simulator.edit_answer = None
        user.pull_all("--full")


def test_a_stream_of_changes_that_begins_anew_with_every_answer(tmp_path: Path) -> None:
    numbers = count()

    def edit(route: Route, body: bytes) -> bytes:
        if route.kind != "list":
            return body
        lines = [json.loads(line) for line in body.split(b"\n") if line.strip()]
        lines[0] |= {"checkpoint": f"mark{next(numbers)}", "reset": True}
        return b"\n".join(json.dumps(line).encode() for line in lines)

    with CloudDriveSimulator(items=12) as simulator:
        sandbox = Sandbox(tmp_path)
        sandbox.configure({ACCOUNT: simulator.account_settings()})
        simulator.edit_answer = edit
        result = User(simulator, sandbox).pull()
        assert result.exit == 5, result
        assert "began it anew" in str(result.summary["message"])
        assert simulator.counts["list"] <= 10


@pytest.mark.parametrize("simulator_type", [AmazonSimulator])
def test_a_count_that_is_wrong_ends_nothing(simulator_type: type[Simulator], tmp_path: Path) -> None:
    def edit(route: Route, body: bytes) -> bytes:
        content = json.loads(body)
        return json.dumps({**content, "count": 3} if "count" in content and route.kind == "list" else content).encode()

    with simulator_type(items=450, gaps=False) as simulator:
        sandbox = Sandbox(tmp_path)
        sandbox.configure({ACCOUNT: simulator.account_settings()})
        simulator.edit_answer = edit
        assert User(simulator, sandbox).pull("--dry-run").number("saved") == 450
