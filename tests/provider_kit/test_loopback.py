"""The way of an authorization code from the browser to the program, over real HTTP on loopback."""

from __future__ import annotations

import socket
import threading
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest

from photosync.errors import SignInError
from photosync.provider_kit.loopback import RedirectListener


def fetch(url: str, method: str = "GET") -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=60) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_the_code_comes_in_and_the_browser_gets_a_page() -> None:
    with RedirectListener("right") as listener:
        assert urlsplit(listener.redirect_uri).hostname == "127.0.0.1"
        status, page = fetch(f"{listener.redirect_uri}?state=right&code=a%2Fb")
        assert (status, listener.wait(1)) == (200, "a/b")
    assert "Signed in" in page
    assert "a/b" not in page


def test_stray_requests_are_answered_and_waiting_goes_on() -> None:
    with RedirectListener("right") as listener:
        base = listener.redirect_uri
        assert fetch(f"{base}favicon.ico")[0] == 404
        assert fetch(f"{base}?state=wrong&code=stolen")[0] == 400
        assert fetch(f"{base}?code=no-state")[0] == 400
        assert fetch(f"{base}?state=right")[0] == 400
        assert fetch(base)[0] == 400
        assert fetch(f"{base}?state=wrong&error=access_denied")[0] == 400
        assert fetch(f"{base}?error=access_denied")[0] == 400
        assert fetch(f"{base}?error=access_denied&state=")[0] == 400
        assert fetch(f"{base}?state=wrong&state=right&code=stolen")[0] == 400
        assert fetch(f"{base}?state=right&code=x{'y' * 70_000}")[0] == 414
        assert fetch(f"{base}?state=%ff%fe&code=x")[0] == 400
        for method in ("HEAD", "POST", "PUT", "OPTIONS"):
            assert fetch(f"{base}?state=right&code=sent-by-{method}", method)[0] == 501
        with pytest.raises(SignInError, match="Nobody came back"):
            listener.wait(0.05)
        assert fetch(f"{base}?state=right&code=good")[0] == 200
        assert listener.wait(1) == "good"


def test_the_first_answer_stays() -> None:
    with RedirectListener("right") as listener:
        fetch(f"{listener.redirect_uri}?state=right&code=first")
        fetch(f"{listener.redirect_uri}?state=right&code=second")
        assert listener.wait(1) == "first"


def test_a_refusal_is_reported_in_the_services_words() -> None:
    with RedirectListener("right") as listener:
        url = f"{listener.redirect_uri}?error=access_denied&error_description=User+said+no&state=right"
        assert "Not signed in" in fetch(url)[1]
        with pytest.raises(SignInError, match=r"not granted .*access_denied: User said no"):
            listener.wait(1)


def test_silent_clients_block_no_others() -> None:
    with RedirectListener("right") as listener:
        port = urlsplit(listener.redirect_uri).port
        assert port is not None
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(5)]
        started = time.monotonic()
        fetch(f"{listener.redirect_uri}?state=right&code=good")
        assert listener.wait(1) == "good"
    assert time.monotonic() - started < 5  # so long the listener waits for a silent client
    for each in silent:
        each.close()


def test_it_stops_listening_in_the_end_and_the_port_can_be_had_again() -> None:
    port = free_port()
    for _ in range(2):
        with RedirectListener("right", port=port) as listener:
            assert listener.redirect_uri == f"http://127.0.0.1:{port}/"
            fetch(f"{listener.redirect_uri}?state=right&code=good")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=1)
    assert "sign-in listener" not in [thread.name for thread in threading.enumerate()]


def test_a_registered_redirect_uri_is_used_letter_for_letter() -> None:
    registered = f"http://localhost:{free_port()}/callback"
    with RedirectListener("right", redirect_uri=registered) as listener:
        assert listener.redirect_uri == registered
        assert fetch(f"{registered.removesuffix('callback')}?state=right&code=x")[0] == 404
        fetch(f"{registered}?state=right&code=good")
        assert listener.wait(1) == "good"


def test_a_port_that_the_person_wants_wins_over_the_registered_one() -> None:
    port = free_port()
    with RedirectListener("right", port=port, redirect_uri="http://localhost") as listener:
        assert listener.redirect_uri == f"http://localhost:{port}"
        fetch(f"{listener.redirect_uri}/?state=right&code=good")
        assert listener.wait(1) == "good"
