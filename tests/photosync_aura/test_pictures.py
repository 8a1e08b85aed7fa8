"""What of a picture reaches a frame: its size, its orientation, its time; and reduced copies."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from photosync_aura.simulator import KITCHEN
from tests.photosync_aura.frame_owner import OwnerOf
from tests.photosync_aura.photo_sender import SAMPLES, Sender

TOO_MUCH = bytes(10_000_000)
"""Behind the end of a JPEG, where no decoder looks: a picture that is too large."""
LANDSCAPE = SAMPLES / "orientation" / "Landscape_6.jpg"

with_samples = pytest.mark.skipif(not LANDSCAPE.exists(), reason="the sample photos are not here")


@pytest.fixture
def sender(owner_of: OwnerOf) -> Sender:
    """A user with an empty frame."""
    return Sender(owner_of())


def reasons(sender: Sender, *options: str) -> dict[str, str]:
    """Push, and say why files failed, by their names."""
    result = sender.owner.push("kitchen", str(sender.photos), *options)
    return {Path(error["name"]).name: error["reason"] for error in result.errors}


def lay_sample(sender: Sender, name: str, more: bytes = b"") -> bytes:
    """A copy of a sample, with more behind its end; its content."""
    content = (SAMPLES / name).read_bytes() + more
    sender.lay_file(Path(name).name, content)
    return content


def stored(sender: Sender) -> bytes:
    """The only picture that arrived."""
    return sender.simulator.desk.stored[str(sender.update["file_name"])].content()


def decoded(content: bytes) -> Image.Image:
    """A picture, decoded."""
    return Image.open(io.BytesIO(content))


def painted(size: tuple[int, int], format_: str, **options: object) -> bytes:
    """A picture in one colour."""
    made = io.BytesIO()
    Image.new("RGB", size, (30, 90, 200)).save(made, format_, **options)
    return made.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A whole PNG of a few bytes that claims to be huge."""

    def chunk(type_: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + type_ + content + struct.pack(">I", zlib.crc32(type_ + content))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(100_000))) + chunk(b"IEND", b"")


# As they are


@with_samples
@pytest.mark.parametrize(
    ("name", "size", "orientation", "uti"),
    [
        ("orientation/Landscape_6.jpg", (1200, 1800), 6, "public.jpeg"),
        ("metadata-extractor/IMG_2927.HEIC", (3024, 4032), 1, "public.heic"),
        ("immich/density_plot.png", (800, 800), 1, "public.png"),
        ("libavif/apple_gainmap_new.jpg", (384, 512), 1, "public.jpeg"),
        ("metadata-extractor/issue_121.jpg", (164, 144), 1, "public.jpeg"),
    ],
)
def test_a_picture_goes_up_as_it_is(
    sender: Sender, name: str, size: tuple[int, int], orientation: int, uti: str
) -> None:
    content = lay_sample(sender, name)
    assert reasons(sender, "--resize") == {}
    update = sender.update
    assert (update["width"], update["height"], update["orientation"], update["data_uti"]) == (*size, orientation, uti)
    assert base64.b64decode(str(update["md5_hash"])) == hashlib.md5(content).digest()
    assert stored(sender) == content
    (identifier,) = sender.simulator.frame_contents(KITCHEN)
    assert identifier == f"photosync-{hashlib.sha256(content).hexdigest()[:32]}"


