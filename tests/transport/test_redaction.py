from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

import pytest

from photosync.transport import Redactor
from tests.transport.scripted_server import Key, Memory, Opener, Reply, Server, redirect

SECRET = 'Atna|gQ/+ x=%"é'


@pytest.fixture
def redactor() -> Redactor:
    return Redactor()


@pytest.fixture
def output(redactor: Redactor) -> Iterator[io.StringIO]:
    """All that is logged, at the debug level, as a log file would have it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    handler.addFilter(redactor.clean_record)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.mark.parametrize(
    "form", [SECRET, quote(SECRET), quote(SECRET, safe=""), quote_plus(SECRET), 'Atna|gQ/+ x=%\\"\\u00e9']
)
def test_a_known_secret_is_taken_out_in_all_its_forms(redactor: Redactor, form: str) -> None:
    redactor.add(SECRET)
    assert redactor.clean(f"<{form}>") == "<***>"


def test_the_longest_of_several_secrets_is_taken_out_whole(redactor: Redactor) -> None:
    redactor.add("secret")
    redactor.add("secret-and-more", "and-more-still")
    assert redactor.clean("a secret-and-more b secret c") == "a *** b *** c"


def test_a_short_secret_blacks_out_no_words(redactor: Redactor) -> None:
    redactor.add("photo", "")
    assert redactor.clean("a photo") == "a photo"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Authorization: Bearer hidden more", "Authorization: ***"),
        ("{'Authorization': 'Bearer hidden', 'Accept': 'x'}", "{'Authorization': ***, 'Accept': 'x'}"),
        ("[('Cookie', 'a=\"hidden\"; b=c')]", "[('Cookie', ***)]"),
        (r"send: b'GET /a\r\nCookie: a=hidden; b=c\r\nX-Token-Auth: hidden\r\nAccept: x'",
         r"send: b'GET /a\r\nCookie: ***\r\nX-Token-Auth: ***\r\nAccept: x'"),
        ("Cookie: a=hidden\nnext line", "Cookie: ***\nnext line"),
        ("x-amzn-sessionid: 123-hidden", "x-amzn-sessionid: ***"),
        ("sent Bearer hidden-token to", "sent Bearer *** to"),
        ("got ya29.hidden-A_b.c and", "got *** and"),
        ("got 1//0ghidden-A_b and", "got *** and"),
        ("key GOCSPX-hidden_A-b,", "key ***,"),
        ("Atza|IwEBhidden-_ and Atzr|IwEBhidden", "*** and ***"),
        ("Atza%7CIwEBhidden", "***"),
        ("/a?access_token=hidden&b=1", "/a?access_token=***&b=1"),
        ("/cb?state=1&code=4/0Ahidden&scope=x", "/cb?state=1&code=***&scope=x"),
        ("/b?X-Amz-Signature=hidden&X-Amz-Security-Token=hidden%2F&x=1",
         "/b?X-Amz-Signature=***&X-Amz-Security-Token=***&x=1"),
        ("/v?Expires=1&Signature=hidden~&Key-Pair-Id=K", "/v?Expires=1&Signature=***&Key-Pair-Id=K"),
        ('{"refresh_token": "hidden \\" hidden", "n": 1}', '{"refresh_token": ***, "n": 1}'),
        ("{'client_secret': 'hidden'}", "{'client_secret': ***}"),
        ("password=hidden+words&email=a", "password=***&email=a"),
        ('body {"password":"hidden words"}', 'body {"password":***}'),
        (r'"{\"password\": \"hidden words\", \"n\": 1}"', None),
    ],
)  # fmt: skip
def test_what_looks_like_a_secret_is_taken_out(redactor: Redactor, text: str, cleaned: str | None) -> None:
    result = redactor.clean(text)
    assert "hidden" not in result
    assert cleaned is None or result == cleaned


@pytest.mark.parametrize(
    "text",
    [
        "The email or password was incorrect.",
        '{"code": "NODE_NOT_FOUND", "message": "no such node", "status_code": 404}',
        "GET www.amazon.com/drive/v1/nodes answered 404",
        "http://127.0.0.1:1//photos-of-2019",
        "2019/07/IMG_1234.JPG: signature of the file is wrong",
        "authorization is missing",
    ],
)
def test_ordinary_words_stay(redactor: Redactor, text: str) -> None:
    assert redactor.clean(text) == text


def test_a_log_record_is_cleaned_whole(redactor: Redactor, output: io.StringIO) -> None:
    redactor.add("my-secret-word")
    log = logging.getLogger("some.library")
    log.debug("%s and %d", "my-secret-word", 1)
    log.debug("spans my-secret%s", "-word")
    log.debug("access_token=%s", "xyzzy-token")
    log.debug("%(key)s", {"key": "my-secret-word"})
    try:
        int("my-secret-word")
    except ValueError:
        log.exception("failed", stack_info=True)
    text = output.getvalue()
    assert "my-secret" not in text
    assert "xyzzy" not in text
    assert "*** and 1" in text
    assert "ValueError: invalid literal for int() with base 10: '***'" in text
    assert "Stack (most recent call last)" in text


def test_a_handler_that_prints_exceptions_its_own_way_finds_none(redactor: Redactor) -> None:
    printed: list[str] = []

    class Own(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            printed.append(f"{record.getMessage()} {record.exc_info}")

    handler = Own()
    handler.addFilter(redactor.clean_record)
    log = logging.getLogger("some.other.library")
    log.addHandler(handler)
    redactor.add("my-secret-word")
    try:
        int("my-secret-word")
    except ValueError:
        log.exception("failed")
    log.removeHandler(handler)
    assert printed == ["failed None"]


def test_no_secret_of_a_run_gets_into_the_log(
    server: Server, opened: Opener, redactor: Redactor, output: io.StringIO
) -> None:
    key = Key(refreshes=1)
    server.on("/b", Reply(500), Reply(200, b"good"))
    url = server.on("/a", Reply(401), redirect("/b?one=token-number-0&two=token-number-1&Signature=xyzzy"))
    opened(auth=key, redactor=redactor).download(url, Memory())
    text = output.getvalue()
    assert "urllib3.connectionpool DEBUG" in text
    assert 'GET /b?one=***&two=***&Signature=*** HTTP/1.1" 200' in text
    assert "token-number" not in text
    assert "xyzzy" not in text


def test_each_request_and_each_wait_is_logged_without_its_query(
    server: Server, opened: Opener, output: io.StringIO
) -> None:
    opened().request("GET", server.on("/a", Reply(503), Reply(200, b"good")), params={"key": "hidden"})
    ours = [line for line in output.getvalue().splitlines() if line.startswith("photosync.transport")]
    here = f"127.0.0.1:{server.port}"
    assert ours[0].startswith(f"photosync.transport DEBUG GET {here}/a 503 ")
    assert ours[1].startswith(f"photosync.transport INFO 503 from {here}, waiting 0.0 s (try 1)")
    assert ours[2].startswith(f"photosync.transport DEBUG GET {here}/a 200 ")
    assert "hidden" not in "".join(ours)
