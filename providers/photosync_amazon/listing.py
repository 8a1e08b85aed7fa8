"""The listings of one account: by the search, by the filter on nodes, or from the members of an album.

Facts: protocol notes on Amazon Photos, sections 4 and 5. Filtered listings are filtered again by the caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus

from photosync.errors import ProviderError, UsageError
from photosync.model import CONTEXTS, Kind, Period, Selection
from photosync.provider import Page
from photosync.provider_kit.endless import ListingProgress
from photosync.provider_kit.json_fields import json_object, text
from photosync.provider_kit.pages_ahead import PagesAhead
from photosync.transport import Transport
from photosync_amazon.api import PAGE_SIZE, SERVICE, AmazonApi, NodePage
from photosync_amazon.facets import counts_by_time
from photosync_amazon.items import AmazonAlbum, items_of
from photosync_amazon.query import NodeQuery, node_query, search_filters, sort_of


class AmazonListing:
    """What one account lists and counts."""

    def __init__(self, account: str, api: AmazonApi, transport: Transport) -> None:
        self._account = account
        self._api = api
        self._transport = transport

    def pages(self, selection: Selection, album_id: str | None, *, ahead: int = 0) -> Iterator[Page]:
        """The matching items, the newest first; of one album, or of all. `ahead`: so many pages requested at a time."""
        if album_id is not None:
            return self._in_album(selection, album_id, ahead)
        query = node_query(selection)
        return self._nodes(selection, query, ahead) if query is not None else self._found(selection, ahead)

    def count(self, selection: Selection) -> int | None:
        """The number of matches, if the service can count them: not for days."""
        if selection.since or selection.until or node_query(selection) is not None:
            return None
        return self._search(selection, 1, 0).total

    def count_by_time(self, selection: Selection, period: Period) -> Mapping[str | None, int] | None:
        """The service's aggregation by time, if its numbers add up to what the search has."""
        if selection.since or selection.until or node_query(selection) is not None:
            return None
        filters = search_filters(selection)
        with self._refusals_of(selection, filters):
            total, entries = self._api.grouped(filters, period, selection.context or CONTEXTS[0])
        counts = counts_by_time(entries, period)
        return counts if counts is not None and sum(counts.values()) == total else None

    def _nodes(self, selection: Selection, query: NodeQuery, ahead: int) -> Iterator[Page]:
        """Without a total: the service counts folders and documents too."""
        with self._refusals_of(selection, query.filters):
            for page in self._api.nodes(query.filters, sort_of(selection), ahead):
                media = [node for node in page.nodes if node.media is not Kind.OTHER]
                yield Page(tuple(items_of(media)), unusable=page.unusable)

    def _found(self, selection: Selection, ahead: int) -> Iterator[Page]:
        limit = min(selection.max_items or PAGE_SIZE, PAGE_SIZE)
        offset = selection.offset or 0
        progress = ListingProgress(SERVICE)
        with PagesAhead(partial(self._search, selection, limit), self._transport, ahead) as pages:
            while True:
                page = pages.at(offset)
                yield Page(tuple(items_of(page.nodes)), page.total, unusable=page.unusable)
                offset += len(page.content)
                if page.is_last(offset):
                    return
                progress.check(page.ids)

    def _in_album(self, selection: Selection, album_id: str, ahead: int) -> Iterator[Page]:
        unlisted = AmazonAlbum(album_id, album_id, owner=None, is_shared=False, count=None)
        album = next((album for album in self._api.albums() if album.id == album_id), unlisted)
        for page in self._api.children(album_id, sort=sort_of(selection), ahead=ahead):
            yield Page(tuple(items_of(page.nodes, album)), page.total, unusable=page.unusable)

    def _search(self, selection: Selection, limit: int, offset: int) -> NodePage:
        filters = search_filters(selection)
        with self._refusals_of(selection, filters):
            return self._api.search(filters, offset, limit, sort_of(selection), selection.context or CONTEXTS[0])

    @contextmanager
    def _refusals_of(self, selection: Selection, filters: str) -> Iterator[None]:
        """Within it, a refusal of the user's own filter, which was sent as a part of `filters`, is wrong usage."""
        try:
            yield
        except ProviderError as error:
            if error.status != HTTPStatus.BAD_REQUEST or selection.query is None:
                raise
            said = text(json_object(error.body), "message") or "status 400"
            said = said.replace(filters, selection.query)
            raise UsageError(
                f"account '{self._account}': Amazon Photos refuses --query {selection.query} ({said})"
            ) from error
