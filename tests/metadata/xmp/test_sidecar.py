"""Sidecars: their contents, that other programs read them, and that existing ones are kept."""

from pathlib import Path
from xml.dom import minidom

import pytest

from photosync.formats.sniff import sniff
from photosync.metadata import (
    Given,
    Mode,
    Outcome,
    Settings,
    SidecarName,
    choose_capture_time,
    merge_sidecar,
    sidecar_path,
    undo,
)
from photosync.model import GpsPosition
from tests.metadata.making import INSTANT, TAKEN, Bench, block, encoded, original, photo, text, xmp_packet

ALL = Settings(mode=Mode.SIDECAR, artist="Ada <&> Łukasz", copyright="© Ada", write_gps=True)
GIVEN = Given(taken=TAKEN, gps=GpsPosition(52.459690, -13.5))


def wanted(bench: Bench, content: bytes = encoded("GIF"), given: Given = GIVEN, settings: Settings = ALL) -> bytes:
    done = bench.fix(content, given, settings, name="a.gif")
    assert done.sidecar is not None
    return done.sidecar


def texts(packet: bytes) -> dict[str, str]:
    """Every property with its text, read by another XML parser."""
    document = minidom.parseString(packet)
    found: dict[str, str] = {}
    for description in document.getElementsByTagName("rdf:Description"):
        for element in description.childNodes:
            if isinstance(element, minidom.Element):
                items = element.getElementsByTagName("rdf:li") or [element]
                found[element.tagName] = "".join(
                    node.data for node in items[0].childNodes if isinstance(node, minidom.Text)
                )
    return found


def test_an_unknown_encoding_is_none_of_ours(bench: Bench) -> None:
    theirs = b'<?xml version="1.0" encoding="UTF-4"?>' + xmp_packet(exif_DateTimeOriginal="2011-02-03T04:05:06")
    merged = merge_sidecar(theirs, wanted(bench))
    assert (merged.content, merged.note) == (None, "the sidecar that is there cannot be read; it stays as it is")


def test_everything_that_a_sidecar_can_say(bench: Bench) -> None:
    assert texts(wanted(bench)) == {
        "exif:DateTimeOriginal": "2021-07-06T18:22:01",
        "photoshop:DateCreated": "2021-07-06T18:22:01",
        "dc:creator": "Ada <&> Łukasz",
        "dc:rights": "© Ada",
        "exif:GPSVersionID": "2.3.0.0",
        "exif:GPSLatitude": "52,27.5814N",
        "exif:GPSLongitude": "13,30.0000W",
    }
    packet = wanted(bench).decode()
    assert "<rdf:Seq>" in packet
    assert '<rdf:li xml:lang="x-default">' in packet


def test_an_instant_has_its_offset(bench: Bench) -> None:
    found = texts(wanted(bench, given=Given(taken=INSTANT), settings=Settings(time_zone="Asia/Kolkata")))
    assert found == dict.fromkeys(["exif:DateTimeOriginal", "photoshop:DateCreated"], "2021-07-06T21:52:01+05:30")


def test_our_own_reader_reads_it(bench: Bench) -> None:
    packet = wanted(bench)
    found = choose_capture_time(b"GIF89aXMP DataXMP" + packet, Given(name="a.gif"), Settings())
    assert found.folder_time == TAKEN.reading


def test_only_what_the_file_lacks(bench: Bench) -> None:
    content = photo(block([text(0x013B, "Somebody")], exif=[original("2001:02:03 04:05:06")]))
    done = bench.fix(content, GIVEN, ALL)
    assert (done.outcome, done.path.read_bytes()) == (Outcome.SIDECAR, content)
    assert set(texts(done.sidecar or b"")) == {
        *("dc:rights", "exif:GPSVersionID", "exif:GPSLatitude", "exif:GPSLongitude"),
    }
    done = bench.fix(content, GIVEN, Settings(mode=Mode.SIDECAR))
    assert (done.outcome, done.sidecar) == (Outcome.UNTOUCHED, None)


def test_off_leaves_everything_alone_but_tells_the_times(bench: Bench) -> None:
    done = bench.fix(encoded("JPEG"), GIVEN, Settings(mode=Mode.OFF, artist="Ada"))
    assert (done.outcome, done.sidecar, done.capture_time.folder_time) == (Outcome.UNTOUCHED, None, TAKEN.reading)
    assert "exif: off" in done.notes


THEIRS = xmp_packet(xmp_Rating="5", dc_creator="Somebody Else").replace(
    b"/></rdf:RDF>", b"/>\n<!-- mine -->\n</rdf:RDF>"
)


def test_an_existing_sidecar_gets_what_it_lacks_and_keeps_every_byte(bench: Bench) -> None:
    ours = wanted(bench)
    merged = merge_sidecar(THEIRS, ours)
    assert merged.content is not None
    at = merged.content.index(b"  <rdf:Description xmlns:rdf")
    assert merged.content.startswith(THEIRS[:at])
    assert merged.content.endswith(THEIRS[at:])
    found = texts(merged.content)
    assert found["exif:DateTimeOriginal"] == "2021-07-06T18:22:01"
    assert "dc:creator" not in found, "theirs is an attribute, and stays the only one"
    assert merge_sidecar(merged.content, ours).content is None, "the second time changes nothing"
    assert merged.undo is not None
    path = bench.put(merged.content, "a.gif.xmp")
    assert undo(path, merged.undo.encode(), bench.workspace).read_bytes() == THEIRS


def test_a_date_or_place_of_theirs_is_not_joined_by_one_of_ours(bench: Bench) -> None:
    theirs = xmp_packet(xmp_CreateDate="2001-02-03T04:05:06", exif_GPSLatitude="1,2.0N")
    merged = merge_sidecar(theirs, wanted(bench))
    assert merged.content is not None
    assert set(texts(merged.content)) == {"dc:creator", "dc:rights"}


@pytest.mark.parametrize(
    "theirs",
    [
        b"",
        b"no XML",
        b"<x:xmpmeta",
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + THEIRS,
        THEIRS.decode().encode("utf-16"),
        b'<?xml version="1.0" encoding="ISO-8859-1"?>' + THEIRS,
        b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
        b"<other/>",
    ],
    ids=["empty", "text", "cut", "entities", "UTF-16", "Latin-1", "closed", "no RDF"],
)
def test_a_sidecar_that_cannot_be_read_stays(bench: Bench, theirs: bytes) -> None:
    merged = merge_sidecar(theirs, wanted(bench))
    assert merged.content is None
    assert merged.note


def test_names(tmp_path: Path) -> None:
    raw = sniff(b"II*\0\x08\0\0\0", "IMG_1.NEF")
    heic = sniff(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "IMG_1.HEIC")
    stem = Settings(sidecar_name=SidecarName.STEM)
    assert sidecar_path(tmp_path / "IMG_1.HEIC", heic, Settings()).name == "IMG_1.HEIC.xmp"
    assert sidecar_path(tmp_path / "IMG_1.HEIC", heic, stem).name == "IMG_1.HEIC.xmp"
    assert sidecar_path(tmp_path / "IMG_1.NEF", raw, Settings()).name == "IMG_1.NEF.xmp"
    assert sidecar_path(tmp_path / "IMG_1.NEF", raw, stem).name == "IMG_1.xmp"
    (tmp_path / "IMG_1.xmp").touch()
    assert sidecar_path(tmp_path / "IMG_1.NEF", raw, stem).name == "IMG_1.xmp"
    (tmp_path / "IMG_1.JPG").touch()
    assert sidecar_path(tmp_path / "IMG_1.NEF", raw, stem).name == "IMG_1.NEF.xmp"
