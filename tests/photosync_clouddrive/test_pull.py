"""What a user of Cloud Drive types, and what has to come of it."""

from __future__ import annotations

import errno
import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync.testing.disk_faults import DiskFault, DiskFaults
from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_clouddrive.simulator.drive import ROOT
from tests.photosync_clouddrive.conftest import configure

EMPTY = hashlib.md5(b"").hexdigest()


ITEMS = 20


@pytest.fixture
def simulator() -> Iterator[CloudDriveSimulator]:
    with CloudDriveSimulator(items=ITEMS, line_nodes=5, gaps=False) as running:
        yield running


@pytest.fixture
def sandbox(tmp_path: Path, simulator: CloudDriveSimulator) -> Sandbox:
    made = Sandbox(tmp_path)
    configure(made, simulator)
    return made


def paths(sandbox: Sandbox) -> set[str]:
    return {path.relative_to(sandbox.library).as_posix() for path in sandbox.files()}


def wanted(simulator: CloudDriveSimulator) -> list[str]:
    return sorted(item.md5 for item in simulator.library.expected())


def document(simulator: CloudDriveSimulator, name: str, content: str, **fields: object) -> str:
    properties = {
        "contentType": "text/html",
        "size": len(content),
        "md5": hashlib.md5(content.encode()).hexdigest(),
    }
    node = {"id": f"Document-{name}", "kind": "FILE", "name": name, "status": "AVAILABLE", "parents": [ROOT]}
    return simulator.drive.put({**node, "contentProperties": properties, "simulatedContent": content, **fields})


