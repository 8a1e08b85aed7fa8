"""What the other commands make of files that only copies of the library have."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.model import Kind
from photosync.testing.command import Sandbox
from photosync.testing.faults import Fault
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import KITCHEN, AuraSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.jobs.copies.evict.runs import (
    ALL,
    FIRST,
    SECOND,
    evict,
    listed,
    outcomes,
    photos,
    verify,
    with_copies,
)
from tests.jobs.killed_runs import check_lists


@pytest.fixture
def amazon() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=0) as running:
        running.library.add(2, missing=frozenset({"taken"}))
        running.library.add(4)
        yield running


def user(tmp_path: Path, simulator: AmazonSimulator, **options: object) -> Sandbox:
    """A user with a library and two verified copies."""
    made = Sandbox(tmp_path / "user")
    made.configure({"amazon": simulator.account_settings()}, **options)
    assert made.run("pull", "amazon").exit == 0
    with_copies(made, FIRST, SECOND)
    return made


@pytest.fixture
def sandbox(tmp_path: Path, amazon: AmazonSimulator) -> Sandbox:
    return user(tmp_path, amazon)


def gone(sandbox: Sandbox, *options: str) -> tuple[str, str]:
    """Evict, and return the id and the path of one of the files."""
    assert evict(sandbox, *(options or ALL)).exit == 0
    row = sandbox.run("list", "amazon", "--saved", "--state", "offsite").objects[0]
    return str(row["id"]), str(row["path"])


def test_commands_that_look(sandbox: Sandbox, tmp_path: Path) -> None:
    before = photos(sandbox)
    id_, path = gone(sandbox)
    offsite = len(before) - len(photos(sandbox))
    rows = {str(each["id"]): each for each in sandbox.run("list", "amazon").objects}
    assert (rows[id_]["state"], rows[id_]["path"]) == ("offsite", path)
    assert id_ not in {each["id"] for each in sandbox.run("list", "amazon", "--saved").objects}, "it is not here"
    assert len(sandbox.run("list", "amazon", "--state", "offsite").objects) == offsite
    for target in (id_, str(sandbox.library / path)):
        (why,) = sandbox.run("why", target).objects
        assert (why["id"], why["state"], why["path"]) == (id_, "offsite", None)
        text = sandbox.text("why", target)
        assert path in text
        assert "photosync restore" in text
    status = sandbox.run("status").objects[0]
    size = sum(len(content) for path, content in before.items() if path not in photos(sandbox))
    assert (status["items"], status["offsite"], status["offsite_bytes"]) == (len(before) - offsite, offsite, size)
    assert f"{offsite} files" in sandbox.text("status")
    assert sandbox.run("failures").objects == []
    (coverage,) = (each for each in sandbox.run("coverage").objects if each["account"] == "amazon")
    assert coverage["items"] == len(before)
    assert sandbox.run("export", str(tmp_path / "all.csv")).exit == 0
    with (tmp_path / "all.csv").open(encoding="utf-8") as file:
        exported = {row["id"]: row for row in csv.DictReader(file)}
    assert (exported[id_]["state"], exported[id_]["path"]) == ("offsite", path)


def test_commands_that_check_and_change(sandbox: Sandbox, amazon: AmazonSimulator) -> None:
    id_, path = gone(sandbox)
    audit = sandbox.run("audit", "amazon")
    assert (audit.exit, audit.number("missing"), audit.number("extra")) == (0, 0, 0)
    assert audit.number("offsite") == 3
    assert "; 3 of them only in copies of the library" in sandbox.text("audit", "amazon")
    assert sandbox.run("verify", "--quick").exit == 0
    assert sandbox.run("verify", "--repair").exit == 0
    assert sandbox.run("fix", str(sandbox.library)).exit == 0
    trashed = sandbox.run("trash", "amazon", id_, "--yes")
    assert (trashed.exit, trashed.reasons) == (Exit.PARTIAL, ["not_saved"])
    copied = sandbox.folder / "photo.jpg"
    copied.write_bytes((sandbox.folder.with_name(FIRST) / path).read_bytes())
    pushed = sandbox.run("push", "amazon", str(copied))
    assert (pushed.number("saved"), pushed.number("unchanged")) == (0, 1), "its content is known"
    amazon.forget()
    assert sandbox.run("rebuild").summary["missing"] == 0
    assert listed(sandbox, "--state", "offsite")
    assert not (sandbox.library / path).exists()


def test_a_file_that_the_user_put_back(sandbox: Sandbox) -> None:
    """It is said whose place it has; `restore` takes it for the item's file if it is."""
    id_, path = gone(sandbox)
    here = sandbox.library / path
    here.parent.mkdir(parents=True, exist_ok=True)
    here.write_bytes((sandbox.folder.with_name(FIRST) / path).read_bytes())
    for command in (("verify",), ("audit", "amazon")):
        result = sandbox.run(*command)
        assert result.exit == 0, result
        (found,) = (each for each in result.objects if "finding" in each)
        assert found["path"] == path
        assert f"photosync restore --id {id_}" in str(found["error"])
    (why,) = sandbox.run("why", str(here)).objects
    assert (why["id"], why["state"], why["path"]) == (id_, "offsite", str(here))
    assert f"photosync restore --id {id_}" in sandbox.text("why", str(here))
    other = here.with_name(here.name.swapcase())
    other.write_bytes(b"a file of the user")
    (finding,) = (
        each for each in sandbox.run("verify").objects if each.get("path") == str(other.relative_to(sandbox.library))
    )
    assert "restore" not in str(finding["error"])
    assert "no pull brought this file" in sandbox.text("why", str(other))
    other.unlink()
    assert sandbox.run("restore", "--id", id_).number("unchanged") == 1
    assert sandbox.run("verify").number("unknown") == 0
    (why,) = sandbox.run("why", str(here)).objects
    assert why["state"] == "saved"


