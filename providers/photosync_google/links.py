"""Where the bytes of picked items are. Addresses live an hour; new ones come only by listing the whole session again.

Facts: protocol notes on Google Photos, section 4.3.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

from photosync import clock
from photosync.errors import ItemError, ProviderError, Reason
from photosync_google.api import PickerApi, is_gone
from photosync_google.media import Media

MAX_AGE_S = 50 * 60.0
_USELESS_RENEWALS = 5
"""After so many in a row that helped nobody, the addresses are not what is wrong."""


@dataclass(frozen=True, slots=True)
class Link:
    """A picked item and when its address was given out."""

    session_id: str
    media: Media
    listed_at: float


class Links:
    """The addresses of everything that a run has listed: at most 2000 a session. Used from several threads."""

    def __init__(self, api: PickerApi, max_age_s: float = MAX_AGE_S) -> None:
        self._api = api
        self._max_age_s = max_age_s
        self._links: dict[str, Link] = {}
        self._lock = threading.Lock()
        self._useless = 0
        self._over: set[str] = set()
        """Sessions that are no longer there."""

    def pages(self, session_id: str) -> Iterator[tuple[Media, ...]]:
        """List a session, and remember its addresses."""
        for media in self._api.pages(session_id):
            now = clock.monotonic()
            self._links.update((each.item.id, Link(session_id, each, now)) for each in media)
            yield media

    def current(self, item_id: str) -> Link:
        """The item's address, renewed if it is about to expire. Raises `ItemError`."""
        link = self._links.get(item_id)
        if link is None:
            raise _not_picked()
        return self.renewed(link) if clock.monotonic() - link.listed_at > self._max_age_s else link

    def renewed(self, refused: Link) -> Link:
        """A newer address than `refused`, by one listing for everybody who needs one. Raises `ItemError`."""
        item_id = refused.media.item.id
        with self._lock:
            if self._links.get(item_id) is refused:
                self._list_again(refused.session_id)
            link = self._links.get(item_id)
        if link is None or link is refused:
            raise _not_picked()
        return link

    def worked(self) -> None:
        """An address was good."""
        self._useless = 0

    def _list_again(self, session_id: str) -> None:
        if session_id in self._over:
            raise _not_picked()
        if self._useless >= _USELESS_RENEWALS:
            raise ItemError("Google refuses to hand out the content, also at a new address", Reason.FORBIDDEN)
        self._useless += 1
        try:
            for _ in self.pages(session_id):
                pass
        except ProviderError as error:
            if is_gone(error):
                self._over.add(session_id)
                raise _not_picked() from error
            raise


def _not_picked() -> ItemError:
    return ItemError("the picking session in which this was picked is over; pick it again", Reason.NOT_FOUND)
