"""How many files a run will transfer, as far as that can be told while it still looks."""

from __future__ import annotations


def expected_files(*, wanted: int, left_out: int, unseen: int, known: int = 0) -> int:
    """All files that the run transfers, if those that it has not seen yet are like the others.

    `wanted` and `left_out` are the files seen so far; `known` of the `unseen` ones are in the library already.
    """
    undecided = max(0, unseen - known)
    seen = wanted + left_out
    return wanted + (round(undecided * wanted / seen) if seen else undecided)
