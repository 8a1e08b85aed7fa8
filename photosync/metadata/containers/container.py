"""The base of all containers: a file is read once, gives its metadata, and plans how to add missing metadata."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from photosync.formats.sniff import Format
from photosync.formats.tiff import Block, DirectoryName, read_block
from photosync.formats.window import MalformedError, Window
from photosync.metadata.exif.build import PREFIX, build
from photosync.metadata.exif.patch import Patch, patch
from photosync.metadata.exif.read import read_exif
from photosync.metadata.facts import Facts
from photosync.metadata.missing import Missing
from photosync.metadata.result import Change, Left
from photosync.metadata.splice import Splice, in_order

Range = tuple[int, int]
"""The first offset and the one after the last."""


@dataclass(frozen=True, slots=True)
class EditPlan:
    """The planned change of a file, as far as its format allows it."""

    splices: tuple[Splice, ...] = ()
    changes: tuple[Change, ...] = ()
    left: tuple[Left, ...] = ()
    expected: Mapping[tuple[DirectoryName, int], bytes | None] = field(default_factory=dict)
    """The values of the Exif entries that will differ; None: the entry is removed."""


class Container(ABC):
    """A file of one format, which may hold an Exif block."""

    parts: ClassVar[str]
    """The word for the parts of the file, for messages."""
    max_block_bytes: ClassVar[int] = 1 << 24
    """The largest Exif block that is read or written."""
    cannot_grow: ClassVar[str] = ""
    """Why a block in such a file never becomes longer."""
    only_appends: ClassVar[bool] = False
    """A fixed file begins with the delivered one, so that the proof compares only that part."""

    def __init__(self, window: Window, format_: Format) -> None:
        self.window = window
        self.format = format_
        self.facts = Facts()
        self.block: Block | None = None
        """The Exif block, if there is a readable one."""
        self._block_start = 0
        self.problem = ""
        """Why nothing may be written into it; empty if that is allowed."""
        self.notes: tuple[str, ...] = ()
        try:
            self._read()
        except MalformedError as error:
            self.problem = f"the {self.parts} are broken: {error}"
        self.is_damaged = bool(self.problem)
        """Whether the problem is in this file, and not in the format."""

    @abstractmethod
    def _read(self) -> None:
        """Find facts and block. Raises `MalformedError`; data found before it is kept."""

    def _read_block(self, window: Window, start: int) -> None:
        """Read the Exif block in `window`, which starts at `start` in the file. Damage becomes a problem."""
        self._block_start = start
        try:
            self.block = read_block(window)
        except MalformedError as error:
            self.problem = f"the Exif block cannot be read: {error}"
            return
        self.problem = next(iter(self.block.problems), "")
        self.facts |= read_exif(self.block)

    def mutable(self) -> tuple[Range, ...]:
        """The ranges of this file in which a change is allowed, in order."""
        return ()

    def plan(self, missing: Missing) -> EditPlan:
        """Plan the possible changes. Only called if there is no problem."""
        if self.block is None:
            return self._plan_block(missing)
        planned = self._patch(self.block, missing, self.cannot_grow)
        if planned.tail and (why_not := self._why_not_grow()):
            planned = self._patch(self.block, missing, why_not)
        splices = [Splice(self._block_start + at, len(value), value) for at, value in planned.overwrites.items()]
        if planned.overwrites or planned.tail:
            splices.extend(self._around(planned))
        return EditPlan(in_order(splices), tuple(planned.changes), tuple(planned.left), planned.expected)

    def _patch(self, block: Block, missing: Missing, why_not: str) -> Patch:
        room, software = self.max_block_bytes - block.window.size, missing.remove_software
        return patch(block, missing.fields, remove_software=software, room=room, why_not=why_not)

    def _plan_block(self, missing: Missing) -> EditPlan:
        if not missing.fields:
            return EditPlan()
        try:
            splices = in_order(self._insert(build(missing.fields)))
        except MalformedError as error:
            return EditPlan(left=tuple(Left(each.name, str(error)) for each in missing.fields))
        changes = tuple(Change(each.name, "", each.shown) for each in missing.fields)
        expected = {(each.directory, each.tag): each.encode(">") for each in missing.fields}
        return EditPlan(splices, changes, (), expected)

    def _why_not_grow(self) -> str:
        """Why the block of this file may not grow or be added. Only called if that is necessary."""
        return ""

    def _around(self, _planned: Patch) -> Iterable[Splice]:
        """The other changes in the file with the block: its tail, lengths, checksums."""
        return ()

    def _insert(self, _block: bytes) -> Iterable[Splice]:
        """Add a block to a file without one. Raises `MalformedError` if that is not possible, as in HEIF."""
        raise MalformedError("there is no Exif item")


def prefix_length(content: bytes) -> int:
    """The number of bytes before the TIFF header: writers disagree on whether `Exif` and two NULs belong there."""
    return len(PREFIX) if content[:4] == PREFIX[:4] else 0
