"""Usage, account data and settings (section 10)."""

from __future__ import annotations

from photosync.model import Kind
from photosync.testing import ExpectedItem
from tests.photosync_amazon.simulator.client import ITEMS, Client


def test_usage_and_info(client: Client, expected: dict[str, ExpectedItem]) -> None:
    usage = client.get("/account/usage").json()
    photos = [item for item in expected.values() if item.kind is Kind.PHOTO]
    assert usage["photo"]["total"] == {"bytes": sum(item.size_bytes for item in photos), "count": len(photos)}
    assert usage["photo"]["total"]["count"] + usage["video"]["total"]["count"] == ITEMS
    assert client.get("/account/info").status_code == 200


def test_what_a_configuration_says(client: Client) -> None:
    settings = client.simulator.account_settings()
    assert settings["provider"] == "amazon"
    endpoints = settings["endpoints"]
    assert isinstance(endpoints, dict)
    assert set(endpoints) == {"api", "upload", "thumbnails", "download"}
    assert all(url.startswith("http://127.0.0.1:") for url in endpoints.values())
