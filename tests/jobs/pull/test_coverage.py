"""How far a listing goes, seen from outside: by the requests that a service gets."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from photosync_amazon.simulator.nodes import ALBUMS

ALBUM_LIST = 1
"""The request for all albums."""
OWN_ID = 1
"""The request for the account's id: whether what is not listed was its own."""
EACH_ALBUM = len(ALBUMS)
"""The requests for the items of albums that changed."""


@pytest.fixture
def simulator() -> AmazonSimulator:
    return AmazonSimulator(items=410, seed=3, gaps=False)


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return Sandbox(tmp_path)


def test_a_daily_run_asks_only_as_far_as_it_has_to(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    with simulator:
        sandbox.configure({"amazon": simulator.account_settings()})
        assert sandbox.run("pull", "amazon", "--year", "2020").exit == 0
        first = sandbox.run("pull", "amazon", "--limit-bytes", "300k")
        assert first.exit == 8

        simulator.forget()
        assert sandbox.run("pull", "amazon").number("saved") > 0
        assert simulator.counts["list"] == 3 + ALBUM_LIST + EACH_ALBUM

        simulator.forget()
        assert sandbox.run("pull", "amazon").number("saved") == 0
        assert simulator.counts["total"] == 1 + ALBUM_LIST

        simulator.library.add(count=205)
        simulator.forget()
        assert sandbox.run("pull", "amazon").number("saved") == 205
        assert simulator.counts["list"] == 3 + ALBUM_LIST + EACH_ALBUM

        gone = next(iter(simulator.library.expected()))
        simulator.library.remove(gone.id)
        simulator.forget()
        noticed = sandbox.run("pull", "amazon")
        assert (noticed.number("saved"), noticed.number("gone")) == (0, 1)
        assert simulator.counts["list"] == 4 + ALBUM_LIST + OWN_ID

        simulator.forget()
        assert sandbox.run("pull", "amazon").exit == 0
        assert simulator.counts["list"] == 1 + ALBUM_LIST


def test_what_a_killed_run_left_out_is_not_taken_for_known(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    with simulator:
        sandbox.configure({"amazon": simulator.account_settings()})
        assert sandbox.run("pull", "amazon").exit == 0
        simulator.library.add(count=300)
        cut_short = sandbox.run("pull", "amazon", "--limit-bytes", "500k")
        assert cut_short.exit == 8
        assert cut_short.number("saved") > 200
        simulator.forget()
        rest = sandbox.run("pull", "amazon")
        assert cut_short.number("saved") + rest.number("saved") == 300
        assert sum(sandbox.hashes().values()) == 710


@pytest.mark.parametrize(("days", "pages"), [(-1, 1), (-40, 3), (0.5, 1), (400, 3)])
def test_a_listing_is_read_to_its_end_after_a_month(
    simulator: AmazonSimulator, sandbox: Sandbox, days: float, pages: int
) -> None:
    """Also if the last one seems to come in the future: the clock of this computer was ahead then."""
    with simulator:
        sandbox.configure({"amazon": simulator.account_settings()})
        assert sandbox.run("pull", "amazon").exit == 0
        completed_at = datetime.now(UTC) + timedelta(days=days)
        with closing(sqlite3.connect(sandbox.library / ".photosync" / "catalog.db")) as database, database:
            database.execute("UPDATE listings SET completed_at = ?", (completed_at.isoformat(),))
        simulator.forget()
        assert sandbox.run("pull", "amazon").exit == 0
        assert simulator.counts["list"] == pages + ALBUM_LIST


def test_a_shrunken_account_is_believed_only_when_a_person_says_so(
    simulator: AmazonSimulator, sandbox: Sandbox
) -> None:
    with simulator:
        sandbox.configure({"amazon": simulator.account_settings()})
        assert sandbox.run("pull", "amazon").exit == 0
        for item in list(simulator.library.expected())[:287]:
            simulator.library.remove(item.id)
        doubted = sandbox.run("pull", "amazon")
        assert (doubted.exit, doubted.number("gone")) == (11, 0)
        assert "--accept-shrink" in doubted.stderr
        believed = sandbox.run("pull", "amazon", "--accept-shrink")
        assert (believed.exit, believed.number("gone")) == (0, 287)
        assert sum(sandbox.hashes().values()) == 410


def test_a_limit_is_no_reason_to_list_again(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    with simulator:
        sandbox.configure({"amazon": simulator.account_settings()})
        result = sandbox.run("pull", "amazon", "--recent", "5")
        assert (result.exit, result.number("saved")) == (0, 5)
        assert simulator.counts["list"] == 1
