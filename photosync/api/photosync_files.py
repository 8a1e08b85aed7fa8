"""The calls that read the files of the library again, and those that repair, fix or record them anew."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from photosync.api.keywords import parsed, several_texts
from photosync.api.opening import files_at_a_time
from photosync.api.photosync_base import PhotosyncBase, ended
from photosync.api.progress import ProgressCallback
from photosync.errors import PhotosyncError, UsageError
from photosync.jobs.findings import Finding
from photosync.user_folders import state_folder

if TYPE_CHECKING:
    from photosync.api.fix import FixSummary
    from photosync.jobs.rebuild.account import AccountResult
    from photosync.jobs.verify.summary import VerifySummary

_log = logging.getLogger("photosync.api")


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check of files has found."""

    summary: VerifySummary
    findings: Sequence[Finding] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Fixed:
    """What became of files."""

    summary: FixSummary
    results: Sequence[Mapping[str, object]] = field(repr=False)
    """What the command prints with `--json`: an object for each file."""


class PhotosyncFiles(PhotosyncBase):
    """As `photosync verify`, `rebuild` and `fix`."""

    def verify(
        self,
        path: str | Path | None = None,
        *,
        quick: bool = False,
        sample: str | None = None,
        repair: bool = False,
        from_folders: Sequence[str | Path] = (),
        jobs: int | None = None,
        progress: ProgressCallback | None = None,
    ) -> Verified:
        """Read files again and compare them with what was saved: those below `path`, or all.

        `quick`: names and sizes only. `sample`: only what was not read for longest, such as `5%`. `repair`: replace
        what is damaged or missing by a good copy, also from `from_folders`.
        """
        from photosync.api.verify import part_of, repair_options
        from photosync.jobs.verify.target import opened
        from photosync.jobs.verify.verify import ALL, NOTHING, Verify

        if quick and sample is not None:
            raise UsageError("quick reads nothing; it does not go with sample")
        if from_folders and not repair:
            raise UsageError("from_folders is for repair=True")
        part = NOTHING if quick else (parsed(part_of, "sample", sample) or ALL)
        library = self.library()
        target = Path(path) if path is not None else None
        where = (target, library, state_folder())
        with (
            opened(*where, record=repair or not quick, repair=repair, note=_log.warning) as files,
            self.reporting("verify", progress) as reporting,
        ):
            if sample is not None and not files.is_library:
                raise UsageError(f"sample needs a catalog, which {files.library.root} does not have")
            sources = None
            if repair:
                sources = repair_options(self.config, from_folders, self._opened, reporting, reporting.cancel)
            job = Verify(
                target=files,
                part=part,
                workers=jobs or os.cpu_count() or 1,
                reporter=reporting,
                cancel=reporting.cancel,
                path=str(path or files.library.root),
                repair=sources,
            )
            findings = list(job.findings())
        return Verified(ended(job.summary), findings)

    def rebuild(
        self,
        accounts: str | Iterable[str] | None = None,
        *,
        from_listings: bool = False,
        jobs: int | None = None,
        progress: ProgressCallback | None = None,
    ) -> list[AccountResult]:
        """Make the catalog anew from its copy, the files and the listings, without a download: an object an account.

        `from_listings`: use neither the catalog nor its copy; what only they know is lost. An account that cannot be
        listed does not stop the others: `exit` and `message` say why.
        """
        from photosync.api.rebuild import rebuild_options, sound_catalog
        from photosync.jobs.rebuild.account import AccountRebuild, AccountResult

        names = several_texts("accounts", accounts)
        chosen = [self.config.account(name) for name in (names if names is not None else self.config.accounts)]
        library, results = self.required_library(), list[AccountResult]()
        with sound_catalog(library, from_listings=from_listings, tell=_log.info) as (catalog, source):
            for config in chosen:
                workers = files_at_a_time(config, jobs, config.provider.facts.workers)
                try:
                    with (
                        self.reporting(config.name, progress) as reporting,
                        self.open_account(config, reporting, jobs=workers) as account,
                    ):
                        options = rebuild_options(config)
                        results.append(AccountRebuild(account, library, catalog, options, reporting, source).run())
                except PhotosyncError as error:
                    results.append(AccountResult(config.name, source, exit=error.exit, message=str(error)))
        return results

    def fix(
        self,
        paths: str | Path | Iterable[str | Path],
        *,
        dry_run: bool = False,
        sidecar: bool = False,
        sets: Mapping[str, str] | None = None,
        overwrite: str | Iterable[str] = (),
        undo: bool = False,
        exclude: Sequence[str] = (),
        include_hidden: bool = False,
    ) -> Fixed:
        """Fill in what photos lack, as `photosync fix` does, in files and folders anywhere; `undo` takes it back.

        `sets`: settings, or texts in Exif, by their names. `overwrite`: names of texts that are written over.
        """
        from photosync.api.fix import AskedFix, FixRun

        asked = AskedFix(
            dry_run=dry_run,
            sidecar=sidecar,
            sets=sets or {},
            overwrite=several_texts("overwrite", overwrite),
            undo=undo,
            exclude=exclude,
            include_hidden=include_hidden,
        )
        run = FixRun(self.config, self.library(), asked)
        found = [paths] if isinstance(paths, str | Path) else paths
        results = [each.as_json() for each in run.results(map(Path, found))]
        if run.summary.note:
            self.say(run.summary.note)
        return Fixed(ended(run.summary), results)
