"""The calls of an account that show what the service and the library have."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Unpack

from photosync.api.account_base import AccountBase
from photosync.api.items import Items
from photosync.api.keywords import Selecting, asked_selection
from photosync.api.listing import checked_states, grouped, listed
from photosync.api.rows import Row, Rows
from photosync.api.selection import AskedSelection, checked_selection, selection_of
from photosync.errors import ItemError, UsageError
from photosync.jobs import list as listing
from photosync.jobs import show
from photosync.jobs.collections import collection_json, collections_of
from photosync.jobs.content import send_content
from photosync.jobs.facets import facet_json, facets_of
from photosync.jobs.failures import failure_json
from photosync.jobs.item_record import ItemRecord
from photosync.jobs.status import status_of
from photosync.jobs.usage import quota_json, quota_of, usage_json, usage_of
from photosync.model import Period
from photosync.user_folders import expanded

_log = logging.getLogger("photosync.api")


class AccountLooks(AccountBase):
    """They change nothing, here or there. `Rows` are the objects of the commands with `--json`."""

    def list(self, *, states: Iterable[str] = (), **selecting: Unpack[Selecting]) -> Items:
        """What the service has, with the state of each item in the library: new, saved, changed, gone, …"""
        return self._items(asked_selection(selecting), states, saved=False)

    def saved(self, *, states: Iterable[str] = (), **selecting: Unpack[Selecting]) -> Items:
        """What the library has; the service is not asked."""
        return self._items(asked_selection(selecting), states, saved=True)

    def _items(self, asked: AskedSelection, states: Iterable[str], *, saved: bool) -> Items:
        wanted = checked_states(states, saved=saved)
        selection_of(asked)

        def records(missing: list[str]) -> Generator[ItemRecord, None, None]:
            def note_missing(error: ItemError) -> None:
                self._warn_of(error)
                missing.append(str(error))

            with (
                self._photosync.catalog() as catalog,
                closing(
                    listed(self.name, self.opened, catalog, asked, wanted, saved=saved, missing=note_missing)
                ) as rows,
            ):
                for row in rows:
                    yield ItemRecord.of(self.name, row)

        return Items(lambda missing: self._photosync.listing(partial(records, missing)))

    def count(self, **selecting: Unpack[Selecting]) -> int:
        """How many items match, as `pull --count` does."""
        asked = asked_selection(selecting)
        with self.opened() as account:
            return listing.count(account, *checked_selection(asked, account))

    def count_by(
        self, period: str, *, saved: bool = False, states: Iterable[str] = (), **selecting: Unpack[Selecting]
    ) -> Mapping[str | None, int]:
        """How many items there are of each `day`, `month` or `year`, the newest first; None: without a capture time."""
        if period not in list(Period):
            raise UsageError(f"period: expected one of {', '.join(Period)}, not '{period}'")
        asked, wanted = asked_selection(selecting), checked_states(states, saved=saved)
        with self._photosync.catalog() as catalog:
            return grouped(
                *(self.name, self.opened, catalog, asked, Period(period), wanted),
                saved=saved,
                missing=self._warn_of,
            )

    def collections(self) -> Rows:
        """The albums, frames or folders: what `photosync collections --json` prints."""
        with self.opened() as account:
            return [collection_json(self.name, each) for each in collections_of(account)]

    def tree(self) -> Rows:
        """The folders, in the order of their paths: what `photosync tree --json` prints."""
        with self.opened() as account:
            return [show.folder_json(self.name, each) for each in show.folders_of(account)]

    def facets(self, category: str | None = None) -> Rows:
        """People, places, things and times as the service knows them, of one category or of all."""
        with self.opened() as account:
            return [facet_json(self.name, each) for each in facets_of(account, category)]

    def show(self, named: str | None = None, *, link: bool = False) -> Row:
        """All that the service tells about the file, folder or album of an id or a path; without one, of the account.

        `link`: with an address that works without a sign-in, for a while. Raises `ItemError` for what is not there.
        """
        if named is None and link:
            raise UsageError("link: name what it is about: an id, or a path")
        with self.opened() as account:
            return dict(show.account_json(account) if named is None else show.node_of(account, named, link=link))

    def thumbnail(self, named: str, pixels: int, to: str | Path = ".") -> Path:
        """Save a picture of a file with at most so many pixels a side in the folder `to`. Returns its path."""
        if not 1 <= pixels <= show.MOST_PIXELS:
            raise UsageError(f"pixels: expected a number from 1 to {show.MOST_PIXELS}, not {pixels}")
        with self.opened() as account:
            show.check_thumbnails(account)
            return show.save_thumbnail(account, show.node_of(account, named), pixels, expanded(to))

    def content(self, named: str, first: int = 0, last: int | None = None) -> bytes:
        """The content of a photo or video; of a part, the bytes from `first` to `last`, counted from 0.

        A whole content is compared with what the service lists; a part cannot be checked.
        """
        if first < 0 or (last is not None and last < first):
            raise UsageError(f"first, last: expected two positions from 0 on, not {first} and {last}")
        content = bytearray()
        with self.opened() as account:
            send_content(account, named, content.extend, first, last)
        return bytes(content)

    def trashed(self) -> Rows:
        """What is in the service's trash: what `photosync trashed --json` prints."""
        from photosync.jobs.change.trash import trashed, trashed_json

        with self._photosync.catalog() as catalog, self.opened() as account:
            return [trashed_json(self.name, found, row) for found, row in trashed(account, catalog)]

    def usage(self) -> Rows:
        """The storage used, by type of content, and what is allowed: what `photosync usage --json` prints."""
        with self.opened() as account:
            used, quota = usage_of(account), quota_of(account)
        rows = [usage_json(self.name, each) for each in used]
        return rows if quota is None else [*rows, quota_json(self.name, quota)]

    def status(self) -> Row:
        """The last run, items, failures and sign-in: what `photosync status --json` prints."""
        with self._photosync.catalog() as catalog:
            opening = self._photosync.open_account(self._config)
            needs_picking = self._config.provider.facts.needs_picking
            status = status_of(self.name, self._config.plugin.name, catalog, opening, needs_picking=needs_picking)
        return status.as_json()

    def failures(self) -> Rows:
        """What failed, why, and what to do: what `photosync failures --json` prints."""
        with self._photosync.catalog() as catalog:
            return [failure_json(each) for each in catalog.failures.of(self.name)]

    def why(self, target: str | Path) -> Rows:
        """Where a file or an item of this account came from: what `photosync why --json` prints."""
        return [each for each in self._photosync.why(target) if each["account"] in (self.name, None)]

    def _warn_of(self, error: ItemError) -> None:
        _log.warning("%s: %s", self.name, error)
