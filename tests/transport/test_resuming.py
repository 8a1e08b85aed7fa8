"""Resuming a download: after an earlier run, and after a body that broke off."""

from __future__ import annotations

import gzip
import threading
from dataclasses import replace

import pytest

from photosync.errors import ItemError, Reason, TemporaryError
from tests.transport.scripted_server import QUICK, Memory, Opener, Reply, Request, Server
from tests.transport.served_photo import CONTENT, ETAG, HALF, changed, photo, ranges, rest


class TestResuming:
    def test_goes_on_by_the_validator(self, server: Server, opened: Opener) -> None:
        destination = Memory(CONTENT[:HALF], validator=ETAG)
        answer = opened().download(server.on("/a", rest()), destination)
        assert destination.content == CONTENT
        assert destination.begun == [(HALF, len(CONTENT), ETAG)]
        assert ranges(server) == [(f"bytes={HALF}-", ETAG)]
        assert answer.status == 206

    def test_goes_on_without_a_validator_where_a_hash_will_prove_it(self, server: Server, opened: Opener) -> None:
        destination = Memory(CONTENT[:HALF], provable=True)
        opened().download(server.on("/a", rest()), destination)
        assert destination.content == CONTENT
        assert ranges(server) == [(f"bytes={HALF}-", None)]

    @pytest.mark.parametrize("validator", [None, 'W/"weak"'])
    def test_is_not_tried_where_nothing_would_prove_it(
        self, server: Server, opened: Opener, validator: str | None
    ) -> None:
        destination = Memory(b"something old", validator=validator)
        opened().download(server.on("/a", photo()), destination)
        assert destination.content == CONTENT
        assert ranges(server) == [(None, None)]

    def test_starts_over_when_the_whole_comes(self, server: Server, opened: Opener) -> None:
        destination = Memory(b"something old", validator='"old"')
        opened().download(server.on("/a", photo()), destination)
        assert destination.content == CONTENT
        assert destination.begun == [(0, len(CONTENT), ETAG)]

    def test_starts_over_after_416(self, server: Server, opened: Opener) -> None:
        destination = Memory(CONTENT + b"too much", provable=True)
        transport = opened()
        transport.download(server.on("/a", Reply(416, b"no such range"), photo()), destination)
        assert destination.content == CONTENT
        assert ranges(server) == [(f"bytes={len(CONTENT) + 8}-", None), (None, None)]
        assert opened.waits == []

    @pytest.mark.parametrize(
        "headers",
        [
            {"Content-Range": f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}"},
            {"Content-Range": f"bytes {HALF}-{len(CONTENT) - 1}/{HALF}"},
            {"Content-Range": f"bytes {HALF}-{len(CONTENT)}/{len(CONTENT) + 1}"},
            {"Content-Range": f"bytes {HALF}-{HALF - 1}/*"},
            {"Content-Range": "pages 1-2/3"},
            {"Content-Range": f"bytes {HALF}-1023/{'9' * 5000}"},
            {"Content-Range": ""},
            {"ETag": '"version-2"'},
            {"ETag": ""},
            {"ETag": 'W/"version-1"'},
            {"Content-Encoding": "gzip"},
        ],
        ids=[
            *("start", "total", "length", "empty", "unit", "digits", "missing"),
            *("etag", "no etag", "weak etag", "compressed"),
        ],
    )
    def test_starts_over_when_a_part_does_not_fit(
        self, server: Server, opened: Opener, headers: dict[str, str]
    ) -> None:
        destination = Memory(CONTENT[:HALF], validator=ETAG)
        opened().download(server.on("/a", changed(rest(), headers), photo()), destination)
        assert destination.content == CONTENT
        assert destination.begun == [(0, len(CONTENT), ETAG)]
        assert ranges(server)[1] == (None, None)

    def test_a_part_without_a_validator_is_taken_where_a_hash_will_prove_it(
        self, server: Server, opened: Opener
    ) -> None:
        destination = Memory(CONTENT[:HALF], validator=ETAG, provable=True)
        opened().download(server.on("/a", rest(ETag="")), destination)
        assert destination.content == CONTENT
        assert ranges(server) == [(f"bytes={HALF}-", ETAG)]

    def test_a_part_that_was_not_asked_for_is_an_error(self, server: Server, opened: Opener) -> None:
        with pytest.raises(ItemError) as caught:
            opened().download(server.on("/a", rest()), Memory())
        assert caught.value.reason is Reason.BAD_ANSWER

    def test_a_part_that_is_longer_than_announced_is_not_written(self, server: Server, opened: Opener) -> None:
        part = changed(rest(), {"Content-Length": ""})  # the body ends with the connection
        longer = replace(part, body=part.body + b"more")
        destination = Memory(CONTENT[:HALF], validator=ETAG)
        with pytest.raises(ItemError, match="more than the 512 bytes") as caught:
            opened().download(server.on("/a", longer), destination)
        assert caught.value.reason is Reason.SIZE_MISMATCH

    def test_a_part_of_unknown_total_is_taken(self, server: Server, opened: Opener) -> None:
        destination = Memory(CONTENT[:HALF], validator=ETAG)
        url = server.on("/a", rest(content_range=f"bytes {HALF}-{len(CONTENT) - 1}/*"))
        opened().download(url, destination)
        assert destination.begun == [(HALF, None, ETAG)]


