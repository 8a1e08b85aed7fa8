from __future__ import annotations

from pathlib import Path

import pytest

from photosync.errors import ProviderError, Reason, TemporaryError
from tests.transport.scripted_server import Key, Opener, Reply, Server, redirect


def test_a_host_that_cannot_prove_who_it_is_gets_nothing(secure: Server, opened: Opener) -> None:
    url = secure.on("/a", Reply(200, b"good"))
    transport = opened(auth=Key(), own_hosts=(secure.url,))
    with pytest.raises(TemporaryError, match=r"could not prove who it is.*REQUESTS_CA_BUNDLE") as caught:
        transport.request("GET", url)
    assert caught.value.reason is Reason.UNREACHABLE
    assert (secure.requests, opened.waits) == ([], [])


def test_the_authorities_are_those_of_certifi(
    secure: Server, opened: Opener, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are the same on all systems; some have none of their own."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # what OpenSSL takes for the system's
    with pytest.raises(TemporaryError, match="could not prove who it is"):
        opened(own_hosts=(secure.url,)).request("GET", secure.on("/a", Reply(200, b"good")))


def test_a_bundle_of_the_environment_is_trusted(
    secure: Server, opened: Opener, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    assert opened(own_hosts=(secure.url,)).request("GET", secure.on("/a", Reply(200, b"good"))).body == b"good"


def test_a_redirect_from_https_to_http_is_refused_even_on_this_computer(
    secure: Server, server: Server, opened: Opener, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    url = secure.on("/a", redirect(server.on("/b", Reply(200, b"good"))))
    with pytest.raises(ProviderError, match="from https to http"):
        opened(own_hosts=(secure.url,)).request("GET", url)
    assert server.requests == []
