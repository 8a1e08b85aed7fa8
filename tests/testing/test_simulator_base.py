"""The server under all simulators: real HTTP, a log, and faults as they arrive at a client."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime

import pytest
import requests
from aiohttp import web

from photosync.testing import Fault, Route, Simulator, answers


class Shelf(Simulator):
    """A service with one listing and one content route."""

    provider = "shelf"

    def routes(self) -> Sequence[Route]:
        return [Route("GET", "/items", self._items, "list"), Route("GET", "/items/{id}", self._content, "content")]

    def account_settings(self) -> dict[str, object]:
        return {"provider": self.provider, "endpoints": {"api": self.url}}

    async def _items(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response([item.id for item in self.library.expected()])

    async def _content(self, request: web.Request) -> web.StreamResponse:
        number = self.library.number_of(request.match_info["id"])
        if number is None:
            return self.not_found_answer()
        body = self.library.content(self.library.item(number))
        return answers.content(
            self.faults, request, body, headers={"Content-Type": "image/jpeg"}, item=self.item_of(request)
        )


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with Shelf(items=5) as simulator:
        yield simulator


def get(shelf: Shelf, path: str = "/items", **headers: str) -> requests.Response:
    return requests.get(shelf.url + path, headers=headers, timeout=60)


def first(shelf: Shelf) -> tuple[str, bytes]:
    """The path and the bytes of an item."""
    return f"/items/{shelf.library.id_of(0)}", shelf.library.content(shelf.library.item(0))


def test_a_redirect_leads_to_another_origin_that_records_leaks(shelf: Shelf) -> None:
    shelf.faults.redirect = Fault(value=307, on="list")
    plain = get(shelf)
    assert plain.status_code == 200
    assert (plain.history[0].status_code, plain.url) == (307, f"{shelf.url.replace('127.0.0.1', 'localhost')}/items")
    assert shelf.leaks == []
    get(shelf, **{"X-Token-Auth": "mine"})  # requests drops Authorization itself
    assert shelf.leaks == ["GET /items"]


def test_it_serves_and_stops_and_serves_again(shelf: Shelf) -> None:
    assert get(shelf).json() == [item.id for item in shelf.library.expected()]
    shelf.stop()
    shelf.stop()
    with pytest.raises(requests.ConnectionError):
        get(shelf)
    shelf.start()
    assert get(shelf).status_code == 200


def test_a_port_that_is_taken_is_reported(shelf: Shelf) -> None:
    port = int(shelf.url.rpartition(":")[2])
    with pytest.raises(RuntimeError, match="cannot start"):
        Shelf(port=port).start()


def test_the_log_and_the_counters(shelf: Shelf) -> None:
    get(shelf, "/items?page=1", Cookie="a=b")
    get(shelf, "/items/unknown")
    get(shelf, "/elsewhere")
    assert [(each.method, each.path, each.status, each.signed) for each in shelf.requests] == [
        ("GET", "/items?page=1", 200, True),
        ("GET", "/items/unknown", 404, False),
        ("GET", "/elsewhere", 404, False),
    ]
    counts = shelf.counts
    assert (counts["GET /items"], counts["list"], counts["content"], counts["404"], counts["total"]) == (1, 1, 1, 2, 3)
    shelf.forget()
    assert shelf.counts["total"] == 0


def test_content_in_parts(shelf: Shelf) -> None:
    path, body = first(shelf)
    whole = get(shelf, path)
    assert (whole.status_code, whole.content) == (200, body)
    part = get(shelf, path, Range="bytes=100-199")
    assert (part.status_code, part.content) == (206, body[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(body)}"
    assert get(shelf, path, Range="bytes=100-").content == body[100:]
    assert get(shelf, path, Range="bytes=-10").content == body[-10:]
    assert get(shelf, path, Range=f"bytes={len(body)}-").status_code == 416
    assert get(shelf, path, **{"Range": "bytes=100-", "If-Range": '"other"'}).status_code == 200
    assert get(shelf, path, **{"Range": "bytes=100-", "If-Range": whole.headers["ETag"]}).status_code == 206


def test_range_faults(shelf: Shelf) -> None:
    path, body = first(shelf)
    shelf.faults.ignore_range = Fault(times=1)
    assert get(shelf, path, Range="bytes=100-").content == body
    shelf.faults.wrong_range = Fault(times=1)
    assert get(shelf, path, Range="bytes=100-").headers["Content-Range"].startswith("bytes 99-")
    shelf.faults.short_range = Fault(times=1)
    short = get(shelf, path, Range="bytes=100-199")
    assert (short.status_code, short.content) == (206, body[100:150])
    shelf.faults.refuse_range = Fault(times=1)
    assert get(shelf, path, Range="bytes=100-").status_code == 416
    assert get(shelf, path, Range="bytes=100-").content == body[100:]


def test_throttling(shelf: Shelf) -> None:
    shelf.faults.throttle = Fault(times=1)
    answer = get(shelf)
    assert (answer.status_code, "Retry-After" in answer.headers) == (429, False)
    shelf.faults.throttle = Fault(value=3, times=1)
    assert get(shelf).headers["Retry-After"] == "3"
    shelf.faults.throttle_date = Fault(value=2, times=1)
    ahead = parsedate_to_datetime(get(shelf).headers["Retry-After"]).timestamp() - time.time()
    assert 1 < ahead <= 3
    assert get(shelf).status_code == 200


def test_unexpected_pages(shelf: Shelf) -> None:
    path, body = first(shelf)
    shelf.faults.server_error = Fault(value=500, times=1)
    answer = get(shelf)
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (500, "text/html")
    shelf.faults.html = Fault(times=1)
    answer = get(shelf, path)
    assert (answer.status_code, answer.content[:15]) == (200, b"<!DOCTYPE html>")
    shelf.faults.json = Fault(times=1)
    assert get(shelf, path).json() == {"message": "Something else"}
    shelf.faults.not_found = Fault(times=1)
    assert get(shelf, path).status_code == 404
    shelf.faults.wrong_bytes = Fault(times=1)
    wrong = get(shelf, path).content
    assert len(wrong) == len(body)
    assert wrong != body
    assert get(shelf, path).content == body


def test_connections_that_break(shelf: Shelf) -> None:
    path, body = first(shelf)
    shelf.faults.drop = Fault(times=1)
    with pytest.raises(requests.ConnectionError):
        get(shelf)
    shelf.faults.truncate = Fault(value=0.25, times=1)
    with requests.get(shelf.url + path, stream=True, timeout=60) as answer:
        assert int(answer.headers["Content-Length"]) == len(body)
        assert answer.raw.read(len(body) // 4) == body[: len(body) // 4]
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        shelf.faults.truncate = Fault(times=1)
        get(shelf, path)
    assert get(shelf, path).content == body


def test_a_stalled_body_ends_with_the_simulator(shelf: Shelf) -> None:
    path, _ = first(shelf)
    stall = shelf.faults.stall = Fault()
    with requests.get(shelf.url + path, stream=True, timeout=60) as answer:
        assert shelf.wait_for(lambda: stall.fired == 1)
        start = time.monotonic()
        shelf.stop()
        assert time.monotonic() - start < 5
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            assert answer.content == b"", "unreachable"


def test_expired_sign_in_after_some_requests(shelf: Shelf) -> None:
    shelf.faults.expired = Fault(after=2)
    assert [get(shelf).status_code for _ in range(4)] == [200, 200, 401, 401]


def test_a_held_request_goes_on_when_the_switch_is_off(shelf: Shelf) -> None:
    hold = shelf.faults.hold = Fault(after=1, on="list")
    assert get(shelf).status_code == 200
    with ThreadPoolExecutor() as pool:
        held = pool.submit(get, shelf)
        assert shelf.wait_for(lambda: hold.fired == 1)
        assert get(shelf, first(shelf)[0]).status_code == 200
        assert not held.done()
        shelf.library.add(7)
        shelf.faults.hold = None
        assert len(held.result().json()) == 12


def test_latency_is_no_queue(shelf: Shelf) -> None:
    shelf.faults.latency = Fault(value=0.05)
    start = time.monotonic()
    get(shelf)
    assert time.monotonic() - start >= 0.05


def status_of(shelf: Shelf, path: str, **headers: str) -> int | str:
    try:
        return get(shelf, path, **headers).status_code
    except requests.RequestException as error:
        return type(error).__name__


def test_a_plan_by_route_and_call(shelf: Shelf) -> None:
    path, body = first(shelf)
    shelf.faults.plan = [
        ("server_error", Fault(value=503, on="content", after=2, times=1)),
        ("truncate", Fault(value=100, on="content", after=4, times=1)),
        ("server_error", Fault(value=401, on="GET /items", after=1, times=1)),
    ]
    assert [status_of(shelf, path) for _ in range(6)] == [200, 200, 503, 200, "ChunkedEncodingError", 200]
    assert [status_of(shelf, "/items") for _ in range(3)] == [200, 401, 200]
    assert get(shelf, path).content == body


@pytest.mark.parametrize(
    ("fault", "value", "retry_after"),
    [
        ("throttle", -5, "-5"),
        ("throttle", 9_999_999_999, "9999999999"),
        ("throttle_text", None, "soon"),
        ("throttle_date", 7900 * 365 * 86_400, "9"),
        ("busy", 2, "2"),
        ("busy", None, "soon"),
    ],
)
def test_absurd_times_to_wait(shelf: Shelf, fault: str, value: float | None, retry_after: str) -> None:
    shelf.faults.set(fault, {"value": value, "times": 1})
    answer = get(shelf)
    assert answer.status_code == (503 if fault == "busy" else 429)
    assert retry_after in answer.headers["Retry-After"]


def test_resets_and_bodies_without_a_length(shelf: Shelf) -> None:
    path, body = first(shelf)
    shelf.faults.reset = Fault(times=1)
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        get(shelf, path)
    shelf.faults.reset_body = Fault(value=100, times=1)
    assert status_of(shelf, path) in ("ConnectionError", "ChunkedEncodingError")
    shelf.faults.cut_chunks = Fault(times=1)
    assert status_of(shelf, path) == "ChunkedEncodingError"
    shelf.faults.no_length = Fault(value=100, times=1)
    cut = get(shelf, path)
    assert (cut.content, cut.headers.get("Content-Length"), cut.headers["Content-Type"]) == (
        body[:100],
        None,
        "image/jpeg",
    )
    assert get(shelf, path).content == body


def test_parts_that_do_not_belong_together(shelf: Shelf) -> None:
    path, body = first(shelf)
    shelf.faults.other_etag = Fault(times=1)
    assert get(shelf, path).content == body
    other = get(shelf, path, Range="bytes=100-")
    assert (other.status_code, other.headers["ETag"], len(other.content)) == (206, '"another"', len(body) - 100)
    assert other.content != body[100:]
    for value in range(4):
        shelf.faults.odd_range = Fault(value=value, times=1)
        odd = get(shelf, path, Range="bytes=100-")
        assert odd.content == body[100:]
        assert odd.headers.get("Content-Range") != f"bytes 100-{len(body) - 1}/{len(body)}"
    shelf.faults.wrong_bytes = Fault(value=1, times=1)
    assert sum(a != b for a, b in zip(get(shelf, path).content, body, strict=True)) == 1
