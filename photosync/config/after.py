"""`after`: what a pull ends with. A step is `copy NAME`, or `copy` for all copies."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated

from pydantic import BeforeValidator

from photosync.suggestions import did_you_mean


def _several(value: object) -> object:
    """A step alone is a list of one."""
    return [] if value is None else [value] if isinstance(value, str) else value


Steps = Annotated[tuple[str, ...], BeforeValidator(_several)]


def copies_in(step: str, copies: Collection[str]) -> Sequence[str]:
    """The names of the copies that a step brings up to date. Raises `ValueError` if it cannot be done."""
    match step.split():
        case ["copy"] if copies:
            return tuple(copies)
        case ["copy", name] if name in copies:
            return (name,)
        case ["copy", name] if copies:
            raise ValueError(f"there is no copy '{name}'; copies: {', '.join(copies)}{did_you_mean(name, copies)}")
        case ["copy"] | ["copy", _]:
            raise ValueError("no copy is configured; add one under 'copies'")
    raise ValueError("expected 'copy', 'copy NAME' or a list of these")
