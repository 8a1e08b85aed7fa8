"""How far a listing must be read, and what a complete one proves.

For each selection, the catalog has the last run that knew all its items. A listing with the newest items first may
end with the first page on which that run knew everything, if the service's count agrees. Only a listing that was
read to its end, and has as many items as the service counts, proves that an item is gone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

from photosync import clock, model
from photosync.catalog import Catalog, CatalogEntry, Listing
from photosync.errors import SuspiciousError
from photosync.model import Item, Selection
from photosync.provider import HasUnlistedItems, Page, Provider

COMPLETE_EVERY = timedelta(days=30)
"""A listing is read to its end at least this often, to find changes that incremental listings do not show."""
_LONG_AGO = datetime.fromtimestamp(0, UTC)
SUSPICIOUS_LOSS = 20
"""A listing that lost more than half of its items, and more than this many, is suspicious."""


class Coverage:
    """One account's listing of one selection, in one run."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        account: str,
        provider: Provider,
        selection: Selection,
        collections: Sequence[model.Collection],
        full: bool,
    ) -> None:
        self._catalog = catalog
        self._provider = provider
        self._key = (account, json.dumps(sorted(each.id for each in collections)), _fingerprint(selection))
        self._is_remembered = selection.max_items is None and selection.ids is None
        self.is_of_everything = self._is_remembered and selection == Selection()
        """Whether it is about all items of the account, or of the collections, and not about a selection."""
        self.is_whole_account = self.is_of_everything and not collections
        self._previous = catalog.listings.get(*self._key) if self._is_remembered else None
        age = datetime.now(UTC) - self._previous.completed_at if self._previous else None
        # A clock that was ahead left a time in the future, which would stay recent until then.
        is_recent = age is not None and -clock.WRONG_BY <= age <= COMPLETE_EVERY
        known = self._previous if is_recent and not full else None
        self._covered_run = known.covered_run if known and provider.facts.newest_first and not collections else None
        self.mark = known.mark if known and provider.facts.marks else None
        self._has_changes_only = self.mark is not None
        self._is_countable = self._is_remembered and len(collections) <= 1
        self._total: int | None = None
        self._total_changed = False
        self._last_mark: str | None = None
        self._unusable = 0
        self._new_count = 0
        self._ended_early = False

    @property
    def is_incremental(self) -> bool:
        """Whether the listing may have less than all items."""
        return self._covered_run is not None or self.mark is not None

    @property
    def total(self) -> int | None:
        """The items that the listing has, as the service says or the last listing had; None if neither is known."""
        before = self._previous.total if self._previous else None
        return self._total if self._total is not None else before

    @property
    def may_end_early(self) -> bool:
        """Whether the listing may end with any page."""
        return self._covered_run is not None and not self._ended_early

    def take(self, page: Page, known: Mapping[str, CatalogEntry], new: Collection[str]) -> bool:
        """Count a page. `known` has the entries of its items, `new` the ids that this run sees for the first time.

        Returns whether the listing may end with this page.
        """
        if page.total is not None and self._is_countable:
            self._total_changed |= self._total not in (None, page.total)
            self._total = page.total
        self._unusable += page.unusable + self._lost(page.others)
        self._last_mark = page.mark or self._last_mark
        self._has_changes_only &= not page.is_whole
        covered = [self._is_covered(known.get(item.id)) for item in page.items]
        self._new_count += sum(
            not is_covered and item.id in new for item, is_covered in zip(page.items, covered, strict=True)
        )
        self._ended_early = self.may_end_early and bool(covered) and all(covered) and self._count_agrees()
        return self._ended_early

    def _lost(self, others: Sequence[str]) -> int:
        """The number of known items that the listing has as something else."""
        if not others:
            return 0
        return sum(each.state != "gone" for each in self._catalog.known(self._key[0], others).values())

    def _is_covered(self, known: CatalogEntry | None) -> bool:
        if known is None or known.state == "gone" or self._covered_run is None:
            return False
        return known.first_run <= self._covered_run

    def _count_agrees(self) -> bool:
        before = self._previous.total if self._previous else None
        return self._total is None or before is None or self._total == before + self._new_count

    @property
    def _went_to_end(self) -> bool:
        """Whether the listing, once it has ended, has had all items."""
        return not self._ended_early and not self._has_changes_only

    @property
    def is_short(self) -> bool:
        """Whether a listing that was read to its end may lack items: it changed meanwhile, so that its pages
        shifted, or it has fewer items than the service counts."""
        if not self._went_to_end or self._total is None:
            return False
        return self._total_changed or self._catalog.listed_count() + self._unusable < self._total

    @property
    def unusable(self) -> int:
        """The number of listed entries that should be items: they have no usable id, or nothing but an id."""
        return self._unusable

    @property
    def is_complete(self) -> bool:
        """Whether the listing has had all that it was read for, and shows what is gone."""
        return not self.is_short and not self._unusable

    @property
    def shows_all(self) -> bool:
        """Whether the listing has had all items that it is about."""
        return self._went_to_end and self.is_complete

    def restart(self) -> None:
        """Prepare to read the listing again. Items of the first reading count."""
        self._total, self._total_changed, self._unusable = None, False, 0

    def read_all(self) -> None:
        """Prepare to read the listing again, to its end."""
        self.restart()
        self._covered_run, self.mark, self._has_changes_only, self._ended_early = None, None, False, False

    def check_shrink(self) -> None:
        """Raise `SuspiciousError` if so much is missing that a fault of the service is likely."""
        if not self._went_to_end or self._previous is None or not self._previous.total:
            return
        check_loss(self._key[0], before=self._previous.total, now=self._catalog.listed_count())

    def record(self, run: int) -> int:
        """Record that everything listed was dealt with. Returns how many items are newly gone."""
        if not self._is_remembered:
            return 0
        listed = self._catalog.listed_count()
        # A count that the listing does not bear out must not make the next one look suspiciously short.
        is_unproven = self._went_to_end and (self._total is None or not self.is_complete)
        total = listed if is_unproven else self._total
        before = None if self._went_to_end or self._previous is None else self._previous.completed_at
        # Entries without data may have it next time, wherever they are: the next listing is read to its end.
        completed_at = _LONG_AGO if self._unusable else before or datetime.now(UTC)
        shows_gone = self._went_to_end and self.is_whole_account and self.is_complete
        gone_ids = self._gone() if shows_gone else []
        with self._catalog.transaction():
            gone = self._catalog.mark_gone(self._key[0], gone_ids)
            self._catalog.listings.set(*self._key, Listing(run, completed_at, total, self._last_mark or self.mark))
        return gone

    def _gone(self) -> list[str]:
        """The known items that the listing would have if the provider still had them."""
        unlisted = self._catalog.unlisted(self._key[0])
        return [entry.id for entry in unlisted if is_listed_with_all(self._provider, entry.item)]

    def forget(self) -> None:
        """Read the next listing to its end: not all that was listed could be dealt with."""
        self._catalog.listings.forget(*self._key)


