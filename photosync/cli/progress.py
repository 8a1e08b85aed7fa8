"""Progress of a run: two lines in place on a terminal, time-stamped lines elsewhere, with `-q` only failures."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from photosync import clock
from photosync.characters import escaped
from photosync.cli.estimate import Estimate
from photosync.cli.options import GeneralOptions
from photosync.cli.output import FILE_LOG, print_line, print_message
from photosync.units import format_duration, format_size

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

    from photosync.transport import Wait

LINE_EVERY_S = 30.0
"""The interval of progress lines without a terminal."""
SHOWN_WAIT_S = 5.0
"""Shorter waits are not shown as lines."""
_REFRESHES_PER_S = 4
_NAME_COLUMNS = 20
_BAR_COLUMNS = 12
"""The least that a bar has."""
_MOST_COLUMNS = 120
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
        self.estimate = Estimate()
        self._last = time.monotonic()

    def _write(self, text: str) -> None:
        stamp = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        print_message(f"{stamp} {self._account}: {escaped(text)}")

    def listed(self, seen: int, total: int | None) -> None:
        self.estimate.list_(seen, total)
        self._show_state()

    def wanted(self, count: int, size_bytes: int) -> None:
        self.estimate.want(count, size_bytes)

    def expected(self, count: int | None) -> None:
        self.estimate.expect(count)

    def received(self, size_bytes: int) -> None:
        self.estimate.receive(size_bytes)

    def saved(self, name: str, path: str) -> None:  # noqa: ARG002 - the path says it
        """In a dry run, says what would be saved."""
        _items.log(self._level, "%s: %s %s", self._account, self._done_word, path)
        if self._dry_run:
            self._announce(f"{self._done_word} {path}")
        else:
            self.estimate.finish()
            self._show_state()

    @property
    def _done_word(self) -> str:
        return f"would {self._verb}" if self._dry_run else _PAST[self._verb]

    def failed(self, name: str, message: str, *, is_known: bool = False) -> None:
        FILE_LOG.warning("%s: failed: %s: %s", self._account, name, message)
        self.estimate.finish()
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

    def _show_state(self) -> None:
        if not self._quiet and time.monotonic() - self._last > LINE_EVERY_S:
            self._last = time.monotonic()
            self._write(", ".join([self.files_said(), *self.bytes_said()]))

    def files_said(self) -> str:
        """`1,263 of 2,000 files`."""
        done, all_ = self.estimate.done_files, self.estimate.all_files
        known = f"{done:,} of {all_:,}" if all_ is not None else f"{done:,}"
        return f"{known} {'listed' if self.estimate.is_listing else 'files'}"

    def bytes_said(self) -> list[str]:
        """`310.2 MB of 492.1 MB`, `4.2 MB/s`, `43 s left`, as far as they are known."""
        estimate, said = self.estimate, list[str]()
        if estimate.size_bytes:
            all_ = estimate.all_bytes
            done = format_size(estimate.size_bytes)
            said += [f"{done} of {format_size(all_)}" if all_ is not None else done]
            said += [f"{format_size(estimate.bytes_per_s())}/s"]
        if (left_s := estimate.left_s()) is not None:
            said += [f"{left_s:.0f} s left" if left_s < 10 else f"{format_duration(left_s)} left"]
        return said


class Display(Lines):
    """Progress as two lines at the bottom of a terminal: what does not fit into the first is in the second."""

    def __init__(self, general: GeneralOptions, account: str, verb: str, *, dry_run: bool) -> None:
        super().__init__(general, account, verb, dry_run=dry_run)
        from rich.console import Console
        from rich.live import Live

        self._console = Console(stderr=True, no_color=general.no_color or None, highlight=False)
        self.live = Live(
            self,
            console=self._console,
            refresh_per_second=_REFRESHES_PER_S,
            transient=True,
            redirect_stdout=sys.stdout.isatty(),  # else results would go to the terminal, not to where they are sent
        )
        self._lock = threading.Lock()
        self._waits: list[tuple[float, str]] = []
        """When each wait ends, and its reason."""
        self._workers = 0
        self._name = ""

    def _write(self, text: str) -> None:
        self._console.print(f"{self._account}: {escaped(text)}", markup=False, emoji=False)

    def _show_state(self) -> None:
        """It is shown all the time."""

    def saved(self, name: str, path: str) -> None:
        super().saved(name, path)
        self._name = name

    def waiting(self, wait: Wait) -> None:
        with self._lock:
            self._waits = [*self._waits_now(), (clock.monotonic() + wait.seconds, wait.reason)]

    def workers(self, number: int) -> None:
        self._workers = number

    def _waits_now(self) -> list[tuple[float, str]]:
        return [each for each in self._waits if each[0] > clock.monotonic()]

    def _waits_said(self) -> list[str]:
        """`2 requests are tried again in 3 s: 429 from www.amazon.com`."""
        with self._lock:
            waits = self._waits_now()
        if not waits:
            return []
        end, reason = min(waits)
        which = "a request is" if len(waits) == 1 else f"{len(waits)} requests are"
        return [f"{which} tried again in {max(end - clock.monotonic(), 1):.0f} s: {escaped(reason)}"]

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        """The two lines, as they are now."""
        from rich.cells import cell_len
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        account = Text(escaped(self._account), no_wrap=True, overflow="ellipsis")
        account.truncate(_NAME_COLUMNS, overflow="ellipsis")
        first, rest = self.files_said(), self.bytes_said()
        columns = min(options.max_width, _MOST_COLUMNS)
        room = columns - account.cell_len - _BAR_COLUMNS - 4
        while rest and cell_len(first) + cell_len(rest[0]) < room:
            first = f"{first}, {rest.pop(0)}"
        all_ = self.estimate.all_files
        grid = Table.grid(padding=(0, 1), expand=True)
        grid.width = columns
        grid.add_column(no_wrap=True)
        grid.add_column(ratio=1)
        grid.add_column(no_wrap=True)
        bar = ProgressBar(all_, self.estimate.done_files, pulse=all_ is None)
        grid.add_row(account, bar, Text(first, no_wrap=True))
        yield grid
        waits = self._waits_said()
        rest += waits or ([f"{self._workers} at a time"] if self._workers else [])
        if not waits and self._name:
            rest.append(escaped(self._name))
        yield Text(f"  {', '.join(rest)}", no_wrap=True, overflow="ellipsis")


@contextmanager
def shown(general: GeneralOptions, account: str, verb: str, *, dry_run: bool) -> Iterator[Lines]:
    """Two lines in place where standard error is a terminal, else lines with the time."""
    if general.quiet or not sys.stderr.isatty():
        yield Lines(general, account, verb, dry_run=dry_run)
        return
    display = Display(general, account, verb, dry_run=dry_run)
    with display.live:
        yield display
