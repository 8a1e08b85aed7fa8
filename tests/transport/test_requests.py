from __future__ import annotations

import gzip

import pytest

from photosync.errors import ItemError, PhotosyncError, ProviderError, Reason, TemporaryError
from photosync.transport import Answer, Redactor
from tests.transport.scripted_server import Memory, Opener, Reply, Server, as_json, redirect, throttled

HTML = {"Content-Type": "text/html"}


def test_everything_that_a_provider_says_is_sent(server: Server, opened: Opener) -> None:
    url = server.on("/a", Reply(200, b"good"))
    transport = opened(headers={"User-Agent": "photosync/1"})
    transport.request("get", url, params={"limit": 200, "q": "a b&c", "none": None}, headers={"X-App": "7"})
    transport.request("POST", url, json={"a": [1]})
    transport.request("POST", url, form={"a": "b c"})
    transport.request("PUT", url, body=b"bytes", headers={"Content-Type": "image/jpeg"})
    assert [(request.method, request.query, request.body) for request in server.requests] == [
        ("GET", "limit=200&q=a+b%26c", b""),
        ("POST", "", b'{"a": [1]}'),
        ("POST", "", b"a=b+c"),
        ("PUT", "", b"bytes"),
    ]
    assert [request.headers.get("Content-Type") for request in server.requests] == [
        None,
        "application/json",
        "application/x-www-form-urlencoded",
        "image/jpeg",
    ]
    assert server.requests[0].headers["X-App"] == "7"
    assert {request.headers["User-Agent"] for request in server.requests} == {"photosync/1"}


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("/a/b~c_d.jpg?x=1&y=:@/?", "/a/b~c_d.jpg?x=1&y=:@/?"),
        ("/a%2Fb%20c%C3%A9?X-Amz-Credential=A%2F20260101", "/a%2Fb%20c%C3%A9?X-Amz-Credential=A%2F20260101"),
        ("/%41%7e%2d%2fz", "/A~-%2Fz"),
        ('/a b/é?q=ü"', "/a%20b/%C3%A9?q=%C3%BC%22"),
        ("/100%", "/100%25"),
        ("/a/../b/./c", "/b/c"),
        ("/a/..", "/"),
        ("//other.example/a", "/other.example/a"),
        ("/a#fragment", "/a"),
        ("?x=1", "/?x=1"),
        ("", "/"),
    ],
)
def test_an_address_is_sent_quoted_once(server: Server, opened: Opener, given: str, sent: str) -> None:
    opened().request("GET", server.url + given, accept=(200, 404))
    request = server.requests[0]
    assert f"{request.path}?{request.query}".rstrip("?") == sent.rstrip("?")


@pytest.mark.parametrize(
    ("url", "query"),
    [("/a", "x=1&y=a+b%26%C3%A9%2F~"), ("/a?k=%2F", "k=%2F&x=1&y=a+b%26%C3%A9%2F~"), ("/ä", "x=1&y=a+b%26%C3%A9%2F~")],
)
def test_parameters_follow_what_an_address_has(server: Server, opened: Opener, url: str, query: str) -> None:
    opened().request("GET", server.url + url, params={"x": 1, "none": None, "y": "a b&é/~"}, accept=(200, 404))
    opened().request("GET", server.url + url, params={"none": None}, accept=(200, 404))
    assert server.requests[0].query == query
    assert server.requests[1].query == ("k=%2F" if "?" in url else "")


def test_an_answer_is_decompressed_and_its_headers_have_no_case(server: Server, opened: Opener) -> None:
    url = server.on("/a", Reply(200, gzip.compress(b"long" * 100), {"Content-Encoding": "gzip", "X-Kind": "7"}))
    answer = opened().request("GET", url, params={"a": "b"})
    assert (answer.status, answer.body, answer.headers["x-kind"]) == (200, b"long" * 100, "7")
    assert answer.url == f"{url}?a=b"


@pytest.mark.parametrize("status", [100, 101, 102, 103, 199])
def test_an_interim_answer_is_not_the_answer(server: Server, opened: Opener, status: int) -> None:
    """Else the real one would be read as that of the next request on the connection."""
    transport = opened()
    url = server.on("/a", Reply(200, b"first", interim=(status, status)), Reply(200, b"second"))
    assert [transport.request("GET", url).body for _ in range(2)] == [b"first", b"second"]
    assert len(server.client_ports) == 1


