"""What all calls of a configuration share: the library, opening an account, progress, the end of a run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar
from weakref import WeakSet

from photosync import accounts
from photosync.api.interruption import interruptible
from photosync.api.opening import library_of, open_catalog, required_library
from photosync.api.progress import ProgressCallback, Reporting
from photosync.config import AccountConfig, Config
from photosync.errors import UsageError
from photosync.jobs.account import Account
from photosync.transport import Redactor, Wait

if TYPE_CHECKING:
    from photosync.api.fix import FixSummary
    from photosync.catalog import Catalog
    from photosync.jobs.audit.summary import AuditSummary
    from photosync.jobs.change.summary import ChangeSummary
    from photosync.jobs.report import Summary
    from photosync.jobs.verify.summary import VerifySummary
    from photosync.library import Library

    AnySummary = TypeVar("AnySummary", Summary, AuditSummary, VerifySummary, ChangeSummary, FixSummary)

Value = TypeVar("Value")
_log = logging.getLogger("photosync.api")
_REDACTOR = Redactor()


class PhotosyncBase:
    """A configuration and its library."""

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
        return self._opened(
            account,
            on_wait=reporting.waiting if reporting else lambda _: None,
            bytes_per_s=bytes_per_s or account.options.bwlimit,
            cancel=reporting.cancel if reporting else Event(),
            jobs=jobs,
        )

    def _opened(
        self,
        account: AccountConfig,
        *,
        on_wait: Callable[[Wait], None],
        bytes_per_s: int | None,
        cancel: Event,
        jobs: int | None = 1,
    ) -> AbstractContextManager[Account]:
        return accounts.opened(
            account,
            redactor=_REDACTOR,
            on_wait=on_wait,
            say=lambda text: _log.warning("%s: %s", account.name, text),
            jobs=jobs,
            bytes_per_s=bytes_per_s,
            cancel=cancel,
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
