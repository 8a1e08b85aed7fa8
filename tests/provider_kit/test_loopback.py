"""The way of an authorization code from the browser to the program, over real HTTP on loopback."""

from __future__ import annotations

import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest

from photosync.errors import SignInError
from photosync.provider_kit.loopback import RedirectReceiver, authorization, new_state, parse_pasted


def fetch(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


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

    def show_link(self, url: str, purpose: str, qr_code: bool = False) -> None:
        self.said.append(f"{purpose}: {url}")
        if self.browser is not None:
            threading.Thread(target=self.browser, args=(url,)).start()

    def ask(self, prompt: str) -> str | None:
        self.said.append(prompt)
        return self.answer


def link_for(redirect_uri: str) -> str:
    return f"https://service.example/authorize?redirect_uri={redirect_uri}"


def agreeing(query: str) -> Callable[[str], object]:
    """A browser whose person agrees: it goes straight to the redirect URI."""
    return lambda url: fetch(f"{parse_qs(urlsplit(url).query)['redirect_uri'][0]}?{query}")


def test_the_code_comes_in_and_the_browser_gets_a_page() -> None:
    with RedirectReceiver("right") as receiver:
        assert urlsplit(receiver.redirect_uri).hostname == "127.0.0.1"
        status, page = fetch(f"{receiver.redirect_uri}?state=right&code=a%2Fb")
        assert (status, receiver.wait(1)) == (200, "a/b")
    assert "Signed in" in page
    assert "a/b" not in page


def test_stray_requests_are_answered_and_waiting_goes_on() -> None:
    with RedirectReceiver("right") as receiver:
        base = receiver.redirect_uri
        assert fetch(f"{base}favicon.ico")[0] == 404
        assert fetch(f"{base}?state=wrong&code=stolen")[0] == 400
        assert fetch(f"{base}?code=no-state")[0] == 400
        assert fetch(f"{base}?state=right")[0] == 400
        assert fetch(base)[0] == 400
        assert fetch(f"{base}?state=wrong&error=access_denied")[0] == 400
        with pytest.raises(SignInError, match="Nobody came back"):
            receiver.wait(0.05)
        assert fetch(f"{base}?state=right&code=good")[0] == 200
        assert receiver.wait(1) == "good"


def test_the_first_answer_stays() -> None:
    with RedirectReceiver("right") as receiver:
        fetch(f"{receiver.redirect_uri}?state=right&code=first")
        fetch(f"{receiver.redirect_uri}?state=right&code=second")
        assert receiver.wait(1) == "first"


@pytest.mark.parametrize("state", ["&state=right", ""])
def test_a_refusal_is_told_in_the_services_words(state: str) -> None:
    with RedirectReceiver("right") as receiver:
        url = f"{receiver.redirect_uri}?error=access_denied&error_description=User+said+no{state}"
        assert "Not signed in" in fetch(url)[1]
        with pytest.raises(SignInError, match=r"not granted .*access_denied: User said no"):
            receiver.wait(1)


def test_silent_clients_keep_nobody_waiting() -> None:
    with RedirectReceiver("right") as receiver:
        port = urlsplit(receiver.redirect_uri).port
        assert port is not None
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(5)]
        started = time.monotonic()
        fetch(f"{receiver.redirect_uri}?state=right&code=good")
        assert receiver.wait(1) == "good"
    assert time.monotonic() - started < 2
    for each in silent:
        each.close()


def test_it_stops_listening_in_the_end_and_the_port_can_be_had_again() -> None:
    port = free_port()
    for _ in range(2):
        with RedirectReceiver("right", port=port) as receiver:
            assert receiver.redirect_uri == f"http://127.0.0.1:{port}/"
            fetch(f"{receiver.redirect_uri}?state=right&code=good")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=1)
    assert "sign-in listener" not in [thread.name for thread in threading.enumerate()]


def test_a_registered_redirect_uri_is_used_letter_for_letter() -> None:
    registered = f"http://localhost:{free_port()}/callback"
    with RedirectReceiver("right", redirect_uri=registered) as receiver:
        assert receiver.redirect_uri == registered
        assert fetch(f"{registered.removesuffix('callback')}?state=right&code=x")[0] == 404
        fetch(f"{registered}?state=right&code=good")
        assert receiver.wait(1) == "good"


def test_a_port_that_the_person_wants_wins_over_the_registered_one() -> None:
    port = free_port()
    with RedirectReceiver("right", port=port, redirect_uri="http://localhost") as receiver:
        assert receiver.redirect_uri == f"http://localhost:{port}"
        fetch(f"{receiver.redirect_uri}/?state=right&code=good")
        assert receiver.wait(1) == "good"


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
        ("http://localhost/?code=XyCode012&state=other", "belongs to another sign-in"),
        (
            f"http://localhost/?error=access_denied&error_description=No+thanks&state={STATE}",
            r"not granted \(access_denied: No thanks\)",
        ),
        ("http://localhost/?error=invalid_scope", r"refused \(invalid_scope\)"),
        ("http://localhost/", "no 'code' in this address"),
    ],
)
def test_what_cannot_be_used_is_told(text: str, message: str) -> None:
    with pytest.raises(SignInError, match=message):
        parse_pasted(text, STATE)


def test_with_a_browser_the_listener_receives() -> None:
    someone = Someone(browser=agreeing(f"state={STATE}&code=good"))
    answer = authorization(someone, link_for, state=STATE, purpose="sign in", patience_s=10)
    assert answer.code == "good"
    assert someone.said == [f"sign in: {link_for(answer.redirect_uri)}"]


def test_without_a_browser_the_person_pastes() -> None:
    someone = Someone(answer=f"http://localhost/?code=good&state={STATE}", browser_allowed=False)
    answer = authorization(someone, link_for, state=STATE, purpose="sign in")
    assert (answer.code, answer.redirect_uri) == ("good", "http://localhost")


def test_a_port_for_ssh_listens_even_without_a_browser_here() -> None:
    port = free_port()
    someone = Someone(browser=agreeing(f"state={STATE}&code=good"), browser_allowed=False, port=port)
    answer = authorization(someone, link_for, state=STATE, purpose="sign in", patience_s=10)
    assert answer.redirect_uri == f"http://127.0.0.1:{port}/"


def test_a_port_that_is_taken_falls_back_to_pasting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        registered = f"http://localhost:{taken.getsockname()[1]}/"
        someone = Someone(answer="good")
        answer = authorization(someone, link_for, state=STATE, purpose="sign in", redirect_uri=registered)
    assert (answer.code, answer.redirect_uri) == ("good", registered)
    assert "No answer can be received here" in someone.said[0]


def test_under_cron_nobody_can_answer() -> None:
    with pytest.raises(SignInError, match="Nobody can answer here"):
        authorization(Someone(browser_allowed=False), link_for, state=STATE, purpose="sign in")


def test_states_do_not_repeat() -> None:
    assert len({new_state() for _ in range(100)}) == 100
