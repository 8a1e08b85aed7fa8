"""What `exif: fix` does while photos are pulled: dates are filled in, and nothing else changes for anybody."""

import hashlib
import json
import subprocess
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import piexif
import pytest

from photosync.library import UndoRecords
from photosync.metadata import undo
from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator


@pytest.fixture(scope="module")
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=80, seed=11, years=(2022, 2023)) as running:
        yield running


@pytest.fixture
def sandbox(tmp_path: Path, simulator: AmazonSimulator) -> Sandbox:
    made = Sandbox(tmp_path)
    made.configure({"amazon": simulator.account_settings()}, exif="fix")
    simulator.forget()
    return made


def delivered(simulator: AmazonSimulator) -> list[str]:
    return sorted(item.md5 for item in simulator.library.expected())


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def fixed(simulator: AmazonSimulator, sandbox: Sandbox) -> list[Path]:
    """The files that are not as they were delivered."""
    known = set(delivered(simulator))
    return [path for path in sandbox.files() if md5(path.read_bytes()) not in known]


def check_sums(sandbox: Sandbox) -> None:
    """The archive can be checked without this program, and every file is in the list."""
    done = subprocess.run(
        ["sha256sum", "-c", "--quiet", "--strict", "SHA256SUMS"],
        cwd=sandbox.library,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    listed = {line.split("  ", 1)[1] for line in (sandbox.library / "SHA256SUMS").read_text().splitlines()}
    files = [*sandbox.files(), *sandbox.made()]
    assert listed == {str(path.relative_to(sandbox.library)) for path in files}


def test_photos_without_a_date_get_one_and_the_rest_stays(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    result = sandbox.run("pull", "amazon")
    result.check_totals()
    assert result.exit == 0
    changed = fixed(simulator, sandbox)
    assert result.number("fixed") == len(changed) > 0
    for path in changed:
        date = piexif.load(str(path))["Exif"][piexif.ExifIFD.DateTimeOriginal].decode()
        year, month = path.relative_to(sandbox.library).parts[1:3]
        assert date.startswith(f"{year}:{month}:")
    check_sums(sandbox)


def test_every_fixed_file_can_be_undone(simulator: AmazonSimulator, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.run("pull", "amazon")
    records = UndoRecords(sandbox.library / ".photosync" / "undo")
    for path in fixed(simulator, sandbox):
        (record,) = records.find(hashlib.sha256(path.read_bytes()).hexdigest()).values()
        assert md5(undo(path, record, tmp_path).read_bytes()) in delivered(simulator)
    status = sandbox.run("status").objects[0]
    assert status["fixed"] == len(fixed(simulator, sandbox))


def test_a_fixed_file_is_not_downloaded_again(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    sandbox.run("pull", "amazon")
    before = sandbox.hashes()
    simulator.forget()
    for options in ([], ["--full"]):
        again = sandbox.run("pull", "amazon", *options)
        again.check_totals()
        assert (again.number("saved"), again.number("fixed")) == (0, 0)
    assert simulator.counts["content"] == 0
    assert sandbox.hashes() == before


def test_a_fixed_file_that_was_removed_comes_back_the_same(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    sandbox.run("pull", "amazon")
    before = sandbox.hashes()
    fixed(simulator, sandbox)[0].unlink()
    again = sandbox.run("pull", "amazon")
    assert (again.number("saved"), again.number("fixed")) == (1, 1)
    assert sandbox.hashes() == before
    check_sums(sandbox)


def has_files(sandbox: Sandbox, count: int) -> bool:
    return len(sandbox.files()) >= count


def test_killed_at_any_time_it_leaves_no_second_file(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    simulator.faults.latency = Fault(value=0.02)
    try:
        for files in (5, 20, 40):
            process = sandbox.start("pull", "amazon")
            assert simulator.wait_for(partial(has_files, sandbox, files))
            process.kill()
            process.communicate(timeout=60)
    finally:
        simulator.faults.latency = None
    result = sandbox.run("pull", "amazon")
    assert result.exit == 0
    assert len(sandbox.files()) == 80
    assert sandbox.leftovers() == []
    check_sums(sandbox)


def test_a_catalog_that_was_lost_does_not_double_fixed_files(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    sandbox.run("pull", "amazon")
    before = sandbox.hashes()
    for path in (sandbox.library / ".photosync").glob("catalog.db*"):
        path.unlink()
    again = sandbox.run("pull", "amazon")
    again.check_totals()
    assert again.exit == 0
    assert sandbox.hashes() == before
    check_sums(sandbox)


def sidecars(sandbox: Sandbox) -> list[Path]:
    return [path for path in sandbox.files() if path.suffix == ".xmp"]


def configure(simulator: AmazonSimulator, sandbox: Sandbox, **settings: object) -> None:
    sandbox.configure({"amazon": simulator.account_settings()}, **settings)


def test_sidecars_in_place_of_changes(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    configure(simulator, sandbox, exif="sidecar")
    result = sandbox.run("pull", "amazon")
    assert result.number("fixed") == 0
    found = sidecars(sandbox)
    assert found
    for path in found:
        photo = path.with_suffix("")
        assert md5(photo.read_bytes()) in delivered(simulator)
        year, month = path.relative_to(sandbox.library).parts[1:3]
        assert f"<exif:DateTimeOriginal>{year}-{month}-" in path.read_text()
    check_sums(sandbox)
    assert sandbox.run("pull", "amazon", "--full").number("saved") == 0
    check_sums(sandbox)


def test_an_existing_sidecar_is_added_to_and_never_overwritten(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    configure(simulator, sandbox, exif="sidecar")
    sandbox.run("pull", "amazon")
    path = sidecars(sandbox)[0]
    wanted = path.read_text()
    mine = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="5"/></rdf:RDF></x:xmpmeta>'
    )
    path.write_text(mine)
    path.with_suffix("").unlink()
    assert sandbox.run("pull", "amazon").number("saved") == 1
    assert 'xmp:Rating="5"' in path.read_text()
    assert "exif:DateTimeOriginal" in path.read_text()
    assert path.read_text() != wanted
    check_sums(sandbox)


def test_off_leaves_every_byte_alone(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    result = sandbox.run("pull", "amazon", "--no-exif")
    assert result.number("fixed") == 0
    assert sorted(sandbox.hashes().elements()) == delivered(simulator)


def test_an_artist_is_written_where_none_is_named(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    configure(simulator, sandbox, exif="fix", artist="Ada Lövelace", copyright="© Ada")
    result = sandbox.run("pull", "amazon", "--limit", "20", "--kind", "photo")
    assert result.number("fixed") == 20
    for path in sandbox.files():
        assert piexif.load(str(path))["0th"][piexif.ImageIFD.Artist].decode() == "Ada Lövelace"
    check_sums(sandbox)


def test_an_item_that_changed_takes_its_sidecar_to_the_trash(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    configure(simulator, sandbox, exif="sidecar")
    sandbox.run("pull", "amazon")
    rows: list[Mapping[str, object]] = list(sandbox.run("list", "amazon", "--saved").objects)
    beside = {str(path.relative_to(sandbox.library).with_suffix("")) for path in sidecars(sandbox)}
    row = next(row for row in rows if row["path"] in beside)
    simulator.library.change(str(row["id"]))
    result = sandbox.run("pull", "amazon", "--full")
    assert result.number("saved") == 1
    trash = [path.name for path in (sandbox.library / ".photosync" / "trash").rglob("*") if path.is_file()]
    name = Path(str(row["path"])).name
    assert sorted(trash) == [name, f"{name}.xmp"]
    assert json.dumps(row["path"]) not in trash
    check_sums(sandbox)


def test_the_services_place_is_written_on_request_alone(tmp_path: Path) -> None:
    with AmazonSimulator(items=40, seed=4, years=(2023,)) as simulator:
        places = {}
        for write_gps in (False, True):
            sandbox = Sandbox(tmp_path / str(write_gps))
            sandbox.configure({"amazon": simulator.account_settings()}, exif="fix", write_gps=write_gps)
            assert sandbox.run("pull", "amazon").exit == 0
            places[write_gps] = [path for path in sandbox.files() if _gps(path)]
    assert places[False] == []
    assert places[True] != []


def _gps(path: Path) -> dict[int, object]:
    if path.suffix.lower() not in (".jpg", ".jpeg"):
        return {}
    found: dict[int, object] = piexif.load(path.read_bytes())["GPS"]
    return found
