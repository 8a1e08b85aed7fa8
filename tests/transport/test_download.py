"""Downloading a whole body to its destination."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from photosync.errors import CancelledError, ItemError
from tests.transport.scripted_server import Memory, Opener, Reply, Server, redirect
from tests.transport.served_photo import CONTENT, ETAG, HALF, changed, photo, ranges, rest


def test_a_photo_arrives_whole(server: Server, opened: Opener) -> None:
    destination = Memory()
    answer = opened().download(server.on("/a", photo()), destination)
    assert destination.content == CONTENT
    assert destination.begun == [(0, len(CONTENT), ETAG)]
    assert (answer.status, answer.body, answer.headers["etag"]) == (200, b"", ETAG)
    assert server.requests[0].headers["Accept-Encoding"] == "identity"
    assert ranges(server) == [(None, None)]


@pytest.mark.parametrize("etag", ['W/"weak"', "naked"])
def test_only_a_strong_etag_is_a_validator(server: Server, opened: Opener, etag: str) -> None:
    destination = Memory()
    opened().download(server.on("/a", photo(ETag=etag)), destination)
    assert destination.begun == [(0, len(CONTENT), None)]


def test_a_body_of_unknown_length_arrives(server: Server, opened: Opener) -> None:
    destination = Memory()
    opened().download(server.on("/a", changed(photo(), {"Content-Length": ""})), destination)
    assert destination.content == CONTENT
    assert destination.begun == [(0, None, ETAG)]


def test_an_empty_body_is_a_body(server: Server, opened: Opener) -> None:
    destination = Memory()
    opened().download(server.on("/a", Reply(200, b"", {"Content-Type": "image/jpeg"})), destination)
    assert destination.begun == [(0, 0, None)]


def test_a_large_body_comes_in_large_chunks(server: Server, opened: Opener) -> None:
    sizes: list[int] = []

    class Counting(Memory):
        def write(self, chunk: bytes) -> None:
            sizes.append(len(chunk))

    opened().download(server.on("/a", Reply(200, bytes(3_000_000))), Counting())
    assert sum(sizes) == 3_000_000
    assert min(sizes[:-1]) >= 256 * 1024


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ConnectionResetError(), TimeoutError()])
@pytest.mark.parametrize("method", ["begin", "write"])
def test_what_the_destination_raises_passes_through(
    server: Server, opened: Opener, error: OSError, method: str
) -> None:
    class Failing(Memory):
        def begin(self, offset: int, total: int | None, validator: str | None) -> None:
            if method == "begin":
                raise error

        def write(self, chunk: bytes) -> None:
            raise error

    with pytest.raises(OSError) as caught:  # noqa: PT011 - which one is the point
        opened().download(server.on("/a", photo()), Failing())
    assert caught.value is error
    assert len(server.requests) == 1


def test_a_redirect_is_asked_for_again_at_each_try(server: Server, opened: Opener) -> None:
    url = server.on("/a", redirect("/signed"))
    server.on("/signed", photo(cut=HALF), rest())
    destination = Memory()
    opened().download(url, destination)
    assert destination.content == CONTENT
    assert [request.path for request in server.requests] == ["/a", "/signed"] * 2
    assert ranges(server)[3] == (f"bytes={HALF}-", ETAG)


def test_a_cancelled_run_ends_in_the_middle_of_a_body(server: Server, opened: Opener) -> None:
    cancel = threading.Event()

    class Impatient(Memory):
        def write(self, chunk: bytes) -> None:
            super().write(chunk)
            cancel.set()

    destination = Impatient()
    with pytest.raises(CancelledError):
        opened(cancel=cancel).download(server.on("/a", Reply(200, bytes(5_000_000))), destination)
    assert 0 < destination.offset < 5_000_000


def test_connections_are_used_again_whatever_was_answered(server: Server, opened: Opener) -> None:
    transport = opened()
    for reply in (photo(), Reply(404, b"gone"), Reply(200, b"", {"Content-Type": "image/jpeg"}), redirect("/b")):
        server.on("/b", photo())
        with suppress(ItemError):
            transport.download(server.on("/a", reply), Memory())
    assert len(server.client_ports) == 1


def test_many_threads_download_through_one_transport(server: Server, opened: Opener) -> None:
    transport = opened()
    url = server.on("/a", photo())

    def one(_: int) -> bytes:
        destination = Memory()
        transport.download(url, destination)
        return bytes(destination.content)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(one, range(200))) == {CONTENT}
    assert (transport.requests, transport.retries) == (200, 0)
