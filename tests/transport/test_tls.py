from __future__ import annotations

from pathlib import Path

import pytest

from photosync.errors import ConfigError, ProviderError, Reason, TemporaryError
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


def test_the_certificates_are_read_once_for_all_connections(
    secure: Server, opened: Opener, certificate: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(certificate.read_bytes())
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    url = secure.on("/a", *[Reply(200, b"good", {"Connection": "close"})] * 2)
    transport = opened(own_hosts=(secure.url,))
    assert transport.request("GET", url).body == b"good"
    bundle.unlink()
    assert transport.request("GET", url).body == b"good"
    assert len({request.client_port for request in secure.requests}) == 2


def test_a_bundle_without_certificates_is_said_to_be(
    secure: Server, opened: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("none")
    monkeypatch.setenv("CURL_CA_BUNDLE", str(bundle))
    with pytest.raises(ConfigError, match=r"CURL_CA_BUNDLE names '.*bundle\.pem', from which no certificates"):
        opened(own_hosts=(secure.url,)).request("GET", secure.on("/a", Reply(200, b"good")))
    assert secure.requests == []


def test_a_certificate_of_another_host_is_refused(
    secure: Server, opened: Opener, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    secure.on("/a", Reply(200, b"good"))
    other = secure.url.replace("127.0.0.1", "localhost")
    with pytest.raises(TemporaryError, match="could not prove who it is"):
        opened(own_hosts=(other,)).request("GET", f"{other}/a")
    assert secure.requests == []


def test_a_redirect_from_https_to_http_is_refused_even_on_this_computer(
    secure: Server, server: Server, opened: Opener, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    url = secure.on("/a", redirect(server.on("/b", Reply(200, b"good"))))
    with pytest.raises(ProviderError, match="from https to http"):
        opened(own_hosts=(secure.url,)).request("GET", url)
    assert server.requests == []
