"""The calls about copies of the library."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from photosync import units
from photosync.api.keywords import Selecting, asked_selection, parsed, several_texts
from photosync.api.photosync_base import PhotosyncBase, ended
from photosync.api.photosync_files import Verified
from photosync.api.progress import ProgressCallback

if TYPE_CHECKING:
    from photosync.api.evict import Evicted
    from photosync.jobs.report import Summary


class PhotosyncCopies(PhotosyncBase):
    """As `photosync copy`, `evict`, `verify --copy` and `restore --from`."""

    def copies(self) -> list[dict[str, object]]:
        """How old each copy is, what it lacks, when it was read: what `photosync status --json` prints of it."""
        from photosync.jobs.copy.state import state_of

        library = self.library()
        if library is None or not self.config.copies:
            return []
        with self.catalog() as catalog:
            copies = self.config.copy_addresses.items()
            return [state_of(name, address, library, catalog).as_json() for name, address in copies]

    def copy(
        self,
        name: str,
        *,
        dry_run: bool = False,
        accept_shrink: bool = False,
        jobs: int | None = None,
        bwlimit: int | str | None = None,
        progress: ProgressCallback | None = None,
    ) -> Summary:
        """Bring what the library has to the copy of this name in the configuration."""
        from photosync.api.copies import open_copy
        from photosync.transport.pacing import BandwidthLimit

        rate = parsed(units.rate, "bwlimit", bwlimit)
        with (
            self.reporting(name, progress) as reporting,
            open_copy(self.config, self.required_library(), name) as opened,
        ):
            limit = BandwidthLimit(rate) if rate else None
            summary = opened.bring(
                reporting, reporting.cancel, jobs=jobs, limit=limit, dry_run=dry_run, accept_shrink=accept_shrink
            )
        return ended(summary)

    def verify_copy(
        self,
        name: str,
        *,
        sample: str | None = None,
        repair: bool = False,
        jobs: int | None = None,
        progress: ProgressCallback | None = None,
    ) -> Verified:
        """The same for the copy of this name in the configuration. `repair`: send again what is not right."""
        from photosync.api.copies import open_copy
        from photosync.api.verify import part_of

        part = parsed(part_of, "sample", sample) or Fraction(1)
        library = self.required_library()
        with self.reporting(name, progress) as reporting, open_copy(self.config, library, name) as opened:
            job = opened.check(part, reporting, reporting.cancel, repair=repair, jobs=jobs)
            findings = list(job.findings())
        return Verified(ended(job.summary), findings)

    def evict(
        self,
        accounts: str | Iterable[str] | None = None,
        *,
        older_than: str | None = None,
        max_age: timedelta | str | None = None,
        dry_run: bool = False,
        progress: ProgressCallback | None = None,
        **selecting: Unpack[Selecting],
    ) -> list[Evicted]:
        """Remove files from the disk that two verified copies have: an object an account. The call is the consent.

        `older_than`: taken before this time, such as `5y`; else a selection is needed. `max_age`: how long ago both
        copies may have been verified. Files that stay do not end a call: they are in the summary's `errors`, and
        `exit` is 10 if one of them is damaged in a copy, so that nothing was removed.
        """
        from photosync.api.evict import MAX_AGE, AskedEviction, Evicted, open_eviction

        asked = AskedEviction(
            accounts=several_texts("accounts", accounts) or (),
            selection=asked_selection(selecting),
            older_than=older_than,
            max_age=parsed(units.positive_duration, "max_age", max_age) or MAX_AGE,
        )
        library, done = self.required_library(), list[Evicted]()
        with (
            self.reporting("evict", progress) as reporting,
            open_eviction(
                self.config,
                library,
                asked,
                note=reporting.note,
                warn=self.say,
                cancel=reporting.cancel,
                dry_run=dry_run,
            ) as run,
        ):
            run.plan(reporting)
            if not dry_run:
                run.look_again()
            for account in run.wanted.accounts:
                outcomes = list(run.outcomes(account, agreed=True, dry_run=dry_run))
                rows = [each.as_json(account, "evict", each.target.id) for each in outcomes]
                done.append(Evicted(ended(run.summaries[account]), rows))
        return done

    def restore(
        self,
        copy: str,
        to: str | Path,
        *,
        without_offsite: bool = False,
        jobs: int | None = None,
        progress: ProgressCallback | None = None,
        **selecting: Unpack[Selecting],
    ) -> Summary:
        """Make the library again at `to`, out of the copy of this name; or a part, by years, dates, kind, favorites.

        `without_offsite`: what was removed from the library (`evict`) stays in the copy.
        """
        from photosync.api.copies import restore_library

        asked = asked_selection(selecting)
        with self.reporting(copy, progress) as reporting:
            summary = restore_library(
                *(self.config, copy, Path(to), asked, reporting, reporting.cancel),
                without_offsite=without_offsite,
                jobs=jobs,
            )
        return ended(summary)

    def bring_back(
        self,
        copy: str | None = None,
        *,
        account: str | None = None,
        dry_run: bool = False,
        jobs: int | None = None,
        progress: ProgressCallback | None = None,
        **selecting: Unpack[Selecting],
    ) -> list[Summary]:
        """Bring files back to the library that only copies have: a summary an account, or one for the copy named.

        Those of `ids`, those selected by years, dates, kind or favorites, or all. Without `copy`, each copy of the
        configuration is asked in their order, until one has the file right.
        """
        from photosync.api.bring_back import AskedBack, bringing_back, check_asked, each_account

        selection = asked_selection(selecting)
        asked = AskedBack(copy=copy, account=account, ids=selection.ids, selection=replace(selection, ids=None))
        library = self.required_library()
        summaries: list[Summary] = []
        for part in each_account(library, check_asked(self.config, asked)):
            with (
                self.reporting(part.name, progress) as reporting,
                bringing_back(
                    self.config, library, part, reporting, reporting.cancel, jobs=jobs, dry_run=dry_run
                ) as back,
            ):
                summaries.append(ended(back.run()))
        return summaries
