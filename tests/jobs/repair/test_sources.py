"""Which source repairs a file: the library before other folders, those before an account; and what none of them has."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import cast

import pytest

from photosync.library import digest_of
from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync.testing.receiving import Upload
from photosync_amazon.simulator import AmazonSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.jobs.repair.damages import one_byte, renamed
from tests.jobs.repair.library_owner import LibraryOwner, damage, sha256, sources


def unreachable(simulator: AmazonSimulator) -> None:
    simulator.faults.expired = Fault()


def test_the_finding_the_note_the_catalog_and_why_name_the_source(owner: LibraryOwner) -> None:
    photo, backup = owner.photos()[4], owner.backup()
    path = photo.relative_to(owner.library)
    one_byte(owner.sandbox, photo)
    bad, good = sha256(photo), sha256(backup / path)
    result = owner.repair("--from", str(backup))
    source = f"folder: {backup / path}"
    (finding,) = damage(result)
    assert (finding["path"], finding["finding"], finding["repaired_from"]) == (str(path), "damaged", source)
    (kept,) = owner.damaged()
    assert sha256(kept) == bad
    note = kept.with_name(f"{kept.name}.why.txt").read_text()
    assert all(text in note for text in (str(path), bad, good, source))
    (why,) = owner.sandbox.run("why", str(photo)).objects
    (repair,) = cast("list[dict[str, str]]", why["repairs"])
    assert (repair["path"], repair["source"]) == (str(path), source)
    assert source in owner.sandbox.text("why", str(photo))


def test_a_folder_is_only_read(owner: LibraryOwner) -> None:
    backup = owner.backup()
    before = {path: (path.lstat().st_mtime_ns, path.lstat().st_ino) for path in backup.rglob("*")}
    for photo in owner.photos()[:4]:
        photo.unlink()
    owner.repair("--from", str(backup))
    assert {path: (path.lstat().st_mtime_ns, path.lstat().st_ino) for path in backup.rglob("*")} == before


@pytest.mark.parametrize("with_list", [True, False])
def test_a_folder_with_other_names(owner: LibraryOwner, with_list: bool, simulator: AmazonSimulator) -> None:
    before, backup = owner.contents(), owner.sandbox.folder / "backup"
    backup.mkdir()
    lines = []
    for number, (path, hash_) in enumerate(before.items()):
        shutil.copy(path, backup / f"{number}.bin")
        lines.append(f"{hash_}  {number}.bin\n")
    if with_list:
        (backup / "SHA256SUMS").write_text("".join(lines))
    one_byte(owner.sandbox, owner.photos()[2])
    assert sources(owner.repair("--from", str(backup))) == {"folder"}
    assert owner.contents() == before
    assert simulator.counts["content"] == 0


def test_a_copy_that_is_damaged_itself_is_passed_over(owner: LibraryOwner, simulator: AmazonSimulator) -> None:
    before, photo = owner.contents(), owner.photos()[2]
    bad, good = owner.backup("bad"), owner.backup("good")
    one_byte(owner.sandbox, bad / photo.relative_to(owner.library))
    photo.unlink()
    (finding,) = damage(owner.repair("--from", str(bad), "--from", str(good)))
    assert str(finding["repaired_from"]).startswith(f"folder: {good}/")
    photo.unlink()
    (finding,) = damage(owner.repair("--from", str(bad)))
    assert finding["repaired_from"] == "account: amazon"
    assert owner.contents() == before


@pytest.mark.parametrize("has_undo_records", [True, False])
def test_delivered_bytes_are_fixed_again(
    owner: LibraryOwner, has_undo_records: bool, simulator: AmazonSimulator
) -> None:
    before, backup = owner.contents(), owner.sandbox.folder / "backup"
    backup.mkdir()
    for item in simulator.library.expected():
        (backup / f"{item.id}.jpg").write_bytes(simulator.library.content_of(item.id))
    if not has_undo_records:
        shutil.rmtree(owner.library / ".photosync" / "undo")
    for photo in owner.photos():
        photo.unlink()
    result = owner.repair("--from", str(backup))
    assert sources(result) <= {"folder", "made again with the photo"}
    assert owner.contents() == before
    assert simulator.counts["content"] == 0


def test_other_settings_than_before_make_another_file_of_the_delivered_bytes(
    owner: LibraryOwner, simulator: AmazonSimulator
) -> None:
    before = owner.contents()
    owner.sandbox.configure({"amazon": simulator.account_settings()}, exif="off", artist="Grace")
    for photo in owner.photos():
        photo.unlink()
    owner.repair()
    after = owner.contents()
    assert after.keys() == before.keys()
    assert after != before
    assert owner.sandbox.run("fix", str(owner.library), "--undo").exit == 0
    assert set(owner.sandbox.hashes()) == {item.md5 for item in simulator.library.expected()}


def test_a_plain_file_comes_from_a_fixed_copy(owner: LibraryOwner, simulator: AmazonSimulator) -> None:
    backup = owner.backup()
    assert owner.sandbox.run("fix", str(owner.library), "--undo").exit == 0
    before = owner.contents()
    owner.sandbox.configure({"amazon": simulator.account_settings()})
    for photo in owner.photos():
        photo.unlink()
    assert sources(owner.repair("--from", str(backup))) == {"folder"}
    assert owner.contents() == before
    assert simulator.counts["content"] == 0


def test_what_the_trash_has(owner: LibraryOwner, simulator: AmazonSimulator) -> None:
    before, photo = owner.contents(), owner.photos()[2]
    trash = owner.library / ".photosync" / "trash" / "2021-01-01"
    trash.mkdir(parents=True)
    photo.rename(trash / "some name")
    assert sources(owner.repair()) == {"library"}
    assert owner.contents() == before
    assert (trash / "some name").exists()


def test_of_two_lost_files_with_one_content_one_is_moved_and_one_copied(tmp_path: Path) -> None:
    with AmazonSimulator(items=3, seed=2) as simulator:
        content = tmp_path / "photo"
        content.write_bytes(simulator.library.content_of(next(simulator.library.expected()).id))
        digest = digest_of(content)
        simulator.library.receive(
            Upload(content, digest.size_bytes, digest.md5, digest.sha256), name="b.jpg", taken=datetime(2020, 1, 1)
        )
        owner = LibraryOwner(Sandbox(tmp_path / "user"))
        owner.sandbox.folder.mkdir()
        owner.sandbox.configure({"amazon": simulator.account_settings()})
        assert owner.sandbox.run("pull", "amazon").exit == 0
        before = owner.contents()
        first, second = (path for path, hash_ in before.items() if hash_ == digest.sha256)
        simulator.forget()
        first.unlink()
        second.rename(owner.library / "mine.jpg")
        assert sources(owner.repair()) == {"library"}
        assert owner.contents() == before
        first.unlink()
        assert sources(owner.repair()) == {"library"}
        assert owner.contents() == before
        assert simulator.counts["content"] == 0


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[LibraryOwner, AmazonSimulator, CloudDriveSimulator]]:
    """A photo and its copy at two services."""
    with AmazonSimulator(items=3, seed=2) as amazon, CloudDriveSimulator(items=2, seed=3) as drive:
        content = tmp_path / "photo"
        content.write_bytes(amazon.library.content_of(next(amazon.library.expected()).id))
        digest = digest_of(content)
        drive.library.receive(Upload(content, digest.size_bytes, digest.md5, digest.sha256), name="copy.jpg")
        owner = LibraryOwner(Sandbox(tmp_path / "user"))
        owner.sandbox.folder.mkdir()
        owner.sandbox.configure({"amazon": amazon.account_settings(), "drive": drive.account_settings()})
        assert owner.sandbox.run("pull").exit == 0
        yield owner, amazon, drive


def test_another_account_has_the_content(
    both: tuple[LibraryOwner, AmazonSimulator, CloudDriveSimulator],
) -> None:
    owner, amazon, drive = both
    before = owner.contents()
    (hash_,) = {each for each in before.values() if list(before.values()).count(each) == 2}
    for path in [path for path, each in before.items() if each == hash_]:
        path.unlink()
    amazon.faults.expired = Fault()
    drive.forget()
    result = owner.repair()
    assert {each["repaired_from"] for each in damage(result)} <= {"account: drive", "library: "} or sources(result)
    assert "account: drive" in {each["repaired_from"] for each in damage(result)}
    assert owner.contents() == before
    assert drive.counts["content"] == 1


def test_a_file_that_was_uploaded_stays_where_it_is(tmp_path: Path) -> None:
    with AmazonSimulator(items=2) as amazon, CloudDriveSimulator(items=0) as drive:
        owner = LibraryOwner(Sandbox(tmp_path))
        owner.sandbox.configure({"amazon": amazon.account_settings(), "drive": drive.account_settings()})
        assert owner.sandbox.run("pull", "amazon").exit == 0
        photo, *_ = owner.photos()
        mine = owner.library / "mine" / "own.jpg"
        mine.parent.mkdir()
        shutil.copyfile(photo, mine)
        assert owner.sandbox.run("push", "drive", str(mine)).number("saved") == 1
        before = owner.contents()
        photo.unlink()
        assert sources(owner.repair()) == {"library"}
        assert owner.contents() == before


def test_an_account_that_cannot_be_asked_does_not_stop_the_others(
    both: tuple[LibraryOwner, AmazonSimulator, CloudDriveSimulator],
) -> None:
    owner, amazon, _ = both
    for photo in owner.photos():
        photo.unlink()
    amazon.faults.expired = Fault()
    result = owner.verify("--repair")
    assert result.exit == 10
    left = [each for each in damage(result) if each["repaired_from"] is None]
    assert {each["account"] for each in left} == {"amazon"}
    assert len(left) == 2
    assert all("cookies" in str(each["error"]) for each in left)
    assert all(str(each["error"]).count("account 'amazon'") == 1 for each in left)
    assert "amazon" in str(result.summary["message"])
    amazon.faults.clear()
    owner.repair()


def test_what_no_source_has_stays_as_it_is(owner: LibraryOwner, simulator: AmazonSimulator) -> None:
    photo = owner.photos()[4]
    one_byte(owner.sandbox, photo)
    bad = sha256(photo)
    simulator.faults.not_found = Fault()
    result = owner.verify("--repair")
    assert result.exit == 10
    assert (result.number("damaged"), result.number("repaired")) == (1, 0)
    (finding,) = damage(result)
    assert finding["repaired_from"] is None
    assert "--from" in str(finding["error"])
    assert sha256(photo) == bad
    assert owner.damaged() == []
    simulator.faults.clear()


def test_another_content_at_the_provider_is_saved_as_a_pull_would(tmp_path: Path) -> None:
    with AmazonSimulator(items=5, seed=2) as simulator:
        owner = LibraryOwner(Sandbox(tmp_path))
        owner.sandbox.configure({"amazon": simulator.account_settings()}, exif="fix", artist="Ada")
        assert owner.sandbox.run("pull", "amazon").exit == 0
        photo = owner.photos()[0]
        (entry,) = owner.sandbox.run("why", str(photo)).objects
        simulator.library.change(str(entry["id"]))
        one_byte(owner.sandbox, photo)
        (finding,) = damage(owner.repair())
        assert (finding["finding"], finding["repaired_from"]) == ("different", "account: amazon")
        assert len(owner.damaged()) == 1
        assert owner.sandbox.run("pull", "amazon", "--full").number("saved") == 0
        assert owner.sandbox.run("audit", "amazon").exit == 0


def test_the_undo_record_of_a_content_that_nobody_has_is_not_needed_any_more(tmp_path: Path) -> None:
    with AmazonSimulator(items=2, seed=2) as simulator:
        owner = LibraryOwner(Sandbox(tmp_path))
        owner.sandbox.configure({"amazon": simulator.account_settings()}, exif="fix", artist="Ada")
        assert owner.sandbox.run("pull", "amazon").exit == 0
        for item in list(simulator.library.expected()):
            simulator.library.change(item.id)
        for path in owner.photos():
            one_byte(owner.sandbox, path)
        for record in (owner.library / ".photosync" / "undo").rglob("*.json"):
            record.write_bytes(b"")
        owner.repair()


def test_what_is_gone_at_the_provider_stays_gone(owner: LibraryOwner, tmp_path: Path) -> None:
    with AmazonSimulator(items=25, seed=2) as simulator:
        owner = LibraryOwner(Sandbox(tmp_path / "other"))
        owner.sandbox.folder.mkdir()
        owner.sandbox.configure({"amazon": simulator.account_settings()})
        owner.sandbox.run("pull", "amazon")
        backup, photo = owner.backup(), owner.photos()[0]
        (entry,) = owner.sandbox.run("why", str(photo)).objects
        simulator.library.remove(str(entry["id"]))
        owner.sandbox.run("pull", "amazon", "--full")
        photo.unlink()
        assert owner.verify("--repair").exit == 10
        owner.repair("--from", str(backup))
        (entry,) = owner.sandbox.run("why", str(photo)).objects
        assert entry["state"] == "gone"


@pytest.mark.parametrize(
    ("options", "message"),
    [(["--repair", "--from", "/nowhere/at/all"], "/nowhere/at/all"), (["--from", "."], "--repair")],
)
def test_wrong_usage(owner: LibraryOwner, options: list[str], message: str) -> None:
    photo = owner.photos()[0]
    photo.unlink()
    result = owner.sandbox.run("verify", *options)
    assert result.exit == 2
    assert message in result.stderr
    assert not photo.exists()


def test_a_library_that_is_right_is_not_changed(owner: LibraryOwner, simulator: AmazonSimulator) -> None:
    before = {path: path.stat().st_mtime_ns for path in owner.sandbox.files()}
    result = owner.repair("--from", str(owner.backup()))
    assert result.number("repaired") == 0
    assert {path: path.stat().st_mtime_ns for path in owner.sandbox.files()} == before
    assert simulator.counts["content"] == 0


def test_only_what_is_named(owner: LibraryOwner) -> None:
    first, second, *_ = owner.photos()
    for photo in (first, second):
        one_byte(owner.sandbox, photo)
    result = owner.verify(str(first), "--repair")
    assert (result.exit, result.number("repaired")) == (0, 1)
    assert owner.verify().number("damaged") == 1


@pytest.mark.parametrize("options", [["--quick"], ["--sample", "1%"]])
def test_a_check_of_names_and_sizes_is_enough_to_repair_what_is_missing(
    owner: LibraryOwner, options: list[str]
) -> None:
    before, (first, second, *_) = owner.contents(), owner.photos()
    first.unlink()
    renamed(owner.sandbox, second)
    result = owner.verify("--repair", *options)
    assert (result.exit, result.number("repaired")) == (0, 2)
    assert owner.contents() == before


def test_what_was_repaired_counts_as_read(owner: LibraryOwner) -> None:
    photo = owner.photos()[0]
    photo.unlink()
    owner.repair()
    with sqlite3.connect(owner.library / ".photosync" / "catalog.db") as catalog:
        rows = catalog.execute("SELECT reason, source FROM repairs").fetchall()
        unread = catalog.execute("SELECT count(*) FROM items WHERE verified_run IS NULL").fetchone()[0]
        (summary,) = catalog.execute(
            "SELECT summary FROM runs WHERE command = 'verify' ORDER BY run LIMIT 1"
        ).fetchone()
    catalog.close()
    assert rows == [("missing: absent", "account: amazon")]
    assert unread == 0
    assert json.loads(summary)["repaired"] == 1


def test_hidden_copies_stay_where_they_are(owner: LibraryOwner) -> None:
    photo = owner.photos()[0]
    renamed(owner.sandbox, photo)
    hidden = owner.library / ".stversions" / photo.name
    hidden.parent.mkdir()
    photo.with_name(f"my {photo.name}").rename(hidden)
    assert sources(owner.repair()) == {"library"}
    assert hidden.exists()
