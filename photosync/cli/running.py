"""What the commands that bring files share: the configuration, the library, the accounts, and how a run ends."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from types import FrameType
from typing import TypeVar

from photosync import accounts, config, units
from photosync.catalog import Catalog
from photosync.cli import output
from photosync.cli.general import General, complain
from photosync.config import AccountConfig
from photosync.errors import ConfigError, Exit, UsageError
from photosync.jobs.account import Account
from photosync.jobs.report import Summary
from photosync.library import Library
from photosync.transport import BandwidthLimit, Redactor, Wait

Value = TypeVar("Value")


class Interruption:
    """Ctrl-C or a polite kill ends the account that is under way, and lets nothing else begin. A second one is rude."""

    def __init__(self) -> None:
        self.status: Exit | None = None
        self._cancel = threading.Event()

    @contextmanager
    def watch(self, cancel: threading.Event) -> Iterator[None]:
        """While this goes on, a signal sets `cancel`."""
        self._cancel = cancel
        before = {number: signal.signal(number, self._take) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _take(self, number: int, _frame: FrameType | None) -> None:
        self.status = Exit.TERMINATED if number == signal.SIGTERM else Exit.INTERRUPTED
        self._cancel.set()
        signal.signal(number, signal.SIG_DFL)


class Run:
    """One run of a command that has a library: `pull`, `pick`, `push`."""

    def __init__(self, general: General, *, dry_run: bool, jobs: int | None, bwlimit: str | None) -> None:
        self._general = general
        self._dry_run = dry_run
        self._jobs = jobs
        self._redactor = Redactor()
        output.set_up_logging(general, self._redactor)
        bytes_a_second = parsed(units.rate, "--bwlimit", bwlimit)
        self._bandwidth = BandwidthLimit(bytes_a_second) if bytes_a_second else None
        self.config = config.load(general.config)
        self.interruption = Interruption()
        self._on_wait: Callable[[Wait], None] = lambda _: None

    def library(self) -> Library:
        """Where the photos go. Raises `ConfigError` where nobody says."""
        folder = self._general.library or self.config.library
        if folder is None:
            raise ConfigError(f"{self.config.path}: 'library' is missing: the folder where the photos go")
        return Library(folder.expanduser(), accounts.state_folder())

    def catalog(self, stack: ExitStack, library: Library) -> Catalog:
        """The library's catalog, locked against other runs until `stack` is closed; to read in for a dry run."""
        if self._dry_run:
            catalog = Catalog.read(library.catalog_path) if library.exists else Catalog.empty()
        else:
            library.create()
            stack.enter_context(library.lock())
            catalog = Catalog.open(library.catalog_path)
        stack.callback(catalog.close)
        return catalog

    @contextmanager
    def opened(self, account: AccountConfig, on_wait: Callable[..., None] = lambda _: None) -> Iterator[Account]:
        """The account, ready for work."""
        limit = account.options.bwlimit
        with accounts.opened(
            account,
            redactor=self._redactor,
            on_wait=on_wait,
            say=lambda text: complain(f"{account.name}: {text}"),
            workers=self.workers(account),
            bandwidth=self._bandwidth or (BandwidthLimit(limit) if limit else None),
        ) as opened:
            yield opened

    def _waiting(self, wait: Wait) -> None:
        """Told to whoever shows the progress at the moment: an account may be open before anybody does."""
        self._on_wait(wait)

    def workers(self, account: AccountConfig, usual: int | None = None) -> int:
        """How many files at a time; `usual` is what the service bears, where it is not that of downloads."""
        configured = account.options.jobs
        return self._jobs or (usual or account.provider.facts.workers if configured == "auto" else configured)

    def ended(self, summary: Summary) -> Summary:
        """The summary of a run that a signal ended says which one."""
        if summary.exit is Exit.INTERRUPTED and self.interruption.status is not None:
            return replace(summary, exit=self.interruption.status)
        return summary

    def show(self, summary: Summary) -> None:
        """A line, or an object, for one account."""
        if summary.message:
            complain(summary.message)
        if self._general.json:
            output.print_json(summary.as_json())
        elif not (self._general.quiet and summary.exit is Exit.OK):
            output.print_line(_sentence(summary))


def parsed(parse: Callable[[object], Value], option: str, text: str | None) -> Value | None:
    """The value of an option that was given."""
    try:
        return parse(text) if text is not None else None
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from error


def _sentence(summary: Summary) -> str:
    would = "would be " if summary.dry_run else ""
    done = "uploaded" if summary.command == "push" else "saved"
    parts = [
        f"{summary.saved} {would}{done} ({units.format_size(summary.size_bytes)})",
        f"{summary.unchanged} unchanged",
    ]
    parts += [f"{summary.filtered} filtered"] if summary.filtered else []
    parts += [f"{summary.fixed} mended"] if summary.fixed else []
    parts += [f"{summary.gone} gone at the provider (their files stay)"] if summary.gone else []
    parts += [f"{summary.failed} failed"] if summary.failed else []
    state = "" if summary.exit is Exit.OK else f"; {summary.exit.word}, exit {int(summary.exit)}"
    return (
        f"{summary.account}: {summary.listed} listed: {', '.join(parts)}, "
        f"in {units.format_duration(summary.seconds)}{state}"
    )
