"""Ends a run after Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from photosync.errors import Exit


class Interruption:
    """The first signal cancels the account in progress. The second one does what it does without this handler.

    `kills`: that is, in a process of our own, to kill it.
    """

    def __init__(self, *, kills: bool = True) -> None:
        self.status: Exit | None = None
        """The exit status of the signal that came; None as long as none did."""
        self._kills = kills
        self._cancel = threading.Event()
        self._before: dict[signal.Signals, Any] = {}

    @contextmanager
    def watch(self, cancel: threading.Event) -> Iterator[None]:
        """Until the context is left, a signal sets `cancel`."""
        self._cancel = cancel
        self._before = {number: signal.signal(number, self._interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _interrupt(self, number: int, _frame: FrameType | None) -> None:
        self.status = Exit.TERMINATED if number == signal.SIGTERM else Exit.INTERRUPTED
        if self._kills:
            for each in self._before:
                signal.signal(each, signal.SIG_DFL)
        else:
            self._restore()
        # In a thread: an event's own lock may be held by the very code that the signal interrupted.
        threading.Thread(target=self._cancel.set, name="interruption", daemon=True).start()


@contextmanager
def interruptible(cancel: threading.Event) -> Iterator[None]:
    """In a program of somebody else: a signal sets `cancel`, and has its usual effect when the work has ended.

    Ctrl-C raises `KeyboardInterrupt` then. Only the main thread gets signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    interruption = Interruption(kills=False)
    try:
        with interruption.watch(cancel):
            yield
    finally:
        if interruption.status is not None:
            signal.raise_signal(signal.SIGTERM if interruption.status is Exit.TERMINATED else signal.SIGINT)
