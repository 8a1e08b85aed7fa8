"""The addresses of picked items. They are valid for an hour; for new ones the whole session must be listed again.

Facts: protocol notes on Google Photos, sections 4.2, 4.3 and 4.5.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from photosync.errors import ItemError, ProviderError, Reason
from photosync.transport import Destination, Transport
from photosync.transport.hosts import OwnHosts, target
from photosync_google.picker.api import PickerApi, is_gone
from photosync_google.picker.items import FAILED, PROCESSING, PickedItem, PickedPage

MAX_AGE_S = 50 * 60.0
_USELESS_RENEWALS = 5
"""After this many new listings in a row whose addresses all failed, the addresses are not the cause."""
_PNG = b"\x89PNG\r\n\x1a\n"
_LARGEST_ERROR_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class _Address:
    """A picked item and the time of its address."""

    session_id: str
    picked: PickedItem
    listed_at: float


class Downloads:
    """Lists sessions, and downloads listed items: at most 2000 items per session. Thread-safe."""

    def __init__(self, transport: Transport, api: PickerApi, own_hosts: OwnHosts) -> None:
        self._transport = transport
        self._api = api
        self._own_hosts = own_hosts
        self._addresses: dict[str, _Address] = {}
        self._lock = threading.Lock()
        self._useless_renewals = 0
        self._over: set[str] = set()
        """Sessions that have ended."""

    def pages(self, session_id: str) -> Iterator[PickedPage]:
        """List a session, and store its addresses."""
        for page in self._api.pages(session_id):
            now = time.monotonic()
            self._addresses.update((each.item.id, _Address(session_id, each, now)) for each in page.picked)
            yield page

    def download(self, item_id: str, destination: Destination) -> None:
        """The content of an item, from a new address if the known one is old or refused. Raises `ItemError`."""
        address = self._addresses.get(item_id)
        if address is None:
            raise _not_picked()
        if time.monotonic() - address.listed_at > MAX_AGE_S:
            address = self._renewed(address)
        _check_ready(address.picked)
        try:
            self._download(address.picked, destination)
        except ItemError as error:
            if error.reason not in (Reason.FORBIDDEN, Reason.NOT_FOUND):
                raise
            self._download(self._renewed(address).picked, destination)

    def _download(self, picked: PickedItem, destination: Destination) -> None:
        try:
            origin = target(picked.url).origin
        except ProviderError as error:
            raise ItemError("Google named no usable address for this", Reason.BAD_ANSWER) from error
        if origin not in self._own_hosts:
            raise ItemError(
                f"Google named the host {urlsplit(picked.url).hostname} for this, which is not known to be its own; "
                "nothing was asked there",
                Reason.REFUSED,
            )
        # A video is redirected to a host that gets no bearer token.
        self._transport.download(picked.url, destination)
        if not picked.is_video:
            _check_picture(picked, destination)
        self._useless_renewals = 0

    def _renewed(self, old: _Address) -> _Address:
        """A newer address than `old`, from one listing for all threads that need one."""
        item_id = old.picked.item.id
        with self._lock:
            if self._addresses.get(item_id) is old:
                self._list_again(old.session_id)
            address = self._addresses.get(item_id)
        if address is None or address is old:
            raise _not_picked()
        return address

    def _list_again(self, session_id: str) -> None:
        if session_id in self._over:
            raise _not_picked()
        if self._useless_renewals >= _USELESS_RENEWALS:
            raise ItemError("Google refuses to hand out the content, also at a new address", Reason.FORBIDDEN)
        self._useless_renewals += 1
        try:
            for _ in self.pages(session_id):
                pass
        except ProviderError as error:
            if is_gone(error):
                self._over.add(session_id)
                raise _not_picked() from error
            raise


def _check_picture(picked: PickedItem, destination: Destination) -> None:
    """Google answers errors with small pictures, sometimes with a status of success."""
    is_png = destination.head.startswith(_PNG)
    if is_png and picked.mime != "image/png" and destination.offset < _LARGEST_ERROR_BYTES:
        raise ItemError("an error picture came in place of the photo", Reason.NOT_MEDIA)


def _check_ready(picked: PickedItem) -> None:
    if picked.status == PROCESSING:
        raise ItemError(
            "Google is still preparing this video; go on with the same pick some minutes later", Reason.NOT_READY
        )
    if picked.status == FAILED:
        raise ItemError("Google could not prepare this video; try it in Google Takeout", Reason.NOT_READY)


def _not_picked() -> ItemError:
    return ItemError("the picking session in which this was picked is over; pick it again", Reason.NOT_FOUND)
