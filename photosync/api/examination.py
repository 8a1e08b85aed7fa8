"""All checks of `doctor`, in their order, on what the configuration names. It may be broken, or missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from photosync import clock
from photosync.api.opening import library_of, open_catalog
from photosync.catalog import AccountTotals
from photosync.config import AccountConfig, Config
from photosync.config.reading import examine
from photosync.config.structure import structure_of
from photosync.errors import ConfigError, PhotosyncError
from photosync.jobs.account import Account
from photosync.jobs.doctor.account import AccountDoctor
from photosync.jobs.doctor.bundle import write_bundle
from photosync.jobs.doctor.check import Check, Result, failed, guarded
from photosync.jobs.doctor.connections import clock_checks
from photosync.jobs.doctor.library import library_checks
from photosync.jobs.doctor.secrets import secret_checks
from photosync.jobs.doctor.space import Coming, forecast_check
from photosync.jobs.doctor.tools import tool_checks
from photosync.library import Library
from photosync.transport import Redactor
from photosync.user_folders import state_folder

_RETRY_BUDGET = timedelta(seconds=15)
"""A person waits for the answer."""
_STORE_RETRY_BUDGET = timedelta(seconds=4)
"""A listing, which needs several requests, is begun several times too."""


@dataclass(slots=True)
class Examination:
    """One run. Each check stands alone: one that cannot be made is a check that failed."""

    path: Path | None
    """The configuration; None: the usual one."""
    folder: Path | None
    """The library, in place of the configuration's."""
    names: Iterable[str]
    """The accounts to look at; none: all."""
    is_online: bool
    """Whether services are asked."""
    open_account: Callable[[AccountConfig], AbstractContextManager[Account]]
    redactor: Redactor
    config: Config = field(default_factory=lambda: Config(Path()), init=False)
    """As far as it can be read."""
    _coming: list[Coming] = field(default_factory=list, init=False)

    def checks(self) -> Iterator[Check]:
        """Raises `ConfigError` for an account that is asked for, and that nobody has."""
        yield from self._configuration()
        yield from guarded("secrets", lambda: secret_checks(state_folder(), self.config.readable_secrets))
        yield from guarded("library", self._library)
        if not self.names:
            for copy in self.config.copies:
                yield from guarded("copy", partial(self._copy, copy))
        chosen = [each for each in self.config.accounts.values() if not self.names or each.name in self.names]
        for account in chosen:
            yield from guarded("configuration", partial(self._account, account), account.name)
        if self.is_online and chosen:
            yield from guarded("clock", lambda: clock_checks(clock.differences()))
        if self._coming:
            yield from guarded("next pull", self._forecast)
        yield from guarded("tools", tool_checks)

    def write_bundle(self, path: Path, found: Sequence[Check], log: Path | None) -> None:
        """Write a file for a bug report. Raises `DestinationError`."""
        configured = self.config.path if self.path is None else self.path
        accounts = (*self.config.accounts, *self.config.unusable)
        write_bundle(path, found, structure_of(configured.absolute()), log, accounts)

    def _configuration(self) -> Iterator[Check]:
        try:
            self.config, mistakes = examine(self.path)
        except ConfigError as error:
            yield failed("configuration", error)
            return
        for name in self.names:
            self.config.check_name(name)
        account_of = {each: name for name, error in self.config.unusable.items() for each in error.mistakes}
        for mistake in dict.fromkeys((*mistakes, *account_of)):
            yield failed("configuration", ConfigError(mistake), account_of.get(mistake))
        if mistakes or account_of:
            return
        if self.config.accounts:
            text = f"{self.config.path}: the accounts {', '.join(self.config.accounts)}"
            yield Check("configuration", Result.OK, text)
        else:
            text = f"{self.config.path}: there is no account"
            yield Check("configuration", Result.WARNING, text, "Add one: photosync init")

    def _library(self) -> Iterator[Check]:
        library = self._found_library()
        if library is None:
            raise ConfigError("no library is named. Write 'library: FOLDER' into the configuration, or use --library.")
        yield from library_checks(library)

    def _found_library(self) -> Library | None:
        return library_of(self.config, self.folder)

    def _copy(self, name: str) -> Iterator[Check]:
        from photosync.jobs.doctor.copies import CopyDoctor

        library = self._found_library()
        if library is None:
            return
        retry_budget = _STORE_RETRY_BUDGET if self.is_online else None
        base = self.config.path.parent
        with open_catalog(library) as catalog:
            yield from CopyDoctor(name, self.config.copies, base, library, catalog, retry_budget).checks()

    def _account(self, account: AccountConfig) -> Iterator[Check]:
        settings = account.settings()  # looks up every secret
        budget = min(account.options.retry_budget, _RETRY_BUDGET)
        impatient = replace(account, options=account.options.model_copy(update={"retry_budget": budget}))
        doctor = AccountDoctor(
            account.name,
            partial(self.open_account, impatient),
            tuple(settings.endpoints.values()),
            self._totals(account.name),
            self.redactor,
            is_online=self.is_online,
        )
        yield from doctor.checks()
        if doctor.coming is not None:
            self._coming.append(doctor.coming)

    def _totals(self, account: str) -> AccountTotals | None:
        """What is saved; None where that cannot be read, which is a check of its own."""
        with suppress(PhotosyncError, OSError), open_catalog(self._found_library()) as catalog:
            return catalog.totals(account)
        return None

    def _forecast(self) -> Iterator[Check]:
        library = self._found_library()
        if library is not None:
            yield forecast_check(library.root, self._coming)