class TestABrokenBody:
    def test_is_continued_where_it_stopped(self, server: Server, opened: Opener) -> None:
        destination = Memory()
        transport = opened()
        transport.download(server.on("/a", photo(cut=HALF), rest(cut=100), rest(HALF + 100)), destination)
        assert destination.content == CONTENT
        assert [begun[0] for begun in destination.begun] == [0, HALF, HALF + 100]
        assert ranges(server)[1:] == [(f"bytes={HALF}-", ETAG), (f"bytes={HALF + 100}-", ETAG)]
        assert (transport.requests, transport.retries) == (3, 2)

    def test_starts_over_when_its_total_changed(self, server: Server, opened: Opener) -> None:
        longer = Reply(206, CONTENT[HALF:] + b"x", {"Content-Range": f"bytes {HALF}-1024/1025"})
        destination = Memory(provable=True)
        opened().download(server.on("/a", photo(cut=HALF), longer, photo()), destination)
        assert destination.content == CONTENT

    def test_is_continued_after_starting_over_too(self, server: Server, opened: Opener) -> None:
        destination = Memory(b"something old", validator='"old"')
        opened().download(server.on("/a", Reply(416), photo(cut=HALF), rest()), destination)
        assert destination.content == CONTENT
        assert ranges(server) == [("bytes=13-", '"old"'), (None, None), (f"bytes={HALF}-", ETAG)]

    def test_starts_over_where_nothing_would_prove_a_resume(self, server: Server, opened: Opener) -> None:
        destination = Memory()
        opened().download(server.on("/a", photo(cut=HALF, ETag=""), photo(ETag="")), destination)
        assert destination.content == CONTENT
        assert ranges(server) == [(None, None)] * 2

    def test_counts_tries_anew_after_progress(self, server: Server, opened: Opener) -> None:
        def a_little(request: Request) -> Reply:
            start = int(request.headers.get("Range", "bytes=0-")[6:-1])
            return rest(start, cut=100) if start else photo(cut=100)

        destination = Memory()
        transport = opened(replace(QUICK, max_attempts=2, progress_bytes=100))
        transport.download(server.on("/a", a_little), destination)
        assert destination.content == CONTENT
        assert transport.requests == -(-len(CONTENT) // 100)

    def test_does_not_count_anew_after_a_few_bytes(self, server: Server, opened: Opener) -> None:
        def a_byte(request: Request) -> Reply:
            start = int(request.headers.get("Range", "bytes=0-")[6:-1])
            return rest(start, cut=1) if start else photo(cut=1)

        with pytest.raises(ItemError, match="gave up after 3 tries"):
            opened().download(server.on("/a", a_byte), Memory())

    def test_does_not_renew_the_budget_by_what_came_before(self, server: Server, opened: Opener) -> None:
        never = threading.Event()
        url = server.on("/a", replace(photo(cut=HALF, ETag=""), hold=never))
        transport = opened(replace(QUICK, max_attempts=100, progress_bytes=1, retry_budget_s=5), read_timeout_s=0.2)
        with pytest.raises(TemporaryError, match="stalled"):
            transport.download(url, Memory())
        never.set()
        assert transport.requests <= 4  # the budget is 0.5 s of real time

    def test_that_stays_short_is_an_item_error(self, server: Server, opened: Opener) -> None:
        with pytest.raises(ItemError, match="cut short") as caught:
            opened().download(server.on("/a", photo(cut=HALF, ETag="")), Memory())
        assert caught.value.reason is Reason.TRUNCATED
        assert len(server.requests) == 3

    def test_that_stalls_is_given_up(self, server: Server, opened: Opener) -> None:
        never = threading.Event()
        url = server.on("/a", replace(photo(cut=HALF), hold=never), replace(rest(cut=0), hold=never))
        destination = Memory()
        with pytest.raises(TemporaryError, match="stalled") as caught:
            opened(read_timeout_s=0.1).download(url, destination)
        never.set()
        assert caught.value.reason is Reason.UNREACHABLE
        assert destination.content == CONTENT[:HALF]  # what came before the stall is there for the next run

    def test_that_is_compressed_all_the_same_is_decompressed_and_never_resumed(
        self, server: Server, opened: Opener
    ) -> None:
        compressed = gzip.compress(CONTENT)
        headers = {"Content-Encoding": "gzip", "ETag": ETAG}
        url = server.on("/a", Reply(200, compressed, headers, cut=len(compressed) - 4), Reply(200, compressed, headers))
        destination = Memory()
        opened().download(url, destination)
        assert destination.content == CONTENT
        assert destination.begun[-1] == (0, None, ETAG)
        assert ranges(server) == [(None, None)] * 2
