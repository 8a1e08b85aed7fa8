"""Waiting that ends at once when the run does."""

from __future__ import annotations

import threading

from photosync.errors import CancelledError


def check(cancel: threading.Event | None) -> None:
    """Raise `CancelledError` if the run is ending."""
    if cancel is not None and cancel.is_set():
        raise CancelledError("The run was stopped.")


def wait(cancel: threading.Event | None, seconds: float) -> None:
    """Wait, or raise `CancelledError` as soon as the run is ending."""
    if seconds > 0:
        (cancel or threading.Event()).wait(seconds)
    check(cancel)
