"""Downloads of photos and videos, without credentials: the hosts need none.

Facts: protocol notes on Aura, section 6. The address of a photo follows from its locator. The address of a video is
signed and expires, so it is taken from a listing, and from a new one when it is old or refused.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import quote

from photosync import clock
from photosync.errors import ItemError, Reason
from photosync.model import Item
from photosync.transport import Destination, Transport

LINK_LIFETIME_S = 30 * 60.0
"""The maximum age of an address that is used. Its real validity is unknown."""
_UNSAFE = re.compile(r"[/\\\x00-\x1f]|\.\.")

log = logging.getLogger(__name__)


class _Link(NamedTuple):
    url: str
    listed_at: float
    """On the monotonic clock."""


class VideoLinks:
    """The current addresses of videos, for all workers: one listing of a frame renews all its links."""

    def __init__(
        self, items_of_frame: Callable[[str], Iterable[Item]], clock: Callable[[], float] = clock.monotonic
    ) -> None:
        self._items_of_frame = items_of_frame
        self._clock = clock
        self._lock = threading.Lock()
        self._links: dict[str, _Link] = {}
        self._relisted: dict[str, float] = {}
        """When a frame was last listed only for its links."""

    def remember(self, items: Iterable[Item]) -> None:
        """Keep the links of items that were just listed."""
        now = self._clock()
        self._links.update({item.id: _Link(item.link, now) for item in items if item.link})

    def get(self, item: Item, refused: str | None = None) -> str:
        """A link that is not old, and not the one that was refused. Raises `ItemError` if the service has none."""
        with self._lock:
            link = self._links.get(item.id)
            if link is None or link.url == refused or self._clock() - link.listed_at >= LINK_LIFETIME_S:
                link = self._relisted_link(item, link)
            if link is None:
                raise ItemError(f"{item.name}: Aura has no video for it now; perhaps it was removed", Reason.NOT_FOUND)
            return link.url

    def _relisted_link(self, item: Item, old: _Link | None) -> _Link | None:
        frame = item.locator.get("frame", "")
        listed_at = self._relisted.get(frame)
        if old is None and listed_at is not None and self._clock() - listed_at < LINK_LIFETIME_S:
            return None  # a recent listing did not have it
        started = self._clock()
        log.info("listing the frame again for fresh video addresses")
        self.remember(self._items_of_frame(frame))
        self._relisted[frame] = started
        link = self._links.get(item.id)
        return link if link is not None and link.listed_at >= started else None


class AuraDownloads:
    """Downloads items over a transport without credentials."""

    def __init__(self, transport: Transport, images: str, links: VideoLinks) -> None:
        self._transport = transport
        self._images = images
        self._links = links
        self._equals_hint: dict[str, bool] = {}
        """Of each photo's last download."""

    def download(self, item: Item, destination: Destination) -> None:
        """The content of `item`."""
        if "file" in item.locator:
            self._photo(item, destination)
        else:
            self._video(item, destination)

    def log_comparison(self, account: str) -> None:
        """Log how many photos have the md5 of their upload: it is unknown whether the host returns just those bytes."""
        if self._equals_hint:
            log.info(
                "account '%s': %d of %d photos have the md5 that Aura names for the upload",
                account,
                sum(self._equals_hint.values()),
                len(self._equals_hint),
            )

    def _photo(self, item: Item, destination: Destination) -> None:
        url = f"{self._images}/{self._path_part(item, 'user')}/{self._path_part(item, 'file')}"
        self._transport.download(url, destination, signed=False)
        if item.md5_hint is not None:
            self._equals_hint[item.id] = destination.md5 == item.md5_hint

    def _path_part(self, item: Item, name: str) -> str:
        value = item.locator.get(name, "")
        if not value or _UNSAFE.search(value):
            raise ItemError(f"{item.name}: Aura names no usable place for it ({value!r})", Reason.BAD_ANSWER)
        return quote(value, safe="")

    def _video(self, item: Item, destination: Destination) -> None:
        url = self._links.get(item)
        try:
            self._transport.download(url, destination, signed=False)
        except ItemError as error:
            if error.reason is not Reason.FORBIDDEN:
                raise
            self._transport.download(self._links.get(item, refused=url), destination, signed=False)