def test_interim_answers_without_end_are_given_up(server: Server, opened: Opener) -> None:
    url = server.on("/a", Reply(200, b"late", interim=(100,) * 5000))
    with pytest.raises(TemporaryError, match="gave up after 3 tries"):
        opened().request("GET", url)


@pytest.mark.parametrize("end", [b"0\r\n" + b"T: x\r\n" * 5000, b"2;" + b"x" * 70_000 + b"\r\nab\r\n0\r\n\r\n"])
def test_lines_without_end_around_chunks_are_given_up(server: Server, opened: Opener, end: bytes) -> None:
    url = server.on("/a", Reply(200, b"2\r\nab\r\n" + end, {"Transfer-Encoding": "chunked", "Content-Length": ""}))
    with pytest.raises(TemporaryError, match="gave up after 3 tries"):
        opened().request("GET", url)


def test_an_accepted_status_is_an_answer(server: Server, opened: Opener) -> None:
    transport = opened()
    for status in (201, 404, 409, 503):
        url = server.on("/a", Reply(status, b"as agreed"))
        assert transport.request("GET", url, accept=(status,)).status == status
    assert transport.retries == 0


def test_a_status_that_was_not_agreed_is_an_error_even_if_it_is_a_success(server: Server, opened: Opener) -> None:
    with pytest.raises(ProviderError) as caught:
        opened().request("GET", server.on("/a", Reply(202, b"later")))
    assert caught.value.status == 202


def test_an_error_shows_the_first_300_characters_and_no_secret(server: Server, opened: Opener) -> None:
    redactor = Redactor()
    redactor.add("my-secret-word")
    url = server.on("/my-secret-word/b", Reply(400, b"no my-secret-word \n" + b"x" * 1000))
    with pytest.raises(ProviderError) as caught:
        opened(redactor=redactor).request("GET", url)
    assert str(caught.value) == f"GET 127.0.0.1:{server.port}/***/b answered 400: no *** " + "x" * 293


def test_an_answer_too_large_for_memory_is_refused(server: Server, opened: Opener) -> None:
    url = server.on("/a", Reply(200, gzip.compress(bytes(17 * 1024 * 1024), 1), {"Content-Encoding": "gzip"}))
    with pytest.raises(ProviderError, match="more than 16 MiB"):
        opened().request("GET", url)


def test_an_answer_that_is_always_cut_short_is_temporary(server: Server, opened: Opener) -> None:
    url = server.on("/a", Reply(200, b"0123456789", cut=5))
    with pytest.raises(TemporaryError, match="cut short") as caught:
        opened().request("GET", url)
    assert caught.value.reason is Reason.UNREACHABLE


def test_json_is_parsed(server: Server, opened: Opener) -> None:
    url = server.on("/a", as_json({"a": [1, None]}))
    assert opened().json("GET", url, headers={"X-App": "7"}) == {"a": [1, None]}
    assert (server.requests[0].headers["Accept"], server.requests[0].headers["X-App"]) == ("application/json", "7")


@pytest.mark.parametrize(
    "reply", [Reply(200, b"<html>hello", HTML), Reply(200, b"[1]", HTML), Reply(200, b"hello"), Reply(200, b"")]
)
def test_what_is_not_json_is_said_to_be_none(server: Server, opened: Opener, reply: Reply) -> None:
    with pytest.raises(ProviderError, match="where JSON was due") as caught:
        opened().json("GET", server.on("/a", reply))
    assert caught.value.body == reply.body


def test_damaged_json_is_said_to_be_damaged(server: Server, opened: Opener) -> None:
    url = server.on("/a", Reply(200, b'{"a": [1, nu', {"Content-Type": "application/json"}))
    with pytest.raises(ProviderError, match="answered 200 with damaged JSON; try again later: "):
        opened().json("GET", url)


@pytest.mark.parametrize(
    "bad", [Reply(200, b"<html>hello", HTML), Reply(200, b'{"a": [1, nu'), as_json([]), Reply(200, b"")]
)
def test_one_unusable_answer_is_requested_again(server: Server, opened: Opener, bad: Reply) -> None:
    def check(answer: object) -> None:
        if not isinstance(answer, dict):
            raise ProviderError("no object")

    url = server.on("/a", bad, as_json({"a": 1}))
    transport = opened()
    assert transport.json("GET", url, check=check) == {"a": 1}
    assert transport.retries == 1


