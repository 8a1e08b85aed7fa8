"""A file on its way up is read once where that is enough, and vouches for no byte that it did not give."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from photosync.errors import ItemError, Reason
from photosync.jobs.push.local_file import LocalFile
from photosync.model import Digest, Kind

CONTENT = b"\xff\xd8\xff" + b"picture" * 1000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "IMG_1.JPG"
    path.write_bytes(CONTENT)
    return path


def digest_of(content: bytes) -> Digest:
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return Digest(len(content), md5, hashlib.sha256(content).hexdigest())


def test_its_hashes(path: Path) -> None:
    assert LocalFile(path).digest() == digest_of(CONTENT)


def test_reading_it_to_its_end_hashes_it(path: Path) -> None:
    counted: list[int] = []
    file = LocalFile(path, on_bytes=counted.append)
    with file.open() as reader:
        assert b"".join(iter(lambda: reader.read(100), b"")) == CONTENT
    path.unlink()  # so that nothing could be read again
    assert file.digest() == digest_of(CONTENT)
    assert file.is_read_whole
    assert sum(counted) == len(CONTENT)


def test_stopping_early_does_not(path: Path) -> None:
    file = LocalFile(path)
    with file.open() as reader:
        reader.read(100)
    assert not file.is_read_whole
    assert file.digest() == digest_of(CONTENT)


def test_seeking_does_not(path: Path) -> None:
    file = LocalFile(path)
    with file.open() as reader:
        reader.read(100)
        reader.seek(50)
        assert reader.read() == CONTENT[50:]
    assert file.is_read_whole
    assert file.digest() == digest_of(CONTENT)


def test_reading_again_from_the_beginning_does(path: Path) -> None:
    file = LocalFile(path)
    with file.open() as reader:
        reader.read(100)
        reader.seek(0)
        reader.read()
    path.unlink()
    assert file.digest() == digest_of(CONTENT)


@pytest.mark.parametrize("content", [CONTENT + b"!", CONTENT[:-1], CONTENT[::-1]])
def test_a_file_that_changed_before_is_refused(path: Path, content: bytes) -> None:
    file = LocalFile(path)
    os.utime(path, ns=(0, 0))
    path.write_bytes(content)
    with pytest.raises(ItemError, match="changed while it was being pushed") as caught:
        file.open()
    assert caught.value.reason is Reason.CHANGED


@pytest.mark.parametrize("size", [len(CONTENT) + 500, len(CONTENT) - 500])
def test_a_file_that_changes_meanwhile_is_refused(path: Path, size: int) -> None:
    file = LocalFile(path)
    with file.open() as reader:
        reader.read(10)
        os.truncate(path, size)
        os.utime(path, ns=(1, 1))
        with pytest.raises(ItemError, match="changed"):
            while reader.read(1000):
                pass
    assert not file.is_read_whole


def test_a_file_that_vanished_is_reported(path: Path) -> None:
    file = LocalFile(path)
    path.unlink()
    with pytest.raises(ItemError, match="cannot read") as caught:
        file.digest()
    assert caught.value.reason is Reason.UNREADABLE


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.jpg"
    path.touch()
    file = LocalFile(path)
    with file.open() as reader:
        assert reader.read() == b""
    assert file.digest() == digest_of(b"")


@pytest.mark.parametrize(
    ("name", "head", "kind", "mime"),
    [
        ("a.jpg", b"\xff\xd8\xff\xe0", Kind.PHOTO, "image/jpeg"),
        ("a.heic", b"\xff\xd8\xff\xe0", Kind.PHOTO, "image/jpeg"),
        ("a", b"\x89PNG\r\n\x1a\n", Kind.PHOTO, "image/png"),
        ("a.MOV", b"no mark that anybody knows", Kind.VIDEO, "video/mp4"),
        ("a.ts", b"const a = 1;", Kind.OTHER, "application/octet-stream"),
        ("a.xmp", b"<x:xmpmeta>", Kind.OTHER, "application/octet-stream"),
        ("a.pdf", b"%PDF-1.4", Kind.OTHER, "application/pdf"),
    ],
)
def test_what_it_is(tmp_path: Path, name: str, head: bytes, kind: Kind, mime: str) -> None:
    path = tmp_path / name
    path.write_bytes(head)
    file = LocalFile(path)
    assert (file.kind, file.mime) == (kind, mime)


def test_its_name_is_composed(tmp_path: Path) -> None:
    path = tmp_path / "Tra\u0308ume.jpg"
    path.touch()
    assert LocalFile(path, ("A", "B")).destination == "A/B/Tr\u00e4ume.jpg"
