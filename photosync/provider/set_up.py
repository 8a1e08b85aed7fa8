"""What `photosync init` asks for an account of a provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """One setting that the user has to give."""

    key: str
    """The setting's key in the configuration."""
    text: str
    """What is asked: `E-mail address`."""
    is_secret: bool = False
    """It is not shown while it is typed."""
    is_file: bool = False
    """It is the path of a file, which has to exist."""


@dataclass(frozen=True, slots=True)
class SetUp:
    """How an account is set up."""

    questions: Sequence[Question] = ()
    steps: str = ""
    """What the user does before that, in a browser for example; with line ends."""