def test_what_must_not_be_sent_twice_is_not_sent_again_for_its_answer(server: Server, opened: Opener) -> None:
    url = server.on("/a", Reply(200, b"<html>hello", HTML), as_json({}))
    with pytest.raises(ProviderError, match="where JSON was due"):
        opened().json("POST", url, idempotent=False)
    assert len(server.requests) == 1


def test_the_providers_words_show_no_secret_that_the_service_repeats(server: Server, opened: Opener) -> None:
    redactor = Redactor()
    redactor.add("my-secret-word")
    transport = opened(redactor=redactor, classify=lambda answer: ProviderError(f"it says: {answer.body.decode()}"))
    with pytest.raises(ProviderError, match=r"^it says: no \*\*\*$"):
        transport.request("GET", server.on("/a", Reply(400, b"no my-secret-word")))


def test_an_accepted_refusal_has_no_secret(server: Server, opened: Opener) -> None:
    redactor = Redactor()
    redactor.add("my-secret-word")
    url = server.on(
        "/a", Reply(409, b'{"code": "X", "message": "no my-secret-word \xff"}'), Reply(200, b"my-secret-word")
    )
    transport = opened(redactor=redactor)
    assert transport.request("GET", url, accept=(409,)).body == b'{"code": "X", "message": "no *** \xff"}'
    assert transport.request("GET", url).body == b"my-secret-word"


def test_the_provider_looks_first(server: Server, opened: Opener) -> None:
    seen: list[tuple[int, bytes]] = []

    def classify(answer: Answer) -> PhotosyncError | None:
        seen.append((answer.status, answer.body))
        return ItemError("gone", Reason.NOT_FOUND) if answer.status == 404 else None

    transport = opened(classify=classify)
    server.on("/b", Reply(200, b"good"))
    transport.request("GET", server.on("/a", redirect("/b")))
    with pytest.raises(ItemError, match="gone"):
        transport.request("GET", server.on("/a", Reply(404, b"no")), accept=(404,))
    assert seen == [(200, b"good"), (404, b"no")]


class TestAStream:
    def test_comes_piece_by_piece(self, server: Server, opened: Opener) -> None:
        body = b"".join(b"line %d\n" % number for number in range(50_000))
        url = server.on("/a", throttled(), Reply(200, body, {"Content-Type": "application/json"}))
        transport = opened()
        with transport.stream("POST", url, json={"checkpoint": "x"}) as (head, chunks):
            assert (head.status, head.body) == (200, b"")
            parts = list(chunks)
        assert b"".join(parts) == body
        assert len(parts) > 1
        assert transport.retries == 1

    def test_that_breaks_is_not_tried_again(self, server: Server, opened: Opener) -> None:
        url = server.on("/a", Reply(200, b"0123456789", cut=5))
        with (
            pytest.raises(TemporaryError, match="cut short") as caught,
            opened().stream("POST", url) as (_, chunks),
        ):
            assert next(chunks) == b"01234"
            next(chunks)
        assert caught.value.reason is Reason.UNREACHABLE
        assert len(server.requests) == 1

    def test_that_is_refused_is_an_error(self, server: Server, opened: Opener) -> None:
        with (
            pytest.raises(ProviderError, match="bad mark"),
            opened().stream("POST", server.on("/a", Reply(400, b"bad mark"))),
        ):
            pass

    def test_that_is_a_web_page_is_an_error(self, server: Server, opened: Opener) -> None:
        url = server.on("/a", Reply(200, b"<p>hello</p>", HTML))
        with pytest.raises(ProviderError, match="web page: <p>hello</p>"), opened().stream("POST", url):
            pass

    def test_may_be_left_early(self, server: Server, opened: Opener) -> None:
        url = server.on("/a", Reply(200, bytes(50_000_000)))
        transport = opened()
        with transport.stream("GET", url) as (_, chunks):
            next(chunks)
        assert server.abandoned.wait(10)
        assert transport.request("GET", server.on("/b", Reply(200, b"good"))).body == b"good"

    def test_passes_on_what_its_reader_raises(self, server: Server, opened: Opener) -> None:
        url = server.on("/a", Reply(200, b"x"))
        with pytest.raises(ConnectionError), opened().stream("GET", url):
            raise ConnectionError


def test_each_request_counts_redirects_too(server: Server, opened: Opener) -> None:
    url = server.on("/a", redirect("/b"))
    server.on("/b", Reply(500), Reply(200, b"good"))
    transport = opened()
    transport.request("GET", url)
    transport.download(url, Memory())
    assert (transport.requests, transport.retries) == (6, 1)
    assert len(server.requests) == 6