def test_a_lost_catalog_comes_back_from_its_copy(sandbox: Sandbox) -> None:
    gone(sandbox)
    before = listed(sandbox, "--state", "offsite")
    for each in (sandbox.library / ".photosync").glob("catalog.db*"):
        each.unlink()
    assert sandbox.run("pull", "amazon").number("saved") == 0
    assert listed(sandbox, "--state", "offsite") == before


def test_a_catalog_that_is_lost_with_its_copy_comes_back_from_a_copy_of_the_library(
    sandbox: Sandbox, amazon: AmazonSimulator
) -> None:
    """Also what the service does not have any more is known then."""
    id_, path = gone(sandbox)
    assert sandbox.run("copy").exit == 0
    before, own = listed(sandbox, "--state", "offsite"), sandbox.library / ".photosync"
    amazon.library.remove(id_)
    for each in own.glob("catalog*"):
        each.unlink()
    anew = sandbox.run("rebuild")
    assert anew.summary["missing"] == len(before) - 1
    assert ".photosync/catalog-copy.db" in anew.stderr
    for each in own.glob("catalog*"):
        each.unlink()
    shutil.copy(sandbox.folder.with_name(FIRST) / ".photosync/catalog-copy.db", own)
    assert sandbox.run("rebuild").summary["missing"] == 0
    assert sandbox.run("pull", "amazon").number("saved") == 0
    assert listed(sandbox, "--state", "offsite").keys() == before.keys() - {path}
    assert sandbox.run("restore", "--offsite").number("saved") == len(before)
    assert (sandbox.library / path).exists()


def test_what_comes_back_can_go_again(sandbox: Sandbox) -> None:
    before, wanted = photos(sandbox), set(listed(sandbox, "--since", "1990"))
    id_, path = gone(sandbox)
    assert sandbox.run("restore", "--id", id_).exit == 0
    assert photos(sandbox) == {each: before[each] for each in {path} | (set(before) - wanted)}
    assert sandbox.run("verify").exit == 0
    check_lists(sandbox)
    assert evict(sandbox, *ALL).number("changed") == 1
    assert sandbox.run("restore", "--offsite").exit == 0
    assert photos(sandbox) == before


