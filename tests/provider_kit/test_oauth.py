"""The authorization-code flow: how a person's consent becomes a code."""

from __future__ import annotations

import socket
import threading
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest

from photosync.errors import ProviderError, SignInError
from photosync.provider_kit.oauth import (
    AuthorizationRequest,
    TokenRefusedError,
    ask_consent,
    ask_token,
    parse_pasted,
)
from tests.transport.scripted_server import Opener, Reply, Request, Server, as_json


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass
class Someone:
    """A person at the terminal; `browser` is what their browser does with the address."""

    browser: Callable[[str], object] | None = None
    answer: str | None = None
    port: int | None = None
    browser_allowed: bool = True
    said: list[str] = field(default_factory=list)

    def show(self, message: str) -> None:
        self.said.append(message)

    def ask_pasted(self, how: str) -> bytes | None:
        raise AssertionError(how)

    def show_link(self, url: str, purpose: str, qr_code: bool = False, browser_url: str | None = None) -> None:
        self.said.append(f"{purpose}: {url}")
        if self.browser is not None:
            threading.Thread(target=self.browser, args=(url,)).start()

    def ask(self, prompt: str) -> str | None:
        self.said.append(prompt)
        return self.answer


def link_for(request: AuthorizationRequest) -> str:
    return f"https://service.example/authorize?redirect_uri={request.redirect_uri}&state={request.state}"


def agreeing(answer: str) -> Callable[[str], object]:
    """A browser whose person agrees: it goes straight to the redirect URI."""

    def browse(url: str) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        with urllib.request.urlopen(f"{query['redirect_uri']}?state={query['state']}&{answer}", timeout=60) as page:
            page.read()

    return browse


STATE = "the-state"


@pytest.mark.parametrize(
    "text",
    [
        f"http://localhost/?code=XyCode012&scope=a+b&state={STATE}",
        f"  http://localhost/?code=XyCode012&state={STATE} \r\n",
        f"http://localhost/?code=XyCo\nde012&state={STATE}",
        "http://localhost/?code=XyCode012",
        f"localhost/?code=XyCode012&state={STATE}",
        f"?code=XyCode012&state={STATE}",
        "code=XyCode012",
        "XyCode012",
        " XyCo\n de012\n",
    ],
)
def test_the_code_is_found_in_whatever_was_pasted(text: str) -> None:
    assert parse_pasted(text, STATE) == "XyCode012"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Nothing was pasted"),
        ("http://[localhost/?code=XyCode012", "This is no address"),
        ("http://localhost/?code=XyCode012&state=\udcff", "This is no address"),
        ("http://localhost/?code=XyCode012&state=other", "belongs to another sign-in"),
        (
            f"http://localhost/?error=access_denied&error_description=No+thanks&state={STATE}",
            r"not granted \(access_denied: No thanks\)",
        ),
        ("http://localhost/?error=invalid_scope", r"refused \(invalid_scope\)"),
        ("http://localhost/", "no 'code' in this address"),
    ],
)
def test_an_unusable_text_is_reported(text: str, message: str) -> None:
    with pytest.raises(SignInError, match=message):
        parse_pasted(text, STATE)


def test_with_a_browser_the_listener_receives() -> None:
    someone = Someone(browser=agreeing("code=good"))
    form = ask_consent(someone, link_for, purpose="sign in", timeout_s=60)
    assert form["code"] == "good"
    assert [line.partition("&")[0] for line in someone.said] == [
        f"sign in: https://service.example/authorize?redirect_uri={form['redirect_uri']}"
    ]


def test_without_a_browser_the_person_pastes() -> None:
    someone = Someone(answer="http://localhost/?code=good", browser_allowed=False)
    form = ask_consent(someone, link_for, purpose="sign in")
    assert (form["code"], form["redirect_uri"]) == ("good", "http://localhost")


def test_a_port_for_ssh_listens_even_without_a_browser_here() -> None:
    port = free_port()
    someone = Someone(browser=agreeing("code=good"), browser_allowed=False, port=port)
    form = ask_consent(someone, link_for, purpose="sign in", timeout_s=60)
    assert form["redirect_uri"] == f"http://127.0.0.1:{port}/"


def test_a_port_that_is_taken_falls_back_to_pasting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        registered = f"http://localhost:{taken.getsockname()[1]}/"
        someone = Someone(answer="good")
        form = ask_consent(someone, link_for, purpose="sign in", redirect_uri=registered)
    assert (form["code"], form["redirect_uri"]) == ("good", registered)
    assert "No answer can be received here" in someone.said[0]


def test_under_cron_no_answer_is_possible() -> None:
    with pytest.raises(SignInError, match="Nobody can answer here"):
        ask_consent(Someone(browser_allowed=False), link_for, purpose="sign in")


def test_states_and_verifiers_do_not_repeat() -> None:
    seen: set[str] = set()

    def remember(request: AuthorizationRequest) -> str:
        seen.update((request.state, request.code_verifier))
        return link_for(request)

    for _ in range(50):
        ask_consent(Someone(answer="good", browser_allowed=False), remember, purpose="sign in")
    assert len(seen) == 100


def test_a_link_carries_all_that_the_flow_needs() -> None:
    request = AuthorizationRequest("http://localhost/back", "the-state", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    link = urlsplit(request.link("http://127.0.0.1:1/authorize?x=y", "me", ("read", "write")))
    assert (link.scheme, link.netloc, link.path) == ("http", "127.0.0.1:1", "/authorize")
    assert parse_qs(link.query) == {
        "x": ["y"],
        "client_id": ["me"],
        "response_type": ["code"],
        "redirect_uri": ["http://localhost/back"],
        "scope": ["read write"],
        "state": ["the-state"],
        # The example of RFC 7636, appendix B.
        "code_challenge": ["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"],
        "code_challenge_method": ["S256"],
    }


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"access_token": "a\r\nX-Other: b"},
        {"access_token": "caf\u00e9"},
        {"access_token": "a b"},
        {"access_token": "x" * 100_000},
        {"access_token": "good", "more": "x" * 100_000},
    ],
    ids=["none", "two lines", "no ASCII", "a blank", "too long", "too much"],
)
def test_an_unusable_token_is_no_token(content: Mapping[str, str]) -> None:
    """It would replace the good one in the token file."""
    with closing(Server()) as server, closing(Opener(server)) as opened:
        url = server.on("/token", as_json(content))
        with pytest.raises(ProviderError, match="without a usable token"):
            ask_token(opened(), url, {"grant_type": "refresh_token", "refresh_token": "r"})


def test_a_refusal_that_repeats_the_request_shows_no_secret() -> None:
    def repeat(request: Request) -> Reply:
        return as_json({"error": "invalid_request", "error_description": request.body.decode()}, 400)

    form = {"refresh_token": "secret-1|x", "client_secret": "secret-2", "scope": "all"}
    with (
        closing(Server()) as server,
        closing(Opener(server)) as opened,
        pytest.raises(TokenRefusedError, match=r"invalid_request: .*scope=all") as caught,
    ):
        ask_token(opened(), server.on("/token", repeat), form)
    assert "secret-" not in str(caught.value)


@pytest.mark.parametrize("status", [200, 400, 401, 403])
def test_a_web_page_is_no_refusal(status: int) -> None:
    with closing(Server()) as server, closing(Opener(server)) as opened:
        url = server.on("/token", Reply(status, b"<html>", {"Content-Type": "text/html"}))
        with pytest.raises(ProviderError, match=f"answered {status} with a web page; try again later"):
            ask_token(opened(), url, {"grant_type": "refresh_token", "refresh_token": "r"})