def test_files_lie_in_the_folders_of_the_drive(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    (item_id,) = simulator.library.add(1, name="Strand.JPG")
    trip = simulator.drive.add_folder("Trip", simulator.drive.add_folder("Holidays"))
    album = simulator.drive.add_folder("Best of")
    simulator.drive.say(item_id, parents=[trip, album])
    result = sandbox.run("pull", "drive")
    assert result.exit == 0, result
    assert "drive/Holidays/Trip/Strand.JPG" in paths(sandbox)
    assert sorted(sandbox.hashes().elements()) == wanted(simulator)
    listed = sandbox.run("list", "drive", "Best of")
    assert [row["collections"] for row in listed.objects] == [["Holidays/Trip", "Best of"]]


def test_a_second_run_costs_one_request(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    sandbox.run("pull", "drive")
    result = sandbox.run("pull", "drive")
    assert (result.exit, result.number("saved"), result.number("requests")) == (0, 0, 1)


def test_only_what_is_new_is_listed_and_what_went_is_gone(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    sandbox.run("pull", "drive")
    before = paths(sandbox)
    simulator.library.add(3)
    gone = [item.id for item in simulator.library.expected()][:2]
    simulator.library.remove(gone[0])
    simulator.drive.say(gone[1], status="TRASH")
    result = sandbox.run("pull", "drive")
    result.check_totals()
    assert (result.exit, result.number("listed"), result.number("saved"), result.number("gone")) == (0, 3, 3, 2)
    assert before < paths(sandbox)


def test_a_moved_item_keeps_its_file(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    sandbox.run("pull", "drive")
    before = paths(sandbox)
    simulator.drive.say("PicturesExample_AAAAAA", name="Photos")
    result = sandbox.run("pull", "drive")
    result.check_totals()
    assert (result.exit, result.number("saved"), result.number("listed")) == (0, 0, ITEMS)
    assert paths(sandbox) == before


def test_an_interrupted_listing_marks_nothing(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    simulator.faults.not_found = Fault(times=4)
    first = sandbox.run("pull", "drive", "--jobs", "2")
    assert first.exit == 3, first
    second = sandbox.run("pull", "drive")
    assert (second.exit, second.number("saved")) == (0, first.number("failed"))
    assert sorted(sandbox.hashes().elements()) == wanted(simulator)


def test_all_files(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    document(simulator, "page.html", "<html>a letter</html>")
    assert sandbox.run("pull", "drive").number("listed") == ITEMS
    configure(sandbox, simulator, all_files="true")
    result = sandbox.run("pull", "drive")
    assert (result.exit, result.number("saved")) == (0, 1), result
    assert (sandbox.library / "drive" / "page.html").read_text() == "<html>a letter</html>"


def test_an_empty_file_needs_no_request(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    configure(sandbox, simulator, all_files="true")
    document(simulator, "nothing.txt", "")
    sandbox.run("pull", "drive")
    assert (sandbox.library / "drive" / "nothing.txt").read_bytes() == b""
    assert "Document-nothing.txt" not in str([record.path for record in simulator.requests])


def test_all_files_are_saved_on_request_and_not_gone_without_it(
    simulator: CloudDriveSimulator, sandbox: Sandbox
) -> None:
    configure(sandbox, simulator)
    document(simulator, "letter.txt", "Dear Ann")
    letter = sandbox.library / "drive" / "letter.txt"
    assert sandbox.run("pull", "drive").exit == 0
    assert not letter.exists()
    assert sandbox.run("pull", "drive", "--all-files").number("saved") == 1
    assert letter.read_text() == "Dear Ann"
    again = sandbox.run("pull", "drive", "--full")
    assert (again.exit, again.number("gone"), again.number("saved")) == (0, 0, 0)


# Ranges


def test_large_contents_come_in_ranges(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    configure(sandbox, simulator, chunk_bytes="700")
    simulator.faults.truncate = Fault(times=5)
    simulator.faults.short_range = Fault(times=5)
    result = sandbox.run("pull", "drive", "--jobs", "4")
    assert result.exit == 0, result
    assert sorted(sandbox.hashes().elements()) == wanted(simulator)
    assert simulator.counts["206"] > 2 * ITEMS
    assert sandbox.leftovers() == []


@pytest.mark.parametrize("fault", ["ignore_range", "wrong_range", "refuse_range", "truncate", "drop"])
def test_ranges_that_do_not_fit(simulator: CloudDriveSimulator, sandbox: Sandbox, fault: str) -> None:
    configure(sandbox, simulator, chunk_bytes="700")
    simulator.faults.set(fault, {"times": 4, "on": "content"})
    result = sandbox.run("pull", "drive")
    assert result.exit == 0, result
    assert sorted(sandbox.hashes().elements()) == wanted(simulator)


def test_a_content_that_changes_between_ranges_is_not_mixed(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    configure(sandbox, simulator, chunk_bytes="700")
    item = list(simulator.library.expected())[5]
    simulator.faults.wrong_bytes = Fault(items={item.id}, times=1, after=1)
    result = sandbox.run("pull", "drive")
    assert result.exit == 0, result
    assert sorted(sandbox.hashes().elements()) == wanted(simulator)


# Section 5.5: what a download can meet


@pytest.mark.parametrize(
    ("status", "reason"), [(400, "refused"), (403, "forbidden"), (404, "not_found"), (410, "not_found")]
)
@pytest.mark.parametrize("chunk_bytes", ["700", "500000000"])
def test_a_content_that_is_refused(
    simulator: CloudDriveSimulator, sandbox: Sandbox, status: int, reason: str, chunk_bytes: str
) -> None:
    configure(sandbox, simulator, chunk_bytes=chunk_bytes)
    item = list(simulator.library.expected())[7]
    simulator.faults.server_error = Fault(value=status, items={item.id})
    result = sandbox.run("pull", "drive")
    assert result.exit == 3, result
    assert [(error["id"], error["reason"]) for error in result.errors] == [(item.id, reason)]
    assert str(status) in result.errors[0]["error"]


def test_no_token_goes_to_the_storage(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    sandbox.run("pull", "drive")
    stored = [record for record in simulator.requests if record.site == "storage"]
    assert len(stored) == ITEMS
    assert not any(record.signed for record in stored)
    assert all(record.signed for record in simulator.requests if record.site in ("metadata", "content"))


# Section 7: what any call can meet


@pytest.mark.parametrize(
    ("status", "exit_", "words"), [(400, 5, "400"), (404, 5, "404"), (409, 5, "409"), (500, 5, "500"), (503, 5, "503")]
)
def test_a_metadata_host_that_fails(
    simulator: CloudDriveSimulator, sandbox: Sandbox, status: int, exit_: int, words: str
) -> None:
    sandbox.configure({"drive": simulator.account_settings()}, retry_budget="2s")
    simulator.faults.server_error = Fault(value=status, on="list")
    result = sandbox.run("pull", "drive")
    assert result.exit == exit_, result
    assert words in result.stderr + str(result.summary)
    assert result.summary["complete"] is False


def test_usage(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    *types, quota = sandbox.run("usage", "drive").objects
    rows = {row["type"]: row for row in types}
    assert set(rows) == {"photo", "video", "doc", "other"}
    assert rows["photo"]["count"] + rows["video"]["count"] == ITEMS  # type: ignore[operator]
    assert rows["photo"]["billable_bytes"] == rows["photo"]["bytes"]
    assert 0 < quota["available_bytes"] <= quota["quota_bytes"]  # type: ignore[operator]
    with CloudDriveSimulator(items=0) as new:
        configure(sandbox, new)
        assert ["quota_bytes" in row for row in sandbox.run("usage", "drive").objects] == [True]


def tree_file(sandbox: Sandbox) -> Path:
    (found,) = sandbox.home.rglob("*.db")
    return found


def test_a_damaged_tree_ends_the_run_and_names_the_file_to_delete(
    simulator: CloudDriveSimulator, sandbox: Sandbox
) -> None:
    assert sandbox.run("pull", "drive").exit == Exit.OK
    tree = tree_file(sandbox)
    with closing(sqlite3.connect(tree)) as database:
        ((page,),) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'nodes'")
    with tree.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\x07" * 4096)
    simulator.library.add(1)
    result = sandbox.run("pull", "drive")
    assert result.exit == Exit.DESTINATION, result
    assert f"{tree} is damaged" in result.stderr
    tree.unlink()
    assert sandbox.run("pull", "drive").number("saved") == 1


def test_a_tree_on_a_full_disk_ends_the_run_in_plain_words(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    assert sandbox.run("pull", "drive").exit == Exit.OK
    tree = tree_file(sandbox)
    simulator.library.add(20)
    full = replace(sandbox, disk=DiskFaults(largest_file_bytes=tree.stat().st_size))
    result = full.run("list", "drive")
    assert result.exit == Exit.DESTINATION, result
    assert f"cannot use {tree}" in result.stderr
    assert "Traceback" not in result.stderr
    assert sandbox.run("pull", "drive").exit == Exit.OK


def test_a_state_folder_that_cannot_be_made_is_named(sandbox: Sandbox) -> None:
    refusing = replace(sandbox, disk=DiskFaults([DiskFault(f"{sandbox.home}/*", errno.EACCES, ["mkdir"])]))
    result = refusing.run("list", "drive")
    assert result.exit == Exit.DESTINATION, result
    assert str(sandbox.home) in result.stderr