def test_another_content_at_the_service(sandbox: Sandbox, amazon: AmazonSimulator) -> None:
    """It comes, under the same name; copies keep what they have."""
    id_, path = gone(sandbox)
    kept = (sandbox.folder.with_name(FIRST) / path).read_bytes()
    amazon.library.change(id_)
    assert sandbox.run("list", "amazon", "--id", id_).objects[0]["state"] == "changed"
    pulled = sandbox.run("pull", "amazon", "--full")
    assert (pulled.exit, pulled.number("saved")) == (0, 1)
    assert (sandbox.library / path).read_bytes() == amazon.library.content_of(id_)
    assert id_ not in {each["id"] for each in sandbox.run("list", "amazon", "--saved", "--state", "offsite").objects}
    check_lists(sandbox)
    assert set(outcomes(evict(sandbox, *ALL)).values()) == {"not_verified"}, "copies have another content"
    assert sandbox.run("copy").exit == 0
    there = sandbox.folder.with_name(FIRST)
    assert [each.read_bytes() for each in there.rglob(Path(path).name) if "replaced" in each.parts] == [kept]
    for name in (FIRST, SECOND):
        verify(sandbox, name)
    assert evict(sandbox, *ALL).exit == 0
    assert not (sandbox.library / path).exists()


def test_an_item_that_is_gone_at_the_service(sandbox: Sandbox, amazon: AmazonSimulator) -> None:
    id_, path = gone(sandbox)
    amazon.library.remove(id_)
    assert sandbox.run("pull", "amazon", "--full").number("gone") == 1
    assert listed(sandbox, "--state", "gone") == {path: "gone"}
    assert sandbox.run("audit", "amazon").exit == 0
    amazon.library.restore(id_)
    assert sandbox.run("pull", "amazon", "--full").number("saved") == 0
    assert listed(sandbox, "--state", "offsite")[path] == "offsite"


def test_a_gone_item_can_be_evicted(sandbox: Sandbox, amazon: AmazonSimulator) -> None:
    path = min(listed(sandbox, "--since", "1990"))
    id_ = next(str(each["id"]) for each in sandbox.run("list", "amazon", "--saved").objects if each["path"] == path)
    amazon.library.remove(id_)
    assert sandbox.run("pull", "amazon", "--full").number("gone") == 1
    assert evict(sandbox, "--id", id_, "--yes").exit == 0
    assert listed(sandbox, "--state", "gone") == {path: "gone"}
    assert not (sandbox.library / path).exists()


def test_a_content_that_could_not_be_downloaded_keeps_its_file(sandbox: Sandbox, amazon: AmazonSimulator) -> None:
    path = min(listed(sandbox, "--since", "1990"))
    id_ = next(str(each["id"]) for each in sandbox.run("list", "amazon", "--saved").objects if each["path"] == path)
    amazon.library.change(id_)
    amazon.faults.not_found = Fault(on="content", items=id_)
    assert sandbox.run("pull", "amazon", "--full").exit == Exit.PARTIAL
    result = evict(sandbox, *ALL)
    assert (result.exit, result.reasons) == (Exit.PARTIAL, ["not_saved"])
    assert (sandbox.library / path).exists()


@pytest.mark.parametrize("albums", ["link", "copy"])
def test_folders_of_albums_have_no_link_to_it(tmp_path: Path, amazon: AmazonSimulator, albums: str) -> None:
    sandbox = user(tmp_path, amazon, albums=albums)
    folders = sandbox.library / "Albums/amazon"
    before = {each.name for each in folders.glob("*/*")}
    names = {Path(path).name for path in listed(sandbox, "--since", "1990")}
    assert before & names
    evicted = evict(sandbox, *ALL)
    assert evicted.exit == 0
    assert {each.name for each in folders.glob("*/*")} == before - names
    made = json.loads((sandbox.library / "albums.json").read_text())
    paths = [item["path"] for album in made["albums"] for item in album["items"]]
    assert None in paths
    assert not names.intersection(Path(path).name for path in paths if path)
    assert sandbox.run("verify").exit == 0
    after = {each.relative_to(sandbox.library) for each in sandbox.library.rglob("*")}
    assert sandbox.run("pull", "amazon").number("saved") == 0
    assert {each.relative_to(sandbox.library) for each in sandbox.library.rglob("*")} == after