def is_listed_with_all(provider: Provider, item: Item) -> bool:
    """Whether a listing of the whole account shows an item like this, so that it is gone if it is not listed."""
    return not isinstance(provider, HasUnlistedItems) or provider.is_listed(item)


def note_removed(catalog: Catalog, account: str, count: int) -> None:
    """The user had so many items removed from the account, or brought back if negative: a listing of it shows that.

    The loss of all is noticed even then.
    """
    key = (account, "[]", _fingerprint(Selection()))
    listing = catalog.listings.get(*key)
    if listing is not None and listing.total:
        catalog.listings.set(*key, replace(listing, total=max(1, listing.total - count)))


def is_suspicious(*, before: int, now: int) -> bool:
    """Whether a listing of `now` entries lost so many of `before` that a fault of the service is likely."""
    return before > 0 and (now == 0 or (now * 2 < before and before - now > SUSPICIOUS_LOSS))


def check_loss(account: str, *, before: int, now: int) -> None:
    """Raise `SuspiciousError` if a listing of `now` items lost so many that a fault of the service is likely."""
    if is_suspicious(before=before, now=now):
        raise SuspiciousError(
            f"account '{account}': the listing has {now} items, and had {before} before. Nothing was marked gone and "
            "no file was touched. Look at the service; if this is right, run again with --accept-shrink."
        )


def _fingerprint(selection: Selection) -> str:
    """Equal for selections of the same items. It is kept in the catalog."""
    asked = asdict(selection) | {"years": sorted(selection.years), "months": sorted(selection.months)}
    del asked["recent"], asked["limit"], asked["ids"]
    return json.dumps(
        {name: value for name, value in asked.items() if value}, sort_keys=True, default=datetime.isoformat
    )
