"""Uploads are streamed from the file, with its length, and never further than necessary."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import pytest

from photosync import clock
from photosync.errors import CancelledError, ItemError, LostAnswerError, Reason
from photosync.transport import BandwidthLimit
from tests.transport.scripted_server import Key, Opener, Reply, Server, as_json

GOOD = as_json({"id": "1"}, 201)


class Parts(io.BytesIO):
    """A body that is put together: it has a length and no file."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.largest = 0
        self.given = 0

    def __len__(self) -> int:
        return len(self.getvalue())

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self.largest = max(self.largest, len(piece))
        self.given += len(piece)
        return piece


def test_a_file_goes_out_whole_and_with_its_length(server: Server, opened: Opener, tmp_path: Path) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(bytes(range(256)) * 4096)
    url = server.on("/a", GOOD)
    opened().request("POST", url, body=lambda: file.open("rb"), accept=(201,), idempotent=False)
    (request,) = server.requests
    assert request.body == file.read_bytes()
    assert request.headers["Content-Length"] == str(1 << 20)
    assert "Transfer-Encoding" not in request.headers


def test_a_body_is_read_in_small_pieces(server: Server, opened: Opener) -> None:
    body = Parts(b"x" * 5_000_000)
    opened().request("POST", server.on("/a", GOOD), body=lambda: body, accept=(201,))
    assert len(server.requests[0].body) == 5_000_000
    assert 0 < body.largest <= 128 * 1024


def test_an_empty_file_has_a_length_too(server: Server, opened: Opener) -> None:
    opened().request("POST", server.on("/a", GOOD), body=lambda: io.BytesIO(b""), accept=(201,))
    (request,) = server.requests
    assert (request.headers["Content-Length"], request.body) == ("0", b"")
    assert "Transfer-Encoding" not in request.headers


def test_a_body_is_sent_again_with_new_credentials(server: Server, opened: Opener) -> None:
    url = server.on("/a", Reply(401), GOOD)
    opened(auth=Key(refreshes=1)).request(
        "POST", url, body=lambda: io.BytesIO(b"photo"), accept=(201,), idempotent=False
    )
    assert [request.body for request in server.requests] == [b"photo", b"photo"]


def test_what_goes_out_keeps_to_the_bandwidth_limit(server: Server, opened: Opener) -> None:
    begun = clock.monotonic()
    opened(bandwidth=BandwidthLimit(400_000)).request(
        "POST", server.on("/a", GOOD), body=lambda: io.BytesIO(b"x" * 200_000), accept=(201,)
    )
    assert clock.monotonic() - begun >= 0.2  # half a second's worth, less what a burst may have


def test_a_body_ends_when_the_run_does(server: Server, opened: Opener) -> None:
    cancel = threading.Event()

    class Endless(Parts):
        def read(self, size: int | None = -1, /) -> bytes:
            cancel.set()
            return super().read(size)

    body = Endless(b"x" * 50_000_000)
    with pytest.raises(CancelledError):
        opened(cancel=cancel).request("POST", server.on("/a", GOOD), body=lambda: body, idempotent=False)
    assert body.given < 1_000_000


def test_an_error_of_a_file_is_reported_unchanged(server: Server, opened: Opener) -> None:
    class Broken(Parts):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ItemError("the disk is gone", Reason.UNREADABLE)

    with pytest.raises(ItemError, match="the disk is gone"):
        opened().request("POST", server.on("/a", GOOD), body=lambda: Broken(b"xyz"), idempotent=False)
    assert [request.body for request in server.requests if request.body] == [], "no byte of it went out"


def test_an_answer_that_never_came_is_lost(server: Server, opened: Opener) -> None:
    url = server.on("/a", Reply(dropped=True))
    with pytest.raises(LostAnswerError) as caught:
        opened().request("POST", url, body=lambda: io.BytesIO(b"photo"), idempotent=False)
    assert caught.value.status is None
    assert [request.body for request in server.requests] == [b"photo"]
