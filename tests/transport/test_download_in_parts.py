"""Downloading in parts, each with a request of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from photosync.errors import ItemError, Reason
from tests.transport.scripted_server import Memory, Opener, Reply, Request, Server
from tests.transport.served_photo import CONTENT, ETAG, HALF, photo, ranges, rest

PART = 300


def part(request: Request, **headers: str) -> Reply:
    """What a service answers that knows ranges; `bytes=0-299` is 300 bytes."""
    first, last = (int(number) for number in request.headers["Range"][6:].split("-"))
    body = CONTENT[first : last + 1]
    given = {"Content-Range": f"bytes {first}-{first + len(body) - 1}/{len(CONTENT)}", **headers}
    return Reply(206, body, given)


class TestInParts:
    def test_no_request_asks_for_more_than_a_part(self, server: Server, opened: Opener) -> None:
        destination = Memory()
        opened().download(server.on("/a", part), destination, part_bytes=PART)
        assert destination.content == CONTENT
        assert [each for each, _ in ranges(server)] == [
            "bytes=0-299",
            "bytes=300-599",
            "bytes=600-899",
            f"bytes=900-{len(CONTENT) - 1}",
        ]

    def test_each_part_must_belong_to_the_first(self, server: Server, opened: Opener) -> None:
        destination = Memory()
        opened().download(server.on("/a", lambda request: part(request, ETag=ETAG)), destination, part_bytes=PART)
        assert [validator for _, validator in ranges(server)] == [None, ETAG, ETAG, ETAG]

    def test_goes_on_with_what_an_earlier_run_left(self, server: Server, opened: Opener) -> None:
        destination = Memory(CONTENT[:HALF], provable=True)
        opened().download(server.on("/a", part), destination, part_bytes=PART)
        assert destination.content == CONTENT
        assert [each for each, _ in ranges(server)] == [f"bytes={HALF}-811", f"bytes=812-{len(CONTENT) - 1}"]

    def test_a_part_that_breaks_off_is_continued(self, server: Server, opened: Opener) -> None:
        def broken(request: Request) -> Reply:
            return replace(part(request), cut=100)

        destination = Memory()
        transport = opened()
        transport.download(server.on("/a", part, broken, part), destination, part_bytes=PART)
        assert destination.content == CONTENT
        assert [each for each, _ in ranges(server)][1:3] == ["bytes=300-599", "bytes=400-699"]
        assert transport.retries == 1

    def test_a_part_shorter_than_asked_for_is_no_failure(self, server: Server, opened: Opener) -> None:
        def short(request: Request) -> Reply:
            first = int(request.headers["Range"][6:].split("-")[0])
            return Reply(206, CONTENT[first : first + 250], {"Content-Range": f"bytes {first}-{first + 249}/1024"})

        destination = Memory()
        transport = opened()
        transport.download(server.on("/a", short, part), destination, part_bytes=PART)
        assert destination.content == CONTENT
        assert transport.retries == 0

    @pytest.mark.parametrize(
        "misfit",
        [Reply(416, b"no such range"), rest(200), rest(300, content_range="bytes 300-1023/1025")],
        ids=["refused", "start", "total"],
    )
    def test_starts_over_when_a_part_does_not_fit(self, server: Server, opened: Opener, misfit: Reply) -> None:
        destination = Memory()
        opened().download(server.on("/a", part, misfit, part), destination, part_bytes=PART)
        assert destination.content == CONTENT
        assert [begun[0] for begun in destination.begun] == [0, 0, 300, 600, 900]

    def test_starts_over_with_a_content_that_changed_its_size(self, server: Server, opened: Opener) -> None:
        def longer(request: Request) -> Reply:
            first = int(request.headers["Range"][6:].split("-")[0])
            return Reply(206, (CONTENT + b"x")[first:], {"Content-Range": f"bytes {first}-1024/1025"})

        destination = Memory()
        opened().download(server.on("/a", part, longer), destination, part_bytes=PART)
        assert destination.content == CONTENT + b"x"

    def test_parts_that_never_fit_are_an_error(self, server: Server, opened: Opener) -> None:
        destination = Memory()
        with pytest.raises(ItemError) as caught:
            opened().download(server.on("/a", part, rest(200), part, rest(200)), destination, part_bytes=PART)
        assert caught.value.reason is Reason.TRUNCATED
        assert destination.content != CONTENT
        assert 4 < len(server.requests) < 20

    def test_parts_that_fit_at_last_are_taken(self, server: Server, opened: Opener) -> None:
        destination = Memory()
        misfits = (part, rest(200), part, rest(200), Reply(416))
        opened().download(server.on("/a", *misfits, part, rest(PART)), destination, part_bytes=PART)
        assert destination.content == CONTENT

    def test_the_whole_is_taken_where_the_service_knows_no_ranges(self, server: Server, opened: Opener) -> None:
        destination = Memory()
        opened().download(server.on("/a", part, photo()), destination, part_bytes=PART)
        assert destination.content == CONTENT
        assert len(server.requests) == 2

    def test_parts_need_a_total(self, server: Server, opened: Opener) -> None:
        url = server.on("/a", Reply(206, CONTENT[:PART], {"Content-Range": "bytes 0-299/*"}))
        with pytest.raises(ItemError) as caught:
            opened().download(url, Memory(), part_bytes=PART)
        assert caught.value.reason is Reason.TRUNCATED
