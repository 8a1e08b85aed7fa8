from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.transport.scripted_server import Opener, Server


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def foreign() -> Iterator[Server]:
    """A second server, which is not the account's."""
    server = Server()
    yield server
    server.close()


@pytest.fixture
def opened(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opener]:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    opener = Opener(server)
    yield opener
    opener.close()
