"""Pushing into an album."""

from __future__ import annotations

import pytest

from photosync.testing import Fault
from photosync_amazon.simulator import AmazonSimulator
from tests.photosync_amazon.push.uploader import THERE, Uploader, md5, photo


def test_an_album_is_made_when_the_first_file_is_there(user: Uploader, simulator: AmazonSimulator) -> None:
    files = {f"Trip/IMG_{number:02d}.JPG": photo(number) for number in range(30)}
    wanted = user.write(files)
    there = simulator.library.content_of(next(simulator.library.expected()).id)
    wanted |= user.write({"Trip/old.JPG": there})
    result = user.push("Trip", "--to", "Norway & more")
    assert (result.exit, user.numbers(result)) == (0, (30, 1, 0, 0)), result
    (name, members), *others = simulator.uploads.albums().items()
    assert (name, others) == ("Norway & more", [])
    assert sorted(members) == sorted(wanted.values())
    assert simulator.counts["PATCH /drive/v1/nodes/{id}/children"] == 2
    again = user.push("Trip", "--to", "NORWAY & MORE")
    assert (again.exit, user.numbers(again), simulator.counts["changes"]) == (0, (0, 31, 0, 0), 0)
    user.forget_pushes()
    anew = user.push("Trip", "--to", "Norway & more")
    assert (anew.exit, user.numbers(anew), simulator.counts["changes"]) == (0, (0, 31, 0, 0), 0)


def test_what_was_pushed_before_joins_an_album_without_being_sent(user: Uploader, simulator: AmazonSimulator) -> None:
    wanted = user.write({"Trip/IMG_1.JPG": photo(1), "Trip/IMG_2.JPG": photo(2)})
    assert user.push("Trip").exit == 0
    album = simulator.account.album(0)
    result = user.push("Trip", "--to", album)
    assert (result.exit, user.numbers(result), simulator.counts["upload"]) == (0, (0, 2, 0, 0), 0)
    assert {name: sorted(members) for name, members in simulator.uploads.albums().items()} == {
        "Holiday": sorted(wanted.values())
    }
    assert user.push("Trip", "--to", "holiday").exit == 0
    assert simulator.counts["changes"] == 0, "the same album by its name"


def test_an_item_that_is_gone_keeps_no_other_out_of_the_album(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({"Trip/IMG_1.JPG": photo(1), "Trip/IMG_2.JPG": photo(2)})
    assert user.push("Trip").exit == 0
    gone = simulator.library.with_md5(md5(photo(1)))[0]
    simulator.library.remove(simulator.library.id_of(gone))
    result = user.push("Trip", "--to", "Family")
    assert (result.exit, user.numbers(result), result.reasons) == (3, (0, 1, 0, 1), ["not_found"]), result
    assert "--full" in result.errors[0]["error"]
    assert simulator.uploads.albums() == {"Family": [md5(photo(2))]}


def test_albums_of_others_and_albums_of_one_name(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({"IMG_1.JPG": photo(1)})
    shared = user.push("IMG_1.JPG", "--to", "Shared with me")
    assert (shared.exit, "somebody else's" in shared.stderr) == (2, True)
    twins = [simulator.account.tree.make_album("Twins").id for _ in range(2)]
    unclear = user.push("IMG_1.JPG", "--to", "twins")
    assert unclear.exit == 2
    assert all(id_ in unclear.stderr for id_ in twins)
    assert simulator.counts["changes"] == 0
    assert user.push("IMG_1.JPG", "--to", twins[1]).exit == 0
    assert simulator.uploads.albums() == {"Twins": [], "Twins (2)": [md5(photo(1))]}


def test_an_album_is_made_once_even_when_the_answer_is_lost(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({"IMG_1.JPG": photo(1), "IMG_2.JPG": photo(2)})
    simulator.faults.lose_answer = Fault(times=1, on="other")
    result = user.push("IMG_1.JPG", "IMG_2.JPG", "--to", "Trip")
    assert result.exit == 0, result
    assert {name: len(members) for name, members in simulator.uploads.albums().items()} == {"Trip": 2}


@pytest.mark.parametrize("to", [None, "Trip", "Family", "/Trips/2023"])
def test_a_dry_run_changes_nothing(user: Uploader, simulator: AmazonSimulator, to: str | None) -> None:
    there = simulator.library.content_of(next(simulator.library.expected()).id)
    user.write({"Holiday/IMG_1.JPG": photo(1), "Holiday/there.JPG": there})
    result = user.push("Holiday", "--dry-run", *(["--to", to] if to else []))
    assert (result.exit, user.numbers(result)) == (0, (1, 1, 0, 0)), result
    assert simulator.counts["changes"] == 0
    assert (len(simulator.library), simulator.account.tree.version) == (THERE, 0)
