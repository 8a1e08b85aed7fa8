from __future__ import annotations

import gzip
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest

from photosync.errors import CancelledError, ItemError, PhotosyncError, Reason, TemporaryError
from photosync.transport import Answer
from tests.transport.scripted_server import QUICK, Memory, Opener, Reply, Request, Server, redirect, throttled

CONTENT = bytes(range(256)) * 4
HALF = len(CONTENT) // 2
ETAG = '"version-1"'


def photo(cut: int | None = None, **headers: str) -> Reply:
    return Reply(200, CONTENT, {"Content-Type": "image/jpeg", "ETag": ETAG, **headers}, cut=cut)


def rest(start: int = HALF, *, content_range: str | None = None, cut: int | None = None, **headers: str) -> Reply:
    content_range = content_range or f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"
    return Reply(206, CONTENT[start:], {"Content-Range": content_range, "ETag": ETAG, **headers}, cut=cut)


def changed(reply: Reply, headers: dict[str, str]) -> Reply:
    return replace(reply, headers={**reply.headers, **headers})


def ranges(server: Server) -> list[tuple[str | None, str | None]]:
    return [(request.headers.get("Range"), request.headers.get("If-Range")) for request in server.requests]


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
            {"Content-Range": ""},
            {"ETag": '"version-2"'},
            {"Content-Encoding": "gzip"},
        ],
        ids=["start", "total", "length", "empty", "unit", "missing", "etag", "compressed"],
    )
    def test_starts_over_when_a_part_does_not_fit(
        self, server: Server, opened: Opener, headers: dict[str, str]
    ) -> None:
        destination = Memory(CONTENT[:HALF], validator=ETAG)
        opened().download(server.on("/a", changed(rest(), headers), photo()), destination)
        assert destination.content == CONTENT
        assert destination.begun == [(0, len(CONTENT), ETAG)]
        assert ranges(server)[1] == (None, None)

    def test_a_part_that_was_not_asked_for_is_an_error(self, server: Server, opened: Opener) -> None:
        with pytest.raises(ItemError) as caught:
            opened().download(server.on("/a", rest()), Memory())
        assert caught.value.reason is Reason.BAD_ANSWER

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
        transport = opened(replace(QUICK, max_attempts=2))
        transport.download(server.on("/a", a_little), destination)
        assert destination.content == CONTENT
        assert transport.requests == -(-len(CONTENT) // 100)

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


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, Reason.REFUSED),
        (403, Reason.FORBIDDEN),
        (404, Reason.NOT_FOUND),
        (410, Reason.NOT_FOUND),
        (418, Reason.REFUSED),
        (204, Reason.BAD_ANSWER),
    ],
)
def test_a_refusal_concerns_the_item_alone(server: Server, opened: Opener, status: int, reason: Reason) -> None:
    body = b"" if status == 204 else b"because"
    url = server.on("/a", Reply(status, body, {"Content-Type": "image/png"}))
    destination = Memory()
    with pytest.raises(ItemError) as caught:
        opened().download(url, destination)
    assert caught.value.reason is reason
    assert (destination.begun, len(server.requests)) == ([], 1)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (throttled("3600"), Reason.THROTTLED),
        (Reply(500), Reason.SERVER_ERROR),
        (Reply(dropped=True), Reason.UNREACHABLE),
    ],
)
def test_trouble_past_the_budget_is_temporary(server: Server, opened: Opener, reply: Reply, reason: Reason) -> None:
    with pytest.raises(TemporaryError) as caught:
        opened().download(server.on("/a", reply), Memory())
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    "kind",
    ["text/html; charset=utf-8", "application/json", "Text/XML", "application/problem+json", "application/xhtml+xml"],
)
def test_a_page_in_place_of_a_photo_is_not_media(server: Server, opened: Opener, kind: str) -> None:
    url = server.on("/a", Reply(200, b"<p>sorry</p>", {"Content-Type": kind}))
    destination = Memory()
    with pytest.raises(ItemError, match="sorry") as caught:
        opened().download(url, destination)
    assert caught.value.reason is Reason.NOT_MEDIA
    assert destination.begun == []


def test_a_document_may_be_what_was_wanted(server: Server, opened: Opener) -> None:
    destination = Memory()
    url = server.on("/a", Reply(200, b"<p>mine</p>", {"Content-Type": "text/html"}))
    opened().download(url, destination, documents=True)
    assert destination.content == b"<p>mine</p>"


def test_the_provider_looks_at_what_is_no_photo(server: Server, opened: Opener) -> None:
    seen: list[Answer] = []

    def classify(answer: Answer) -> PhotosyncError | None:
        seen.append(answer)
        return ItemError("not processed yet", Reason.NOT_READY)

    transport = opened(classify=classify)
    transport.download(server.on("/a", photo()), Memory())
    assert seen == []
    for reply in (Reply(404, b"gone"), Reply(200, b"gone", {"Content-Type": "text/html"})):
        with pytest.raises(ItemError, match="not processed yet"):
            transport.download(server.on("/a", reply), Memory())
    assert [(answer.status, answer.body) for answer in seen] == [(404, b"gone"), (200, b"gone")]


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
