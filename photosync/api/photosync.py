"""The user's configuration, opened for a program: `photosync.open()`."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar, Unpack
from weakref import WeakSet

from photosync import accounts, config, units
from photosync.api.interruption import interruptible
from photosync.api.keywords import Selecting, asked_selection, parsed, several_texts
from photosync.api.opening import files_at_a_time, library_of, open_catalog, required_library
from photosync.api.progress import ProgressCallback, Reporting
from photosync.config import AccountConfig, Config
from photosync.errors import PhotosyncError, UsageError
from photosync.jobs.account import Account
from photosync.jobs.failures import failure_json
from photosync.jobs.findings import Finding
from photosync.transport import Redactor, Wait
from photosync.user_folders import expanded, state_folder

if TYPE_CHECKING:
    from photosync.api.account import PhotosyncAccount
    from photosync.api.fix import FixSummary
    from photosync.catalog import Catalog
    from photosync.jobs.audit.summary import AuditSummary
    from photosync.jobs.change.summary import ChangeSummary
    from photosync.jobs.rebuild.account import AccountResult
    from photosync.jobs.report import Summary
    from photosync.jobs.verify.summary import VerifySummary
    from photosync.library import Library

    AnySummary = TypeVar("AnySummary", Summary, AuditSummary, VerifySummary, ChangeSummary, FixSummary)

Value = TypeVar("Value")
_log = logging.getLogger("photosync.api")
_REDACTOR = Redactor()


def open(  # noqa: A001 - as in `photosync.open()`
    path: str | Path | None = None, library: str | Path | None = None
) -> Photosync:
    """The configuration at `path`; by default `$PHOTOSYNC_CONFIG`, or that in the user's configuration folder.

    `library`: the folder with the photos, in place of the configuration's. Nothing is contacted or written yet.
    Raises `ConfigError`.
    """
    return Photosync(config.load(Path(path) if path is not None else None), Path(library) if library else None)


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


class Photosync:
    """A configuration and its library; from `photosync.open()`. A context manager, for one thread at a time.

    No lock is held between calls: one that writes has the library's lock until it returns, like the command, and
    raises `LockedError` while another run has it.
    """

    def __init__(self, configuration: Config, library: Path | None) -> None:
        self.config = configuration
        self._folder = library
        self._listings: WeakSet[Generator[object, None, None]] = WeakSet()
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the listings that were not read to their end. Nothing can be called afterwards."""
        self._is_closed = True
        for each in list(self._listings):
            each.close()

    @property
    def accounts(self) -> Mapping[str, PhotosyncAccount]:
        """The accounts of the configuration, by their names."""
        return {name: self.account(name) for name in self.config.accounts}

    def account(self, name: str) -> PhotosyncAccount:
        """The account of this name. Raises `ConfigError` if there is none, or if it cannot be used."""
        from photosync.api.account import PhotosyncAccount

        return PhotosyncAccount(self, self.config.account(name))

    def status(self) -> list[dict[str, object]]:
        """For each account what `photosync status --json` prints."""
        return [account.status() for account in self.accounts.values()]

    def failures(self) -> list[dict[str, object]]:
        """What failed, of all accounts: what `photosync failures --json` prints."""
        with self.catalog() as catalog:
            names = dict.fromkeys((*self.config.accounts, *catalog.failures.accounts()))
            return [failure_json(entry) for name in names for entry in catalog.failures.of(name)]

    def duplicates(self, accounts: str | Iterable[str] | None = None) -> list[dict[str, object]]:
        """The contents that several saved items have: what `photosync duplicates --json` prints."""
        from photosync.jobs.contents import duplicate_json

        with self.catalog() as catalog:
            return [duplicate_json(items) for items in catalog.contents.duplicates(self._known(accounts))]

    def coverage(self, accounts: str | Iterable[str] | None = None) -> list[dict[str, object]]:
        """For each account how much only it has: what `photosync coverage --json` prints."""
        from photosync.jobs.contents import coverage_json

        with self.catalog() as catalog:
            return [coverage_json(each) for each in catalog.contents.coverage(self._known(accounts))]

    def _known(self, accounts: str | Iterable[str] | None) -> Sequence[str]:
        names = several_texts("accounts", accounts) or []
        for name in names:
            self.config.check_name(name)
        return names

    def why(self, target: str | Path) -> list[dict[str, object]]:
        """Where a file, or the items with an id, came from: what `photosync why --json` prints.

        Raises `UsageError` if there is neither.
        """
        from photosync.jobs.fix.file_owner import FileOwners
        from photosync.jobs.fix.why import explain
        from photosync.jobs.fix.why_json import why_json
        from photosync.library import Layout

        def layout(account: str) -> Layout | None:
            known = self.config.accounts.get(account)
            return Layout(known.options.layout or known.provider.facts.layout) if known else None

        with FileOwners(
            self.library(), state_folder(), self.config.probable_metadata_settings, to_change=False
        ) as owners:
            return [why_json(each) for each in explain(owners, layout, str(target))]

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
                sources = repair_options(self.config, from_folders, self._source, reporting, reporting.cancel)
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

    def copy(
        self,
        name: str,
        *,
        dry_run: bool = False,
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
            summary = opened.bring(reporting, reporting.cancel, jobs=jobs, limit=limit, dry_run=dry_run)
        return ended(summary)

    def restore(
        self,
        copy: str,
        to: str | Path,
        *,
        jobs: int | None = None,
        progress: ProgressCallback | None = None,
        **selecting: Unpack[Selecting],
    ) -> Summary:
        """Make the library again at `to`, out of the copy of this name; or a part, by years, dates, kind, favorites."""
        from photosync.api.copies import restore_library

        asked = asked_selection(selecting)
        with self.reporting(copy, progress) as reporting:
            summary = restore_library(self.config, copy, Path(to), asked, reporting, reporting.cancel, jobs=jobs)
        return ended(summary)

    def export(self, path: str | Path) -> int:
        """Write everything that the catalog knows, as `photosync export` does. Returns the number of items."""
        from photosync.jobs.export.export import export

        with self.catalog() as catalog:
            return export(catalog, expanded(path))

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

    def _source(
        self,
        account: AccountConfig,
        *,
        on_wait: Callable[[Wait], None],
        bytes_per_s: int | None,
        cancel: Event,
    ) -> AbstractContextManager[Account]:
        """The account, to download what a repair needs."""
        return accounts.opened(
            account,
            redactor=_REDACTOR,
            on_wait=on_wait,
            say=lambda text: _log.warning("%s: %s", account.name, text),
            jobs=1,
            bytes_per_s=bytes_per_s,
            cancel=cancel,
        )

    # For the accounts

    def say(self, message: str) -> None:
        """Tell the user something."""
        _log.warning("%s", message)

    def library(self) -> Library | None:
        """The folder with the photos; None where none is named."""
        self._check_open()
        return library_of(self.config, self._folder)

    def required_library(self) -> Library:
        """The same. Raises `ConfigError` where none is named."""
        self._check_open()
        return required_library(self.config, self._folder)

    def catalog(self) -> AbstractContextManager[Catalog]:
        """The library's catalog, for reading; an empty one where there is no library yet."""
        return open_catalog(self.library())

    def open_account(
        self,
        account: AccountConfig,
        reporting: Reporting | None = None,
        *,
        jobs: int | None = 1,
        bytes_per_s: int | None = None,
    ) -> AbstractContextManager[Account]:
        """The account, ready for work. Nothing has been sent yet."""
        self._check_open()
        return accounts.opened(
            account,
            redactor=_REDACTOR,
            on_wait=reporting.waiting if reporting else lambda _: None,
            say=lambda text: _log.warning("%s: %s", account.name, text),
            jobs=jobs,
            bytes_per_s=bytes_per_s or account.options.bwlimit,
            cancel=reporting.cancel if reporting else Event(),
        )

    @contextmanager
    def reporting(self, name: str, progress: ProgressCallback | None) -> Iterator[Reporting]:
        """Reports to `progress`, and lets Ctrl-C end the work as it ends a command."""
        self._check_open()
        reporting = Reporting(name, progress)
        try:
            with interruptible(reporting.cancel):
                yield reporting
        finally:
            reporting.raise_error()

    def listing(self, make: Callable[[], Generator[Value, None, None]]) -> Generator[Value, None, None]:
        """The values of a generator that is closed at the end, at the latest with this object."""
        self._check_open()
        values = make()
        self._listings.add(values)
        with closing(values):
            yield from values

    def _check_open(self) -> None:
        if self._is_closed:
            raise UsageError("this Photosync is closed: use it within its `with` block")


def ended(summary: AnySummary) -> AnySummary:
    """The summary of a run. Raises what ended the run early, unless that was a limit of the caller."""
    from photosync.jobs.pull.limits import LimitReachedError

    error = summary.error
    if error is None or isinstance(error, LimitReachedError):
        return summary
    error.summary = summary
    raise error
