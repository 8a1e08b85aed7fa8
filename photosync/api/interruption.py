"""Ends a run after Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from photosync.errors import Exit


class Interruption:
    """The first signal cancels the account in progress; the second one kills the process, as without this handler."""

    def __init__(self) -> None:
        self.status: Exit | None = None
        """The exit status of the signal that came; None as long as none did."""
        self._cancel = threading.Event()

    @contextmanager
    def watch(self, cancel: threading.Event) -> Iterator[None]:
        """Until the context is left, a signal sets `cancel`."""
        self._cancel = cancel
        before = {number: signal.signal(number, self._interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _interrupt(self, number: int, _frame: FrameType | None) -> None:
        self.status = Exit.TERMINATED if number == signal.SIGTERM else Exit.INTERRUPTED
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_DFL)
        # In a thread: an event's own lock may be held by the very code that the signal interrupted.
        threading.Thread(target=self._cancel.set, name="interruption", daemon=True).start()
