"""What all containers have in common: a file is read once, tells its metadata, and plans how to add what is missing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from photosync.formats.tiff import Block, DirectoryName, read_block
from photosync.formats.window import MalformedError, Window
from photosync.metadata.exif.build import PREFIX, build
from photosync.metadata.exif.patch import Patch, patch
from photosync.metadata.exif.read import ExifFacts, read_exif
from photosync.metadata.file_metadata import FileMetadata
from photosync.metadata.missing import Missing
from photosync.metadata.result import Change, Left
from photosync.metadata.splice import Splice, in_order

Range = tuple[int, int]
"""The first byte and the one behind the last."""


@dataclass(frozen=True, slots=True)
class EditPlan:
    """How a file is to be changed, as far as its format allows it."""

    splices: tuple[Splice, ...] = ()
    changes: tuple[Change, ...] = ()
    left: tuple[Left, ...] = ()
    expected: Mapping[tuple[DirectoryName, int], bytes | None] = field(default_factory=dict)
    """The values of the Exif entries that are meant to differ afterwards; None: the entry is gone."""


@dataclass(slots=True)
class EmbeddedExif:
    """The Exif block of a container; empty where there is none."""

    block: Block | None = None
    start: int = 0
    """Of the TIFF header, in the file."""
    problem: str = ""
    facts: ExifFacts = field(default_factory=ExifFacts)

    @classmethod
    def read(cls, window: Window, start: int) -> EmbeddedExif:
        """Read the block in `window`, which lies at `start` in the file. Damage becomes a problem."""
        try:
            block = read_block(window)
        except MalformedError as error:
            return cls(None, start, f"the Exif block cannot be read: {error}")
        return cls(block, start, "; ".join(block.problems[:1]), read_exif(block))

    def patch(self, missing: Missing, room: int, why_not: str = "") -> Patch:
        """Plan the change of the block, which may grow by `room` bytes."""
        assert self.block is not None
        software = missing.remove_software
        return patch(self.block, missing.fields, remove_software=software, room=room, why_not=why_not)

    def edit(self, planned: Patch, *more: Splice) -> EditPlan:
        """The plan for the file: the block's overwritten bytes, and what the container has to change for it."""
        overwrites = [Splice(self.start + at, len(value), value) for at, value in planned.overwrites.items()]
        splices = in_order([*overwrites, *more])
        return EditPlan(splices, tuple(planned.changes), tuple(planned.left), planned.expected)


class Container(ABC):
    """A file of one format."""

    only_appends: ClassVar[bool] = False
    """A fixed file begins with the delivered one, so that the proof compares that part alone."""
    facts: FileMetadata

    def __init__(self, window: Window) -> None:
        self._window = window
        self._exif = EmbeddedExif()
        self.problem = ""
        """Why nothing may be written into it; empty when it may."""
        self.is_damaged = False
        """Whether the problem is in this file, and not in the format."""
        self.notes: tuple[str, ...] = ()

    @property
    def block(self) -> Block | None:
        """The Exif block, where there is one that can be read."""
        return self._exif.block

    @abstractmethod
    def plan(self, missing: Missing) -> EditPlan:
        """Plan what can be written. Only called where there is no problem."""

    @abstractmethod
    def mutable(self) -> tuple[Range, ...]:
        """The ranges of this file in which a change is allowed, in order."""

    def _set_damage(self, damage: str) -> None:
        """Note what is broken in the file, or else in its Exif block."""
        self.problem = damage or self._exif.problem
        self.is_damaged = bool(self.problem)


def new_block(missing: Missing) -> tuple[bytes, EditPlan]:
    """A block for a file without one, and its plan without splices; no bytes where nothing is missing."""
    if not missing.fields:
        return b"", EditPlan()
    changes = tuple(Change(each.name, "", each.shown) for each in missing.fields)
    expected = {(each.directory, each.tag): each.encode(">") for each in missing.fields}
    return build(missing.fields), EditPlan((), changes, (), expected)


def nothing_written(missing: Missing, reason: str) -> EditPlan:
    """The plan to write nothing, for one reason."""
    return EditPlan(left=tuple(Left(each.name, reason) for each in missing.fields))


def prefix_length(content: bytes) -> int:
    """How many bytes stand before the TIFF header: writers disagree on whether `Exif` and two NULs belong there."""
    return len(PREFIX) if content[:4] == PREFIX[:4] else 0
