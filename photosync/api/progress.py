"""The progress of long work, for a callback of the caller; in a notebook, a bar by default."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photosync.api import notebook

if TYPE_CHECKING:
    from photosync.transport import Wait

_RECEIVED_EVERY_S = 0.1
_log = logging.getLogger("photosync.api")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is: what a `progress` callback gets."""

    account: str
    event: str
    """What happened just now: listed, wanted, received, saved, changed, failed, waiting or note."""
    text: str
    """The name of the file, the reason of a failure or of a wait, a note; else empty."""
    listed: int
    """Items listed so far."""
    total: int | None
    """Items that the service has, if it says so."""
    wanted: int
    """Files to be transferred, or items to be changed, as far as is known now."""
    expected: int | None
    """Files to be transferred in all, as far as that can be told while the listing is read."""
    done: int
    """Those for which that is done."""
    failed: int
    bytes: int
    """Bytes that were transferred."""


ProgressCallback = Callable[[Progress], object]


class Reporting:
    """Passes what a job reports to a callback. `jobs.report.Reporter` documents the methods.

    The callback is called from several threads, from one at a time. An error of it cancels the run, and is raised at
    its end.
    """

    def __init__(self, account: str, callback: ProgressCallback | None) -> None:
        self._account = account
        self._callback = callback or notebook.bar()
        self._lock = threading.Lock()
        self._listed = self._wanted = self._done = self._failed = self._bytes = 0
        self._total: int | None = None
        self._expected: int | None = None
        self._last_received = 0.0
        self.cancel = threading.Event()
        """The run's own."""
        self._error: BaseException | None = None

    def raise_error(self) -> None:
        """Raise the error of the callback, if it had one."""
        if self._error is not None:
            raise self._error

    def listed(self, seen: int, total: int | None) -> None:
        with self._lock:
            self._listed, self._total = seen, total
            self._tell("listed")

    def wanted(self, count: int, size_bytes: int) -> None:  # noqa: ARG002 - in files
        with self._lock:
            self._wanted += count
            self._tell("wanted")

    def expected(self, count: int | None) -> None:
        self._expected = count

    def received(self, size_bytes: int) -> None:
        with self._lock:
            self._bytes += size_bytes
            if time.monotonic() - self._last_received > _RECEIVED_EVERY_S:
                self._last_received = time.monotonic()
                self._tell("received")

    def saved(self, name: str, path: str) -> None:  # noqa: ARG002 - the path says it
        with self._lock:
            self._done += 1
            self._tell("saved", path)

    def failed(self, name: str, message: str, *, is_known: bool = False) -> None:  # noqa: ARG002 - a program counts all
        _log.info("%s: failed: %s: %s", self._account, name, message)
        with self._lock:
            self._failed += 1
            self._tell("failed", f"{name}: {message}")

    def changed(self, name: str, error: Exception | None) -> None:
        """A change at the service was tried. `error`: why it was refused."""
        with self._lock:
            self._done += error is None
            self._failed += error is not None
            self._tell("failed" if error else "changed", str(error or name))

    def waiting(self, wait: Wait) -> None:
        """The service has asked to wait."""
        with self._lock:
            self._tell("waiting", f"{wait.reason}, waiting {wait.seconds:.0f} s")

    def note(self, message: str) -> None:
        _log.info("%s: %s", self._account, message)
        with self._lock:
            self._tell("note", message)

    def _tell(self, event: str, text: str = "") -> None:
        if self._callback is None or self._error is not None:
            return
        now = Progress(
            account=self._account,
            event=event,
            text=text,
            listed=self._listed,
            total=self._total,
            wanted=self._wanted,
            expected=self._expected,
            done=self._done,
            failed=self._failed,
            bytes=self._bytes,
        )
        try:
            self._callback(now)
        except BaseException as error:  # noqa: BLE001 - raised at the end of the run
            self._error = error
            self.cancel.set()
