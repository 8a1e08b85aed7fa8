"""Progress of a run: a bar on a terminal, time-stamped lines elsewhere, with `-q` only failures."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from photosync.characters import escaped
from photosync.cli.options import GeneralOptions
from photosync.cli.output import FILE_LOG, print_line, print_message
from photosync.units import format_size

if TYPE_CHECKING:
    from photosync.transport import Wait

LINE_EVERY_S = 30.0
"""The interval of progress lines without a terminal."""
SHOWN_WAIT_S = 5.0
"""Shorter waits are not shown as lines."""


_items = logging.getLogger("photosync.items")
_PAST = {"save": "saved", "upload": "uploaded", "verify": "verified"}


class Lines:
    """Progress as time-stamped lines; with `quiet` only failures. `jobs.report.Reporter` documents the methods.

    `verb` is what is done to files: `save`, `upload` or `verify`.
    """

    def __init__(self, general: GeneralOptions, account: str, verb: str, *, dry_run: bool) -> None:
        self._verb = verb
        self._level = logging.DEBUG if verb == "verify" else logging.INFO  # a library has many files that are right
        self._account = account
        self._quiet = general.quiet
        self._announce = self._write if general.json else print_line
        self._dry_run = dry_run
        self._lock = threading.Lock()
        self._saved = self._wanted = self._bytes = 0
        self._last = time.monotonic()

    def _write(self, text: str) -> None:
        stamp = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        print_message(f"{stamp} {self._account}: {escaped(text)}")

    def listed(self, seen: int, total: int | None) -> None:
        self._show_count(f"{seen} of {total} listed" if total is not None else f"{seen} listed")

    def wanted(self, count: int, size_bytes: int) -> None:  # noqa: ARG002 - lines show no bar
        self._wanted += count

    def received(self, size_bytes: int) -> None:
        with self._lock:
            self._bytes += size_bytes

    def saved(self, name: str, path: str) -> None:  # noqa: ARG002 - the path says it
        """In a dry run, says what would be saved."""
        self._saved += 1
        self._log_item(path)
        if self._dry_run:
            self._announce(f"would {self._verb} {path}")
        else:
            self._show_count(f"{self._saved} of {self._wanted} {_PAST[self._verb]}, {format_size(self._bytes)}")

    def failed(self, name: str, message: str, *, is_known: bool = False) -> None:
        FILE_LOG.warning("%s: failed: %s: %s", self._account, name, message)
        if not is_known:
            self._write(f"failed: {name}: {message}")

    def waiting(self, wait: Wait) -> None:
        """Show a wait that is long enough."""
        if wait.seconds >= SHOWN_WAIT_S and not self._quiet:
            self._write(f"{wait.reason}, waiting {wait.seconds:.0f} s")

    def workers(self, number: int) -> None:
        """Take notice of a new number of files at a time. Lines do not show it; the log does."""

    def note(self, message: str) -> None:
        FILE_LOG.info("%s: %s", self._account, message)
        if not self._quiet:
            self._write(message)

    def _log_item(self, path: str) -> None:
        done = f"would {self._verb}" if self._dry_run else _PAST[self._verb]
        _items.log(self._level, "%s: %s %s", self._account, done, path)

    def _show_count(self, text: str) -> None:
        if not self._quiet and time.monotonic() - self._last > LINE_EVERY_S:
            self._last = time.monotonic()
            self._write(text)


class Bar(Lines):
    """Progress as one bar per account: files, speed, time left, and the reason for a wait."""

    def __init__(self, general: GeneralOptions, account: str, verb: str, *, dry_run: bool) -> None:
        super().__init__(general, account, verb, dry_run=dry_run)
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._console = Console(stderr=True, no_color=general.no_color or None, highlight=False)
        self.progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f} files", markup=False),
            TextColumn("{task.fields[speed]}", markup=False),
            TextColumn("{task.fields[workers]}", markup=False),
            TimeRemainingColumn(),
            TextColumn("{task.fields[now]}", markup=False),
            console=self._console,
            transient=True,
            redirect_stdout=sys.stdout.isatty(),  # else results would go to the terminal, not to where they are sent
        )
        self._task = self.progress.add_task(account, total=0, speed="", workers="", now="listing")
        self._began = time.monotonic()

    def _write(self, text: str) -> None:
        self._console.print(f"{self._account}: {escaped(text)}", markup=False, emoji=False)

    def _show_count(self, text: str) -> None:
        self.progress.update(self._task, now=text)

    def wanted(self, count: int, size_bytes: int) -> None:
        super().wanted(count, size_bytes)
        self.progress.update(self._task, total=self._wanted)

    def saved(self, name: str, path: str) -> None:
        if self._dry_run:
            super().saved(name, path)
            return
        self._log_item(path)
        seconds = max(time.monotonic() - self._began, 0.001)
        self.progress.update(
            self._task, advance=1, speed=f"{format_size(self._bytes / seconds)}/s", now=escaped(name)[:40]
        )

    def failed(self, name: str, message: str, *, is_known: bool = False) -> None:
        super().failed(name, message, is_known=is_known)
        self.progress.advance(self._task)

    def waiting(self, wait: Wait) -> None:
        self.progress.update(self._task, now=escaped(f"{wait.reason}, waiting {wait.seconds:.0f} s"))

    def workers(self, number: int) -> None:
        self.progress.update(self._task, workers=f"{number} at a time")


@contextmanager
def shown(general: GeneralOptions, account: str, verb: str, *, dry_run: bool) -> Iterator[Lines]:
    """A bar where standard error is a terminal, else lines."""
    if general.quiet or not sys.stderr.isatty():
        yield Lines(general, account, verb, dry_run=dry_run)
        return
    bar = Bar(general, account, verb, dry_run=dry_run)
    with bar.progress:
        yield bar
