from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from photosync.errors import ProviderError, Reason, TemporaryError
from tests.transport.scripted_server import Key, Opener, Reply, Server, redirect


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for 127.0.0.1 without a signature."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + signed.public_bytes(Encoding.PEM)
    )
    return file


@pytest.fixture
def secure(certificate: Path) -> Iterator[Server]:
    server = Server(certificate)
    yield server
    server.close()


def test_a_host_that_cannot_prove_who_it_is_gets_nothing(secure: Server, opened: Opener) -> None:
    url = secure.on("/a", Reply(200, b"good"))
    transport = opened(auth=Key(), own_hosts=(secure.url,))
    with pytest.raises(TemporaryError, match=r"could not prove who it is.*REQUESTS_CA_BUNDLE") as caught:
        transport.request("GET", url)
    assert caught.value.reason is Reason.UNREACHABLE
    assert (secure.requests, opened.waits) == ([], [])


def test_a_bundle_of_the_environment_is_trusted(
    secure: Server, opened: Opener, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    assert opened().request("GET", secure.on("/a", Reply(200, b"good"))).body == b"good"


def test_a_redirect_from_https_to_http_is_refused_even_on_this_computer(
    secure: Server, server: Server, opened: Opener, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    url = secure.on("/a", redirect(server.on("/b", Reply(200, b"good"))))
    with pytest.raises(ProviderError, match="from https to http"):
        opened().request("GET", url)
    assert server.requests == []
