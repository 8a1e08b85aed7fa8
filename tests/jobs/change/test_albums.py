"""`album create|rename|delete|add|remove`, by what the service has afterwards."""

from __future__ import annotations

import pytest

from photosync.errors import Exit
from tests.jobs.change.conftest import Owner, results


def albums(owner: Owner) -> dict[str, str]:
    """The albums that the service has: their names by their ids."""
    nodes = owner.simulator.account.special_nodes(owner.simulator.library)
    return {str(node["id"]): str(node["name"]) for node in nodes if node["kind"] == "VISUAL_COLLECTION"}


def members(owner: Owner, album_id: str) -> set[str]:
    """The ids of the items in an album."""
    library = owner.simulator.library
    numbers = filter(library.has, range(library.next_number))
    return {library.id_of(n) for n in numbers if owner.simulator.account.is_member(album_id, n)}


def album_named(owner: Owner, name: str) -> str:
    """The id of the only album of this name."""
    (found,) = (id_ for id_, each in albums(owner).items() if each == name)
    return found


def test_an_album_from_its_beginning_to_its_end(owner: Owner) -> None:
    first, second, third, _ = owner.ids
    before = albums(owner)
    made = owner.sandbox.run(
        "album", "create", "amazon", "Trip {2019}", first, "-", "--yes", stdin=f"{second}\n".encode()
    )
    trip = album_named(owner, "Trip {2019}")
    assert (made.exit, results(made)) == (Exit.OK, {trip: "changed", first: "changed", second: "changed"})
    assert members(owner, trip) == {first, second}

    added = owner.sandbox.run("album", "add", "amazon", trip, second, third, "nobody", "--yes")
    assert (added.exit, results(added)) == (
        Exit.PARTIAL,
        {second: "unchanged", third: "changed", "nobody": "not_found"},
    )
    assert members(owner, trip) == {first, second, third}
    removed = owner.sandbox.run("album", "remove", "amazon", "Trip {2019}", first, second, "--yes")
    assert (removed.exit, members(owner, trip)) == (Exit.OK, {third})
    renamed = owner.sandbox.run("album", "rename", "amazon", trip, "Journey", "--yes")
    assert (renamed.exit, albums(owner)) == (Exit.OK, {**before, trip: "Journey"})
    assert owner.sandbox.run("album", "rename", "amazon", trip, "Journey", "--yes").number("unchanged") == 1
    deleted = owner.sandbox.run("album", "delete", "amazon", "Journey", "--yes")
    assert (deleted.exit, albums(owner), len(owner.ids)) == (Exit.OK, before, 4)


def test_a_selection_and_a_dry_run(owner: Owner) -> None:
    first, *_ = owner.ids
    owner.change("favorite", first)
    before = albums(owner)
    dry = owner.sandbox.run("album", "create", "amazon", "Best", "--favorites", "--dry-run")
    assert (dry.exit, dry.number("changed"), albums(owner)) == (Exit.OK, 2, before)
    made = owner.sandbox.run("album", "create", "amazon", "Best", "--favorites", "--yes")
    assert (made.exit, members(owner, album_named(owner, "Best"))) == (Exit.OK, {first})


def test_a_second_album_of_a_name_is_not_made(owner: Owner) -> None:
    before = albums(owner)
    refused = owner.sandbox.run("album", "create", "amazon", "Holiday", owner.ids[0], "--yes")
    assert (refused.exit, set(results(refused).values()), albums(owner)) == (Exit.PARTIAL, {"name_taken"}, before)


def test_an_album_of_somebody_else_stays(owner: Owner) -> None:
    before = albums(owner)
    theirs = album_named(owner, "Shared with me")
    inside = members(owner, theirs)
    for arguments in (
        ("rename", "amazon", theirs, "Mine"),
        ("delete", "amazon", theirs),
        ("add", "amazon", theirs, owner.ids[0]),
    ):
        refused = owner.sandbox.run("album", *arguments, "--yes")
        assert (refused.exit, set(results(refused).values())) == (Exit.PARTIAL, {"forbidden"})
    assert (albums(owner), members(owner, theirs)) == (before, inside)


def test_photos_that_a_deleted_album_takes_along_are_restored(owner: Owner) -> None:
    before = owner.ids
    holiday = album_named(owner, "Holiday")
    assert members(owner, holiday)
    owner.simulator.trash.takes_photos_along = True
    done = owner.sandbox.run("album", "delete", "amazon", holiday, "--yes")
    assert (done.exit, results(done)) == (Exit.PARTIAL, {holiday: "bad_answer"})
    assert (owner.ids, owner.trashed) == (before, set())


@pytest.mark.parametrize(
    "arguments",
    [
        ("rename", "amazon", "No such album", "Name", "--yes"),
        ("rename", "amazon", "Holiday", " ", "--yes"),
        ("create", "amazon", "", "--yes"),
        ("add", "amazon", "Holi", "some-id", "--yes"),
        ("add", "amazon", "Holiday", "--yes"),
        ("delete", "amazon", "Holiday"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_changed(owner: Owner, arguments: tuple[str, ...]) -> None:
    before = albums(owner)
    assert owner.sandbox.run("album", *arguments).exit == Exit.USAGE
    assert albums(owner) == before
    assert not owner.simulator.counts["changes"]


def test_a_service_without_albums_that_can_be_changed(owner: Owner) -> None:
    nobody = {"email": "me@example.com", "password": "secret", "endpoints": {"api": "http://127.0.0.1:9"}}
    owner.sandbox.configure({"aura": nobody})
    refused = owner.sandbox.run("album", "create", "aura", "Trip", "--yes")
    assert (refused.exit, "cannot change albums" in refused.stderr) == (Exit.USAGE, True)
