"""Where pushed files go: folders of the service, found or made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from photosync.testing import Fault
from photosync_amazon.simulator import AmazonSimulator
from photosync_amazon.simulator.uploads import ConflictBody
from tests.photosync_amazon.push.uploader import BODIES, THERE, Uploader, md5, photo

SAMPLES = Path(__file__).parents[4] / "shared" / "photos"


def test_a_folder_keeps_its_structure_and_a_second_push_sends_nothing(
    user: Uploader, simulator: AmazonSimulator
) -> None:
    wanted = user.write(
        {
            "Holiday/IMG_1.JPG": photo(1),
            "Holiday/Day 1/IMG_1.JPG": photo(2),
            "Holiday/Day 1/evening/IMG_1.JPG": photo(3),
            "Holiday/Day 2/IMG_2.JPG": photo(4),
        }
    )
    result = user.push("Holiday")
    assert (result.exit, user.numbers(result)) == (0, (4, 0, 0, 0)), result
    assert simulator.uploads.tree() == wanted
    assert len(simulator.library) == THERE + 4
    assert simulator.counts["changes"] == 4 + 4, "four folders and four files"
    again = user.push("Holiday")
    assert (again.exit, user.numbers(again)) == (0, (0, 4, 0, 0))
    assert simulator.counts["total"] == 0
    user.forget_pushes()
    anew = user.push("Holiday")
    assert user.numbers(anew) == (0, 4, 0, 0)
    assert simulator.counts["changes"] == 0


def test_what_was_pushed_does_not_come_back(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({"Holiday/IMG_1.JPG": photo(1), "Holiday/MVI_2.MP4": photo(2)})
    assert user.push("Holiday").exit == 0
    result = user.sandbox.run("pull", "amazon")
    assert (result.exit, result.number("saved"), result.number("listed")) == (0, THERE, THERE + 2), result
    assert not user.sandbox.hashes().keys() & set(simulator.uploads.tree().values())


def test_the_bytes_there_are_the_bytes_here(user: Uploader, simulator: AmazonSimulator, tmp_path: Path) -> None:
    samples = sorted(SAMPLES.glob("orientation/*")) + sorted(SAMPLES.glob("pillow-heif/*"))
    samples += sorted(SAMPLES.glob("exoplayer/*.mp4"))[:2]
    if not samples:
        pytest.skip("the sample photos are not on this computer")
    wanted = user.write({f"Samples/{path.name}": path.read_bytes() for path in samples})
    assert user.push("Samples").exit == 0
    assert simulator.uploads.tree() == wanted
    other = Uploader(tmp_path / "other", simulator)
    pulled = other.sandbox.run("pull", "amazon")
    assert (pulled.exit, pulled.number("saved")) == (0, THERE + len(samples))
    assert set(wanted.values()) <= other.sandbox.hashes().keys()


def test_a_folder_of_the_service_is_used_whatever_its_case(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({"Holiday/Été/IMG_1.JPG": photo(1), "holiday/e\u0301te\u0301/IMG_2.JPG": photo(2)})
    assert user.push("Holiday").exit == 0
    assert user.push("holiday").exit == 0
    assert simulator.counts["POST /drive/v1/nodes"] == 0, "it is looked for, and not tried"
    assert simulator.uploads.tree() == {"Holiday/Été/IMG_1.JPG": md5(photo(1)), "Holiday/Été/IMG_2.JPG": md5(photo(2))}


@pytest.mark.parametrize("body", BODIES)
def test_a_folder_that_was_made_at_the_same_time(
    user: Uploader, simulator: AmazonSimulator, body: ConflictBody
) -> None:
    user.write({"Holiday/IMG_1.JPG": photo(1)})
    made = simulator.account.tree.make_folder("Holiday", simulator.account.root)
    simulator.uploads.conflict_body = body
    simulator.faults.lag = Fault(after=1, times=1)
    assert user.push("Holiday").exit == 0
    assert simulator.counts["409"] == 1
    assert list(simulator.account.tree.folders) == [made.id]
    assert simulator.uploads.tree() == {"Holiday/IMG_1.JPG": md5(photo(1))}


@pytest.mark.parametrize("body", BODIES)
def test_a_file_with_the_name_of_a_folder_concerns_only_what_is_in_it(
    user: Uploader, simulator: AmazonSimulator, body: ConflictBody
) -> None:
    user.write({"there/Holiday": photo(1)})
    assert user.push("there/Holiday").exit == 0
    user.write({"Holiday/IMG_1.JPG": photo(2), "Other/IMG_2.JPG": photo(3)})
    simulator.uploads.conflict_body = body
    result = user.push("Holiday", "Other")
    assert (result.exit, user.numbers(result), result.reasons) == (3, (1, 0, 0, 1), ["name_taken"])
    assert "a file has this name there" in result.errors[0]["error"]
    assert set(simulator.uploads.tree()) == {"Holiday", "Other/IMG_2.JPG"}


def test_a_folder_in_the_trash_is_no_place(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({"Holiday/IMG_1.JPG": photo(1)})
    simulator.account.tree.make_folder("Holiday", simulator.account.root).status = "TRASH"
    assert user.push("Holiday").exit == 0
    statuses = [folder.status for folder in simulator.account.tree.folders.values()]
    assert statuses == ["TRASH", "AVAILABLE"]


def test_to_a_folder_by_its_path(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({"IMG_0.JPG": photo(0), "Day 1/IMG_1.JPG": photo(1)})
    result = user.push("IMG_0.JPG", "Day 1", "--to", "/Trips/Norway 2023/")
    assert result.exit == 0, result
    above = "Trips/Norway 2023"
    assert simulator.uploads.tree() == {
        f"{above}/IMG_0.JPG": md5(photo(0)),
        f"{above}/Day 1/IMG_1.JPG": md5(photo(1)),
    }
    user.write({"IMG_2.JPG": photo(2), "IMG_3.JPG": photo(3)})
    assert user.push("IMG_2.JPG", "--to", "/").exit == 0
    assert user.push("IMG_3.JPG", "--to", "/pictures").exit == 0
    assert {"IMG_2.JPG", "Pictures/IMG_3.JPG"} <= simulator.uploads.tree().keys()


@pytest.mark.parametrize("to", ["", " ", "/Trips/../Norway", "/./x"])
def test_a_destination_that_cannot_be(user: Uploader, simulator: AmazonSimulator, to: str) -> None:
    user.write({"IMG_0.JPG": photo(0)})
    result = user.sandbox.run("push", "amazon", "IMG_0.JPG", "--to", to)
    assert (result.exit, "--to" in result.stderr) == (2, True)
    assert simulator.counts["total"] == 0


def test_a_folder_that_goes_in_mid_run_is_made_again(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({f"Holiday/IMG_{number:02d}.JPG": photo(number) for number in range(30)})
    hold = simulator.faults.hold = Fault(after=3, on="upload")
    process = user.sandbox.start("push", "amazon", "Holiday", "--jobs", "1")
    assert simulator.wait_for(lambda: hold.fired == 1)
    for folder in simulator.account.tree.folders.values():
        folder.status = "TRASH"
    simulator.faults.clear()
    stdout, stderr = process.communicate(timeout=120)
    assert (process.returncode, json.loads(stdout)["failed"]) == (3, 1), stderr
    assert user.push("Holiday").exit == 0
    assert {md5(photo(number)) for number in range(30)} == set(simulator.uploads.tree().values())


def test_an_empty_file_and_one_that_is_no_picture(user: Uploader, simulator: AmazonSimulator) -> None:
    wanted = user.write({"Notes/empty.txt": b"", "Notes/notes.txt": b"words", "Notes/IMG_1.JPG": photo(1)})
    usual = user.push("Notes")
    assert (usual.exit, user.numbers(usual)) == (0, (1, 0, 2, 0))
    all_of_it = user.push("Notes", "--all-files")
    assert (all_of_it.exit, user.numbers(all_of_it)) == (0, (2, 1, 0, 0)), all_of_it
    assert simulator.uploads.tree() == wanted
