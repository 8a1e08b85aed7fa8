"""A pull files photos by what they say themselves, even if that is only a year or a month."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync.testing.receiving import Upload
from photosync_amazon.simulator import AmazonSimulator
from tests.metadata.making import block, exif_segment, iptc_segment, jpeg, original, xmp_segment

DAY_OF_UPLOAD = datetime(2019, 11, 12, 13, 14, 15)
CONTENTS = {
    "1978/09/xmp_month.jpg": jpeg(xmp_segment(photoshop_DateCreated="1978-09")),
    "1978/unknown-date/xmp_year.jpg": jpeg(xmp_segment(photoshop_DateCreated="1978")),
    "1978/09/iptc_month.jpg": jpeg(iptc_segment("19780900")),
    "1993/08/exif_month.jpg": jpeg(exif_segment(block(exif=[original("1993:08:00 00:00:00")]))),
    "2004/02/exif_spelt_out.jpg": jpeg(
        exif_segment(block(exif=[original("Mon Feb 16 12:13:14 2004"), (0x9004, 2, 6, b"Feb 16")]))
    ),
    "2019/11/unreadable.jpg": jpeg(exif_segment(block(exif=[original("one summer")]))),
}


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=0) as running:
        for location, content in CONTENTS.items():
            name = location.rpartition("/")[2]
            path = tmp_path / name
            path.write_bytes(content)
            md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
            upload = Upload(path, len(content), md5, hashlib.sha256(content).hexdigest())
            running.library.receive(upload, name=name, taken=DAY_OF_UPLOAD, missing=frozenset())
        yield running


def test_partial_and_unreadable_dates_stay_and_give_the_folder(tmp_path: Path, simulator: AmazonSimulator) -> None:
    sandbox = Sandbox(tmp_path)
    sandbox.configure({"amazon": simulator.account_settings()}, exif="fix")
    result = sandbox.run("pull", "amazon")
    assert (result.exit, result.number("fixed")) == (0, 0)
    for location, content in CONTENTS.items():
        assert (sandbox.library / "amazon" / location).read_bytes() == content
    month = sandbox.library / "amazon" / "1978/09/xmp_month.jpg"
    assert month.stat().st_mtime == datetime(1978, 9, 1).astimezone(UTC).timestamp()
    text = sandbox.text("why", str(month))
    assert "the XMP photoshop:DateCreated says 1978-09" in text
    assert "only the month is known: the file time is its first moment" in text
