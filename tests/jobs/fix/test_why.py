"""`photosync why`: every time that a file had to choose from, and what was made of it."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import piexif
import pytest
from PIL import Image

from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator


@pytest.fixture
def sandbox(tmp_path: Path, simulator: AmazonSimulator) -> Sandbox:
    made = Sandbox(tmp_path)
    made.configure({"amazon": simulator.account_settings()}, exif="fix")
    return made


def why(sandbox: Sandbox, target: object) -> Mapping[str, object]:
    result = sandbox.run("why", str(target))
    assert result.exit == 0, result
    (told,) = result.objects
    return told


def candidates(told: Mapping[str, object]) -> list[Mapping[str, object]]:
    return cast("list[Mapping[str, object]]", told["candidates"])


def photo(path: Path, date: str | None = None) -> Path:
    content = io.BytesIO()
    exif = piexif.dump({"Exif": {piexif.ExifIFD.DateTimeOriginal: date}} if date else {})
    Image.new("RGB", (8, 8)).save(content, "JPEG", exif=exif)
    path.write_bytes(content.getvalue())
    return path


def test_a_file_without_an_account_has_candidates(sandbox: Sandbox, tmp_path: Path) -> None:
    told = why(sandbox, photo(tmp_path / "IMG_20230405_123456.jpg", "1980:01:01 00:00:00"))
    exif, name = candidates(told)
    assert (exif["rank"], exif["won"], exif["source"]) == (1, False, "Exif DateTimeOriginal")
    assert exif["doubt"]
    assert (name["rank"], name["won"], name["reading"]) == (7, True, "2023-04-05T12:34:56")
    assert told["account"] is None


def test_what_we_wrote_does_not_pass_for_the_cameras(sandbox: Sandbox, tmp_path: Path) -> None:
    path = photo(tmp_path / "IMG_20230405_123456.jpg")
    assert why(sandbox, path)["done"] is False
    sandbox.run("fix", str(path))
    told = why(sandbox, path)
    assert [each["rank"] for each in candidates(told) if each["won"]] == [7]
    assert (told["outcome"], told["done"]) == ("fixed", True)
    assert "DateTimeOriginal" in str(told["changes"])


def test_a_file_of_the_library_tells_where_it_came_from(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    sandbox.run("pull", "amazon")
    row = next(
        each for each in sandbox.run("list", "amazon", "--saved").objects
        if "'field': 'DateTimeOriginal'" in str(why(sandbox, sandbox.library / str(each["path"]))["changes"])
    )  # fmt: skip
    path = sandbox.library / str(row["path"])
    told = why(sandbox, path)
    assert (told["account"], told["id"], told["state"]) == ("amazon", row["id"], "saved")
    delivered, stored = (cast("Mapping[str, object]", told[key]) for key in ("delivered", "stored"))
    assert delivered["md5"] in {item.md5 for item in simulator.library.expected()}
    assert delivered["sha256"] != stored["sha256"]
    assert [each["source"] for each in candidates(told) if each["won"]] == ["provider"]
    assert str(row["path"]) in str(told["place"])
    assert why(sandbox, row["id"]) == told
    text = sandbox.text("why", str(path))
    assert "* 6" in text
    assert "DateTimeOriginal: - ->" in text


def test_a_position_that_fix_would_write_is_reported(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    sandbox.run("pull", "amazon", "--no-exif")
    sandbox.configure({"amazon": simulator.account_settings()}, exif="fix", write_gps=True)
    saved = sandbox.run("list", "amazon", "--saved").objects
    told = (why(sandbox, sandbox.library / str(row["path"])) for row in saved)
    assert any("'field': 'GPSLatitude'" in str(each["changes"]) and not each["done"] for each in told)


def test_an_item_that_failed_says_why(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    simulator.faults.not_found = Fault(after=5)
    try:
        result = sandbox.run("pull", "amazon")
    finally:
        simulator.faults.not_found = None
    failure = result.errors[0]
    told = why(sandbox, failure["id"])
    assert (told["state"], told["reason"], told["path"]) == ("failed", failure["reason"], None)
    assert told["error"] == failure["error"]


def test_an_unknown_file_is_reported(sandbox: Sandbox) -> None:
    result = sandbox.run("why", "nothing-of-the-kind")
    assert result.exit == 2
    assert "no item with that id" in result.stderr
