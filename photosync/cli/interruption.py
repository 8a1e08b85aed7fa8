"""Makes SIGTERM end a command like Ctrl-C, where no run watches for signals."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Terminated(KeyboardInterrupt):
    """SIGTERM came: it ends a command in the same way as Ctrl-C, with its own exit status."""


@contextmanager
def terminable() -> Iterator[None]:
    """Until the context is left, SIGTERM raises `Terminated`, as SIGINT raises `KeyboardInterrupt`."""

    def terminate(_number: int, _frame: FrameType | None) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
