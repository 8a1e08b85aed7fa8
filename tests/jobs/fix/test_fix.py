"""`photosync fix`: any folder, also one that no pull ever made. The real command on real files."""

import hashlib
import io
import signal
import subprocess
from pathlib import Path

import piexif
import pytest
from PIL import Image

from photosync.catalog import Catalog
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator


def jpeg(color: str = "teal") -> bytes:
    """A JPEG without a word about when it was taken."""
    content = io.BytesIO()
    Image.new("RGB", (32, 24), color).save(content, "JPEG")
    return content.getvalue()


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def date_of(path: Path) -> str:
    return str(piexif.load(str(path))["Exif"][piexif.ExifIFD.DateTimeOriginal].decode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Photos that no pull ever made: two can be fixed, one needs a sidecar, two are complete or no photos."""
    made = tmp_path / "photos"
    (made / "deep").mkdir(parents=True)
    (made / "IMG_20230405_123456.jpg").write_bytes(jpeg())
    (made / "deep" / "PXL_20230405_123456789.jpg").write_bytes(jpeg("navy"))
    gif = io.BytesIO()
    Image.new("P", (4, 4)).save(gif, "GIF")
    (made / "20230405_123456.gif").write_bytes(gif.getvalue())
    (made / "undated.jpg").write_bytes(jpeg("red"))
    (made / "notes.txt").write_text("no photo")
    return made


def test_a_folder_is_fixed_and_a_second_run_changes_nothing(sandbox: Sandbox, folder: Path) -> None:
    result = sandbox.run("fix", str(folder))
    assert result.exit == 0, result
    assert [result.number(word) for word in ("files", "fixed", "sidecar", "untouched", "failed")] == [5, 2, 1, 2, 0]
    assert date_of(folder / "IMG_20230405_123456.jpg") == "2023:04:05 12:34:56"
    assert "2023-04-05T12:34:56" in (folder / "20230405_123456.gif.xmp").read_text()
    before = contents(folder)
    again = sandbox.run("fix", str(folder))
    assert again.number("fixed") == 0
    assert contents(folder) == before


def test_a_dry_run_says_what_would_change_and_why(sandbox: Sandbox, folder: Path) -> None:
    before = contents(folder)
    result = sandbox.run("fix", str(folder), "--dry-run")
    (row,) = [row for row in result.objects if str(row.get("path", "")).endswith("IMG_20230405_123456.jpg")]
    assert row["outcome"] == "fixed"
    changes = {each["field"]: each for each in row["changes"]}  # type: ignore[attr-defined]
    assert changes["DateTimeOriginal"]["after"] == "2023:04:05 12:34:56"
    assert "name" in changes["DateTimeOriginal"]["why"]
    table = sandbox.text("fix", str(folder), "--dry-run")
    assert table.splitlines()[0].split() == ["FILE", "WHAT", "BEFORE", "AFTER", "WHY"]
    assert "DateTimeOriginal" in table
    assert contents(folder) == before


def test_undo_gives_every_byte_back(sandbox: Sandbox, folder: Path) -> None:
    before = contents(folder)
    sandbox.run("fix", str(folder))
    sandbox.run("fix", str(folder), "--set", "artist=Ada")
    assert contents(folder) != before
    moved = folder / "deep" / "moved.jpg"
    (folder / "IMG_20230405_123456.jpg").rename(moved)
    result = sandbox.run("fix", str(folder), "--undo")
    assert result.exit == 0, result
    moved.rename(folder / "IMG_20230405_123456.jpg")
    assert contents(folder) == before
    assert sandbox.run("fix", str(folder), "--undo").number("undone") == 0


def test_a_changed_sidecar_stays(sandbox: Sandbox, folder: Path) -> None:
    sandbox.run("fix", str(folder))
    sidecar = folder / "20230405_123456.gif.xmp"
    sidecar.write_text(sidecar.read_text().replace("2023-04", "2023-05"))
    sandbox.run("fix", str(folder), "--undo")
    assert "2023-05" in sidecar.read_text()


@pytest.mark.parametrize("name", ["IMG_20230405_123456.jpg.xmp", "IMG_20230405_123456.xmp"])
@pytest.mark.parametrize("date", ['exif:DateTimeOriginal="1962-07-01T12:00:00"', 'xmp:CreateDate="1962"'])
def test_no_date_is_written_that_anothers_sidecar_contradicts(
    sandbox: Sandbox, folder: Path, name: str, date: str
) -> None:
    (folder / name).write_text(
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" '
        f'xmlns:xmp="http://ns.adobe.com/xap/1.0/" {date}/></rdf:RDF></x:xmpmeta>'
    )
    photo, before = folder / "IMG_20230405_123456.jpg", contents(folder)
    for more in ((), ("--sidecar",)):
        assert sandbox.run("fix", str(photo), *more).number("untouched") == 1
    assert contents(folder) == before
    assert "a sidecar of the file has a date" in sandbox.text("why", str(photo))


def test_our_own_sidecar_is_no_reason_to_leave_a_file_alone(sandbox: Sandbox, folder: Path) -> None:
    photo = folder / "IMG_20230405_123456.jpg"
    sandbox.run("fix", str(photo), "--sidecar")
    assert sandbox.run("fix", str(photo)).number("fixed") == 1


def test_settings_for_one_run(sandbox: Sandbox, folder: Path) -> None:
    photo = folder / "undated.jpg"
    assert sandbox.run("fix", str(photo), "--set", "artist=Ada", "--set", "copyright=© Ada").number("fixed") == 1
    assert piexif.load(str(photo))["0th"][piexif.ImageIFD.Artist] == b"Ada"
    other = folder / "IMG_20230405_123456.jpg"
    before = other.read_bytes()
    result = sandbox.run("fix", str(other), "--sidecar")
    assert (result.number("fixed"), result.number("sidecar")) == (0, 1)
    assert other.read_bytes() == before


def test_links_are_not_followed_and_other_names_keep_the_old_content(sandbox: Sandbox, folder: Path) -> None:
    photo = folder / "IMG_20230405_123456.jpg"
    before = photo.read_bytes()
    (folder / "link.jpg").symlink_to(photo)
    (folder / "other.jpg").hardlink_to(photo)
    linked = sandbox.run("fix", str(folder / "link.jpg"))
    assert "symbolic link" in str(linked.objects[0]["notes"])
    assert photo.read_bytes() == before
    result = sandbox.run("fix", str(photo))
    assert "hard links" in str(result.objects[0]["notes"])
    assert photo.read_bytes() != before
    assert (folder / "other.jpg").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere",), "does not exist"),
        ((".", "--set", "rating=5"), "expected KEY=VALUE"),
        ((".", "--set", "time_zone=Moon/Crater"), "time zone"),
        ((".", "--set", "sidecar_name=tail"), "--set"),
        ((".", "--undo", "--sidecar"), "--undo"),
    ],
)
def test_bad_input_is_reported_and_nothing_is_done(
    sandbox: Sandbox, folder: Path, arguments: tuple[str, ...], words: str
) -> None:
    before = contents(folder)
    result = sandbox.run("fix", *arguments)
    assert result.exit == 2, result
    assert words in result.stderr
    assert contents(folder) == before


# In a library


@pytest.fixture
def pulled(tmp_path: Path, simulator: AmazonSimulator) -> Sandbox:
    made = Sandbox(tmp_path)
    made.configure({"amazon": simulator.account_settings()})
    assert made.run("pull", "amazon").exit == 0
    return made


def sums_hold(sandbox: Sandbox) -> bool:
    command = ["sha256sum", "-c", "--quiet", "--strict", "SHA256SUMS"]
    return subprocess.run(command, cwd=sandbox.library, check=False, capture_output=True).returncode == 0


def test_a_library_is_fixed_with_what_the_service_said_and_its_records_stay_right(pulled: Sandbox) -> None:
    before = pulled.hashes()
    result = pulled.run("fix", str(pulled.library))
    assert result.exit == 0, result
    assert result.number("fixed") > 0
    assert sums_hold(pulled)
    assert pulled.run("status").objects[0]["fixed"] == result.number("fixed")
    assert pulled.run("pull", "amazon", "--full").number("saved") == 0
    assert pulled.run("fix", str(pulled.library), "--undo").number("undone") == result.number("fixed")
    assert pulled.hashes() == before
    assert sums_hold(pulled)
    assert pulled.run("status").objects[0]["fixed"] == 0


def test_the_position_of_the_service_is_written_on_request(pulled: Sandbox) -> None:
    def with_position() -> list[Path]:
        jpegs = [path for path in pulled.files() if path.suffix.lower() in (".jpg", ".jpeg")]
        return [path for path in jpegs if piexif.load(path.read_bytes())["GPS"]]

    assert pulled.run("fix", str(pulled.library)).exit == 0
    assert with_position() == []
    assert pulled.run("fix", str(pulled.library), "--set", "write_gps=true").exit == 0
    assert with_position() != []


def test_sidecars_in_a_library_are_in_the_list_and_go_again(pulled: Sandbox) -> None:
    before = pulled.files()
    result = pulled.run("fix", str(pulled.library), "--sidecar")
    assert result.number("sidecar") == len(pulled.files()) - len(before) > 0
    assert sums_hold(pulled)
    assert ".xmp" in (pulled.library / "SHA256SUMS").read_text()
    pulled.run("fix", str(pulled.library), "--undo")
    assert pulled.files() == before
    assert ".xmp" not in (pulled.library / "SHA256SUMS").read_text()


def test_a_damaged_file_is_not_covered_up(pulled: Sandbox) -> None:
    photo = next(path for path in pulled.files() if path.suffix.lower() == ".jpg")
    photo.write_bytes(photo.read_bytes() + b"rotten")
    result = pulled.run("fix", str(photo), "--set", "artist=Ada")
    assert result.number("fixed") == 1
    assert "not as it was saved" in str(result.objects[0]["notes"])
    assert not sums_hold(pulled)


def test_killed_in_between_the_next_run_settles_it(pulled: Sandbox) -> None:
    for files in (3, 10):
        process = pulled.start("fix", str(pulled.library), "--set", "artist=Ada")
        assert process.stdout is not None
        for _ in range(files):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        assert pulled.run("pull", "amazon", "--full").number("saved") == 0
        assert sums_hold(pulled)
    assert pulled.run("fix", str(pulled.library), "--set", "artist=Ada").exit == 0
    assert sums_hold(pulled)


@pytest.mark.parametrize("happened", [True, False])
def test_what_a_killed_run_had_begun_is_settled_by_the_next_pull(pulled: Sandbox, happened: bool) -> None:
    row = pulled.run("list", "amazon", "--saved").objects[0]
    photo = pulled.library / str(row["path"])
    after = photo.read_bytes() + b"fixed"
    catalog = Catalog.open(pulled.library / ".photosync" / "catalog.db")
    catalog.sums.set_state("", "")
    catalog.fixes.intend("amazon", str(row["id"]), hashlib.sha256(after).hexdigest(), len(after), None)
    catalog.close()
    if happened:
        photo.write_bytes(after)
    assert pulled.run("pull", "amazon").exit == 0
    assert sums_hold(pulled)
    assert pulled.run("status").objects[0]["fixed"] == happened


def test_a_damaged_record_fails_its_file_and_no_other(sandbox: Sandbox, folder: Path) -> None:
    sandbox.run("fix", str(folder))
    photo = folder / "IMG_20230405_123456.jpg"
    fixed = photo.read_bytes()
    (record,) = sandbox.home.rglob(f"{sha256(photo)}-*.json")
    record.write_text("{}")
    result = sandbox.run("fix", str(folder), "--undo")
    assert (result.exit, result.number("failed"), result.number("undone")) == (3, 1, 2)
    assert "cannot be read" in result.stderr
    assert photo.read_bytes() == fixed
