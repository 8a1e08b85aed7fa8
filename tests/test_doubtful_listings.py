"""Listings that lack items which the service still has: nothing is taken for gone, and the next run sees all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing.command import Sandbox
from photosync.testing.faults import Fault
from photosync.testing.user import ACCOUNT, User
from tests.fault_rows import SIMULATORS, TRAITS

WHOLE = ["amazon", "aura", "clouddrive"]
"""The services that list a whole account. Google lists what a person picked."""


@contextmanager
def user_of(provider: str, folder: Path, items: int) -> Iterator[User]:
    """A user who has pulled everything."""
    with SIMULATORS[provider](items=items, gaps=False, **TRAITS[provider]) as simulator:  # type: ignore[arg-type]
        user = User(simulator, Sandbox(folder))
        user.sandbox.configure({ACCOUNT: simulator.account_settings()})
        user.pull_all()
        simulator.forget()
        yield user


def check_audit(user: User, exit_: Exit) -> None:
    """The audit ends so, and calls nothing missing or gone."""
    audit = user.sandbox.run("audit", ACCOUNT)
    assert (audit.exit, audit.number("missing"), audit.number("gone")) == (exit_, 0, 0), audit


@pytest.mark.parametrize("left", [0, 0.25])
@pytest.mark.parametrize("provider", WHOLE)
def test_a_listing_that_shrinks_is_suspicious(provider: str, left: float, tmp_path: Path) -> None:
    with user_of(provider, tmp_path, 40) as user:
        simulator = user.simulator
        before = user.sandbox.hashes()
        simulator.faults.shrunk = Fault(value=left)
        result = user.pull("--full")
        assert (result.exit, result.number("gone")) == (Exit.SUSPICIOUS, 0), result
        assert user.sandbox.hashes() == before
        check_audit(user, Exit.SUSPICIOUS)
        simulator.faults.clear()
        simulator.library.add(1)
        assert user.pull_all("--full").number("saved") == 1


@pytest.mark.parametrize("fault", ["bare_items", "null_items"])
@pytest.mark.parametrize("provider", WHOLE)
def test_an_item_without_its_data_is_not_gone(provider: str, fault: str, tmp_path: Path) -> None:
    with user_of(provider, tmp_path, 8) as user:
        simulator = user.simulator
        setattr(simulator.faults, fault, Fault(after=1, times=1))
        result = user.pull("--full")
        assert (result.exit, result.number("gone"), result.number("saved")) == (Exit.OK, 0, 0), result
        simulator.forget()
        setattr(simulator.faults, fault, Fault(after=1, times=1))
        check_audit(user, Exit.OK if provider == "amazon" else Exit.SUSPICIOUS)
        simulator.faults.clear()
        assert user.pull_all("--full").number("saved") == 0
        check_audit(user, Exit.OK)


@pytest.mark.parametrize("provider", WHOLE)
def test_an_entry_without_an_id_comes_with_the_next_run(provider: str, tmp_path: Path) -> None:
    """Also if it is on a page that an incremental listing does not reach, and the service counted it."""
    with SIMULATORS[provider](items=260, gaps=False, **TRAITS[provider]) as simulator:  # type: ignore[arg-type]
        user = User(simulator, Sandbox(tmp_path))
        user.sandbox.configure({ACCOUNT: simulator.account_settings()})
        id_ = next(iter(simulator.library.expected())).id.encode()
        simulator.edit_answer = lambda route, body: body.replace(id_, b"") if route.kind == "list" else body
        first = user.sandbox.run("pull", ACCOUNT)
        assert (first.exit, first.number("saved"), first.summary["complete"]) == (Exit.OK, 259, False)
        simulator.edit_answer = None
        second = user.sandbox.run("pull", ACCOUNT)
        assert (second.exit, second.number("saved"), second.summary["complete"]) == (Exit.OK, 1, True)


@pytest.mark.parametrize("provider", ["amazon", "aura", "google"])
def test_a_page_in_place_of_another_is_noticed(provider: str, tmp_path: Path) -> None:
    with user_of(provider, tmp_path, 0) as user:
        simulator = user.simulator
        simulator.library.add(8)
        simulator.faults.page_twice = Fault(value=1, after=1, times=1)
        options = ["--full"] if provider in WHOLE else []
        result = user.pull(*options)
        assert (result.exit, result.number("gone")) == (Exit.OK, 0), result
        # Amazon counts its items, so that the listing is read once more.
        assert result.summary["complete"] is (provider == "amazon"), result
        simulator.faults.clear()
        user.pull_all(*options)
