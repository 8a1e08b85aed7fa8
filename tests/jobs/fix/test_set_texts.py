"""`photosync fix --set TAG=VALUE` and `--overwrite`: the real command on real files, read by other programs."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import piexif
import pytest

from photosync.testing.command import Sandbox
from tests.metadata.making import DATES, block, encoded, heic, mp4, photo, png, png_chunk, text, webp, xmp_segment
from tests.metadata.making import jpeg as jpeg_with

BOB = [text(0x010E, "OLYMPUS DIGITAL CAMERA"), text(0x013B, "Bob"), text(0x8298, "© Bob and his brothers")]
SETS = {"Artist": "Ada Łovelace", "Copyright": "© Ada", "ImageDescription": "At the sea", "CameraOwnerName": "Grandma"}


def arguments(**sets: str) -> list[str]:
    return [word for name, value in sets.items() for word in ("--set", f"{name}={value}")]


def exiftool(path: Path) -> dict[str, str]:
    names = [f"-EXIF:{name}" for name in ("Artist", "Copyright", "ImageDescription", "OwnerName", "UserComment")]
    command = ["exiftool", "-json", "-charset", "exif=utf8", *names, str(path)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    found = json.loads(done.stdout)[0]
    return {name.replace("Owner", "CameraOwner"): str(found[name]) for name in found if name != "SourceFile"}


FILES = {
    "JPEG": ("a.jpg", photo(block(BOB, exif=DATES))),
    "JPEG of a big-endian camera": ("a.jpg", photo(block(BOB, exif=DATES, order=">"))),
    "JPEG without Exif": ("a.jpg", jpeg_with()),
    "PNG": ("a.png", png(png_chunk(b"eXIf", block(BOB, exif=DATES)))),
    "WebP without Exif": ("a.webp", webp(extended=True)),
    "TIFF": ("a.tif", encoded("TIFF")),
}


@pytest.mark.parametrize("comment", ["by the lake", "am See, Übermut, 海"])
@pytest.mark.parametrize(("name", "content"), FILES.values(), ids=FILES)
def test_texts_are_written_read_by_exiftool_and_undone(
    sandbox: Sandbox, tmp_path: Path, name: str, content: bytes, comment: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    sets = {**SETS, "UserComment": comment}
    over = ("--overwrite", "artist,Copyright,imagedescription")
    result = sandbox.run("fix", str(path), *arguments(**sets), *over)
    assert (result.exit, result.number("fixed")) == (0, 1), result
    if shutil.which("exiftool"):
        assert exiftool(path) == sets
    written = path.read_bytes()
    assert sandbox.run("fix", str(path), *arguments(**sets), *over).number("untouched") == 1
    assert path.read_bytes() == written
    assert sandbox.run("fix", str(path), "--undo").number("undone") == 1
    assert path.read_bytes() == content


def test_what_is_there_is_written_over_only_when_asked_for(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(content := photo(block(BOB, exif=DATES)))
    result = sandbox.run("fix", str(path), *arguments(Artist="Ada", ImageDescription="At the sea"))
    assert result.number("untouched") == 1
    assert "--overwrite ImageDescription" in str(result.objects[0]["notes"])
    assert path.read_bytes() == content
    assert "--overwrite ImageDescription" in sandbox.text("fix", str(path), "--set", "ImageDescription=At the sea")
    result = sandbox.run("fix", str(path), "--set", "artist=Ada", "--set", "copyright=A", "--overwrite", "artist")
    change = {"field": "Artist", "before": "Bob", "after": "Ada", "why": "setting artist"}
    assert result.objects[0]["changes"] == [change]
    zeroth = piexif.load(str(path))["0th"]
    assert (zeroth[0x013B], zeroth[0x8298]) == (b"Ada", BOB[2][3].rstrip(b"\0"))


def test_blank_texts_of_cameras_are_missing(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    comment = (0x9286, 7, 40, b"ASCII\0\0\0" + b" " * 20 + bytes(12))
    path.write_bytes(photo(block([text(0x010E, " " * 31)], exif=[DATES[0], comment, DATES[1]])))
    assert sandbox.run("fix", str(path), *arguments(ImageDescription="A", UserComment="B")).number("fixed") == 1
    loaded = piexif.load(str(path))
    assert (loaded["0th"][0x010E], loaded["Exif"][0x9286]) == (b"A", b"ASCII\0\0\0B")


def test_a_name_in_xmp_stays_and_that_in_exif_is_written_over(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg_with(xmp := xmp_segment(dc_creator="Bob")))
    ask = ("fix", str(path), "--set", "artist=Ada")
    assert sandbox.run(*ask).number("untouched") == 1
    assert sandbox.run(*ask, "--overwrite", "artist").number("fixed") == 1
    assert piexif.load(str(path))["0th"][0x013B] == b"Ada"
    assert xmp in path.read_bytes()
    assert sandbox.run(*ask, "--overwrite", "artist").number("untouched") == 1


@pytest.mark.parametrize(("name", "content"), {"a.heic": heic(None), "a.gif": encoded("GIF"), "a.mp4": mp4()}.items())
def test_where_a_file_has_no_room_names_go_to_the_sidecar_and_other_texts_are_told(
    sandbox: Sandbox, tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    result = sandbox.run("fix", str(path), *arguments(Artist="Ada", UserComment="B"), "--overwrite", "artist")
    assert result.number("sidecar") == 1
    assert re.search(r"not written: [^(]*UserComment \(\w", str(result.objects[0]["notes"]))
    assert "Ada" in path.with_name(f"{name}.xmp").read_text()
    assert path.read_bytes() == content


def test_what_fits_is_written_over_in_a_file_that_may_not_grow(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "a.heic"
    path.write_bytes(content := heic(block(BOB, exif=DATES)))
    ask = ("fix", str(path), *arguments(Copyright="© Ada", ImageDescription="At the sea, in the evening"))
    result = sandbox.run(*ask, "--overwrite", "copyright,imagedescription")
    assert result.number("fixed") == 1
    assert "not written: ImageDescription (an Exif item may not change its length)" in str(result.objects[0]["notes"])
    assert len(path.read_bytes()) == len(content)
    assert "© Ada\0".encode() in path.read_bytes()
    assert sandbox.run("fix", str(path), "--undo").number("undone") == 1
    assert path.read_bytes() == content


def test_a_name_in_a_sidecar_stays_and_that_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(encoded("GIF"))
    assert sandbox.run("fix", str(path), "--set", "artist=Bob").number("sidecar") == 1
    result = sandbox.run("fix", str(path), "--set", "artist=Ada", "--overwrite", "artist")
    assert "not written: Artist (the sidecar has another one, which stays)" in str(result.objects[0]["notes"])
    assert "Bob" in path.with_name("a.gif.xmp").read_text()


def test_an_account_may_overwrite_what_its_cameras_write(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(photo(block(BOB, exif=DATES)))
    sandbox.configure({}, artist="Ada", overwrite=["artist"])
    assert sandbox.run("fix", str(path)).number("fixed") == 1
    assert piexif.load(str(path))["0th"][0x013B] == b"Ada"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--set", "Orientation=3"), "one of the tags ImageDescription, UserComment, CameraOwnerName"),
        (("--set", "ImageDescription="), "--set ImageDescription: expected plain text on one line"),
        (("--set", "UserComment=a\nb"), "--set UserComment: expected plain text on one line"),
        (("--set", f"CameraOwnerName={'x' * 1001}"), "expected at most 1,000 characters, not 1,001"),
        (("--set", f"artist={'x' * 1001}"), "expected at most 1,000 characters, not 1,001"),
        (("--set", "UserComment"), "--set UserComment: expected KEY=VALUE"),
        (("--set", "artist=A", "--overwrite", "artist,Model"), "expected one of Artist, Copyright, ImageDescription"),
        (("--overwrite", "artist"), "--overwrite Artist: there is nothing to write; expected --set Artist=TEXT"),
        (("--undo", "--overwrite", "artist"), "--undo undoes what was done"),
    ],
)
def test_a_wrong_tag_or_text_is_exit_2_and_says_what_was_expected(
    sandbox: Sandbox, tmp_path: Path, words: tuple[str, ...], problem: str
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(content := jpeg_with())
    result = sandbox.run("fix", str(path), *words)
    assert result.exit == 2
    assert problem in result.stderr
    assert path.read_bytes() == content
