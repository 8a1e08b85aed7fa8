"""What a harness is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Harness:
    """One reader and its properties."""

    name: str
    check: Callable[[bytes], None]
    """Raises for an input that breaks a property. Its docstring lists them."""
    seeds: Callable[[], Sequence[bytes]]
    """Valid inputs."""
    longest: int = 4096
    """Bytes of the longest input: long ones are slow to try, and rarely find more."""
