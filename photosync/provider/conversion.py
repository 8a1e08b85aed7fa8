"""Taking over the configuration of another program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class ConvertedAccount:
    """An account of another program's configuration."""

    name: str
    """For the command line."""
    yaml: str
    """Its entry below `accounts`, with comments, from its name on; not indented."""
    next_step: str
    """What the user can try now: `photosync pull aura myframe --count`."""


@runtime_checkable
class ConvertsConfiguration(Protocol):
    """Optional: what another program for this service has in its configuration file."""

    @classmethod
    def converted(cls, text: str, path: Path) -> ConvertedAccount | None:
        """The account in the file at `path` with this text; None if it is no such file.

        Raises `ValueError` with the end of a sentence that begins with the file's name.
        """
