"""The calls of the Photos Picker API: sessions and their items.

Facts: protocol notes on Google Photos, sections 2 and 3.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from photosync.errors import ProviderError
from photosync.provider import PickingSession
from photosync.provider_kit.endless import ListingProgress
from photosync.transport import Transport
from photosync_google.picker.items import PickedPage, page_of, session_of

PAGE_SIZE = 100
"""The service reduces larger values to this."""
MOST_PICKED = 2000
"""The maximum number of items per session; the service reduces larger values to this."""
_GONE = (403, 404)
"""Expired, and unknown or deleted. Other reasons for a 403 are recognised before."""


class PickerApi:
    """One account's calls. `base` is the API's URL."""

    def __init__(self, transport: Transport, base: str) -> None:
        self._transport = transport
        self._base = base.rstrip("/")

    def create(self, most: int | None) -> PickingSession:
        """A new session, in which a person can pick `most` items."""
        # It is not documented whether the service recognises a repeated request by its id. An additional session is
        # harmless, a missing one would not be.
        config = {"pickingConfig": {"maxItemCount": str(min(most, MOST_PICKED))}} if most is not None else {}
        answer = self._transport.json(
            "POST", f"{self._base}/sessions", params={"requestId": str(uuid.uuid4())}, json=config, needs_storage=False
        )
        return session_of(answer)

    def session(self, session_id: str) -> PickingSession | None:
        """The state of a session; None if it has ended."""
        try:
            return session_of(self._transport.json("GET", self._session_url(session_id), check=session_of))
        except ProviderError as error:
            if error.status in _GONE:
                return None
            raise

    def delete(self, session_id: str) -> None:
        """End a session. It is not an error if it has ended already."""
        self._transport.request("DELETE", self._session_url(session_id), accept=(200, 204, *_GONE))

    def pages(self, session_id: str) -> Iterator[PickedPage]:
        """The picked items; each request is sent only when its page is needed. A page may be empty."""
        token: str | None = None
        progress = ListingProgress("Google Photos")
        while True:
            params: dict[str, str | int | None] = {
                "sessionId": session_id,
                "pageSize": PAGE_SIZE,
                "pageToken": token,
            }
            page = page_of(self._transport.json("GET", f"{self._base}/mediaItems", check=page_of, params=params))
            # The path is the secret part of an address.
            self._transport.hide(*(each.base_url.partition("://")[2].partition("/")[2] for each in page.picked))
            ids = [each.item.id for each in page.picked]
            # In place of another page, whose items are missing.
            yield replace(page, unusable=len(ids)) if progress.repeats(ids) else page
            token = page.next_token
            if token is None:
                return
            progress.check(ids, token)

    def _session_url(self, session_id: str) -> str:
        return f"{self._base}/sessions/{quote(session_id, safe='')}"


def is_gone(error: ProviderError) -> bool:
    """Whether a session's listing was refused because the session has ended."""
    return error.status in _GONE
