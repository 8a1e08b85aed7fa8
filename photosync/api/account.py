"""One account of the configuration, for a program: everything that the commands do with it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, Unpack

from photosync import units
from photosync.api.items import Items
from photosync.api.keywords import Selecting, SelectingRest, asked_selection
from photosync.api.listing import checked_states, listed
from photosync.api.opening import files_at_a_time, open_catalog, open_catalog_to_write
from photosync.api.photosync import ended
from photosync.api.progress import ProgressCallback
from photosync.api.pull import AskedPull, layout_of, nothing_picked, pull_account, pull_options
from photosync.api.push import AskedPush, push_options
from photosync.api.selection import AskedSelection, check_unordered, checked_selection, selection_of
from photosync.config import AccountConfig
from photosync.errors import ItemError, UsageError
from photosync.jobs import list as listing
from photosync.jobs.collections import collection_json, collections_of
from photosync.jobs.failures import failure_json
from photosync.jobs.findings import Finding
from photosync.jobs.item_record import ItemRecord
from photosync.jobs.status import sign_in_state, status_json
from photosync.jobs.usage import usage_json, usage_of

if TYPE_CHECKING:
    from photosync.api.photosync import Photosync, Verified
    from photosync.jobs.audit.summary import AuditSummary
    from photosync.jobs.report import Summary

Rows = list[dict[str, object]]
"""What a command prints with `--json`, an object a row."""
Value = TypeVar("Value")
_log = logging.getLogger("photosync.api")


@dataclass(frozen=True, slots=True)
class Audited:
    """What a comparison with the service has found."""

    summary: AuditSummary
    findings: Sequence[Finding] = field(repr=False)


class PhotosyncAccount:
    """One account; from `Photosync.account`. Every call opens the account, and closes its connections at the end.

    `docs/python.md` has the keywords that select items: `Selecting`. A selection that the account cannot do, and an
    ability that its service does not have, raise `UsageError` before anything is sent.
    """

    def __init__(self, photosync: Photosync, config: AccountConfig) -> None:
        self._photosync = photosync
        self._config = config

    @property
    def name(self) -> str:
        """The account's name in the configuration."""
        return self._config.name

    @property
    def service(self) -> str:
        """The name of the service: `Amazon Photos`."""
        return self._config.provider.facts.title

    def __repr__(self) -> str:
        return f"<account '{self.name}' at {self.service}>"

    # Look

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
                _log.warning("%s: %s", self.name, error)
                missing.append(str(error))

            open_ = self._photosync.open_account
            with (
                self._photosync.catalog() as catalog,
                closing(listed(self._config, open_, catalog, asked, wanted, saved=saved, missing=note_missing)) as rows,
            ):
                for row in rows:
                    yield ItemRecord.of(self.name, row)

        return Items(lambda missing: self._photosync.listing(partial(records, missing)))

    def count(self, **selecting: Unpack[Selecting]) -> int:
        """How many items match, as `pull --count` does."""
        asked = asked_selection(selecting)
        with self._photosync.open_account(self._config) as account:
            return listing.count(account, *checked_selection(asked, account))

    def collections(self) -> Rows:
        """The albums, frames or folders: what `photosync collections --json` prints."""
        with self._photosync.open_account(self._config) as account:
            return [collection_json(self.name, each) for each in collections_of(account)]

    def usage(self) -> Rows:
        """The storage used, by type of content: what `photosync usage --json` prints."""
        with self._photosync.open_account(self._config) as account:
            return [usage_json(self.name, each) for each in usage_of(account)]

    def status(self) -> dict[str, object]:
        """The last run, items, failures and sign-in: what `photosync status --json` prints."""
        with self._photosync.catalog() as catalog:
            totals = catalog.totals(self.name)
        sign_in = sign_in_state(self._photosync.open_account(self._config))
        return status_json(self.name, self._config.plugin.name, totals, sign_in)

    def failures(self) -> Rows:
        """What failed, why, and what to do: what `photosync failures --json` prints."""
        with self._photosync.catalog() as catalog:
            return [failure_json(each) for each in catalog.failures.of(self.name)]

    def why(self, target: str | Path) -> Rows:
        """Where a file or an item of this account came from: what `photosync why --json` prints."""
        return [each for each in self._photosync.why(target) if each["account"] in (self.name, None)]

    # Bring and take

    def pull(
        self,
        ids: Iterable[str] | None = None,
        *,
        full: bool = False,
        dry_run: bool = False,
        accept_shrink: bool = False,
        layout: str | None = None,
        exif: bool = True,
        jobs: int | None = None,
        bwlimit: int | str | None = None,
        limit_bytes: int | str | None = None,
        limit_time: timedelta | str | None = None,
        progress: ProgressCallback | None = None,
        **selecting: Unpack[SelectingRest],
    ) -> Summary:
        """Bring what is new to the library: all, the items of `ids`, or those selected.

        Items that fail do not end it: they are in the summary's `errors`, and `exit` is then `Exit.PARTIAL`.
        """
        asked = AskedPull(
            selection=asked_selection({**selecting, "ids": ids} if ids is not None else selecting),
            full=full,
            dry_run=dry_run,
            accept_shrink=accept_shrink,
            no_exif=not exif,
            limit_bytes=_parsed(units.size, "limit_bytes", limit_bytes),
            limit_time=_parsed(units.duration, "limit_time", limit_time),
        )
        check_unordered(asked.selection, "pull")
        selection_of(asked.selection)
        chosen = layout_of(self._config, layout)
        bytes_per_s = _parsed(units.rate, "bwlimit", bwlimit)
        workers = files_at_a_time(self._config, jobs, None)
        library = self._photosync.required_library()
        with (
            self._photosync.reporting(self.name, progress) as reporting,
            (open_catalog if dry_run else open_catalog_to_write)(library) as catalog,
            self._photosync.open_account(self._config, reporting, jobs=workers, bytes_per_s=bytes_per_s) as account,
        ):
            options = pull_options(self._config, account, chosen, asked)
            summary = pull_account(account, library, catalog, options, reporting)
            if summary is None:
                raise nothing_picked(self.name)
        return ended(summary)

    def push(
        self,
        paths: str | Path | Iterable[str | Path],
        *,
        to: str | None = None,
        on_conflict: str | None = None,
        all_files: bool = False,
        exclude: Sequence[str] = (),
        include_hidden: bool = False,
        resize: bool = False,
        full: bool = False,
        dry_run: bool = False,
        jobs: int | None = None,
        bwlimit: int | str | None = None,
        progress: ProgressCallback | None = None,
    ) -> Summary:
        """Upload files and folders; what the service has already stays here. `to`: the album, frame or folder.

        `on_conflict`: rename, skip or fail, when another file has the name there.
        """
        from photosync.jobs.push.push import Push

        asked = AskedPush(
            paths=[paths] if isinstance(paths, str | Path) else [*paths],
            to=to,
            on_conflict=on_conflict,
            all_files=all_files,
            exclude=exclude,
            include_hidden=include_hidden,
            resize=resize,
            full=full,
            dry_run=dry_run,
        )
        options = push_options(self._config, asked)
        bytes_per_s = _parsed(units.rate, "bwlimit", bwlimit)
        upload = self._config.provider.facts.upload
        workers = files_at_a_time(self._config, jobs, upload.workers if upload else None)
        library = self._photosync.required_library()
        with (
            self._photosync.reporting(self.name, progress) as reporting,
            self._photosync.open_account(self._config, reporting, jobs=workers, bytes_per_s=bytes_per_s) as account,
            (open_catalog if dry_run else open_catalog_to_write)(library) as catalog,
        ):
            summary = Push(account, catalog, options, reporting).run()
        return ended(summary)

    # Check

    def audit(
        self,
        *,
        accept_shrink: bool = False,
        progress: ProgressCallback | None = None,
        **selecting: Unpack[Selecting],
    ) -> Audited:
        """Compare each item at the service with the library: missing, different, gone, extra."""
        from photosync.jobs.audit.audit import Audit, AuditOptions, picked_sessions

        asked = asked_selection(selecting)
        check_unordered(asked, "audit")
        selection_of(asked)
        library, findings = self._photosync.required_library(), list[Finding]()
        with (
            self._photosync.reporting(self.name, progress) as reporting,
            self._photosync.open_account(
                self._config, reporting, jobs=files_at_a_time(self._config, None, None)
            ) as account,
        ):
            selection, collections = checked_selection(asked, account)
            options = AuditOptions(selection, collections or picked_sessions(account), accept_shrink)
            read = partial(open_catalog, library)
            summary = Audit(account, library, read, options, reporting, findings.append).run()
        return Audited(ended(summary), findings)

    def verify(self, *, quick: bool = False, progress: ProgressCallback | None = None) -> Verified:
        """Read the files in the account's folder of the library again: see `Photosync.verify`."""
        folder = self._photosync.required_library().root / self.name
        return self._photosync.verify(folder, quick=quick, progress=progress)


def _parsed(parse: Callable[[object], Value], name: str, value: object) -> Value | None:
    """A number, or text such as `10G`. Raises `UsageError`."""
    if value is None or isinstance(value, int | timedelta):
        return value  # type: ignore[return-value] # as `parse` would make it
    try:
        return parse(value)
    except ValueError as error:
        raise UsageError(f"{name}: {error}") from error
