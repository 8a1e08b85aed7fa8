"""The changes stream breaks off, repeats itself and resets; the tree must be right all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from photosync.errors import TemporaryError
from photosync.model import Selection
from photosync.testing import Fault
from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_clouddrive.simulator.drive import PICTURES, ROOT

if TYPE_CHECKING:
    from tests.photosync_clouddrive.conftest import Account

CHANGES = "POST /drive/v1/changes"


def expected(simulator: CloudDriveSimulator) -> set[str]:
    return {item.id for item in simulator.library.expected()}


def lines_of(simulator: CloudDriveSimulator) -> int:
    return len(list(simulator.drive.journal(0, 10)))


# Streams that break off


@pytest.mark.parametrize("fault", ["cut_changes", "no_end"])
def test_a_stream_that_ends_after_any_line_ends_in_the_right_tree(
    simulator: CloudDriveSimulator, accounts: Callable[[CloudDriveSimulator, str], Account], fault: str
) -> None:
    cuts = [half / 2 for half in range(2 * lines_of(simulator) + 2)]
    assert len(cuts) > 14
    for cut in cuts:
        account = accounts(simulator, f"{fault}-{cut}")
        simulator.faults.set(fault, {"value": cut, "times": 1})
        listing = account.listing()
        assert set(listing.items) == expected(simulator), f"after {cut} lines"
        assert listing.total == 60
        assert account.news(listing.mark).items == {}


def test_a_stream_that_never_brings_more_than_a_line_gets_there(
    simulator: CloudDriveSimulator, account: Account
) -> None:
    simulator.faults.cut_changes = Fault(value=1.5, times=lines_of(simulator) + 1)
    assert set(account.listing().items) == expected(simulator)


def test_each_line_is_kept_with_its_checkpoint(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.faults.cut_changes = Fault(value=2.5, times=1)
    simulator.faults.server_error = Fault(value=503, after=1, on="list")
    with pytest.raises(TemporaryError):
        account.listing()
    simulator.faults.clear()
    simulator.forget()
    assert set(account.listing().items) == expected(simulator)
    asked = simulator.drive.journal(0, 10)
    assert next(iter(asked))[0] == 10
    assert simulator.counts[CHANGES] == 2


def test_a_stream_that_comes_nowhere_is_given_up(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.faults.cut_changes = Fault(value=0.5)
    with pytest.raises(TemporaryError, match=r"did not come to its end: .*, 4 times without anything new"):
        account.listing()
    simulator.faults.clear()
    assert set(account.listing().items) == expected(simulator)


def test_a_line_that_is_too_long_for_the_connection_is_asked_for_in_parts(
    simulator: CloudDriveSimulator, account: Account
) -> None:
    with CloudDriveSimulator(items=60) as one_line:
        one_line.faults.cut_changes = Fault(value=0.5, times=2)
        account.simulator = one_line
        assert set(account.listing().items) == expected(one_line)


def test_what_is_listed_is_swept_only_at_the_true_end(simulator: CloudDriveSimulator, account: Account) -> None:
    mark = account.listing().mark
    simulator.drive.epoch += 1  # all checkpoints are too old now
    simulator.faults.cut_changes = Fault(value=2, times=1)
    simulator.faults.server_error = Fault(value=503, after=1, on="list")
    with pytest.raises(TemporaryError):
        account.news(mark)
    simulator.faults.clear()
    listing = account.news(mark)
    assert (listing.items, listing.removed, listing.total) == ({}, set(), 60)


# What lines can say


@pytest.mark.parametrize("fault", ["blank_lines", "gzip_changes"])
def test_other_ways_to_send_the_same(simulator: CloudDriveSimulator, account: Account, fault: str) -> None:
    simulator.faults.set(fault, {})
    assert set(account.listing().items) == expected(simulator)


def test_a_second_reset_takes_nothing_back(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.faults.second_reset = Fault(value=3, times=1)
    assert set(account.listing().items) == expected(simulator)


def test_a_status_in_a_line_breaks_off_and_is_asked_again(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.faults.changes_status = Fault(value=500, times=2)
    assert set(account.listing().items) == expected(simulator)
    simulator.drive.epoch += 1
    simulator.faults.changes_status = Fault(value=503)
    with pytest.raises(TemporaryError, match="the service broke off with status 503"):
        account.listing()


def test_a_broken_line_in_the_middle_passes(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.faults.broken_line = Fault(value=2, times=1)
    assert set(account.listing().items) == expected(simulator)


def test_a_broken_line_that_stays_is_an_error(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.faults.broken_line = Fault(value=0)
    with pytest.raises(TemporaryError, match="its line 1 is not a list of changes, 4 times"):
        account.listing()


def test_a_reset_sweeps_what_is_gone(simulator: CloudDriveSimulator, account: Account) -> None:
    mark = account.listing().mark
    gone = sorted(expected(simulator))[:5]
    for id_ in gone:
        simulator.library.remove(id_)
    simulator.drive.epoch += 1
    listing = account.news(mark)
    assert (listing.items, listing.removed) == ({}, set(gone))


def test_a_sweep_that_takes_nearly_everything_is_not_passed_on(
    simulator: CloudDriveSimulator, account: Account
) -> None:
    mark = account.listing().mark
    for id_ in sorted(expected(simulator))[:50]:
        simulator.library.remove(id_)
    simulator.drive.epoch += 1
    listing = account.news(mark)
    assert (len(listing.items), listing.removed) == (10, set())
    assert any("less than half" in said for said in account.said)


def test_an_answer_that_ends_because_it_is_long_is_not_the_end(account: Account) -> None:
    with CloudDriveSimulator(items=60, line_nodes=10, answer_nodes=20, gaps=False) as simulator:
        account.simulator = simulator
        assert set(account.listing().items) == expected(simulator)
        assert simulator.counts[CHANGES] == 5


def test_a_checkpoint_that_is_refused_is_forgotten(simulator: CloudDriveSimulator, account: Account) -> None:
    mark = account.listing().mark
    simulator.faults.refuse_checkpoint = Fault(times=1)
    listing = account.news(mark)
    assert (listing.items, listing.removed, listing.total) == ({}, set(), 60)


def test_a_service_that_refuses_each_checkpoint_lists_everything(account: Account) -> None:
    with CloudDriveSimulator(items=60, line_nodes=10, answer_nodes=20, gaps=False) as simulator:
        account.simulator = simulator
        simulator.faults.refuse_checkpoint = Fault()
        assert set(account.listing().items) == expected(simulator)
        assert simulator.counts[CHANGES] == 4
        assert any("listing everything instead" in said for said in account.said)


# What changed


def test_an_account_in_which_nothing_happened_costs_one_request(
    simulator: CloudDriveSimulator, account: Account
) -> None:
    mark = account.listing().mark
    simulator.forget()
    listing = account.news(mark)
    assert (listing.items, listing.removed) == ({}, set())
    assert simulator.counts["total"] == 1


def test_only_what_changed_is_listed(simulator: CloudDriveSimulator, account: Account) -> None:
    mark = account.listing().mark
    ids = sorted(expected(simulator))
    added = simulator.library.add(2)
    simulator.library.change(ids[0])
    simulator.library.remove(ids[1])
    simulator.drive.say(ids[2], status="TRASH")
    listing = account.news(mark)
    assert set(listing.items) == {*added, ids[0]}
    assert listing.removed == {ids[1], ids[2]}
    simulator.drive.say(ids[2], status="AVAILABLE")
    assert set(account.news(listing.mark).items) == {ids[2]}


def test_a_folder_in_the_trash_takes_its_contents_along(simulator: CloudDriveSimulator, account: Account) -> None:
    first = account.listing()
    below = {item.id for item in first.items.values() if item.folder == "Pictures/2020"}
    assert below
    simulator.drive.say("Year2020Example_AAAAAA", status="TRASH")
    listing = account.news(first.mark)
    assert (listing.items, listing.removed, listing.total) == ({}, below, 60 - len(below))
    simulator.drive.say("Year2020Example_AAAAAA", status="AVAILABLE")
    assert set(account.news(listing.mark).items) == below


def test_a_renamed_folder_describes_its_contents_anew(simulator: CloudDriveSimulator, account: Account) -> None:
    first = account.listing()
    simulator.drive.say(PICTURES, name="Photos")
    listing = account.news(first.mark)
    assert {item.folder for item in listing.items.values()} == {
        (item.folder or "").replace("Pictures", "Photos") for item in first.items.values()
    }
    assert listing.removed == set()


def test_a_mark_of_another_tree_or_scope_says_nothing(simulator: CloudDriveSimulator, account: Account) -> None:
    mark = account.listing().mark
    assert mark is not None
    assert len(account.news("nonsense").items) == 60
    assert len(account.news(mark, all_files=True).items) == 60
    (account.state / "tree.db").write_bytes(b"not a database at all, but long enough to look at")
    for ending in ("-wal", "-shm"):
        (account.state / f"tree.db{ending}").unlink(missing_ok=True)
    assert len(account.news(mark).items) == 60


# Odd nodes


def test_several_parents_are_one_item_in_several_folders(simulator: CloudDriveSimulator, account: Account) -> None:
    album = simulator.drive.add_folder("Album")
    (item_id,) = simulator.library.add(1)
    year = simulator.drive.node(item_id)["parents"]
    assert isinstance(year, list)
    simulator.drive.say(item_id, parents=[album, *year])
    item = account.listing().items[item_id]
    assert (item.folder, item.collections) == ("Album", ("Album", f"Pictures/{year[0][4:8]}"))


def test_cycles_of_folders_are_no_problem(simulator: CloudDriveSimulator, account: Account) -> None:
    one = simulator.drive.add_folder("One")
    two = simulator.drive.add_folder("Two", one)
    simulator.drive.say(one, parents=[two])
    inside, outside = simulator.library.add(2)
    simulator.drive.say(inside, parents=[two])
    simulator.drive.say(outside, parents=[one, ROOT])
    listing = account.listing()
    assert inside in listing.items
    assert listing.items[outside].folder is not None
    provider = account.open()
    assert {each.name for each in provider.collections()} >= {"Pictures", "Pictures/2020"}
    assert {item.id for page in provider.list(Selection(), one, None) for item in page.items} >= {inside, outside}


def test_a_node_with_an_unknown_parent_is_not_lost(simulator: CloudDriveSimulator, account: Account) -> None:
    (item_id,) = simulator.library.add(1)
    simulator.drive.say(item_id, parents=["NobodyExample_AAAAAAAA"])
    assert account.listing().items[item_id].folder == ""


def test_nodes_that_are_no_photos_are_left_out(simulator: CloudDriveSimulator, account: Account) -> None:
    jpeg = {"contentType": "image/jpeg", "size": 3, "md5": "0" * 32}
    common = {"status": "AVAILABLE", "parents": [ROOT], "contentProperties": jpeg}
    simulator.drive.put({"id": "Asset", "kind": "ASSET", "name": "thumb.jpg", **common})
    simulator.drive.put({"id": "Album", "kind": "VISUAL_COLLECTION", "name": "Album", **common})
    simulator.drive.put({"id": "Pending", "kind": "FILE", "name": "new.jpg", **common, "status": "PENDING"})
    simulator.drive.put({"id": "Nameless", "kind": "FILE", "status": "AVAILABLE", "parents": [ROOT]})
    simulator.drive.put({"id": "NoFolder", "kind": "FOLDER", "status": "AVAILABLE", "parents": [ROOT]})
    simulator.drive.put({"kind": "FILE", "name": "no-id.jpg", "status": "AVAILABLE", "id": ""})
    text = {"contentType": "text/plain", "size": 3, "md5": "0" * 32}
    simulator.drive.put({"id": "Text", "kind": "FILE", "name": "a.txt", **common, "contentProperties": text})
    listing = account.listing()
    assert set(listing.items) == expected(simulator)
    assert listing.unusable == 3
    simulator.drive.say("Pending", status="AVAILABLE")
    assert set(account.news(listing.mark).items) == {"Pending"}


@pytest.mark.parametrize("has_changes", [True, False])
def test_what_came_without_data_is_asked_for_again(
    simulator: CloudDriveSimulator, account: Account, has_changes: bool
) -> None:
    if not has_changes:
        simulator.faults.refuse_changes = Fault()
    removed = account.listing().items.popitem()[0]
    (new,) = simulator.library.add(1)
    simulator.library.remove(removed)
    simulator.faults.bare_items = Fault(times=1)
    first = account.listing()
    assert first.unusable > 0
    assert not first.removed
    second = account.news(first.mark)
    assert (set(second.items), second.removed, second.unusable) == ({new}, {removed}, 0)


def test_a_stream_that_breaks_off_after_entries_without_data(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.faults.bare_items = Fault(times=1)
    simulator.faults.cut_changes = Fault(value=3, times=1)
    simulator.faults.server_error = Fault(value=503, after=1, on="list")
    with pytest.raises(TemporaryError):
        account.listing()
    simulator.faults.clear()
    assert set(account.listing().items) == expected(simulator)


def test_a_photo_without_a_name_is_kept_under_its_id(simulator: CloudDriveSimulator, account: Account) -> None:
    (item_id,) = simulator.library.add(1, missing={"name"})
    assert account.listing().items[item_id].name == f"{item_id}.jpg"


def test_numbers_may_come_as_text(simulator: CloudDriveSimulator, account: Account) -> None:
    properties = {"contentType": "image/jpeg", "size": "30", "md5": "A" * 32, "image": {"width": "40", "height": 30}}
    properties["contentDate"] = "2015-02-28T09:00:00.123456789Z"
    node = {"id": "Odd", "kind": "FILE", "name": "a.jpg", "parents": [ROOT], "contentProperties": properties}
    simulator.drive.put(node)
    item = account.listing().items["Odd"]
    assert (item.size_bytes, item.md5, item.width, item.height) == (30, "a" * 32, 40, 30)
    assert item.taken is not None
    assert item.taken.isoformat() == "2015-02-28T09:00:00.123"


# Folders


def test_a_folder_lists_all_items_below_it(simulator: CloudDriveSimulator, account: Account) -> None:
    trip = simulator.drive.add_folder("Trip", "Year2020Example_AAAAAA")
    (item_id,) = simulator.library.add(1)
    simulator.drive.say(item_id, parents=[trip])
    provider = account.open()
    folders = {each.name: each for each in provider.collections()}
    assert folders["Pictures"].count == 61
    assert folders["Pictures/2020/Trip"].count == 1
    pages = list(provider.list(Selection(), folders["Pictures/2020"].id, None))
    items = [item for page in pages for item in page.items]
    assert len(items) == folders["Pictures/2020"].count == pages[-1].total
    assert item_id in {item.id for item in items}
    assert all(page.mark is None for page in pages)


def test_newest_first(simulator: CloudDriveSimulator, account: Account) -> None:
    ids = [item.id for item in simulator.library.expected()]
    assert list(account.listing().items) == ids[::-1]


# Without the stream


@pytest.mark.parametrize("status", [403, 404, 405])
def test_a_service_that_tells_no_changes_is_listed(
    simulator: CloudDriveSimulator, account: Account, status: int
) -> None:
    simulator.library.add(400)
    simulator.faults.refuse_changes = Fault(value=status)
    simulator.faults.bogus_nodes = Fault()
    first = account.listing()
    assert set(first.items) == expected(simulator)
    assert any(f"refuses to tell changes (status {status})" in said for said in account.said)
    gone = next(iter(expected(simulator)))
    simulator.library.remove(gone)
    listing = account.news(first.mark)
    assert (listing.items, listing.removed) == ({}, {gone})
    simulator.faults.clear()
    listing = account.news(listing.mark)
    assert (listing.items, listing.total) == ({}, 459)


def test_an_expired_page_token_begins_again(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.library.add(400)
    simulator.faults.refuse_changes = Fault()
    simulator.faults.page_token_expired = Fault(times=1, after=1)
    assert set(account.listing().items) == expected(simulator)
    simulator.faults.page_token_expired = Fault()
    with pytest.raises(TemporaryError, match="begun 4 times"):
        account.listing()


def test_a_page_that_was_throttled_begins_again(simulator: CloudDriveSimulator, account: Account) -> None:
    simulator.library.add(400)
    simulator.faults.refuse_changes = Fault()
    simulator.faults.throttle = Fault(times=1, after=3, on="list")
    assert set(account.listing().items) == expected(simulator)
    assert simulator.counts["GET /drive/v1/nodes"] >= 7


@pytest.mark.parametrize("fault", ["wrong_count", "circular_listing"])
def test_a_listing_that_does_not_add_up_takes_nothing_for_gone(
    simulator: CloudDriveSimulator, account: Account, fault: str
) -> None:
    simulator.library.add(400)
    simulator.faults.refuse_changes = Fault()
    mark = account.listing().mark
    simulator.library.remove(next(iter(expected(simulator))))
    simulator.faults.set(fault, {})
    assert account.news(mark).removed == set()
    assert any("nothing is taken for gone" in said for said in account.said)
