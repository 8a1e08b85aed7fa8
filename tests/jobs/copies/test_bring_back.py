"""`restore` brings files back to the library that only its copies have."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from photosync.errors import Exit
from photosync.file_systems import Lock
from photosync.testing.command import Sandbox
from photosync.testing.disk_faults import DiskFault, DiskFaults
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import KITCHEN, AuraSimulator
from tests.jobs.copies.evict.runs import with_copies
from tests.jobs.copies.evicting import Evicted
from tests.jobs.copies.places import NAME, OTHER, Place, check_list, copied, copied_each
from tests.jobs.copies.test_verify_copy import one_byte

FOLDER = pytest.mark.parametrize("place", ["folder"], indirect=True)


@pytest.fixture
def both(sandbox: Sandbox, place: Place, other: Place) -> Evicted:
    """Two copies have everything."""
    copied_each(sandbox)
    return Evicted(sandbox)


@pytest.mark.parametrize("options", [("--from", NAME), (), ("amazon",), ("amazon", "--from", NAME), ("--offsite",)])
def test_by_its_id(sandbox: Sandbox, place: Place, options: tuple[str, ...]) -> None:
    """No service is asked, and nobody has to agree."""
    assert sandbox.run("pull", "amazon").exit == 0  # another test may have added an item
    copied(sandbox)
    gone = Evicted(sandbox)
    result = sandbox.run("restore", *options, "--id", gone.ids[1])
    assert result.exit == 0, result
    gone.check_back(1)
    assert sandbox.run("verify").exit == 0
    pulled = sandbox.run("pull", "amazon")
    assert (pulled.exit, pulled.number("saved")) == (0, 0), pulled
    gone.check_back(1)


@FOLDER
def test_a_second_run_changes_nothing(sandbox: Sandbox, place: Place) -> None:
    copied(sandbox)
    gone = Evicted(sandbox)
    first = sandbox.run("restore", "--from", NAME, "--id", gone.ids[0])
    first.check_totals()
    assert (first.summary["account"], first.number("saved"), first.number("bytes")) == (NAME, 1, len(gone.content[0]))
    assert first.summary["complete"] is True
    again = sandbox.run("restore", "--from", NAME, "--id", gone.ids[0])
    again.check_totals()
    assert (again.number("saved"), again.number("unchanged")) == (0, 1)
    gone.check_back(0)


@FOLDER
def test_all_that_only_copies_have(sandbox: Sandbox, both: Evicted) -> None:
    assert sandbox.run("restore", "--offsite", "--dry-run").number("saved") == 2
    both.check_back()
    result = sandbox.run("restore", "--offsite")
    result.check_totals()
    assert (result.exit, result.summary["account"], result.number("saved")) == (0, "amazon", 2)
    both.check_back(0, 1)
    result = sandbox.run("restore", "--offsite")
    assert (result.exit, result.number("listed")) == (0, 0)
    assert {path: path.read_bytes() for path in sandbox.files()} == both.all


@FOLDER
def test_a_selection(sandbox: Sandbox, both: Evicted) -> None:
    years = [name.split("/")[1] for name in both.names]
    assert sandbox.run("restore", "--from", NAME, "--year", "1999").number("listed") == 0
    result = sandbox.run("restore", "--from", NAME, "--year", years[0])
    assert (result.exit, result.number("saved")) == (0, years.count(years[0])), result
    both.check_back(*(number for number, year in enumerate(years) if year == years[0]))
    assert sandbox.run("restore", "--from", NAME, "--album", "Holiday").exit == Exit.USAGE


@FOLDER
@pytest.mark.parametrize("options", [(), ("--from", NAME)])
def test_ids_with_a_selection_are_refused(sandbox: Sandbox, both: Evicted, options: tuple[str, ...]) -> None:
    """One of the two would be ignored."""
    result = sandbox.run("restore", *options, "--id", both.ids[0], "--year", "1999")
    assert result.exit == Exit.USAGE, result
    assert "--year" in result.stderr
    both.check_back()


@FOLDER
def test_a_copy_that_is_damaged_or_away_is_passed_over(sandbox: Sandbox, place: Place, both: Evicted) -> None:
    one_byte(place.folder / both.names[0])
    (place.folder / both.names[1]).unlink()
    result = sandbox.run("restore", "--from", NAME, "--id", both.ids[0], "--id", both.ids[1])
    assert (result.exit, sorted(result.reasons)) == (Exit.PARTIAL, ["hash_mismatch", "not_found"]), result
    assert {each["id"] for each in result.errors} == set(both.ids)
    both.check_back()
    assert sandbox.run("restore", "--id", both.ids[0], "--id", both.ids[1]).number("saved") == 2
    both.check_back(0, 1)


@FOLDER
def test_a_copy_that_cannot_be_used_is_passed_over(sandbox: Sandbox, place: Place, both: Evicted) -> None:
    place.folder.rename(place.folder.with_name("unplugged"))
    result = sandbox.run("restore", "--from", NAME, "--id", both.ids[0])
    assert result.exit == Exit.DESTINATION
    assert str(place.folder) in result.stderr
    both.check_back()
    assert sandbox.run("restore", "--id", both.ids[0]).number("saved") == 1
    both.check_back(0)


@FOLDER
def test_what_no_copy_can_give(sandbox: Sandbox, place: Place, other: Place, both: Evicted) -> None:
    """One copy is away, in the other the file is damaged: the exit status tells both."""
    place.folder.rename(place.folder.with_name("unplugged"))
    one_byte(other.folder / both.names[0])
    result = sandbox.run("restore", "--id", both.ids[0])
    assert (result.exit, result.reasons) == (Exit.DESTINATION, ["hash_mismatch"]), result
    for each in (NAME, OTHER):
        assert f"'{each}'" in result.errors[0]["error"]
    both.check_back()


@FOLDER
def test_another_file_in_its_place_stays(sandbox: Sandbox, both: Evicted) -> None:
    both.files[0].parent.mkdir(parents=True, exist_ok=True)
    both.files[0].write_bytes(b"mine")
    both.files[1].write_bytes(both.content[1])
    os.utime(both.files[1], ns=(both.times[1], both.times[1]))
    result = sandbox.run("restore", "--offsite")
    result.check_totals()
    assert (result.exit, result.reasons, result.number("unchanged")) == (Exit.PARTIAL, ["name_taken"], 1), result
    assert both.files[0].read_bytes() == b"mine"
    both.files[0].unlink()
    both.check_back(1)


@FOLDER
def test_ids_of_the_trash_and_of_copies_together(sandbox: Sandbox, place: Place, simulator: AmazonSimulator) -> None:
    copied(sandbox)
    gone = Evicted(sandbox)
    there = next(
        str(each["id"]) for each in sandbox.run("list", "amazon", "--saved").objects if each["id"] not in gone.ids
    )
    simulator.forget()
    refused = sandbox.run("restore", "amazon", gone.ids[0], there)
    assert refused.exit == Exit.USAGE, "somebody has to agree to what is changed at the service"
    assert "--yes" in refused.stderr
    gone.check_back()
    assert simulator.requests == []
    result = sandbox.run("restore", "amazon", gone.ids[0], there, "unknown", "--yes")
    assert result.exit == Exit.PARTIAL
    rows = {str(each["id"]): each for each in result.objects if "command" not in each}
    assert {id_: row["result"] for id_, row in rows.items()} == {
        gone.ids[0]: "changed",
        there: "unchanged",
        "unknown": "failed",
    }
    shapes: set[frozenset[str]] = {frozenset(each) for each in rows.values()}
    assert len(shapes) == 1
    counts = {key: result.summary[key] for key in ("selected", "changed", "unchanged", "failed", "left")}
    assert counts == {"selected": 3, "changed": 1, "unchanged": 1, "failed": 1, "left": 0}
    gone.check_back(0)


@FOLDER
def test_of_an_account_by_ids_alone_no_service_is_asked(
    sandbox: Sandbox, place: Place, simulator: AmazonSimulator
) -> None:
    copied(sandbox)
    gone = Evicted(sandbox)
    simulator.forget()
    planned = sandbox.run("restore", "amazon", *gone.ids, "--dry-run")
    assert [each["result"] for each in planned.objects if "result" in each] == ["would_change"] * 2
    gone.check_back()
    result = sandbox.run("restore", "amazon", *gone.ids)
    assert (result.exit, result.number("changed")) == (0, 2), result
    assert simulator.requests == []
    gone.check_back(0, 1)


@FOLDER
@pytest.mark.parametrize("options", [("--id", "nothing"), ("--from", NAME, "--id", "nothing"), ("--offsite", "x", "y")])
def test_what_the_library_never_had_is_said(sandbox: Sandbox, place: Place, options: tuple[str, ...]) -> None:
    copied(sandbox)
    result = sandbox.run("restore", *options)
    assert result.exit == Exit.USAGE
    assert "nothing" in result.stderr or "x" in result.stderr


@FOLDER
def test_without_a_copy_in_the_configuration(sandbox: Sandbox, place: Place) -> None:
    copied(sandbox)
    gone = Evicted(sandbox)
    content = yaml.safe_load(sandbox.config.read_text(encoding="utf-8"))
    del content["copies"]
    sandbox.config.write_text(yaml.safe_dump(content), encoding="utf-8")
    for options in (("--id", gone.ids[0]), ("amazon", gone.ids[0]), ("--offsite",)):
        result = sandbox.run("restore", *options)
        assert result.exit == Exit.USAGE
        assert "copies" in result.stderr
    gone.check_back()


@FOLDER
def test_another_run_is_not_disturbed(sandbox: Sandbox, both: Evicted) -> None:
    with Lock(sandbox.library / ".photosync/lock", timeout_s=5).held():
        result = sandbox.run("restore", "--offsite")
        named = sandbox.run("restore", "amazon", both.ids[0])
    assert (result.exit, named.exit) == (Exit.LOCKED, Exit.LOCKED)
    both.check_back()


@FOLDER
@pytest.mark.parametrize(("code", "status"), [(errno.ENOSPC, Exit.DESTINATION), (errno.EACCES, Exit.PARTIAL)])
@pytest.mark.parametrize("call", ["rename", "fsync_file"])
def test_a_disk_that_takes_nothing(sandbox: Sandbox, both: Evicted, code: int, status: Exit, call: str) -> None:
    """The file stays in the copies, and the catalog knows it; other copies are not blamed for this disk."""
    where = f"{sandbox.library}/amazon/*" if call == "rename" else f"{sandbox.library}/.photosync/partial/*"
    result = replace(sandbox, disk=DiskFaults([DiskFault(where, code, [call])])).run("restore", "--offsite")
    result.check_totals()
    assert result.exit == status, result
    assert "copy" not in result.stderr
    both.check_back()
    assert sandbox.run("restore", "--offsite").number("saved") == 2
    both.check_back(0, 1)


def test_files_of_a_folder_outside_the_library(tmp_path: Path) -> None:
    """They come back there, and the lists of that folder and of its copies are right."""
    with AuraSimulator() as simulator:
        sandbox, frame = Sandbox(tmp_path / "user"), tmp_path / "frame"
        frames = {"kitchen": {"id": KITCHEN, "path": str(frame)}}
        sandbox.configure({"aura": {**simulator.account_settings(), "frames": frames}})
        assert sandbox.run("pull", "aura", "kitchen").exit == 0
        with_copies(sandbox, "first", "second")
        before = {path: path.read_bytes() for path in frame.iterdir() if path.is_file() and path.name != "SHA256SUMS"}
        evicted = sandbox.run("evict", "--kind", "photo", "--yes")
        gone = [path for path in before if not path.exists()]
        assert (evicted.exit, evicted.number("changed")) == (0, len(gone)), evicted
        assert gone
        assert sandbox.run("copy").exit == 0
        (copy,) = (tmp_path / "first/.photosync/outside").iterdir()
        for each in (frame, copy):
            check_list(each)
        simulator.forget()
        result = sandbox.run("restore", "--offsite", "--kind", "photo")
        assert (result.exit, result.number("saved")) == (0, len(gone)), result
        assert {path: path.read_bytes() for path in before} == before
        check_list(frame)
        assert sandbox.run("verify").exit == 0
        assert simulator.requests == []
