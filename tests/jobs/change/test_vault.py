"""`vault add|remove`, by what the family's vault has afterwards; and what a pull makes of items that others own."""

from __future__ import annotations

import pytest

from photosync.errors import Exit
from photosync.testing.command import Sandbox
from photosync_amazon.simulator.nodes import ALBUMS
from tests.jobs.change.conftest import Owner, results


def inside(owner: Owner) -> set[str]:
    """The ids of what is in the vault."""
    return set(map(owner.simulator.library.id_of, owner.simulator.account.tree.vault))


def test_items_go_in_and_come_out(owner: Owner) -> None:
    owner.pull()
    first, second, third, _ = owner.ids
    added = owner.change("vault add", first, "-", "nobody", stdin=f"{second}\n".encode())
    assert (added.exit, results(added)) == (
        Exit.PARTIAL,
        {first: "changed", second: "changed", "nobody": "not_found"},
    )
    assert inside(owner) == {first, second}
    again = owner.change("vault add", second, third)
    assert (again.exit, results(again)) == (Exit.OK, {second: "unchanged", third: "changed"})
    removed = owner.change("vault remove", first, third)
    assert (removed.exit, results(removed), inside(owner)) == (
        Exit.OK,
        {first: "changed", third: "changed"},
        {second},
    )
    assert results(owner.change("vault remove", first)) == {first: "unchanged"}
    assert len(owner.ids) == 4
    (answer,) = owner.sandbox.run("why", first).objects
    changes = answer["service_changes"]
    assert isinstance(changes, list)
    assert [change["action"] for change in changes] == ["vault add", "vault remove"]


def test_a_selection_a_dry_run_and_no_consent(owner: Owner) -> None:
    first, second, *_ = owner.ids
    owner.change("favorite", first)
    favorites = {str(row["id"]) for row in owner.sandbox.run("list", "amazon", "--favorites").objects if "id" in row}
    owner.simulator.forget()
    dry = owner.sandbox.run("vault", "add", "amazon", "--favorites", "--dry-run")
    assert (dry.exit, dry.number("changed"), inside(owner)) == (Exit.OK, len(favorites), set())
    assert owner.sandbox.run("vault", "add", "amazon", second).exit == Exit.USAGE
    assert owner.change("vault add").exit == Exit.USAGE
    assert owner.simulator.counts["changes"] == 0
    assert owner.change("vault add", "--favorites").exit == Exit.OK
    assert inside(owner) == favorites
    assert owner.change("vault remove", "--context", "family").exit == Exit.OK
    assert inside(owner) == set()


def test_what_others_put_there_is_theirs(owner: Owner) -> None:
    tree = owner.simulator.account.tree
    tree.foreign.add(0)
    tree.vault.add(0)
    theirs, mine, *_ = owner.ids
    assert owner.change("vault add", mine).exit == Exit.OK
    refused = owner.change("vault remove", theirs, mine)
    assert (refused.exit, results(refused)) == (Exit.PARTIAL, {theirs: "forbidden", mine: "changed"})
    assert inside(owner) == {theirs}


def test_the_family_is_configured_where_the_service_does_not_tell_it(owner: Owner) -> None:
    owner.simulator.account.tree.tells_family = False
    first, *_ = owner.ids
    unknown = owner.change("vault add", first)
    assert (unknown.exit, "family_id" in unknown.stderr, inside(owner)) == (Exit.USAGE, True, set())
    settings = owner.simulator.account_settings()
    owner.sandbox.configure({"amazon": settings | {"family_id": owner.simulator.account.family}})
    assert owner.change("vault add", first).exit == Exit.OK
    assert inside(owner) == {first}
    owner.sandbox.configure({"amazon": settings | {"family_id": "another"}})
    refused = owner.change("vault remove", first)
    assert (refused.exit, results(refused), inside(owner)) == (Exit.PARTIAL, {first: "forbidden"}, {first})


def test_a_service_without_a_vault_says_so(owner: Owner) -> None:
    nobody = {"email": "me@example.com", "password": "secret", "endpoints": {"api": "http://127.0.0.1:9"}}
    owner.sandbox.configure({"aura": nobody})
    result = owner.sandbox.run("vault", "add", "aura", "some-id", "--yes")
    assert (result.exit, "no vault" in result.stderr) == (Exit.USAGE, True)


def states(sandbox: Sandbox) -> dict[str, str]:
    """The states of the catalog's items by id."""
    wanted = (f"--state={state}" for state in ("saved", "gone", "failed", "pushed"))
    return {str(row["id"]): str(row["state"]) for row in sandbox.run("list", "amazon", "--saved", *wanted).objects}


def test_a_plain_listing_says_nothing_about_the_items_of_others(owner: Owner) -> None:
    library, tree = owner.simulator.library, owner.simulator.account.tree
    tree.foreign.update({0, 1})
    tree.vault.update({0, 2})
    theirs, _, shared, mine = owner.ids
    owner.pull()
    assert set(states(owner.sandbox)) == {shared, mine}
    family = owner.sandbox.run("pull", "amazon", "--context", "family")
    assert (family.exit, family.number("saved"), family.number("gone")) == (Exit.OK, 1, 0)

    plain = owner.sandbox.run("pull", "amazon", "--full")
    assert (plain.exit, plain.number("gone")) == (Exit.OK, 0)
    assert states(owner.sandbox) == {theirs: "saved", shared: "saved", mine: "saved"}
    audit = owner.sandbox.run("audit", "amazon")
    assert (audit.exit, [each for each in audit.objects if "finding" in each]) == (Exit.OK, [])
    library.remove(shared)  # in the vault, but the account's own
    plain = owner.sandbox.run("pull", "amazon", "--full")
    assert (plain.exit, plain.number("gone")) == (Exit.OK, 1)
    family = owner.sandbox.run("pull", "amazon", "--context", "family", "--full")
    assert (family.exit, states(owner.sandbox)[theirs]) == (Exit.OK, "saved")


def test_an_album_that_others_share(owner: Owner) -> None:
    index = ALBUMS.index("Shared with me")
    owner.simulator.library.add(count=3)
    assert owner.simulator.account.is_member(owner.simulator.account.album(index), index)
    owner.simulator.account.tree.foreign.add(index)
    theirs = owner.simulator.library.id_of(index)
    album = owner.sandbox.run("pull", "amazon", "Shared with me")
    assert (album.exit, album.number("saved")) == (Exit.OK, 1)
    for options in ((), ("--full",)):
        assert owner.sandbox.run("pull", "amazon", *options).number("gone") == 0
    assert states(owner.sandbox)[theirs] == "saved"


@pytest.mark.parametrize("finds_hidden", [True, False])
def test_a_hidden_item_is_not_gone(owner: Owner, *, finds_hidden: bool) -> None:
    owner.simulator.account.tree.finds_hidden = finds_hidden
    owner.pull()
    first, *_ = owner.ids
    assert owner.change("hide", first).exit == Exit.OK
    assert owner.sandbox.run("pull", "amazon", "--full").number("gone") == 0
    assert owner.sandbox.run("pull", "amazon", "--hidden").number("gone") == 0
    assert owner.sandbox.run("pull", "amazon").number("gone") == 0
    assert states(owner.sandbox)[first] == "saved"
