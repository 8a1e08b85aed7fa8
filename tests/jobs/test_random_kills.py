"""A pull that is killed again and again, at random: nothing is lost, nothing is left over, nothing is fetched twice."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.killed_runs import KILLED, check_lists, fetched, hashes, photos, succeeds

ITEMS, KILLS, WORKERS = 500, 50, 4
UNDER_WAY = 2 * WORKERS + 1
"""A worker has an item, another that waits to be saved, and one is just being saved."""
MOST_STEPS, MOST_CONTENTS = 200, 15
"""So few that the last kill comes before the last item."""


def kill_at_a_step(sandbox: Sandbox, steps: int) -> None:
    """Kill the run before one of its steps."""
    assert replace(sandbox, crash_at=str(steps)).run("pull", "amazon", "--jobs", str(WORKERS)).exit == KILLED


def kill_after_contents(sandbox: Sandbox, simulator: AmazonSimulator, contents: int) -> None:
    """Kill the run from outside, whatever it does, when the service has sent this many contents."""
    process = sandbox.start("pull", "amazon", "--jobs", str(WORKERS))
    try:
        assert simulator.wait_for(lambda: fetched(simulator).total() >= contents)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == KILLED


def contents(sandbox: Sandbox) -> Counter[str]:
    """The hashes of the photos."""
    return Counter(photos(hashes(sandbox)).values())


@pytest.mark.slow  # 50 runs over 500 items
def test_fifty_kills_over_500_items(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    chance = random.Random(11)
    sandbox, undisturbed = Sandbox(tmp_path / "user"), Sandbox(tmp_path / "other")
    with AmazonSimulator(items=ITEMS, gaps=False) as simulator:
        for each in (sandbox, undisturbed):
            each.folder.mkdir()
            each.configure({"amazon": simulator.account_settings()}, exif="fix", artist="Ada")
        succeeds(undisturbed, "pull", "amazon")
        wanted = contents(undisturbed)
        sent, again = Counter[str](), 0
        for number in range(KILLS):
            simulator.forget()
            before = contents(sandbox) if sandbox.library.exists() else Counter[str]()
            if number % 2:
                kill_at_a_step(sandbox, chance.randint(1, MOST_STEPS))
            else:
                kill_after_contents(sandbox, simulator, chance.randint(1, MOST_CONTENTS))
            there = contents(sandbox)
            assert not before - there, "a file was lost"
            assert not there - wanted, "there is a file that is not complete"
            now = fetched(simulator)
            under_way = now.total() - (there - before).total()
            assert under_way <= UNDER_WAY, (number, under_way)
            again += under_way
            sent += now
        simulator.forget()
        succeeds(sandbox, "pull", "amazon")
        sent += fetched(simulator)
        assert contents(sandbox) == wanted
        assert len(sent) == wanted.total() == ITEMS
        assert sent.total() <= ITEMS + again
        assert sandbox.leftovers() == []
        check_lists(sandbox)
        simulator.forget()
        assert succeeds(sandbox, "pull", "amazon").number("saved") == 0
        assert fetched(simulator).total() == 0
    record_property("random kills: kills survived", KILLS)
