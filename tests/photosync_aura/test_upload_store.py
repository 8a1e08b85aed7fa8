"""The upload store's signature, by the protocol's test vector and against a verifier that shares no code with it."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime

import pytest

from photosync_aura.simulator.uploads import Signed, SimulatedKey, refusal
from photosync_aura.upload_store import UploadPermission, signed_headers

PATH = "/images.senseapp.co/11111111-2222-4333-8444-555555555555.jpg"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PAYLOAD = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
PERMISSION = UploadPermission(
    "ASIAEXAMPLEEXAMPLE00", "exampleSecretKeyExampleSecretKeyExample00", "exampleSessionToken==", NOW.timestamp() + 60
)
KEYS = {PERMISSION.key_id: SimulatedKey(PERMISSION.secret, PERMISSION.token, PERMISSION.ends_at)}


@pytest.fixture
def headers() -> dict[str, str]:
    """As the store gets them."""
    url = f"https://s3.amazonaws.com{PATH}"
    made = signed_headers(url, "image/jpeg", PAYLOAD, PERMISSION, "us-east-1", NOW)
    return {name.lower(): value for name, value in made.items()} | {"host": "s3.amazonaws.com"}


def test_the_protocols_vector(headers: dict[str, str]) -> None:
    assert hashlib.sha256(b"hello").hexdigest() == PAYLOAD
    assert headers["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=ASIAEXAMPLEEXAMPLE00/20260102/us-east-1/s3/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, "
        "Signature=3e35828bf051a46c5c0d389e528988ba8c992e7cc2b930e9b7d8ebe4ff984ce2"
    )
    assert headers["x-amz-date"] == "20260102T030405Z"
    assert base64.b64encode(hashlib.md5(b"hello").digest()) == b"XUFAKrxLKna5cZ2REBfFkg=="


def test_the_simulated_store_takes_it(headers: dict[str, str]) -> None:
    assert refusal(Signed(PATH, headers, PAYLOAD), KEYS, NOW.timestamp()) is None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"content-type": "image/png"}, "SignatureDoesNotMatch"),
        ({"host": "s3.example.com"}, "SignatureDoesNotMatch"),
        ({"x-amz-date": "20260102T030406Z"}, "SignatureDoesNotMatch"),
        ({"authorization": ""}, "AccessDenied"),
    ],
)
def test_and_nothing_else(headers: dict[str, str], changed: dict[str, str], code: str) -> None:
    assert refusal(Signed(PATH, headers | changed, PAYLOAD), KEYS, NOW.timestamp()) == code


def test_nor_at_another_place_or_with_another_content_or_too_late(headers: dict[str, str]) -> None:
    now = NOW.timestamp()
    assert refusal(Signed(f"{PATH}.png", headers, PAYLOAD), KEYS, now) == "SignatureDoesNotMatch"
    assert refusal(Signed(PATH, headers, "0" * 64), KEYS, now) == "XAmzContentSHA256Mismatch"
    assert refusal(Signed(PATH, headers, PAYLOAD), KEYS, now + 61) == "ExpiredToken"
    assert refusal(Signed(PATH, headers, PAYLOAD), KEYS, now + 16 * 60) == "RequestTimeTooSkewed"
    assert refusal(Signed(PATH, headers, PAYLOAD), {}, now) == "InvalidAccessKeyId"