def test_sidecars_stay(tmp_path: Path, amazon: AmazonSimulator) -> None:
    sandbox = user(tmp_path, amazon, exif="sidecar", sidecar="metadata")
    sidecars = set(sandbox.library.rglob("*.xmp"))
    assert sidecars
    id_, path = gone(sandbox)
    assert set(sandbox.library.rglob("*.xmp")) == sidecars
    amazon.library.rename(id_, "another.jpg")
    for _ in range(2):
        pulled = sandbox.run("pull", "amazon", "--full")
        assert (pulled.exit, pulled.number("saved"), pulled.stderr) == (0, 0, "")
    assert sandbox.run("verify").exit == 0
    check_lists(sandbox)
    assert not (sandbox.library / path).exists()
    amazon.library.change(id_)
    assert sandbox.run("pull", "amazon", "--full").number("saved") == 1
    assert (sandbox.library / path).read_bytes() == amazon.library.content_of(id_)
    assert set(sandbox.library.rglob("*.xmp")) >= sidecars
    assert sandbox.run("verify").exit == 0
    check_lists(sandbox)


def test_a_sidecar_is_made_again_when_its_photo_is_back(tmp_path: Path, amazon: AmazonSimulator) -> None:
    sandbox = user(tmp_path, amazon, exif="sidecar", sidecar="metadata", artist="Ada Lovelace")
    id_, path = gone(sandbox)
    sidecar = sandbox.library / f"{path}.xmp"
    content = sidecar.read_bytes()
    sidecar.write_bytes(content[:-9])
    repaired = sandbox.run("verify", "--repair")
    assert repaired.exit == Exit.DAMAGE, repaired
    (finding,) = (each for each in repaired.objects if "finding" in each)
    assert f"photosync restore --id {id_}" in str(finding["error"])
    assert sandbox.run("verify", "--repair", "--from", FIRST).exit == 0
    assert sidecar.read_bytes() == content
    sidecar.unlink()
    assert sandbox.run("restore", "--offsite").exit == 0
    assert sandbox.run("verify", "--repair").exit == 0
    assert sidecar.exists()


def test_the_other_half_of_a_live_photo(tmp_path: Path) -> None:
    """Each half is judged for itself; a movie that comes later goes where its still was, and the two are a pair."""
    with AmazonSimulator(items=0) as simulator:
        identifier, taken = "A11CE000-0000-0000-0000-000000000001", datetime(2020, 12, 31, 23, 30)
        still, movie = (
            simulator.library.add(name=name, kind=kind, taken=taken + later, content_identifier=identifier)[0]
            for name, kind, later in (
                ("IMG_1.JPG", Kind.PHOTO, timedelta()),
                ("IMG_1.MOV", Kind.VIDEO, timedelta(days=40)),
            )
        )
        sandbox = Sandbox(tmp_path / "user")
        sandbox.configure({"amazon": simulator.account_settings()})
        assert sandbox.run("pull", "amazon", "--kind", "photo").number("saved") == 1
        with_copies(sandbox, FIRST, SECOND)
        id_, path = gone(sandbox)
        assert (id_, path) == (still, "amazon/2020/12/IMG_1.JPG")
        assert sandbox.run("pull", "amazon").number("saved") == 1
        (row,) = sandbox.run("list", "amazon", "--saved").objects
        assert (row["id"], row["path"], row["pair"]) == (movie, "amazon/2020/12/IMG_1.MOV", still)


def test_what_was_pushed_from_the_library_does_not_come_again(tmp_path: Path, amazon: AmazonSimulator) -> None:
    """The item at the other service is the same content, which copies have."""
    with CloudDriveSimulator(items=0) as drive:
        sandbox = Sandbox(tmp_path / "user")
        settings = {"provider": "clouddrive", **drive.account_settings()}
        sandbox.configure({"amazon": amazon.account_settings(), "drive": settings})
        assert sandbox.run("pull", "amazon").exit == 0
        assert sandbox.run("push", "drive", str(sandbox.library / "amazon")).number("saved") > 0
        with_copies(sandbox, FIRST, SECOND)
        assert evict(sandbox, "amazon", *ALL).exit == 0
        assert sandbox.run("pull", "drive").number("saved") == 0
        assert sandbox.run("audit", "drive").exit == 0


