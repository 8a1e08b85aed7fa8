"""Decides what to do with a file of a push: pure functions, called one after another as more is known about it.

The file system is used first, then the catalog, then the content, then the service: each check costs more than the one
before, and most files need only the first two.
"""

from __future__ import annotations

from enum import Enum, auto


class Step(Enum):
    """The next step for a file."""

    UNCHANGED = auto()
    """Nothing: its content is at the service, in the right place."""
    HASH = auto()
    """Read it, to compare its content with what is known."""
    WAIT = auto()
    """Another file with the same content is in progress: decide again when that one is done."""
    FIND = auto()
    """Ask the service whether it has the content."""
    FINISH = auto()
    """The service has the content; add the item to its collection."""
    SEND = auto()
    """Upload it."""


def step_before_reading(*, is_recorded: bool, may_be_known: bool) -> Step:
    """The first step.

    `is_recorded`: an earlier push uploaded this unchanged file. `may_be_known`: another file of this push, or content
    at the service, has the same size.
    """
    if is_recorded:
        return Step.UNCHANGED
    # Without another file of its size, no known content can be the same, and the file need not be read.
    return Step.HASH if may_be_known else Step.FIND


def step_after_hash(*, is_known: bool, is_in_place: bool, is_under_way: bool) -> Step:
    """The step for a file whose hash is known.

    `is_known`: the content is at the service; `is_in_place`: and where this push puts it. `is_under_way`: another file
    of this push has it, and is not done yet.
    """
    if is_in_place:
        return Step.UNCHANGED
    if is_under_way:
        return Step.WAIT
    return Step.FINISH if is_known else Step.FIND


def step_after_find(*, is_there: bool, dry_run: bool) -> Step:
    """The step for a file after the service was asked about it."""
    if not is_there:
        return Step.SEND
    return Step.UNCHANGED if dry_run else Step.FINISH
