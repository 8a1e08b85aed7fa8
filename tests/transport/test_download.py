"""Downloading a whole body to its destination."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

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
        def write(self, chunk: bytes | memoryview) -> None:
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

        def write(self, chunk: bytes | memoryview) -> None:
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
        def write(self, chunk: bytes | memoryview) -> None:
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


class TestALargeBody:
    """One that is received in several blocks."""

    BODY = random.Random(12).randbytes(1_300_000)
    CUT = 700_000
    """In the middle of a block."""
    ETAG = '"large"'

    def _whole(self, **more: Any) -> Reply:
        return Reply(200, self.BODY, {"Content-Type": "image/jpeg", "ETag": self.ETAG}, **more)

    def _rest(self) -> Reply:
        size = len(self.BODY)
        headers = {"Content-Range": f"bytes {self.CUT}-{size - 1}/{size}", "ETag": self.ETAG}
        return Reply(206, self.BODY[self.CUT :], headers)

    def test_that_ends_too_early_goes_on_after_the_last_byte(self, server: Server, opened: Opener) -> None:
        destination = Memory()
        opened().download(server.on("/a", self._whole(cut=self.CUT), self._rest()), destination)
        assert destination.content == self.BODY
        assert ranges(server) == [(None, None), (f"bytes={self.CUT}-", self.ETAG)]

    def test_that_stalls_goes_on_after_the_last_byte(self, server: Server, opened: Opener) -> None:
        never, destination = threading.Event(), Memory()
        transport = opened(read_timeout_s=0.5)
        transport.download(server.on("/a", self._whole(cut=self.CUT, hold=never), self._rest()), destination)
        never.set()
        assert destination.content == self.BODY
        assert ranges(server) == [(None, None), (f"bytes={self.CUT}-", self.ETAG)]
        assert [wait.reason for wait in opened.waits] == [f"127.0.0.1:{server.port} stalled in mid-answer"]

    def test_leaves_the_connection_for_the_next_one(self, server: Server, opened: Opener) -> None:
        transport = opened()
        url = server.on("/a", self._whole())
        for _ in range(3):
            transport.download(url, Memory())
        assert len(server.client_ports) == 1

    def test_that_was_not_read_to_its_end_leaves_no_connection(self, server: Server, opened: Opener) -> None:
        class Full(Memory):
            def write(self, chunk: bytes | memoryview) -> None:
                raise OSError(28, "No space left on device")

        transport, destination = opened(), Memory()
        url = server.on("/a", self._whole())
        with pytest.raises(OSError, match="No space"):
            transport.download(url, Full())
        transport.download(url, destination)
        assert destination.content == self.BODY
        assert len(server.client_ports) == 2

    def test_over_tls_arrives_whole(
        self, opened: Opener, secure: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        transport = opened(own_hosts=(secure.url,))
        url = secure.on("/a", self._whole(cut=self.CUT), self._rest(), self._whole())
        for _ in range(2):
            destination = Memory()
            transport.download(url, destination)
            assert destination.content == self.BODY
        assert ranges(secure) == [(None, None), (f"bytes={self.CUT}-", self.ETAG), (None, None)]
        assert len(secure.client_ports) == 2

    def test_in_chunks_arrives_whole(self, server: Server, opened: Opener) -> None:
        pieces = [self.BODY[at : at + 99_999] for at in range(0, len(self.BODY), 99_999)]
        chunked = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])
        headers = {"Content-Type": "image/jpeg", "Transfer-Encoding": "chunked", "Content-Length": ""}
        destination = Memory()
        opened().download(server.on("/a", Reply(200, chunked, headers)), destination)
        assert destination.content == self.BODY


def test_more_than_the_announced_bytes_are_neither_content_nor_the_next_answer(server: Server, opened: Opener) -> None:
    too_long = Reply(200, CONTENT + b"HTTP/1.1 200 OK\r\n\r\n", {"Content-Length": str(len(CONTENT))})
    urls = [server.on("/long", too_long), server.on("/a", photo())]
    transport = opened()
    for url in urls:
        destination = Memory()
        transport.download(url, destination)
        assert destination.content == CONTENT
