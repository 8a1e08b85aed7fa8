from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from photosync.errors import ItemError, ProviderError, SignInError, TemporaryError
from photosync.transport import Answer
from tests.transport.scripted_server import Key, Memory, Opener, Reply, Request, Server

WORKERS = 8


def only(token: str) -> Callable[[Request], Reply]:
    """A service that knows this token alone."""

    def reply(request: Request) -> Reply:
        if request.headers.get("Authorization") == f"Bearer {token}":
            return Reply(200, b"good", {"Content-Type": "image/jpeg"})
        return Reply(401, b"BadAuthenticationData")

    return reply


def test_a_401_is_met_with_one_refresh_and_one_repetition(server: Server, opened: Opener) -> None:
    key = Key(refreshes=1)
    url = server.on("/a", only("token-number-1"))
    transport = opened(auth=key)
    assert transport.request("GET", url).body == b"good"
    assert (key.refreshed, transport.requests, transport.retries) == (1, 2, 1)


def test_a_download_is_refreshed_too(server: Server, opened: Opener) -> None:
    key = Key(refreshes=1)
    url = server.on("/a", only("token-number-1"))
    destination = Memory()
    opened(auth=key).download(url, destination)
    assert destination.content == b"good"


def test_eight_threads_share_one_refresh(server: Server, opened: Opener) -> None:
    key = Key(refreshes=5)
    together = threading.Barrier(WORKERS)

    def reply(request: Request) -> Reply:
        if request.headers["Authorization"] == "Bearer token-number-1":
            return Reply(200, b"good")
        together.wait(10)  # all of them are under way with the old credentials
        return Reply(401)

    url = server.on("/a", reply)
    transport = opened(auth=key)
    with ThreadPoolExecutor(WORKERS) as pool:
        bodies = list(pool.map(lambda _: transport.request("GET", url).body, range(WORKERS)))
    assert bodies == [b"good"] * WORKERS
    assert key.refreshed == 1
    assert len(server.requests) == 2 * WORKERS


def test_each_expiry_has_a_refresh_of_its_own(server: Server, opened: Opener) -> None:
    key = Key(refreshes=2)
    transport = opened(auth=key)
    for token in ("token-number-1", "token-number-2"):
        assert transport.request("GET", server.on("/a", only(token))).body == b"good"
    assert key.refreshed == 2


def test_without_a_refresh_the_sign_in_has_ended_and_nothing_more_is_sent(server: Server, opened: Opener) -> None:
    url = server.on("/a", Reply(401, b"BadAuthenticationData"))
    transport = opened(auth=Key())
    with pytest.raises(SignInError) as first:
        transport.request("GET", url)
    assert str(first.value) == (
        f"account 'test' is signed out (127.0.0.1:{server.port} answered 401: BadAuthenticationData); sign in again"
    )
    later_calls: list[Callable[[], object]] = [
        lambda: transport.request("GET", url),
        lambda: transport.download(url, Memory()),
        lambda: transport.json("GET", url, signed=False),
    ]
    for again in later_calls:
        with pytest.raises(SignInError) as later:
            again()
        assert later.value is first.value
    assert len(server.requests) == 1


def test_a_second_401_ends_the_sign_in(server: Server, opened: Opener) -> None:
    key = Key(refreshes=9)
    url = server.on("/a", Reply(401))
    with pytest.raises(SignInError):
        opened(auth=key).request("GET", url)
    assert (key.refreshed, len(server.requests)) == (1, 2)


def test_a_sign_in_page_that_the_provider_recognises_shuts_the_transport(server: Server, opened: Opener) -> None:
    url = server.on("/a", Reply(200, b"<html>sign in", {"Content-Type": "text/html"}))

    def classify(answer: Answer) -> SignInError | None:
        return SignInError("copy fresh cookies") if b"sign in" in answer.body else None

    transport = opened(classify=classify)
    for _ in range(2):
        with pytest.raises(SignInError, match="copy fresh cookies"):
            transport.download(url, Memory())
    assert len(server.requests) == 1


def test_a_refresh_that_fails_for_now_does_not_end_the_sign_in(server: Server, opened: Opener) -> None:
    class Unlucky(Key):
        def refresh(self) -> bool:
            self.refreshed += 1
            if self.refreshed == 1:
                raise TemporaryError("the token service is away")
            self.token = "token-number-1"
            return True

    url = server.on("/a", only("token-number-1"))
    transport = opened(auth=Unlucky())
    with pytest.raises(TemporaryError, match="token service is away"):
        transport.request("GET", url)
    assert transport.request("GET", url).body == b"good"


def test_a_refresh_may_use_the_transport(server: Server, opened: Opener) -> None:
    tokens = server.on("/token", Reply(200, b"token-number-1"))

    class Renewing(Key):
        def refresh(self) -> bool:
            self.token = transport.request("POST", tokens, form={"grant": "x"}, signed=False).body.decode()
            return True

    transport = opened(auth=Renewing())
    assert transport.request("GET", server.on("/a", only("token-number-1"))).body == b"good"
    assert "Authorization" not in server.requests[1].headers


def test_a_refresh_that_is_itself_refused_ends_the_sign_in(server: Server, opened: Opener) -> None:
    url = server.on("/a", Reply(401, b"no"))

    class Hopeless(Key):
        def refresh(self) -> bool:
            self.refreshed += 1
            transport.request("POST", url)
            return True

    key = Hopeless()
    transport = opened(auth=key)
    with pytest.raises(SignInError):
        transport.request("GET", url)
    assert (key.refreshed, len(server.requests)) == (1, 2)


def test_a_401_to_an_unsigned_request_is_an_ordinary_refusal(server: Server, opened: Opener) -> None:
    key = Key(refreshes=1)
    url = server.on("/a", Reply(401, b"wrong password"))
    transport = opened(auth=key)
    with pytest.raises(ProviderError, match="wrong password"):
        transport.request("POST", url, json={"password": "secret"}, signed=False)
    with pytest.raises(ItemError):
        transport.download(url, Memory(), signed=False)
    assert transport.request("GET", url, accept=(200, 401)).status == 401
    assert key.refreshed == 0
