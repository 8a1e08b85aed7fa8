"""Sidecars, undo records and SHA256SUMS: made again, or from another folder."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.repair.library_owner import LibraryOwner, damage, sources

Change = Callable[[Path], object]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def rubbish(path: Path) -> None:
    path.write_bytes(b"\xff\x00" * 100)


CHANGES: list[Change] = [cut, empty, rubbish, a_folder, Path.unlink]


@pytest.fixture
def sidecars(tmp_path: Path, simulator: AmazonSimulator) -> LibraryOwner:
    """A library whose missing data is in sidecars."""
    owner = LibraryOwner(Sandbox(tmp_path))
    owner.sandbox.configure({"amazon": simulator.account_settings()}, exif="sidecar", artist="Ada")
    assert owner.sandbox.run("pull", "amazon").exit == 0
    simulator.forget()
    return owner


def some_sidecar(owner: LibraryOwner) -> Path:
    return next(path for path in owner.sandbox.files() if path.suffix == ".xmp")


def undo_records(owner: LibraryOwner) -> list[Path]:
    return sorted((owner.library / ".photosync" / "undo").rglob("*-*.json"))


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("has_backup", [True, False])
def test_a_sidecar(sidecars: LibraryOwner, change: Change, has_backup: bool, simulator: AmazonSimulator) -> None:
    before = sidecars.contents()
    options = ["--from", str(sidecars.backup())] if has_backup else []
    change(some_sidecar(sidecars))
    result = sidecars.repair(*options)
    assert sources(result) == {"folder" if has_backup else "made again from the photo"}
    assert sidecars.contents() == before
    assert simulator.counts["content"] == 0


def test_a_sidecar_and_its_photo(sidecars: LibraryOwner) -> None:
    before, sidecar = sidecars.contents(), some_sidecar(sidecars)
    photo = sidecar.with_suffix("")
    sidecar.unlink()
    photo.unlink()
    assert sources(sidecars.repair()) == {"account", "made again from the photo"}
    assert sidecars.contents() == before


def test_a_sidecar_by_other_settings(sidecars: LibraryOwner, simulator: AmazonSimulator) -> None:
    sidecar = some_sidecar(sidecars)
    sidecars.sandbox.configure({"amazon": simulator.account_settings()}, exif="sidecar", artist="Grace")
    sidecar.unlink()
    sidecars.repair()
    assert b"Grace" in sidecar.read_bytes()
    assert sidecars.sandbox.run("fix", str(sidecar.with_suffix("")), "--undo").exit == 0
    assert not sidecar.exists()


def test_what_another_program_writes_to_a_sidecar_stays(sidecars: LibraryOwner) -> None:
    backup, sidecar = sidecars.backup(), some_sidecar(sidecars)
    edited = sidecar.read_text().replace('x:xmptk="photosync"', 'x:xmptk="Other 1.0"')
    edited = edited.replace(
        "</rdf:RDF>", '<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="5"/></rdf:RDF>'
    )
    sidecar.write_text(edited)
    (finding,) = damage(sidecars.repair("--from", str(backup)))
    assert (finding["finding"], finding["reason"]) == ("different", "edited")
    assert sidecar.read_text() == edited
    assert sidecars.damaged() == []


def test_the_users_own_sidecar_comes_from_a_backup_alone(tmp_path: Path) -> None:
    with AmazonSimulator(items=0, seed=7, years=(2021,)) as simulator:
        simulator.library.add(1, missing=frozenset({"taken"}))
        owner = LibraryOwner(Sandbox(tmp_path))
        owner.sandbox.configure({"amazon": simulator.account_settings()})
        owner.sandbox.run("pull", "amazon")
        (photo,) = owner.photos()
        sidecar = photo.with_name(f"{photo.name}.xmp")
        sidecar.write_text(
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="5"/>'
            "</rdf:RDF></x:xmpmeta>"
        )
        assert owner.sandbox.run("fix", str(photo), "--sidecar", "--set", "artist=Ada").exit == 0
        before, backup = owner.contents(), owner.backup()
        empty(sidecar)
        result = owner.verify("--repair")
        assert result.exit == 10
        assert "another program" in str(damage(result)[0]["error"])
        assert sources(owner.repair("--from", str(backup))) == {"folder"}
        assert owner.contents() == before
        (record,) = undo_records(owner)
        cut(record)
        assert owner.verify("--repair").exit == 10
        assert sources(owner.repair("--from", str(backup))) == {"folder"}
        assert undo_records(owner) == [record]


def test_the_record_that_the_program_made_a_sidecar(sidecars: LibraryOwner) -> None:
    before = undo_records(sidecars)
    for record in before:
        record.unlink()
    assert sources(sidecars.repair()) == {"the catalog"}
    assert undo_records(sidecars) == before


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("source", ["folder", "account"])
def test_an_undo_record(owner: LibraryOwner, change: Change, source: str, simulator: AmazonSimulator) -> None:
    before = owner.contents()
    options = ["--from", str(owner.backup())] if source == "folder" else []
    records = {path: path.read_bytes() for path in undo_records(owner)}
    change(next(iter(records)))
    result = owner.repair(*options)
    assert sources(result) == {source}
    assert {path: path.read_bytes() for path in undo_records(owner)} == records
    assert owner.contents() == before
    assert (simulator.counts["content"] > 0) == (source == "account")


def test_an_undo_record_and_its_photo(owner: LibraryOwner) -> None:
    before = owner.contents()
    for path in owner.photos():
        path.unlink()
    shutil.rmtree(owner.library / ".photosync" / "undo")
    result = owner.repair()
    assert sources(result) == {"account", "made again with the photo"}
    assert owner.contents() == before


def test_an_undo_record_that_nobody_has(owner: LibraryOwner, simulator: AmazonSimulator) -> None:
    undo_records(owner)[0].unlink()
    simulator.faults.not_found = Fault()
    result = owner.verify("--repair")
    assert (result.exit, result.number("repaired")) == (10, 0)
    simulator.faults.clear()


def change_a_line(path: Path) -> None:
    text = path.read_text()
    path.write_text(("0" if text[0] != "0" else "1") + text[1:])


def no_hash(path: Path) -> None:
    path.write_bytes(b"x" + path.read_bytes()[1:])


def no_name(path: Path) -> None:
    text = path.read_text()
    path.write_text(text.replace(".JPG", "", 1))


@pytest.mark.parametrize("change", [change_a_line, no_hash, no_name, *CHANGES])
def test_the_list(owner: LibraryOwner, change: Change, simulator: AmazonSimulator) -> None:
    path = owner.library / "SHA256SUMS"
    before = path.read_text()
    change(path)
    if path.is_dir():
        result = owner.verify("--repair")
        assert result.exit == 6
        assert "SHA256SUMS" in str(result.summary["message"])
        path.rmdir()
    else:
        assert sources(owner.repair()) == {"the catalog"}
        assert path.read_text() == before
    assert simulator.counts["content"] == 0


def test_lines_of_the_user_stay(owner: LibraryOwner) -> None:
    path, mine = owner.library / "SHA256SUMS", owner.library / "mine.txt"
    mine.write_text("mine")
    own = f"# mine\n{'a' * 64}  mine.txt\n"
    path.write_text(own)
    result = owner.verify("--repair")
    assert result.exit == 10
    left = [each for each in damage(result) if each["repaired_from"] is None]
    assert [each["path"] for each in left] == ["mine.txt"]
    assert path.read_text().startswith(own)
    assert mine.read_text() == "mine"
