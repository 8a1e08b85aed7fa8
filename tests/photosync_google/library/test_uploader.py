"""The uploader by itself, where the command shows too little of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from photosync.errors import SignInError, TemporaryError
from photosync.jobs.push.local_file import LocalFile
from photosync.model import Kind, TimeMeaning
from photosync.provider import AccountContext, Sent, Uploader, UploadRequest
from photosync.testing import Fault
from photosync.transport import Policy, Transport
from photosync_google.library.resumable import piece_size
from photosync_google.provider import GoogleProvider
from tests.photosync_google.google_user import ACCOUNT, GoogleUser, md5_of


@contextmanager
def uploader_of(someone: GoogleUser, wish: UploadRequest | None = None) -> Iterator[Uploader]:
    context = AccountContext(
        ACCOUNT,
        someone.sandbox.folder / "state",
        lambda settings: Transport(settings, policy=Policy(retry_budget_s=10), cancel=threading.Event()),
        lambda _: None,
    )
    settings = {key: value for key, value in someone.settings.items() if key != "provider"}
    provider = GoogleProvider.open(GoogleProvider.settings_type.model_validate(settings), context)
    try:
        yield provider.uploader(wish or UploadRequest())
    finally:
        provider.close()


@pytest.mark.parametrize("size_bytes", [1000, 20_000_000])
def test_a_file_is_read_once(tmp_path: Path, size_bytes: int) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone, uploader_of(someone) as uploader:
        read: list[int] = []
        file = LocalFile(someone.video("MVI_1.MP4", size_bytes), on_bytes=read.append)
        assert uploader.find(file) is None
        was_read = file.known_digest is not None
        uploader.send(file)
        assert not was_read, "to look for it, nothing has to be read"
        assert sum(read) == size_bytes
        assert file.known_digest is not None, "its hashes were made on the way"
        assert file.known_digest.md5 == md5_of(file.path)


@pytest.mark.parametrize(
    ("size_bytes", "granularity", "expected"),
    [
        (3_039_417, 262_144, 16 * 1024**2),
        (20 * 1024**3, 262_144, 820 * 262_144),
        (20_000_000, 3_000_000, 18_000_000),
        (20_000_000, 64 * 1024**2, 64 * 1024**2),
    ],
)
def test_pieces_are_few_and_fit(size_bytes: int, granularity: int, expected: int) -> None:
    assert piece_size(size_bytes, granularity) == expected


def test_a_push_without_permission_does_not_even_begin(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        someone.upload_token_path.unlink()
        with pytest.raises(SignInError, match="photosync login google --upload"), uploader_of(someone):
            pass
        with uploader_of(someone, UploadRequest(dry_run=True)) as uploader:
            assert uploader.find(LocalFile(someone.photos("IMG_1.JPG")[0])) is None


def test_what_went_up_is_described(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone, uploader_of(someone) as uploader:
        photo, video = LocalFile(someone.photos("IMG_1.JPG")[0]), LocalFile(someone.video("MVI_1.MP4", 5000))
        (first, second) = uploader.finish([uploader.send(photo), uploader.send(video)])
        assert isinstance(first, Sent)
        assert isinstance(second, Sent)
        assert first.item is not None
        assert second.item is not None
        assert [first.item.id, second.item.id] == [item.id for item in someone.simulator.library.expected()]
        assert (first.item.name, first.item.kind) == ("IMG_1.JPG", Kind.PHOTO)
        assert (second.item.name, second.item.kind) == ("MVI_1.MP4", Kind.VIDEO)
        assert first.item.taken is not None
        assert first.item.taken.meaning is TimeMeaning.INSTANT
        assert (first.item.width, first.item.height) == (4000, 3000)
        assert not first.was_there


def test_the_same_bytes_twice_in_one_batch_are_one_item(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone, uploader_of(someone) as uploader:
        (file,) = someone.photos("IMG_1.JPG")
        made = uploader.finish([uploader.send(LocalFile(file)), uploader.send(LocalFile(file))])
        assert [each.was_there for each in made if isinstance(each, Sent)] == [False, True]


def test_files_of_several_albums_in_one_batch_keep_their_order(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone, uploader_of(someone) as uploader:
        files = [
            LocalFile(path, folder)
            for path, folder in zip(
                someone.photos(*(f"IMG_{number}.JPG" for number in range(6))),
                [("A",), (), ("B",), ("A",), ("A", "B"), ()],
                strict=True,
            )
        ]
        made = uploader.finish([uploader.send(file) for file in files])
        assert [each.item.name for each in made if isinstance(each, Sent) and each.item] == [
            file.name for file in files
        ]
        assert sorted(someone.at_google()) == [
            ("", "IMG_1.JPG"),
            ("", "IMG_5.JPG"),
            ("A", "IMG_0.JPG"),
            ("A", "IMG_3.JPG"),
            ("A/B", "IMG_4.JPG"),
            ("B", "IMG_2.JPG"),
        ]


def test_a_token_file_of_another_client_has_albums_of_its_own(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone:
        file = LocalFile(someone.photos("IMG_1.JPG")[0])
        one, two = "one.apps.googleusercontent.com", "two.apps.googleusercontent.com"
        for client_id in (one, two, one, two):
            consent = someone.simulator.consent
            token = {**consent.token_file(grant=consent.uploading), "client_id": client_id}
            someone.upload_token_path.write_text(json.dumps(token))
            with uploader_of(someone, UploadRequest("Best of")) as uploader:
                uploader.finish([uploader.send(file)])
        assert [album.title for album in someone.simulator.uploads.albums.values()] == ["Best of", "Best of"]


def test_a_failure_of_a_whole_batch_is_reported_as_such(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 0) as someone, uploader_of(someone) as uploader:
        sent = uploader.send(LocalFile(someone.photos("IMG_1.JPG")[0]))
        someone.simulator.faults.server_error = Fault()
        with pytest.raises(TemporaryError):
            uploader.finish([sent])
