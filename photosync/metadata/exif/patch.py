"""The patcher: gives a TIFF block new entries without moving a byte of what is there.

Camera makers keep offsets into the block in places that nobody documents, so the block is never rebuilt: values change
in place where they fit, and everything else is appended. A directory that gets a new entry is copied to the end with
it, and the one pointer to it is changed. The result is a list of overwritten places and a tail.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
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
from photosync.metadata.exif.retype import Retype
from photosync.metadata.result import Change, Left

_PAST_THE_END = "its value runs past the end of the Exif block"
_CHILDREN: tuple[tuple[DirectoryName, int], ...] = (("GPS", tags.GPS_POINTER), ("Exif", tags.EXIF_POINTER))


@dataclass(slots=True)
class Patch:
    """What is to be written, and what could not be."""

    overwrites: dict[int, bytes] = field(default_factory=dict)
    """New bytes by the position of the old ones, which are as many."""
    tail: bytearray = field(default_factory=bytearray)
    """Appended behind the block's last byte."""
    changes: list[Change] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    """What was left out, with the reason."""
    expected: dict[tuple[DirectoryName, int], bytes | None] = field(default_factory=dict)
    """The values of the entries that are meant to differ afterwards; None: the entry is gone."""
    collides: bool = False
    """Something else lies where a directory would change, so that it would change too."""

    def unless_it_collides(self, fields: tuple[Field, ...]) -> Patch:
        """This plan, or none at all."""
        if not self.collides:
            return self
        return Patch(left=[Left(each.name, "directories and values overlap in the Exif block") for each in fields])


def patch(
    block: Block,
    fields: tuple[Field, ...],
    repairs: tuple[Retype, ...],
    *,
    remove_software: bool,
    room: int,
    why_not: str,
) -> Patch:
    """Plan all that is wished; the block may become up to `room` bytes longer, unless `why_not` says why not."""

    def plan(wishes: tuple[Field, ...]) -> Patch:
        reason = why_not or "; ".join(block.growth_problems[:1]) or _cannot_move(block, wishes)
        if not reason:
            grown = _Patcher(block, may_grow=True, reason="").run(wishes, repairs, remove_software)
            if len(grown.tail) <= room:
                return grown.unless_it_collides(wishes)
            reason = "the Exif block has no room left"
        in_place = _Patcher(block, may_grow=False, reason=reason).run(wishes, repairs, remove_software)
        return in_place.unless_it_collides(wishes)

    planned = plan(fields)
    position = [each for each in fields if each.directory == "GPS"]
    kept_out = next((left for left in planned.left if left.field in {each.name for each in position}), None)
    if kept_out is None:
        return planned
    rest = plan(tuple(each for each in fields if each.directory != "GPS"))  # half a position is a wrong position
    rest.left.extend(Left(each.name, kept_out.reason) for each in position)
    return rest


def _cannot_move(block: Block, fields: tuple[Field, ...]) -> str:
    names: set[DirectoryName] = {each.directory for each in fields if block.entry(each.directory, each.tag) is None}
    for name in list(names):
        if name != "0th" and name not in block.directories:
            names.add("0th")
    if any(name in block.directories and block.directories[name].is_shared for name in names):
        return "two pointers lead to the Exif directory"
    return ""