def test_heic_that_has_to_be_turned(sender: Sender) -> None:
    def box(type_: bytes, content: bytes) -> bytes:
        return struct.pack(">I", 8 + len(content)) + type_ + content

    properties = box(b"ispe", struct.pack(">III", 0, 400, 300)) + box(b"irot", b"\x03")
    meta = (
        box(b"hdlr", bytes(4) + b"\0\0\0\0pict" + bytes(13))
        + box(b"pitm", bytes(4) + b"\0\x07")
        + box(
            b"iprp",
            box(b"ipco", box(b"ispe", struct.pack(">III", 0, 64, 64)) + properties)
            + box(b"ipma", bytes(4) + struct.pack(">IHBBHBBB", 2, 3, 1, 1, 7, 2, 2, 0x83)),
        )
    )
    sender.lay_file("turned.heic", box(b"ftyp", b"heic\0\0\0\0heicmif1") + box(b"meta", bytes(4) + meta))
    sender.lay_file("odd.heic", box(b"ftyp", b"heic\0\0\0\0heicmif1") + box(b"meta", bytes(4) + meta[:-3]))
    assert reasons(sender) == {"odd.heic": "unsupported"}
    assert (sender.update["width"], sender.update["height"], sender.update["orientation"]) == (400, 300, 6)


@with_samples
def test_what_a_frame_does_not_take(sender: Sender) -> None:
    samples = {
        "metadata-extractor/with-gps.mp4": "unsupported",
        "metadata-extractor/Issue_201.gif": "unsupported",
        "commons-imaging/_DSC6099.webp": "unsupported",
        "exiftool/ExifTool.tif": "unsupported",
        "exiftool/CanonRaw.cr2": "unsupported",
        "metadata-extractor/NegativeArraySizeException.HeifReader.processBoxes.heif": "unsupported",
        "metadata-extractor/beach.jpg": "not_media",
    }
    for name in samples:
        lay_sample(sender, name)
    result = sender.owner.push("kitchen", str(sender.photos))
    assert result.exit == 3
    assert {Path(error["name"]).name: error["reason"] for error in result.errors} == {
        Path(name).name: reason for name, reason in samples.items()
    }
    told = {Path(error["name"]).name: error["error"] for error in result.errors}
    assert all("--resize" in told[name] for name in ("Issue_201.gif", "_DSC6099.webp", "ExifTool.tif"))
    assert "a video" in told["with-gps.mp4"]
    assert sender.simulator.counts["changes"] == 0, "nothing is announced in vain"
    assert reasons(sender, "--resize").keys() == {
        *("with-gps.mp4", "CanonRaw.cr2", "beach.jpg"),
        "NegativeArraySizeException.HeifReader.processBoxes.heif",
    }
    assert len(sender.simulator.desk.stored) == 3


