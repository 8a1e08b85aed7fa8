"""The patcher: adds entries to a TIFF block without moving existing bytes.

Camera makers store offsets into the block in undocumented positions, so the block is never rebuilt: values change in
place if they fit, and all others are appended. A directory that gets a new entry is copied to the end with
it, and the one pointer to it is changed. The result is a list of overwritten bytes and a tail.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from photosync.formats.tiff import (
    LONG,
    THUMBNAIL_LENGTH,
    THUMBNAIL_OFFSET,
    TYPE_SIZES,
    Block,
    Directory,
    DirectoryName,
    Entry,
)
from photosync.metadata.exif import read as tags
from photosync.metadata.exif.fields import Field
from photosync.metadata.exif.retype import Retype, retypes
from photosync.metadata.exif.texts import SETTABLE_TAGS
from photosync.metadata.result import Change, Left

_PAST_THE_END = "its value runs past the end of the Exif block"
_CHILDREN: tuple[tuple[DirectoryName, int], ...] = (("GPS", tags.GPS_POINTER), ("Exif", tags.EXIF_POINTER))


@dataclass(slots=True)
class Patch:
    """The changes to write, and those that are not possible."""

    overwrites: dict[int, bytes] = field(default_factory=dict)
    """New bytes by the position of the old ones, of the same length."""
    tail: bytearray = field(default_factory=bytearray)
    """Appended after the block's last byte."""
    changes: list[Change] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    """The changes that were left out, with the reason."""
    expected: dict[tuple[DirectoryName, int], bytes | None] = field(default_factory=dict)
    """The values of the entries that will differ; None: the entry is removed."""
    collides: bool = False
    """Whether something else lies where a directory would change, so that it would change too."""


def patch(block: Block, fields: tuple[Field, ...], *, remove_software: bool, room: int, why_not: str) -> Patch:
    """Plan all changes of the block. It may become up to `room` bytes longer, unless `why_not` says why not."""
    corrections = tuple(retypes(block))

    def plan(wanted: tuple[Field, ...]) -> Patch:
        reason = why_not or "; ".join(block.growth_problems[:1]) or _cannot_move(block, wanted)
        planned = _Patcher(block, wanted, corrections, remove_software, reason).run()
        if not reason and len(planned.tail) > room:
            planned = _Patcher(block, wanted, corrections, remove_software, "the Exif block has no room left").run()
        if planned.collides:
            return Patch(left=[Left(each.name, "directories and values overlap in the Exif block") for each in wanted])
        return planned

    planned = plan(fields)
    position = [each for each in fields if each.directory == "GPS"]
    left = next((left for left in planned.left if left.field in {each.name for each in position}), None)
    if left is None:
        return planned
    rest = plan(tuple(each for each in fields if each.directory != "GPS"))  # an incomplete position is a wrong position
    rest.left.extend(Left(each.name, left.reason) for each in position)
    return rest


def _cannot_move(block: Block, fields: tuple[Field, ...]) -> str:
    names = {each.directory for each in fields if block.entry(each.directory, each.tag) is None}
    if names - block.directories.keys():
        names.add("0th")  # it gets the pointer to a new directory
    return "two pointers lead to the Exif directory" if names & block.shared else ""