class _Patcher:
    def __init__(self, block: Block, *, may_grow: bool, reason: str) -> None:
        self._block = block
        self._may_grow = may_grow
        self._reason = reason
        self._patch = Patch()
        self._size = block.window.size

    def run(self, fields: tuple[Field, ...], repairs: tuple[Retype, ...], remove_software: bool) -> Patch:
        moved: dict[int, int] = {}
        for name, pointer in _CHILDREN:
            position = self._directory(name, fields, repairs)
            if position is not None:
                moved[pointer] = position
        self._directory("Interop", (), repairs)
        self._directory("1st", (), repairs)
        position = self._directory("0th", fields, repairs, moved, remove_software)
        if position is not None:
            self._write_directory(self._block.directories["0th"], 4, self._long(position))
        return self._patch

    def _directory(
        self,
        name: DirectoryName,
        fields: Iterable[Field],
        repairs: Iterable[Retype],
        moved: dict[int, int] | None = None,
        remove_software: bool = False,
    ) -> int | None:
        """Change one directory; its new position where it had to move."""
        directory = self._block.directories.get(name)
        old = self._raw_entries(directory) if directory else []
        entries = list(old)
        for repair in repairs:
            if repair.directory == name and directory:
                self._retype(repair, entries, directory.entries.index(repair.entry))
        added = [each for each in fields if each.directory == name and not self._set(directory, entries, each)]
        if not self._may_grow:
            self._leave(added)
            added = []
        for each in added:
            self._insert(entries, self._new_entry(each))
            self._patch.expected[name, each.tag] = each.encode(self._block.order)
            self._patch.changes.append(Change(each.name, "", each.shown))
        added_pointers = self._point(entries, moved or {})
        moves = bool(added) or added_pointers
        removed = remove_software and directory is not None and self._remove_software(directory, entries, moves=moves)
        if moves:
            following = self._block.window.read(directory.next_position, 4) if directory else b""
            pointer = following if len(following) == 4 else bytes(4)
            return self._append(self._count(len(entries)) + b"".join(entries) + pointer)
        if directory and entries != old:
            self._in_place(directory, old, entries, removed=removed)
        return None

    def _raw_entries(self, directory: Directory) -> list[bytes]:
        return [self._block.window.exactly(entry.position, 12) for entry in directory.entries]

    def _set(self, directory: Directory | None, entries: list[bytes], wish: Field) -> bool:
        """Put the value into the entry that is there; False where there is none."""
        entry = directory.entry(wish.tag) if directory else None
        if entry is None or directory is None:
            return False
        if wish.only_if_absent:
            return True
        if entry.value_position + (entry.length or 0) > self._size:
            self._patch.left.append(Left(wish.name, _PAST_THE_END))
            return True
        value = wish.encode(self._block.order)
        size = TYPE_SIZES[wish.type]
        changed = self._with_value(entry, wish.type, len(value) // size, value)
        if changed is None:
            self._leave([wish])
            return True
        before = self._block.text(directory.name, wish.tag) or ""
        entries[directory.entries.index(entry)] = changed
        self._patch.expected[directory.name, wish.tag] = value
        self._patch.changes.append(Change(wish.name, before, wish.shown))
        return True

    def _retype(self, repair: Retype, entries: list[bytes], index: int) -> None:
        changed: bytes | None
        value = self._block.raw(repair.entry) if repair.value is None else repair.value
        if repair.value is None:
            changed = self._head(repair.entry.tag, repair.type, repair.count) + entries[index][8:]
        else:
            changed = self._with_value(repair.entry, repair.type, repair.count, repair.value)
        if changed is None:
            self._patch.left.append(Left(f"the type of {repair.name}", self._reason))
            return
        entries[index] = changed
        self._patch.expected[repair.directory, repair.entry.tag] = value
        self._patch.changes.append(Change(repair.name, f"type {repair.entry.type}", f"type {repair.type}"))

    def _with_value(self, entry: Entry, type_: int, count: int, value: bytes) -> bytes | None:
        """The entry with another value: inline, at the old value's place, or appended; None where none of them goes."""
        head = self._head(entry.tag, type_, count)
        if len(value) <= 4:
            return head + value.ljust(4, b"\0")
        old_length = entry.length or 0
        if not entry.is_inline and old_length >= len(value) and not self._overlaps(entry):
            self._write(entry.value_position, value)
            return head + self._long(entry.value_position)
        return head + self._long(self._append(value)) if self._may_grow else None

    def _new_entry(self, wish: Field) -> bytes:
        value = wish.encode(self._block.order)
        size = TYPE_SIZES[wish.type]
        head = self._head(wish.tag, wish.type, len(value) // size)
        return head + (value.ljust(4, b"\0") if len(value) <= 4 else self._long(self._append(value)))

    def _insert(self, entries: list[bytes], new: bytes) -> None:
        """Before the first tag that is greater or out of order: some cameras end with entries of rubbish.

        What is there is never sorted. That would bring the rubbish to the front, where readers give up.
        """
        at, highest = 0, -1
        for entry in entries:
            if not highest <= self._tag(entry) <= self._tag(new):
                break
            at, highest = at + 1, self._tag(entry)
        entries.insert(at, new)

    def _point(self, entries: list[bytes], moved: dict[int, int]) -> bool:
        """Lead to directories that moved or are new; whether that took a new entry."""
        grew = False
        for tag, position in moved.items():
            index = next((at for at, entry in enumerate(entries) if self._tag(entry) == tag), None)
            self._patch.expected["0th", tag] = self._long(position)
            if index is not None:
                entries[index] = entries[index][:8] + self._long(position)
            else:
                self._insert(entries, self._head(tag, LONG, 1) + self._long(position))
                grew = True
        return grew

    def _remove_software(self, directory: Directory, entries: list[bytes], *, moves: bool) -> bool:
        """Take the entry out, unless that would move a value up, or make the block look sounder than it is."""
        found = [entry for entry in directory.entries if entry.tag == tags.SOFTWARE]
        reason = ""
        if any(entry.value_position + (entry.length or 0) > self._size for entry in found):
            reason = _PAST_THE_END
        elif not moves and self._covers(directory.next_position, 4, but=directory):
            reason = "a value lies where the directory's last pointer should be"
        if reason:
            self._patch.left.append(Left("removal of Software", reason))
            return False
        entries[:] = [entry for entry in entries if self._tag(entry) != tags.SOFTWARE]
        self._patch.expected["0th", tags.SOFTWARE] = None
        self._patch.changes.append(Change("Software", self._block.text("0th", tags.SOFTWARE) or "", ""))
        return True

    def _in_place(self, directory: Directory, old: list[bytes], entries: list[bytes], *, removed: bool) -> None:
        if not removed:
            for entry, before, after in zip(directory.entries, old, entries, strict=True):
                if before != after:
                    self._write_directory(directory, entry.position, after)
            return
        following = self._block.window.read(directory.next_position, 4)
        content = self._count(len(entries)) + b"".join(entries) + following
        freed = 12 * (len(old) - len(entries))
        self._write_directory(directory, directory.position, content + bytes(freed))

    def _overlaps(self, entry: Entry) -> bool:
        """Whether something else lies where this entry's value is, or it runs out of the block."""
        end = entry.value_position + (entry.length or 0)
        return (
            entry.value_position < 8
            or end > self._size
            or self._covers(entry.value_position, entry.length or 0, but=entry)
        )

    def _covers(self, position: int, length: int, but: Entry | Directory) -> bool:
        return any(start < position + length and position < end for start, end in self._taken(but))

    def _taken(self, but: Entry | Directory) -> Iterator[tuple[int, int]]:
        for directory in self._block.directories.values():
            if directory is not but:
                yield directory.position, directory.end
            for entry in directory.entries:
                if entry is not but and not entry.is_inline:
                    yield entry.value_position, entry.value_position + (entry.length or 0)
            start, length = directory.entry(THUMBNAIL_OFFSET), directory.entry(THUMBNAIL_LENGTH)
            if start and length:
                for at, size in zip(self._block.numbers(start), self._block.numbers(length), strict=False):
                    yield at, at + size

    def _leave(self, wishes: Iterable[Field]) -> None:
        self._patch.left.extend(Left(wish.name, self._reason) for wish in wishes)

    def _append(self, value: bytes) -> int:
        """Values and directories begin at even offsets (TIFF 6.0, section 2)."""
        if (self._size + len(self._patch.tail)) % 2:
            self._patch.tail.append(0)
        position = self._size + len(self._patch.tail)
        self._patch.tail += value
        return position

    def _write_directory(self, directory: Directory, position: int, content: bytes) -> None:
        if self._covers(position, len(content), but=directory):
            self._patch.collides = True
        self._write(position, content)

    def _write(self, position: int, value: bytes) -> None:
        self._patch.overwrites[position] = value

    def _head(self, tag: int, type_: int, count: int) -> bytes:
        return struct.pack(self._block.order + "HHI", tag, type_, count)

    def _count(self, number: int) -> bytes:
        return struct.pack(self._block.order + "H", number)

    def _long(self, number: int) -> bytes:
        return struct.pack(self._block.order + "I", number)

    def _tag(self, entry: bytes) -> int:
        return int(struct.unpack(self._block.order + "H", entry[:2])[0])