def test_broken_pictures_and_bombs_do_no_harm(sender: Sender) -> None:
    whole = painted((640, 480), "JPEG")
    bombs = {"bomb.png": bomb(40_000, 40_000), "large bomb.png": bomb(12_000, 12_000) + TOO_MUCH}
    broken = {"half.jpg": whole[: len(whole) // 2], "no head.jpg": b"\xff\xd8\xff\xe1" + TOO_MUCH}
    for name, content in (bombs | broken).items():
        sender.lay_file(name, content)
    assert reasons(sender, "--resize") == {
        "bomb.png": "too_large",
        "large bomb.png": "too_large",
        "half.jpg": "not_media",
        "no head.jpg": "not_media",
    }
    assert sender.simulator.counts["changes"] == 0


def test_a_stereo_picture_becomes_a_plain_one(sender: Sender) -> None:
    made = io.BytesIO()
    left, right = (Image.new("RGB", (320, 240), colour) for colour in ("red", "blue"))
    left.save(made, "MPO", save_all=True, append_images=[right])
    # Pillow writes an entry of no type; a camera says that there are several views (CIPA DC-007, 5.2.3.3.1).
    content = made.getvalue()
    at = content.index(struct.pack("<II", 0x030000, content.index(b"\xff\xd9") + 2))
    content = content[:at] + struct.pack("<I", 0x020002) + content[at + 4 :]
    sender.lay_file("stereo.jpg", content)
    assert reasons(sender) == {"stereo.jpg": "unsupported"}
    assert reasons(sender, "--resize") == {}
    sent = stored(sender)
    image = decoded(sent)
    assert b"MPF\0" not in sent
    assert image.size == (320, 240)
    red, _, blue = ImageStat.Stat(image.convert("RGB")).mean
    assert red > 200
    assert blue < 50


# Reduced


@with_samples
def test_what_is_too_large_says_so_before_anything_is_sent(sender: Sender) -> None:
    lay_sample(sender, "orientation/Landscape_6.jpg", TOO_MUCH)
    result = sender.owner.push("kitchen", str(sender.photos))
    assert (result.exit, result.reasons) == (3, ["too_large"])
    assert "10.4 MB" in result.stderr
    assert "9.5 MB" in result.stderr
    assert "--resize" in result.stderr
    assert "(it has 1800)" in result.stderr
    assert sender.simulator.counts["changes"] == 0


@pytest.mark.parametrize(("size", "reason"), [((2048, 100), None), ((100, 2049), "too_large")])
def test_the_long_edge_is_bounded(sender: Sender, size: tuple[int, int], reason: str | None) -> None:
    sender.lay_file("a.jpg", painted(size, "JPEG"))
    result = sender.owner.push("kitchen", str(sender.photos))
    assert result.reasons == ([reason] if reason else [])
    if reason:
        assert "2049 pixels on the long edge" in result.stderr
        assert "--resize" in result.stderr
        assert sender.simulator.counts["changes"] == 0
        assert reasons(sender, "--resize") == {}
        assert decoded(stored(sender)).size == (100, 2048)


@with_samples
def test_a_reduced_copy_stands_upright(sender: Sender) -> None:
    content = lay_sample(sender, "orientation/Landscape_6.jpg", TOO_MUCH)
    assert reasons(sender, "--resize", "--dry-run") == {}
    assert reasons(sender, "--resize") == {}
    sent = stored(sender)
    image = decoded(sent)
    assert len(sent) < 9_500_000
    assert image.format == "JPEG"
    assert image.size == (1800, 1200)
    assert image.getexif()[0x0112] == 1
    assert (sender.update["width"], sender.update["height"], sender.update["orientation"]) == (1800, 1200, 1)
    assert base64.b64decode(str(sender.update["md5_hash"])) == hashlib.md5(sent).digest()
    wanted = ImageOps.exif_transpose(decoded(content))
    difference = ImageStat.Stat(ImageChops.difference(wanted.convert("RGB"), image.convert("RGB"))).mean
    assert max(difference) < 3, "another picture, or another side up"
    assert (sender.photos / "Landscape_6.jpg").read_bytes() == content
    assert list(sender.photos.iterdir()) == [sender.photos / "Landscape_6.jpg"]


@with_samples
def test_a_reduced_copy_is_known_again(sender: Sender) -> None:
    lay_sample(sender, "orientation/Landscape_6.jpg", TOO_MUCH)
    assert reasons(sender, "--resize") == {}
    for _ in ("by the ledger", "by the identifier"):
        sender.simulator.forget()
        assert sender.owner.push_all("kitchen", str(sender.photos)).number("unchanged") == 1
        assert sender.simulator.counts["changes"] == 0
        sender.forget_pushes()


@with_samples
def test_the_date_and_the_place_stay_in_a_reduced_copy(sender: Sender) -> None:
    content = lay_sample(sender, "metadata-extractor/Samsung_GT-I9000_Galaxy_S_.jpg", TOO_MUCH)
    assert reasons(sender, "--resize") == {}
    image = decoded(stored(sender))
    exif = image.getexif()
    original = decoded(content).getexif()
    assert image.size == (480, 640)
    assert exif[0x0112] == 1
    assert exif.get_ifd(0x8769)[0x9003] == "2011:04:02 18:30:10"
    assert exif.get_ifd(0x8825)[2] == original.get_ifd(0x8825)[2]
    assert sender.update["taken_at"] == "2011-04-02T18:30:10.000Z"


@with_samples
@pytest.mark.parametrize(
    "name", ["exif-py/45-gps_ifd.jpg", "metadata-extractor/Nikon_D1X.jpg", "exif-py/nikon_D3100_TypeError.jpg"]
)
def test_broken_exif_keeps_no_picture_from_being_reduced(sender: Sender, name: str) -> None:
    lay_sample(sender, name, TOO_MUCH)
    assert reasons(sender, "--resize") == {}
    assert decoded(stored(sender)).format == "JPEG"


@with_samples
def test_the_long_edge_of_a_reduced_copy(sender: Sender) -> None:
    lay_sample(sender, "immich/empty_gps.jpg", TOO_MUCH)
    assert reasons(sender, "--resize") == {}
    assert decoded(stored(sender)).size == (2048, 1532)


def test_transparency_becomes_white_and_other_formats_jpeg(sender: Sender) -> None:
    made = io.BytesIO()
    Image.new("RGBA", (3000, 1500), (255, 0, 0, 0)).save(made, "WEBP")
    sender.lay_file("clear.webp", made.getvalue())
    assert reasons(sender, "--resize") == {}
    image = decoded(stored(sender))
    assert (image.format, image.size) == ("JPEG", (2048, 1024))
    assert min(ImageStat.Stat(image).mean) > 250


def test_a_heic_that_is_too_large_cannot_be_reduced_here(sender: Sender) -> None:
    sender.lay_file("large.heic", b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + TOO_MUCH)
    assert reasons(sender, "--resize") == {"large.heic": "too_large"}


# When


def with_exif(reading: str, fraction: str | None = None, offset: str | None = None) -> bytes:
    """A photo of a camera that says when."""
    exif = Image.Exif()
    exif[0x8769] = {0x9003: reading} | ({0x9291: fraction} if fraction else {}) | ({0x9011: offset} if offset else {})
    return painted((64, 48), "JPEG", exif=exif.tobytes())


@pytest.mark.parametrize("zone", [None, "Asia/Tokyo"])
def test_a_time_goes_up_as_the_camera_read_it(sender: Sender, zone: str | None) -> None:
    sender.owner.configure(frames={"kitchen": {"id": KITCHEN, "write": True, "time_zone": zone}})
    sender.lay_file("IMG.JPG", with_exif("2021:07:06 18:22:01", "9876"))
    assert reasons(sender) == {}
    assert sender.update["taken_at"] == "2021-07-06T18:22:01.987Z", "cut, not rounded"
    (path,) = _pulled(sender)
    assert path.name.startswith("2021-07-06-18-22-01.987_")


@pytest.mark.parametrize(("zone", "hour"), [(None, 9), ("Asia/Tokyo", 18)])
def test_a_picture_without_a_time_has_its_files(sender: Sender, zone: str | None, hour: int) -> None:
    sender.owner.configure(frames={"kitchen": {"id": KITCHEN, "write": True, "time_zone": zone}})
    sender.lay_file("picture.jpg", painted((64, 48), "JPEG"))
    moment = datetime(2019, 3, 4, 9, 8, 7, tzinfo=UTC).timestamp()
    os.utime(sender.photos / "picture.jpg", (moment, moment))
    assert reasons(sender) == {}
    assert sender.update["taken_at"] == f"2019-03-04T{hour:02}:08:07.000Z"
    assert sender.update["modified_at"] == "2019-03-04T09:08:07.000Z"


def _pulled(sender: Sender) -> list[Path]:
    """What a pull brings once the file is gone here."""
    for path in sender.photos.iterdir():
        path.unlink()
    sender.owner.pull_all()
    return sender.owner.sandbox.files()


@with_samples
def test_a_pull_does_not_download_reduced_copies(sender: Sender) -> None:
    lay_sample(sender, "orientation/Landscape_6.jpg", TOO_MUCH)
    assert reasons(sender, "--resize") == {}
    result = sender.owner.pull_all("--full")
    assert (result.number("saved"), result.number("unchanged")) == (0, 1)
    assert sender.owner.downloads == 0
