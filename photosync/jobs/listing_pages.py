"""The pages of a listing, in the quickest way that fits how far it is read."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from photosync.model import Collection, Selection
from photosync.provider import ListsAhead, Page, Provider


def listing_pages(
    provider: Provider,
    selection: Selection,
    collections: Sequence[Collection] = (),
    *,
    since: str | None = None,
    may_end_early: bool = False,
) -> Generator[Page, None, None]:
    """The pages of `selection`; of several collections one after the other. `since` as for `Provider.list`.

    `may_end_early`: the caller may stop with any page, so that none is requested before it is needed. That is so for
    selections with a maximum number of items, too.
    """
    is_whole = since is None and not may_end_early and selection.max_items is None
    wanted: list[str | None] = [each.id for each in collections]
    for collection in wanted or [None]:
        if is_whole and isinstance(provider, ListsAhead):
            yield from provider.list_whole(selection, collection)
        else:
            yield from provider.list(selection, collection, since)
