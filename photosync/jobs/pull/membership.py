"""Records which items are in which collections, and on which pictures people are seen.

A listing shows the collections of its items, at some services. The others are asked afterwards, and only about
collections that changed since their items were read last. Photos come first: a collection that cannot be read is a
note, and is asked for again by the next run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from photosync.catalog import Catalog, Listing
from photosync.errors import ItemError, ProviderError, Reason, TemporaryError, UsageError
from photosync.jobs.account import Account
from photosync.jobs.pull.lost_collections import is_doubted
from photosync.model import PERSON, Collection, Item
from photosync.provider import HasCollections, HasMembers, HasPeople

_OUTAGE = 3
"""After so many collections in a row with an error of the server, the others are not asked for: each one takes the
retry budget."""
_UNREADABLE = (ItemError, ProviderError, UsageError)
"""Errors that are about one collection, or about this ability of the service."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Membership:
    """The collections of one account, in one run."""

    account: Account
    catalog: Catalog
    run: int
    only: Sequence[Collection]
    """The run is about these; empty: the whole account."""
    reads_people: bool
    """Whether people's items are read as well, not just their names: a request or more for each person."""
    accepts_shrink: bool
    """Whether a listing without collections is believed at once."""
    note: Callable[[str], None]
    """Gets messages for the user."""

    def take(self, items: Sequence[Item]) -> None:
        """Record the collections of items of the listing."""
        are_all = self.account.provider.facts.marks
        shown = [item for item in items if item.collections or are_all]
        if shown:
            with self.catalog.transaction(synced=False):
                recorded = self.catalog.collections
                recorded.note_listed(self.account.name, self.run, self._kind, shown, are_all=are_all)

    def begin_whole(self) -> None:
        """A complete listing is about to be recorded: the people are due, also if this run is killed before them."""
        if not self.only and isinstance(self.account.provider, HasPeople):
            self.catalog.listings.forget(*self._people_key)

    @property
    def _people_key(self) -> tuple[str, str, str]:
        """The catalog's key for the last listing of the people."""
        return self.account.name, PERSON, ""

    def finish(self, *, is_whole: bool) -> None:
        """The listing has ended. `is_whole`: it was complete, and had all items of the account, or of `only`.

        Raises `SignInError` and `TemporaryError`.
        """
        provider = self.account.provider
        if self.only or not isinstance(provider, HasMembers):
            if is_whole:
                ids = [each.id for each in self.only]
                with self.catalog.transaction():
                    self.catalog.collections.finish_listing(self.account.name, self.run, self._kind, ids)
            return
        if isinstance(provider, HasCollections):
            self._read(provider, provider.collections, reads_unmarked=is_whole)
        if isinstance(provider, HasPeople) and (is_whole or self.catalog.listings.get(*self._people_key) is None):
            try:
                self._read(provider, provider.people, people=True, reads_unmarked=True)
            except TemporaryError as error:  # no photo depends on it
                self.note(f"the people could not be read: {error}")
            else:
                self.catalog.listings.set(*self._people_key, Listing(self.run, datetime.now(UTC), None, None))

    def _read(
        self,
        provider: HasMembers,
        listing: Callable[[], Iterable[Collection]],
        *,
        reads_unmarked: bool,
        people: bool = False,
    ) -> None:
        """Read the collections, and the items of those that changed."""
        recorded = self.catalog.collections
        try:
            there = list(listing())
        except _UNREADABLE as error:
            self.note(f"the {'people' if people else f'{self._kind}s'} could not be read: {error}")
            return
        before = recorded.living(self.account.name, people=people)
        with self.catalog.transaction():
            recorded.record(self.account.name, self.run, there)
            if self._is_doubted(PERSON if people else self._kind, before, len(there)):
                word = "people" if people else f"{self._kind}s"
                self.note(
                    f"the service lists {len(there)} {word}, and had {before}: the others stay as they were, unless it "
                    "still is so after a day. If this is right, run again with --accept-shrink."
                )
            else:
                recorded.mark_gone(self.account.name, self.run, people=people, there=there)
        if people and not self.reads_people:
            return
        known, errors = recorded.marks(self.account.name), 0
        for each in there:
            mark = known.get((each.kind, each.id))
            if reads_unmarked if each.mark is None else each.mark != mark:
                try:
                    self._read_members(provider, each)
                    errors = 0
                except TemporaryError as error:
                    errors += 1
                    if error.reason is not Reason.SERVER_ERROR or errors == _OUTAGE:
                        raise
                    self.note(f"the {each.kind} '{each.name}' could not be read: {error}")

    def _read_members(self, provider: HasMembers, collection: Collection) -> None:
        recorded = self.catalog.collections
        try:
            for ids in provider.members(collection):
                with self.catalog.transaction(synced=False):
                    recorded.add_members(self.account.name, self.run, collection, ids)
        except _UNREADABLE as error:
            self.note(f"the {collection.kind} '{collection.name}' could not be read: {error}")
            return
        with self.catalog.transaction():
            recorded.finish_members(self.account.name, self.run, collection)

    def _is_doubted(self, kind: str, before: int, now: int) -> bool:
        catalog, account = self.catalog, self.account.name
        return not self.accepts_shrink and is_doubted(
            catalog, account=account, run=self.run, kind=kind, before=before, now=now
        )

    @property
    def _kind(self) -> str:
        return self.account.provider.facts.collection_word
