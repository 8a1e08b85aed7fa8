"""Whether two places are the same, or one is inside the other: a copy there would be no second one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from photosync.copies.place import CopySettings, folder_of
from photosync.errors import UsageError


def check_overlap(name: str, copies: Mapping[str, CopySettings], base: Path, library: Iterable[Path]) -> None:
    """Raise `UsageError` if the copy of this name and the library, or another copy, have files in common.

    `base`: where relative folders start. `library`: its folder, and those outside it that it uses.
    """
    place = copies[name]
    folder = folder_of(place, base)
    for each in library:
        if folder is not None and (_is_in(folder, each) or _is_in(each, folder)):
            raise UsageError(
                f"copy '{name}': {folder} is in the library's folder {each}, or around it. A copy needs a folder of "
                "its own, on another disk."
            )
    for other, settings in copies.items():
        if other == name:
            continue
        second = folder_of(settings, base)
        if folder is not None and second is not None:
            is_same = _is_in(folder, second) or _is_in(second, folder)
        else:
            is_same = folder is None and second is None and _have_same_objects(place, settings)
        if is_same:
            raise UsageError(f"the copies '{name}' and '{other}' are in one place. Each needs a place of its own.")


def _is_in(inner: Path, outer: Path) -> bool:
    """Whether it is the same folder, or below it; also through links and mounts."""
    real = Path(os.path.realpath(inner))
    if real.is_relative_to(os.path.realpath(outer)):
        return True
    try:
        found = outer.stat()
    except OSError:
        return False
    return any(os.path.samestat(found, each.stat()) for each in (real, *real.parents) if each.exists())


def _have_same_objects(one: CopySettings, other: CopySettings) -> bool:
    first, second = _objects(one), _objects(other)
    shorter = min(len(first), len(second))
    return first[:shorter] == second[:shorter]


def _objects(settings: CopySettings) -> tuple[str, ...]:
    """Where the objects are, from the service down to the prefix."""
    parts = urlsplit(settings.to)
    service = (parts.scheme, (settings.endpoint or "").rstrip("/").lower(), settings.account_name or "", parts.netloc)
    return (*service, *filter(None, parts.path.split("/")))
