"""`hide` at Aura, by what the frame shows afterwards."""

from __future__ import annotations

from photosync.errors import Exit
from photosync.testing import Fault
from photosync.testing.command import Result
from photosync_aura.simulator import KITCHEN
from tests.photosync_aura.frame_owner import ACCOUNT, Owner, OwnerOf
from tests.photosync_aura.photo_sender import WRITABLE


def hidden(owner: Owner) -> set[str]:
    """The ids of the pictures that the kitchen's frame does not show."""
    library = owner.simulator.library
    numbers = range(library.next_number)
    return {library.id_of(n) for n in numbers if library.is_on(n, KITCHEN) and library.is_hidden(n, KITCHEN)}


def results(result: Result) -> dict[str, str]:
    """What became of each picture: its result, or the reason of its refusal."""
    return {str(each["id"]): str(each["reason"] or each["result"]) for each in result.objects if "action" in each}


def test_pictures_are_hidden_and_shown_again(owner_of: OwnerOf) -> None:
    owner = owner_of(items=4)
    owner.configure(frames=WRITABLE)
    first, second, *_ = [item.id for item in owner.simulator.library.expected()]
    done = owner.sandbox.run("hide", ACCOUNT, first, second, "nobody", "--yes")
    assert (done.exit, results(done)) == (Exit.PARTIAL, {first: "changed", second: "changed", "nobody": "not_found"})
    assert [each["error"] for each in done.errors] == ["Aura has no photo or video with the id nobody"], (
        "it has no trash"
    )
    assert hidden(owner) == {first, second}
    assert results(owner.sandbox.run("hide", ACCOUNT, first, "--yes")) == {first: "unchanged"}
    assert results(owner.sandbox.run("hide", ACCOUNT, first, "--off", "--yes")) == {first: "changed"}
    assert hidden(owner) == {second}
    assert len(list(owner.simulator.library.expected())) == 4


def test_a_live_photo_is_one_picture(owner_of: OwnerOf) -> None:
    owner = owner_of()
    (live,) = owner.simulator.library.add(1, live=True)
    owner.configure(frames=WRITABLE)
    done = owner.sandbox.run("hide", ACCOUNT, "--since", "1900", "--yes")
    assert (done.exit, done.number("changed"), hidden(owner)) == (Exit.OK, 2, {live})


def test_a_frame_that_may_not_be_changed_stays(owner_of: OwnerOf) -> None:
    owner = owner_of(items=1)
    owner.configure()
    (only,) = [item.id for item in owner.simulator.library.expected()]
    refused = owner.sandbox.run("hide", ACCOUNT, only, "--yes")
    assert (refused.exit, results(refused), hidden(owner)) == (Exit.PARTIAL, {only: "forbidden"}, set())
    assert "write: true" in refused.errors[0]["error"]


def test_a_locked_account_is_left_alone(owner_of: OwnerOf) -> None:
    owner = owner_of(items=1)
    owner.configure(frames=WRITABLE)
    (only,) = [item.id for item in owner.simulator.library.expected()]
    owner.simulator.faults.write_lock = Fault(items="exclude_asset")
    locked = owner.sandbox.run("hide", ACCOUNT, only, "--yes")
    assert (locked.exit, locked.number("left"), hidden(owner)) == (Exit.TEMPORARY, 1, set())
    owner.simulator.forget()
    assert owner.sandbox.run("hide", ACCOUNT, only, "--yes").exit == Exit.TEMPORARY
    assert owner.simulator.counts["changes"] == 0
