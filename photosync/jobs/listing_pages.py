"""The pages of a listing, in the quickest way that fits how far it is read."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

from photosync.errors import ItemError, Reason
from photosync.jobs.account import Account
from photosync.model import Collection, Selection
from photosync.provider import FindsItems, HasTrash, ListsAhead, Page, Provider

_MOST_SINGLE = 100
"""The most items that are asked for one by one. For more, a listing has fewer requests at most services."""


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
    selections with a maximum number of items, too. Where the selection has ids, the last page names the missing ones.
    """
    if selection.ids is not None:
        yield from _items_by_id(provider, selection.ids)
        return
    is_whole = since is None and not may_end_early and selection.max_items is None
    wanted: list[str | None] = [each.id for each in collections]
    for collection in wanted or [None]:
        if is_whole and isinstance(provider, ListsAhead):
            yield from provider.list_whole(selection, collection)
        else:
            yield from provider.list(selection, collection, since)


def not_there(account: Account, id_: str) -> ItemError:
    """The failure of an id that was asked for and that the provider does not have."""
    title = account.provider.facts.title
    in_trash = ", or has it in the trash" * isinstance(account.provider, HasTrash)
    return ItemError(f"{title} has no photo or video with the id {id_}{in_trash}", Reason.NOT_FOUND)


def _items_by_id(provider: Provider, ids: frozenset[str]) -> Generator[Page, None, None]:
    """The items of these ids, of any kind: one by one, or from a listing. An item may be hidden from listings."""
    left = set(ids)
    if left and not (isinstance(provider, FindsItems) and len(left) <= _MOST_SINGLE):
        everything = Selection(all_files="all_files" in provider.facts.selects)
        for page in listing_pages(provider, everything):
            found = tuple(item for item in page.items if item.id in left)
            left.difference_update(item.id for item in found)
            yield replace(page, items=found, total=None, others=(), mark=None)
            if not left:
                return
    if left and isinstance(provider, FindsItems):
        for page in provider.items(sorted(left)):
            left.difference_update(item.id for item in page.items)
            yield page
    if left:
        yield Page((), missing=sorted(left))
