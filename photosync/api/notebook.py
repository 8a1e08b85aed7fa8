"""A bar for the progress of a run in a Jupyter notebook: one line of text below the cell, which changes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from photosync.characters import escaped
from photosync.units import format_size

if TYPE_CHECKING:
    from photosync.api.progress import Progress

_EVERY_S = 0.2
_CELLS = 20


def bar() -> Callable[[Progress], object] | None:
    """Shows progress in the notebook that runs this process; None if none does."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return _Bar() if hasattr(shell, "kernel") else None


class _Bar:
    def __init__(self) -> None:
        from IPython.display import display  # a notebook has it

        self._handle = display(_bundle(""), raw=True, display_id=True)
        self._last = 0.0

    def __call__(self, now: Progress) -> None:
        is_last = now.wanted > 0 and now.done + now.failed >= now.wanted
        if time.monotonic() - self._last < _EVERY_S and not is_last:
            return
        self._last = time.monotonic()
        self._handle.update(_bundle(_line(now)), raw=True)


def _bundle(text: str) -> dict[str, str]:
    return {"text/plain": text}


def _line(now: Progress) -> str:
    ended = now.done + now.failed
    full = round(_CELLS * ended / now.wanted) if now.wanted else 0
    parts = {
        f"{'█' * full}{'░' * (_CELLS - full)} {ended:,} of {now.wanted:,}": now.wanted,
        format_size(now.bytes): now.bytes,
        f"{now.failed:,} failed": now.failed,
        f"{now.listed:,} listed": now.listed,
    }
    text = ", ".join(part for part, count in parts.items() if count)
    return escaped(f"{now.account}: {text}  {now.text[:60]}".rstrip())
