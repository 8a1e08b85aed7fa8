from __future__ import annotations

from pathlib import Path

import pytest

from photosync.errors import ConfigError, ItemError, ProviderError, SignInError, TemporaryError
from photosync.transport.hosts import OwnHosts, target
from tests.transport.scripted_server import Key, Memory, Opener, Reply, Server, redirect

GOOD = Reply(200, b"good", {"Content-Type": "image/jpeg"})


def test_credentials_go_to_the_accounts_own_host(server: Server, opened: Opener) -> None:
    opened(auth=Key()).request("GET", server.on("/a", GOOD))
    assert server.requests[0].headers["Authorization"] == "Bearer token-number-0"


def test_credentials_do_not_follow_a_redirect_to_another_port(server: Server, foreign: Server, opened: Opener) -> None:
    url = server.on("/a", redirect(foreign.on("/b", GOOD)))
    answer = opened(auth=Key(), headers={"User-Agent": "test"}).request(
        "GET", url, headers={"Cookie": "a=b", "X-Token-Auth": "mine", "Accept-Language": "en"}
    )
    assert (answer.body, answer.url) == (b"good", f"{foreign.url}/b")
    there = foreign.requests[0].headers
    assert [name for name in ("Authorization", "Cookie", "X-Token-Auth") if name in there] == []
    assert (there["User-Agent"], there["Accept-Language"]) == ("test", "en")


def test_credentials_do_not_come_back_when_a_redirect_does(server: Server, foreign: Server, opened: Opener) -> None:
    back = server.on("/c", GOOD)
    url = server.on("/a", redirect(foreign.on("/b", redirect(back))))
    opened(auth=Key()).request("GET", url, headers={"X-Key": "mine"})
    assert [name for name in ("Authorization", "X-Key") if name in foreign.requests[0].headers] == []
    assert [name for name in ("Authorization", "X-Key") if name in server.requests[1].headers] == []


def test_credentials_do_not_follow_a_redirect_to_another_name_of_the_same_machine(
    server: Server, opened: Opener
) -> None:
    server.on("/b", GOOD)
    url = server.on("/a", redirect(f"http://localhost:{server.port}/b"))
    opened(auth=Key()).request("GET", url)
    assert "Authorization" not in server.requests[1].headers


def test_credentials_do_not_go_with_a_signed_url(server: Server, opened: Opener) -> None:
    server.on("/b", GOOD)
    url = server.on("/a", redirect(f"{server.url}/b?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=abc"))
    opened(auth=Key()).request("GET", url)
    assert "Authorization" not in server.requests[1].headers


def test_a_401_of_a_foreign_host_says_nothing_about_the_sign_in(
    server: Server, foreign: Server, opened: Opener
) -> None:
    key = Key(refreshes=1)
    url = server.on("/a", redirect(foreign.on("/b", Reply(401))))
    with pytest.raises(ProviderError):
        opened(auth=key).request("GET", url)
    assert key.refreshed == 0


@pytest.mark.parametrize(
    ("pattern", "url", "is_own"),
    [
        ("www.amazon.co.uk", "https://www.amazon.co.uk/a", True),
        ("www.amazon.co.uk", "https://WWW.AMAZON.CO.UK:443/a", True),
        ("www.amazon.co.uk", "https://www.amazon.co.uk:8443/a", False),
        ("www.amazon.co.uk", "https://www.amazon.co.uk.evil.example/a", False),
        ("www.amazon.co.uk", "https://amazon.co.uk/a", False),
        (".amazonaws.com", "https://content-eu.drive.amazonaws.com/a", True),
        (".amazonaws.com", "https://amazonaws.com/a", False),
        (".amazonaws.com", "https://evilamazonaws.com/a", False),
        ("https://h.example:8443", "https://h.example:8443/a", True),
        ("https://h.example:8443", "https://h.example/a", False),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/a", True),
        ("http://127.0.0.1:8080", "https://127.0.0.1:8080/a", False),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8081/a", False),
        ("127.0.0.1", "http://127.0.0.1/a", False),
    ],
)
def test_what_counts_as_an_own_host(pattern: str, url: str, is_own: bool) -> None:
    assert (target(url).origin in OwnHosts((pattern,))) is is_own


@pytest.mark.parametrize(
    "url",
    [
        "http://www.amazon.com/a?key=hidden",
        "http://10.0.0.1/a",
        "http://127.0.0.1.evil.example/a",
        "http://localhost.evil.example/a",
        "https://user:hidden@www.amazon.com/a",
        "https://evil.example\\@www.amazon.com/a",
        "https://evil.example\\.www.amazon.com/a",
        "file:///etc/passwd",
        "ftp://www.amazon.com/a",
        "www.amazon.com/a",
        "https://[hidden",
        "https://h:99999/hidden",
        "",
    ],
)
def test_nothing_is_sent_to_an_address_that_is_not_safe(opened: Opener, url: str) -> None:
    transport = opened(auth=Key())
    with pytest.raises(ProviderError) as caught:
        transport.request("GET", url)
    assert "hidden" not in str(caught.value)
    with pytest.raises(ItemError):
        transport.download(url, Memory())
    assert transport.requests == 0


