"""The calls of the drive API that this program makes, beside the listings in `changes` and `listing`.

Facts: protocol notes on Amazon Cloud Drive, sections 2, 3.4, 5.5 and 5.6.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

from photosync.errors import ItemError, ProviderError, Reason, TemporaryError
from photosync.model import Item, Kind, Usage
from photosync.transport import Answer, Destination, Transport
from photosync_clouddrive.endpoints import Endpoints
from photosync_clouddrive.nodes import number, part, text

STALLED_RANGES = 5
"""Tries in a row for one range that brought nothing."""

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_REASONS = {403: Reason.FORBIDDEN, 404: Reason.NOT_FOUND, 410: Reason.NOT_FOUND}
_TYPES = {"photo": "photo", "video": "video", "doc": "documents", "other": "other"}


def root_id(transport: Transport, endpoints: Endpoints, headers: Mapping[str, str] | None = None) -> str:
    """The id of the root folder, which tells one account from another. `headers` as for `EndpointCache.get`."""
    params = {"filters": "isRoot:true"}
    answer = transport.json("GET", f"{endpoints.metadata}nodes", params=params, headers=headers, signed=headers is None)
    listed = answer.get("data") if isinstance(answer, Mapping) else None
    for node in listed if isinstance(listed, list) else []:
        if (id_ := text(node, "id")) and node.get("isRoot") in (True, "true"):
            return id_
    raise ProviderError("Amazon Cloud Drive names no root folder")


def usage(transport: Transport, endpoints: Endpoints) -> list[Usage]:
    """The storage used, by type; a new account has none."""
    answer = transport.json("GET", f"{endpoints.metadata}account/usage")
    if not isinstance(answer, Mapping):
        raise ProviderError("Amazon Cloud Drive answered account/usage with something else than an object")
    totals = {name: part(part(answer, key), "total") for key, name in _TYPES.items()}
    return [
        Usage(name, number(total, "bytes") or 0, number(total, "count") or 0) for name, total in totals.items() if total
    ]


class Contents:
    """Brings the contents of files."""

    def __init__(self, transport: Transport, endpoints: Endpoints, chunk_bytes: int) -> None:
        """`chunk_bytes` is the most that is asked for in one request: the service fails above some 10 GiB."""
        self._transport = transport
        self._content_url = endpoints.content
        self._chunk_bytes = chunk_bytes

    def download(self, item: Item, destination: Destination) -> None:
        """The content of `item`. Raises `ItemError` for what concerns it alone."""
        if item.size_bytes == 0:
            destination.begin(0, 0, None)
            return
        url = f"{self._content_url}nodes/{quote(item.id, safe='')}/content"
        if item.size_bytes is None or item.size_bytes <= self._chunk_bytes:
            # Among all files a web page may be what was asked for.
            self._transport.download(url, destination, documents=item.kind is Kind.OTHER)
        else:
            _Ranges(self._transport, url, item.size_bytes, self._chunk_bytes, destination).run()


class _Ranges:
    """A content that is too large for one request."""

    def __init__(
        self, transport: Transport, url: str, size_bytes: int, chunk_bytes: int, destination: Destination
    ) -> None:
        self._transport = transport
        self._url = url
        self._size_bytes = size_bytes
        self._chunk_bytes = chunk_bytes
        self._destination = destination
        self._may_resume = destination.provable or destination.validator is not None

    def run(self) -> None:
        """Range after range, each from where the last one really ended."""
        position = self._destination.offset if self._may_resume else 0
        if position > self._size_bytes:
            position = 0
        stalled = 0
        while position < self._size_bytes:
            reached = self._fetch(position)
            stalled = stalled + 1 if reached <= position else 0
            if stalled >= STALLED_RANGES:
                raise ItemError(
                    f"the content broke off at {reached} of {self._size_bytes} bytes, {stalled} times in a row",
                    Reason.TRUNCATED,
                )
            position = reached

    def _fetch(self, start: int) -> int:
        """Bring one range; the position reached. One that cannot be had starts everything again."""
        end = min(start + self._chunk_bytes, self._size_bytes) - 1
        headers = {"Range": f"bytes={start}-{end}", "Accept-Encoding": "identity"}
        accept = (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        try:
            with self._transport.stream("GET", self._url, headers=headers, accept=accept) as (answer, chunks):
                first = self._first_byte(answer, start)
                if first is None:
                    return 0
                if first == 0 or self._destination.offset != first:
                    self._destination.begin(first, self._size_bytes, None)
                try:
                    for chunk in chunks:
                        self._destination.write(chunk)
                except TemporaryError:
                    pass  # the next range starts where this one broke off
        except ProviderError as error:
            reason = _REASONS.get(error.status or 0, Reason.REFUSED if error.status else Reason.BAD_ANSWER)
            raise ItemError(str(error), reason) from error
        return self._destination.offset

    def _first_byte(self, answer: Answer, start: int) -> int | None:
        """Where the body starts; None: there is none that fits."""
        if answer.status == HTTPStatus.OK:
            return 0
        match = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", "").strip())
        fits = match is not None and int(match[1]) == start and match[3] in ("*", str(self._size_bytes))
        return start if answer.status == HTTPStatus.PARTIAL_CONTENT and fits else None
