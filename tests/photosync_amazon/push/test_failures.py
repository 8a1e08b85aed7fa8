"""Lost answers, a full account, damaged uploads and a killed run."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from photosync.testing import Fault
from photosync_amazon.simulator import AmazonSimulator
from tests.photosync_amazon.push.uploader import THERE, Uploader, md5, photo


@pytest.mark.parametrize("status", [None, 504])
def test_lost_answers_make_no_second_copy(user: Uploader, simulator: AmazonSimulator, status: int | None) -> None:
    wanted = user.write({f"Holiday/IMG_{number}.JPG": photo(number) for number in range(8)})
    simulator.faults.lose_answer = Fault(value=status, probability=0.5)
    result = user.push("Holiday")
    assert (result.exit, user.numbers(result)) == (0, (8, 0, 0, 0)), result
    assert simulator.faults.lose_answer.fired > 0
    assert (simulator.uploads.tree(), len(simulator.library)) == (wanted, THERE + 8)
    assert simulator.counts["upload"] == 8


def test_a_lost_answer_about_a_file_that_shows_late(user: Uploader, simulator: AmazonSimulator) -> None:
    """It is sent again at the end, and the service answers that it has it: so it is the account's own."""
    wanted = user.write({"IMG_1.JPG": photo(1)})
    simulator.faults.lose_answer = Fault(times=1)
    simulator.faults.lag = Fault(after=1)
    result = user.push("IMG_1.JPG")
    assert (result.exit, user.numbers(result)) == (0, (1, 0, 0, 0)), result
    assert (simulator.uploads.tree(), simulator.counts["upload"]) == (wanted, 2)


def test_a_full_storage_is_reported_for_all_files(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({f"Holiday/IMG_{number}.JPG": photo(number) for number in range(40)})
    simulator.faults.quota = Fault(after=3)
    result = user.push("Holiday", "--jobs", "1")
    assert (result.exit, user.numbers(result)) == (3, (3, 0, 0, 37)), result
    assert set(result.reasons) == {"storage_full"}
    assert simulator.counts["upload"] == 4
    assert "Make room there" in result.errors[0]["error"]


@pytest.mark.parametrize(("fault", "reason"), [("short_store", "size_mismatch"), ("wrong_store", "hash_mismatch")])
def test_what_does_not_arrive_whole_is_no_success(
    user: Uploader, simulator: AmazonSimulator, fault: str, reason: str
) -> None:
    user.write({"IMG_1.JPG": photo(1), "IMG_2.JPG": photo(2)})
    setattr(simulator.faults, fault, Fault(times=1))
    result = user.push("IMG_1.JPG", "IMG_2.JPG")
    assert (result.exit, user.numbers(result), result.reasons) == (3, (1, 0, 0, 1), [reason]), result
    broken = Path(result.errors[0]["id"] or result.errors[0]["name"]).name
    assert broken in result.errors[0]["error"]
    assert simulator.uploads.tree()[broken] not in (md5(photo(1)), md5(photo(2)))
    again = user.push("IMG_1.JPG", "IMG_2.JPG")
    assert again.exit == 0, "under another name, since that one is taken by what broke"
    assert {md5(photo(1)), md5(photo(2))} < set(simulator.uploads.tree().values())


def test_an_answer_without_a_hash_is_looked_up(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({"IMG_1.JPG": photo(1), "IMG_2.JPG": photo(2)})
    simulator.faults.silent = Fault()
    simulator.faults.wrong_store = Fault(times=1)
    result = user.push("IMG_1.JPG", "IMG_2.JPG")
    assert (result.exit, result.reasons) == (3, ["hash_mismatch"]), result
    assert simulator.counts["GET /drive/v1/nodes/{id}"] == 2


def test_killed_and_run_again(user: Uploader, simulator: AmazonSimulator) -> None:
    wanted = user.write({f"Holiday/IMG_{number:02d}.JPG": photo(number) for number in range(60)})
    simulator.faults.latency = Fault(value=0.05, on="upload")
    process = user.sandbox.start("push", "amazon", "Holiday", "--to", "Trip", "--jobs", "2")
    assert simulator.wait_for(lambda: simulator.counts["upload"] >= 30)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    simulator.faults.latency = None
    arrived = len(simulator.uploads.tree())
    assert 0 < arrived < 60
    result = user.push("Holiday", "--to", "Trip")
    assert result.exit == 0, result
    assert simulator.counts["upload"] <= 60 - arrived + 2
    assert (simulator.uploads.tree(), len(simulator.library)) == (wanted, THERE + 60)
    assert {name: sorted(members) for name, members in simulator.uploads.albums().items()} == {
        "Trip": sorted(wanted.values())
    }
