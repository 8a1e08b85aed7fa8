"""`favorite` and `hide`, by what the service has afterwards."""

from __future__ import annotations

import pytest

from photosync.errors import Exit
from tests.jobs.change.conftest import Owner, results


def settings_of(owner: Owner, item_id: str) -> dict[str, object]:
    """The item's settings at the service."""
    library, tree = owner.simulator.library, owner.simulator.account.tree
    number = library.number_of(item_id)
    assert number is not None
    return {"favorite": library.item(number).favorite, "hidden": tree.written.get(number, {}).get("hidden", False)}


@pytest.mark.parametrize(("command", "key"), [("favorite", "favorite"), ("hide", "hidden")])
def test_items_are_marked_and_that_is_taken_back(owner: Owner, command: str, key: str) -> None:
    owner.pull()
    first, second, third, _ = owner.ids
    before = settings_of(owner, first)
    done = owner.change(command, first, "-", "nobody", stdin=f"{second}\n".encode())
    assert results(done) == {"nobody": "not_found", first: "changed", second: "changed"}
    assert done.exit == Exit.PARTIAL
    assert settings_of(owner, first) == {**before, key: True}
    assert settings_of(owner, third) == before
    rows = {row["id"]: row for row in owner.sandbox.run("list", "amazon", "--saved").objects}
    assert (rows[first][key], rows[third].get(key, False)) == (True, False)
    assert results(owner.change(command, first)) == {first: "unchanged"}
    assert results(owner.change(command, first, "--off")) == {first: "changed"}
    assert (settings_of(owner, first), settings_of(owner, second)[key]) == (before, True)


def test_a_selection_of_favourites(owner: Owner) -> None:
    first, *_ = owner.ids
    owner.change("favorite", first)
    assert results(owner.change("hide", "--favorites")) == {first: "changed"}
    assert results(owner.change("favorite", "--favorites", "--off")) == {first: "changed"}
    assert settings_of(owner, first) == {"favorite": False, "hidden": True}


def test_a_dry_run_and_a_refusal(owner: Owner) -> None:
    first, second, *_ = owner.ids
    before = settings_of(owner, first)
    dry = owner.sandbox.run("favorite", "amazon", first, "--dry-run")
    assert (dry.exit, results(dry), settings_of(owner, first)) == (Exit.OK, {first: "would_change"}, before)
    owner.simulator.account.tree.foreign.add(0)
    refused = owner.change("favorite", first, second)
    assert (refused.exit, results(refused)) == (Exit.PARTIAL, {first: "forbidden", second: "changed"})
    assert settings_of(owner, first) == before
