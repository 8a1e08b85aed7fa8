"""What the formats have in common: each is opened once, tells its facts, and turns wishes into splices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from photosync.formats.tiff import Block, DirectoryName, read_block
from photosync.formats.window import MalformedError, Window
from photosync.metadata.exif.build import PREFIX, build
from photosync.metadata.exif.missing import Wishes
from photosync.metadata.exif.patch import Patch, patch
from photosync.metadata.exif.read import ExifFacts, read_exif
from photosync.metadata.exif.retype import retypes
from photosync.metadata.file_metadata import FileMetadata
from photosync.metadata.result import Change, Left
from photosync.metadata.splice import Splice

Range = tuple[int, int]
"""The first byte and the one behind the last."""


@dataclass(frozen=True, slots=True)
class Filling:
    """How the wishes are fulfilled, as far as the format lets them."""

    splices: tuple[Splice, ...] = ()
    changes: tuple[Change, ...] = ()
    left: tuple[Left, ...] = ()
    expected: Mapping[tuple[DirectoryName, int], bytes | None] = field(default_factory=dict)
    """The values of the Exif entries that are meant to differ afterwards; None: the entry is gone."""


class Container(Protocol):
    """A file of one format."""

    only_appends: bool
    """A mended file begins with the delivered one, so the proof compares that part alone."""
    facts: FileMetadata
    problem: str
    """Why nothing may be written into it; empty when it may."""
    is_damaged: bool
    """The problem is in this file, and not in the format."""
    notes: tuple[str, ...]

    @property
    def block(self) -> Block | None:
        """The Exif block, where there is one that can be read."""
        ...

    def fill(self, wishes: Wishes) -> Filling:
        """Plan what can be written. Only called where there is no problem."""
        ...

    def mutable(self) -> tuple[Range, ...]:
        """The ranges of this file in which a change is allowed, in order."""
        ...


@dataclass(slots=True)
class ExifHome:
    """An Exif block where a container has it, behind whatever the container puts before it."""

    block: Block | None = None
    start: int = 0
    """Of the TIFF header, in the file."""
    problem: str = ""
    facts: ExifFacts = field(default_factory=ExifFacts)

    @classmethod
    def read(cls, window: Window, start: int) -> ExifHome:
        """Read the block in `window`, which lies at `start` in the file. Damage becomes a problem."""
        try:
            block = read_block(window)
        except MalformedError as error:
            return cls(None, start, f"the Exif block cannot be read: {error}")
        return cls(block, start, "; ".join(block.problems[:1]), read_exif(block))

    def patch(self, wishes: Wishes, room: int, why_not: str = "") -> Patch:
        """Plan the wishes on the block that is there."""
        assert self.block is not None
        return patch(
            self.block,
            wishes.fields,
            tuple(retypes(self.block)),
            remove_software=wishes.remove_software,
            room=room,
            why_not=why_not,
        )

    def overwrites(self, planned: Patch) -> list[Splice]:
        """The overwritten places of a plan, in the file."""
        return [Splice(self.start + at, len(value), value) for at, value in planned.overwrites.items()]


def built_block(wishes: Wishes) -> tuple[bytes, Filling]:
    """A new block for a file without one, and what it fulfils; no bytes where nothing is wished."""
    if not wishes.fields:
        return b"", Filling()
    changes = tuple(Change(each.name, "", each.shown) for each in wishes.fields)
    expected = {(each.directory, each.tag): each.encode(">") for each in wishes.fields}
    return build(wishes.fields), Filling((), changes, (), expected)


def left_alone(wishes: Wishes, reason: str) -> Filling:
    """Nothing is written, for one reason."""
    return Filling(left=tuple(Left(each.name, reason) for each in wishes.fields))


def without_prefix(content: bytes) -> int:
    """How many bytes stand before the TIFF header: writers disagree on whether `Exif` and two NULs belong there."""
    return len(PREFIX) if content[:4] == PREFIX[:4] else 0