def test_duplicates_says_which_file_is_not_here(tmp_path: Path, amazon: AmazonSimulator) -> None:
    with CloudDriveSimulator(items=0) as drive:
        sandbox = Sandbox(tmp_path / "user")
        settings = {"provider": "clouddrive", **drive.account_settings()}
        sandbox.configure({"amazon": amazon.account_settings(), "drive": settings})
        assert sandbox.run("pull", "amazon").exit == 0
        path = min(listed(sandbox, "--since", "1990"))
        mine = tmp_path / "mine.jpg"
        mine.write_bytes((sandbox.library / path).read_bytes())
        assert sandbox.run("push", "drive", str(mine)).number("saved") == 1
        mine.unlink()
        assert sandbox.run("pull", "drive", "--full").number("saved") == 1
        with_copies(sandbox, FIRST, SECOND)
        assert evict(sandbox, "amazon", *ALL).exit == 0
        (found,) = sandbox.run("duplicates").objects
        items = found["items"]
        assert isinstance(items, list)
        assert [(each["account"], each.get("offsite")) for each in items] == [("amazon", True), ("drive", None)]
        shown = sandbox.text("duplicates").splitlines()
        assert [line.endswith("only in copies of the library") for line in shown[1:3]] == [True, False]


def test_a_folder_outside_the_library(tmp_path: Path) -> None:
    with AuraSimulator(items=3, gaps=False) as simulator:
        settings = simulator.account_settings()
        settings["frames"] = {"kitchen": {"id": KITCHEN, "path": str(tmp_path / "frame")}}
        sandbox = Sandbox(tmp_path / "user")
        sandbox.configure({"aura": settings})
        assert sandbox.run("pull", "aura", "kitchen").exit == 0
        with_copies(sandbox, FIRST, SECOND)
        assert list((tmp_path / "frame").glob("*.jpg"))
        result = evict(sandbox, "aura", "--older-than", "0d", "--yes")
        assert result.exit == 0, result
        assert list((tmp_path / "frame").glob("*.jpg")) == []
        assert (tmp_path / "frame").is_dir()
        assert not (tmp_path / "frame/SHA256SUMS").exists(), "an empty list is a mistake for sha256sum"
        assert sandbox.run("verify").exit == 0
        assert sandbox.run("pull", "aura", "kitchen").number("saved") == 0
        assert sandbox.run("copy").exit == 0
        verify(sandbox, FIRST)
        assert sandbox.run("restore", "--offsite").exit == 0
        assert list((tmp_path / "frame").glob("*.jpg"))
        check_lists(sandbox)


def test_two_accounts(tmp_path: Path, amazon: AmazonSimulator) -> None:
    """Each has a summary; only the named one loses files, and one difference keeps all."""
    with AmazonSimulator(items=3) as second:
        sandbox = Sandbox(tmp_path / "user")
        settings = {"provider": "amazon", **second.account_settings()}
        sandbox.configure({"amazon": amazon.account_settings(), "second": settings})
        assert sandbox.run("pull").exit == 0
        with_copies(sandbox, FIRST, SECOND)
        before = photos(sandbox)
        theirs = next(path for path in before if path.startswith("second/"))
        there = sandbox.folder.with_name(FIRST) / theirs
        there.rename(there.with_suffix(".away"))
        there.write_bytes(before[theirs][:-1])
        result = evict(sandbox, "--kind", "photo", "--yes")
        assert result.exit == Exit.DAMAGE
        assert [each["exit"] for each in result.summaries] == [Exit.DAMAGE, Exit.DAMAGE]
        assert photos(sandbox) == before
        there.with_suffix(".away").replace(there)
        result = evict(sandbox, "second", "--kind", "photo", "--yes")
        assert result.exit == 0
        assert set(photos(sandbox)) == {path for path in before if path.startswith("amazon/")}
