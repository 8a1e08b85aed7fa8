"""What a run shows while it goes on: a bar on a terminal, time-stamped lines elsewhere, nothing with `-q`."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from photosync.cli import output
from photosync.cli.general import General
from photosync.transport import Wait
from photosync.units import format_size

LINE_EVERY_S = 30.0
"""How often a run without a terminal says how far it is."""
WORTH_TELLING_S = 5.0
"""Shorter waits are nobody's business."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What a command does to files, in words."""

    plain: str
    past: str


SAVE = Deed("save", "saved")
UPLOAD = Deed("upload", "uploaded")


class Lines:
    """Progress as time-stamped lines; with `quiet` only what went wrong. Fulfils `Reporter`."""

    def __init__(self, general: General, account: str, dry_run: bool, deed: Deed = SAVE) -> None:
        """`deed` is what becomes of a file."""
        self._deed = deed
        self._account = account
        self._quiet = general.quiet
        self._announce = self._write if general.json else output.print_line
        self._dry_run = dry_run
        self._lock = threading.Lock()
        self._saved = self._wanted = self._bytes = 0
        self._last = time.monotonic()

    def _write(self, text: str) -> None:
        stamp = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        sys.stderr.write(f"{stamp} {self._account}: {text}\n")

    def listed(self, seen: int, total: int | None) -> None:
        """Say how far the listing is, now and then."""
        self._say_now_and_then(f"{seen} of {total} listed" if total is not None else f"{seen} listed")

    def wanted(self, count: int, size_bytes: int) -> None:  # noqa: ARG002 - lines show no bar
        """Count."""
        self._wanted += count

    def received(self, size_bytes: int) -> None:
        """Count."""
        with self._lock:
            self._bytes += size_bytes

    def saved(self, name: str, path: str) -> None:  # noqa: ARG002 - the path says it
        """Count; in a dry run, say what would be saved."""
        self._saved += 1
        if self._dry_run:
            self._announce(f"would {self._deed.plain} {path}")
        else:
            self._say_now_and_then(f"{self._saved} of {self._wanted} {self._deed.past}, {format_size(self._bytes)}")

    def failed(self, name: str, message: str) -> None:
        """Say it at once."""
        self._write(f"failed: {name}: {message}")

    def waiting(self, wait: Wait) -> None:
        """Say it, if it takes long."""
        if wait.seconds >= WORTH_TELLING_S and not self._quiet:
            self._write(f"{wait.reason}, waiting {wait.seconds:.0f} s")

    def note(self, message: str) -> None:
        """Say it at once."""
        if not self._quiet:
            self._write(message)

    def _say_now_and_then(self, text: str) -> None:
        if not self._quiet and time.monotonic() - self._last > LINE_EVERY_S:
            self._last = time.monotonic()
            self._write(text)


class Bar(Lines):
    """Progress as a bar an account: files, speed, time left, and what is being waited for."""

    def __init__(self, general: General, account: str, dry_run: bool, deed: Deed = SAVE) -> None:
        super().__init__(general, account, dry_run, deed)
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

        self._console = Console(stderr=True, no_color=general.no_color or None, highlight=False)
        self.progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f} files", markup=False),
            TextColumn("{task.fields[speed]}", markup=False),
            TimeRemainingColumn(),
            TextColumn("{task.fields[now]}", markup=False),
            console=self._console,
            transient=True,
        )
        self._task = self.progress.add_task(account, total=0, speed="", now="listing")
        self._began = time.monotonic()

    def _write(self, text: str) -> None:
        self._console.print(f"{self._account}: {text}", markup=False)

    def listed(self, seen: int, total: int | None) -> None:
        """Show how far the listing is."""
        self.progress.update(self._task, now=f"{seen} of {total} listed" if total is not None else f"{seen} listed")

    def wanted(self, count: int, size_bytes: int) -> None:
        """Make the bar longer."""
        super().wanted(count, size_bytes)
        self.progress.update(self._task, total=self._wanted)

    def saved(self, name: str, path: str) -> None:
        """Move the bar on."""
        if self._dry_run:
            super().saved(name, path)
            return
        seconds = max(time.monotonic() - self._began, 0.001)
        self.progress.update(self._task, advance=1, speed=f"{format_size(self._bytes / seconds)}/s", now=name[:40])

    def failed(self, name: str, message: str) -> None:
        """Say it above the bar, and move on."""
        super().failed(name, message)
        self.progress.advance(self._task)

    def waiting(self, wait: Wait) -> None:
        """Show what is waited for."""
        self.progress.update(self._task, now=f"{wait.reason}, waiting {wait.seconds:.0f} s")


@contextmanager
def shown(general: General, account: str, dry_run: bool = False, deed: Deed = SAVE) -> Iterator[Lines]:
    """The right display for where standard error leads."""
    if general.quiet or not sys.stderr.isatty():
        yield Lines(general, account, dry_run, deed)
        return
    bar = Bar(general, account, dry_run, deed)
    with bar.progress:
        yield bar