def test_plain_http_is_refused_on_a_redirect_too(server: Server, opened: Opener) -> None:
    url = server.on("/a", redirect("http://www.example.org/b"))
    with pytest.raises(ProviderError, match="plain http goes to this computer alone"):
        opened().request("GET", url)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_get_follows_every_redirect(server: Server, opened: Opener, status: int) -> None:
    server.on("/b", GOOD)
    url = server.on("/a", redirect("/b?x=1", status))
    transport = opened()
    assert transport.request("GET", url, params={"y": "2"}).body == b"good"
    assert [request.query for request in server.requests] == ["y=2", "x=1"]
    assert transport.requests == 2


def test_redirects_that_never_end_are_an_error(server: Server, opened: Opener) -> None:
    url = server.on("/a", redirect("/a"))
    with pytest.raises(ProviderError, match="redirected more than 10 times"):
        opened().request("GET", url)
    assert len(server.requests) == 11


def test_a_redirect_that_was_asked_for_is_handed_back(server: Server, opened: Opener) -> None:
    answer = opened().request("GET", server.on("/a", redirect("/b")), accept=(302,))
    assert (answer.status, answer.headers["location"]) == (302, "/b")


@pytest.mark.parametrize("status", [307, 308])
def test_a_post_is_redirected_with_its_body_to_the_same_host(server: Server, opened: Opener, status: int) -> None:
    server.on("/b", GOOD)
    opened().request("POST", server.on("/a", redirect("/b", status)), json={"a": 1})
    assert [(request.method, request.body) for request in server.requests] == [("POST", b'{"a": 1}')] * 2


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_post_is_not_turned_into_a_get(server: Server, opened: Opener, status: int) -> None:
    server.on("/b", GOOD)
    with pytest.raises(ProviderError, match="as only GET may be"):
        opened().request("POST", server.on("/a", redirect("/b", status)))
    assert len(server.requests) == 1


def test_a_posted_body_does_not_follow_to_a_foreign_host(server: Server, foreign: Server, opened: Opener) -> None:
    url = server.on("/a", redirect(foreign.on("/b", GOOD), 307))
    with pytest.raises(ProviderError, match="which is another host"):
        opened(own_hosts=(server.url, foreign.url)).request("POST", url, json={"password": "mine"})
    assert foreign.requests == []


def test_a_redirect_that_may_not_be_followed_fails_the_item_alone(server: Server, opened: Opener) -> None:
    with pytest.raises(ItemError, match="plain http"):
        opened().download(server.on("/a", redirect("http://www.example.org/b")), Memory())


def test_netrc_is_ignored(server: Server, opened: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    opened().request("GET", server.on("/a", GOOD))
    opened(auth=Key()).request("GET", server.on("/a", GOOD))
    assert [request.headers.get("Authorization") for request in server.requests] == [None, "Bearer token-number-0"]


def test_cookies_of_the_server_are_ignored(server: Server, opened: Opener) -> None:
    url = server.on("/a", Reply(200, b"", {"Set-Cookie": "session=1; Path=/"}))
    transport = opened()
    for _ in range(2):
        transport.request("GET", url)
    assert "Cookie" not in server.requests[1].headers


def test_loopback_is_reached_without_the_proxy(
    server: Server, foreign: Server, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", foreign.url)
    assert opened().request("GET", server.on("/a", GOOD)).body == b"good"
    assert foreign.requests == []


def test_https_goes_through_the_proxy_of_the_environment(
    foreign: Server, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", foreign.url)
    with pytest.raises(TemporaryError, match=r"the proxy on the way to www\.example\.org"):
        opened().request("GET", "https://www.example.org/a")


def test_a_certificate_bundle_that_is_missing_is_said_to_be(
    opened: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    with pytest.raises(ConfigError, match=r"REQUESTS_CA_BUNDLE names '.*none\.pem', which does not exist"):
        opened().request("GET", "https://www.example.org/a")


@pytest.mark.parametrize("value", ["a\nb", "cookie=ключ", "Bearer abc…", "Bearer abc...", "Bearer abc\n"])
def test_a_credential_that_cannot_be_sent_is_not_shown(server: Server, opened: Opener, value: str) -> None:
    class Broken(Key):
        def headers(self) -> dict[str, str]:
            return {"Cookie": value}

    with pytest.raises(SignInError, match=r"account 'test' .*characters that HTTP does not allow") as caught:
        opened(auth=Broken()).request("GET", server.on("/a", GOOD))
    assert value not in str(caught.value)
    assert server.requests == []
