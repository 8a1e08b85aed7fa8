"""The calls of the Photos Picker API: sessions and what was picked in them.

Facts: protocol notes on Google Photos, sections 2 and 3.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from urllib.parse import quote

from photosync.errors import ProviderError
from photosync.provider import PickingSession
from photosync.transport import Transport
from photosync_google.picker.items import PickedItem, page_of, session_of

PAGE_SIZE = 100
"""More is lowered to this by the service."""
MOST_PICKED = 2000
"""So many a session; more is lowered to this by the service."""
_GONE = (403, 404)
"""Expired, and unknown or deleted. Other reasons for a 403 have been told apart by then."""


class PickerApi:
    """One account's calls. `base` is the API's URL."""

    def __init__(self, transport: Transport, base: str) -> None:
        self._transport = transport
        self._base = base.rstrip("/")

    def create(self, most: int | None) -> PickingSession:
        """A new session, in which a person can pick `most` items."""
        # Whether the service knows a repeated request by its id is not documented. A session too many does no harm,
        # one too few would.
        config = {"pickingConfig": {"maxItemCount": str(min(most, MOST_PICKED))}} if most is not None else {}
        answer = self._transport.json(
            "POST", f"{self._base}/sessions", params={"requestId": str(uuid.uuid4())}, json=config
        )
        return session_of(answer)

    def session(self, session_id: str) -> PickingSession | None:
        """How a session stands; None for one that is over."""
        try:
            return session_of(self._transport.json("GET", self._session_url(session_id)))
        except ProviderError as error:
            if error.status in _GONE:
                return None
            raise

    def delete(self, session_id: str) -> None:
        """End a session. One that is over already is no error."""
        self._transport.request("DELETE", self._session_url(session_id), accept=(200, 204, *_GONE))

    def pages(self, session_id: str) -> Iterator[tuple[PickedItem, ...]]:
        """What was picked, each request sent only when its page is asked for. A page may be empty."""
        token: str | None = None
        seen: set[str] = set()
        while True:
            params: dict[str, str | int | None] = {
                "sessionId": session_id,
                "pageSize": PAGE_SIZE,
                "pageToken": token,
            }
            page = page_of(self._transport.json("GET", f"{self._base}/mediaItems", params=params))
            self._transport.hide(*(_path(each.base_url) for each in page.picked))
            yield page.picked
            token = page.next_token
            if token is None:
                return
            if token in seen:
                raise ProviderError("Google Photos lists the same page again and again; try again later.")
            seen.add(token)

    def _session_url(self, session_id: str) -> str:
        return f"{self._base}/sessions/{quote(session_id, safe='')}"


def _path(base_url: str) -> str:
    """The secret part of an address: logs name the host anyway."""
    return base_url.partition("://")[2].partition("/")[2]


def is_gone(error: ProviderError) -> bool:
    """Whether a session's listing was refused because the session is over."""
    return error.status in _GONE
