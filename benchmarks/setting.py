"""What the benchmarks of one run have in common: sizes, rounds, and who is measured besides photosync."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from benchmarks.peer import Peer


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One run of the benchmarks."""

    quick: bool = False
    rounds: int = 3
    peer: Peer | None = None
    busy_s: float = 0.0
    """How long the service is busy with each answer, to see that it is found out."""
    only_items: int | None = None
    """The number of items, in place of all usual ones."""

    def items(self, usual: int, quick: int) -> int:
        """How many items there are."""
        return self.only_items or self.size(usual, quick)

    def size(self, usual: int, quick: int) -> int:
        """One of two sizes."""
        return quick if self.quick else usual

    def tell(self, text: str) -> None:
        """Show progress."""
        print(f"  {text}", file=sys.stderr, flush=True)
