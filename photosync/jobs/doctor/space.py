"""The space on the library's disk, and a forecast whether the next pull fits."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from photosync.errors import Exit
from photosync.jobs.doctor.check import Check, Result
from photosync.units import format_size

_FULL_BYTES = 10_000_000
"""With less, not even the catalog can be written safely."""


@dataclass(frozen=True, slots=True)
class Coming:
    """What an account has that is not saved yet, as far as its service tells."""

    account: str
    count: int
    size_bytes: int


def space_check(root: Path, program_folder: Path) -> Check:
    """Whether the disk is full. The library need not exist yet."""
    free_bytes = free_space(program_folder)
    if free_bytes < _FULL_BYTES:
        text = f"the disk of {root} is full: {format_size(free_bytes)} free"
        return Check("disk space", Result.ERROR, text, "Free some space, or move the library.", exit=Exit.DESTINATION)
    return Check("disk space", Result.OK, f"{format_size(free_bytes)} free on the disk of {root}")


def forecast_check(root: Path, coming: Sequence[Coming]) -> Check:
    """Whether what is to come fits."""
    count, size_bytes = sum(each.count for each in coming), sum(each.size_bytes for each in coming)
    free_bytes = free_space(root)
    text = f"about {count:,} items ({format_size(size_bytes)}) are to come; {format_size(free_bytes)} are free"
    if size_bytes > free_bytes - _FULL_BYTES:
        advice = "Free some space, move the library to a larger disk, or pull a part: --year, --limit-bytes."
        return Check("next pull", Result.WARNING, text, advice)
    return Check("next pull", Result.OK, text)


def free_space(folder: Path) -> int:
    """On the disk of a folder that need not exist. Raises `OSError`."""
    return shutil.disk_usage(next(each for each in (folder, *folder.parents) if os.path.exists(each))).free  # noqa: PTH110