@dataclass(slots=True)
class _Patcher:
    """Plans once, with `reason` why the block may not become longer; empty if it may."""

    block: Block
    fields: tuple[Field, ...]
    corrections: tuple[Retype, ...]
    remove_software: bool
    reason: str
    patch: Patch = field(default_factory=Patch)
    moved: dict[int, int] = field(default_factory=dict)
    """The new positions of directories, by the tags of the pointers to them."""

    @property
    def size(self) -> int:
        return self.block.window.size

    def run(self) -> Patch:
        for name, pointer in _CHILDREN:
            position = self._directory(name)
            if position is not None:
                self.moved[pointer] = position
        self._directory("Interop")
        self._directory("1st")
        position = self._directory("0th")
        if position is not None:
            self._write(self.block.directories["0th"], 4, self._pack("I", position))
        return self.patch

    def _directory(self, name: DirectoryName) -> int | None:
        """Change one directory; returns its new position if it had to move."""
        directory = self.block.directories.get(name)
        old = [self.block.window.exactly(entry.position, 12) for entry in directory.entries] if directory else []
        entries = list(old)
        for correction in self.corrections:
            if correction.directory == name and directory:
                self._retype(correction, entries, directory.entries.index(correction.entry))
        added = [each for each in self.fields if each.directory == name and not self._set(directory, entries, each)]
        if self.reason:
            self._leave(*(each.name for each in added))
            added = []
        for each in added:
            value = each.encode(self.block.order)
            head = self._pack("HHI", each.tag, each.type, len(value) // TYPE_SIZES[each.type])
            self._insert(entries, head + self._inline(value))
            self._note(name, each.tag, value, Change(each.name, "", each.shown))
        if name == "0th":
            self._point(entries)
        moves, removed = len(entries) > len(old), False
        if name == "0th" and directory and self.remove_software:
            removed = self._remove(directory, entries, moves=moves)
        if moves:
            following = self.block.window.read(directory.next_position, 4) if directory else b""
            pointer = following if len(following) == 4 else bytes(4)
            return self._append(self._pack("H", len(entries)) + b"".join(entries) + pointer)
        if directory and entries != old:
            self._write_in_place(directory, old, entries, removed=removed)
        return None

    def _set(self, directory: Directory | None, entries: list[bytes], wanted: Field) -> bool:
        """Write the value to the existing entry; False if there is none."""
        entry = directory.entry(wanted.tag) if directory else None
        if entry is None or directory is None:
            return False
        if wanted.only_if_absent:
            return True
        if entry.value_position + (entry.length or 0) > self.size:
            self.patch.left.append(Left(wanted.name, _PAST_THE_END))
            return True
        value = wanted.encode(self.block.order)
        changed = self._with_value(entry, wanted.type, len(value) // TYPE_SIZES[wanted.type], value)
        if changed is None:
            self._leave(wanted.name)
            return True
        entries[directory.entries.index(entry)] = changed
        settable = SETTABLE_TAGS.get(wanted.name)
        before = settable.text_in(self.block) if settable else self.block.text(directory.name, wanted.tag) or ""
        self._note(directory.name, wanted.tag, value, Change(wanted.name, before, wanted.shown))
        return True

    def _retype(self, correction: Retype, entries: list[bytes], index: int) -> None:
        entry, type_, value = correction.entry, correction.type, correction.value
        if value is None:
            value = self.block.raw(entry)
            changed: bytes | None = self._pack("HHI", entry.tag, type_, correction.count) + entries[index][8:]
        else:
            changed = self._with_value(entry, type_, correction.count, value)
        if changed is None:
            self._leave(f"the type of {correction.name}")
            return
        entries[index] = changed
        change = Change(correction.name, f"type {entry.type}", f"type {type_}")
        self._note(correction.directory, entry.tag, value, change)

    def _with_value(self, entry: Entry, type_: int, count: int, value: bytes) -> bytes | None:
        """The entry with another value: inline, in place of the old value, or appended; None where none is possible."""
        head, position, length = self._pack("HHI", entry.tag, type_, count), entry.value_position, entry.length or 0
        is_own = position >= 8 and position + length <= self.size and not self._covers(position, length, but=entry)
        if 4 < len(value) <= length and is_own:
            self.patch.overwrites[position] = value
            return head + self._pack("I", position)
        return None if self.reason and len(value) > 4 else head + self._inline(value)

    def _inline(self, value: bytes) -> bytes:
        """The last four bytes of an entry: the value, or else the offset at which it is appended."""
        return value.ljust(4, b"\0") if len(value) <= 4 else self._pack("I", self._append(value))

    def _insert(self, entries: list[bytes], new: bytes) -> None:
        """Before the first tag that is greater or out of order.

        Entries are never sorted. Some cameras have entries of garbage at the end, and readers give up at those.
        """
        at, highest = 0, -1
        for entry in entries:
            if not highest <= self._tag(entry) <= self._tag(new):
                break
            at, highest = at + 1, self._tag(entry)
        entries.insert(at, new)

    def _point(self, entries: list[bytes]) -> None:
        """Set the pointers to directories that moved or are new."""
        for tag, position in self.moved.items():
            self.patch.expected["0th", tag] = pointer = self._pack("I", position)
            index = next((at for at, entry in enumerate(entries) if self._tag(entry) == tag), None)
            if index is not None:
                entries[index] = entries[index][:8] + pointer
            else:
                self._insert(entries, self._pack("HHI", tag, LONG, 1) + pointer)

    def _remove(self, directory: Directory, entries: list[bytes], *, moves: bool) -> bool:
        """Remove Software, unless that would move a value up, or make the block look less broken than it is."""
        found = [entry for entry in directory.entries if entry.tag == tags.SOFTWARE]
        reason = ""
        if any(entry.value_position + (entry.length or 0) > self.size for entry in found):
            reason = _PAST_THE_END
        elif not moves and self._covers(directory.next_position, 4, but=directory):
            reason = "a value lies where the directory's last pointer should be"
        if reason:
            self.patch.left.append(Left("removal of Software", reason))
            return False
        entries[:] = [entry for entry in entries if self._tag(entry) != tags.SOFTWARE]
        self._note("0th", tags.SOFTWARE, None, Change("Software", self.block.text("0th", tags.SOFTWARE) or "", ""))
        return True

    def _write_in_place(self, directory: Directory, old: list[bytes], entries: list[bytes], *, removed: bool) -> None:
        if not removed:
            for entry, before, after in zip(directory.entries, old, entries, strict=True):
                if before != after:
                    self._write(directory, entry.position, after)
            return
        following = self.block.window.read(directory.next_position, 4)
        content = self._pack("H", len(entries)) + b"".join(entries) + following
        freed = 12 * (len(old) - len(entries))
        self._write(directory, directory.position, content + bytes(freed))

    def _write(self, directory: Directory, position: int, content: bytes) -> None:
        if self._covers(position, len(content), but=directory):
            self.patch.collides = True
        self.patch.overwrites[position] = content

    def _covers(self, position: int, length: int, but: Entry | Directory) -> bool:
        """Whether a directory, a value or the thumbnail is there, except `but`."""
        return any(start < position + length and position < end for start, end in self._taken(but))

    def _taken(self, but: Entry | Directory) -> Iterator[tuple[int, int]]:
        for directory in self.block.directories.values():
            if directory is not but:
                yield directory.position, directory.end
            for entry in directory.entries:
                if entry is not but and not entry.is_inline:
                    yield entry.value_position, entry.value_position + (entry.length or 0)
            start, length = directory.entry(THUMBNAIL_OFFSET), directory.entry(THUMBNAIL_LENGTH)
            if start and length:
                for at, size in zip(self.block.numbers(start), self.block.numbers(length), strict=False):
                    yield at, at + size

    def _note(self, name: DirectoryName, tag: int, value: bytes | None, change: Change) -> None:
        self.patch.expected[name, tag] = value
        self.patch.changes.append(change)

    def _leave(self, *names: str) -> None:
        self.patch.left.extend(Left(name, self.reason) for name in names)

    def _append(self, value: bytes) -> int:
        """Values and directories begin at even offsets (TIFF 6.0, section 2)."""
        if (self.size + len(self.patch.tail)) % 2:
            self.patch.tail.append(0)
        position = self.size + len(self.patch.tail)
        self.patch.tail += value
        return position

    def _pack(self, code: str, *numbers: int) -> bytes:
        return struct.pack(self.block.order + code, *numbers)

    def _tag(self, entry: bytes) -> int:
        return int(struct.unpack(self.block.order + "H", entry[:2])[0])
