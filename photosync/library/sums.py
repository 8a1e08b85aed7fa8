"""SHA256SUMS: the list of all files in the format that `sha256sum -c` reads.

The list may belong to the user as well: lines of files that are not the program's stay byte for byte and in their
order. New lines are appended. The list is rewritten only if a line must change, or another program changed the list.
"""

from __future__ import annotations

import os
import re
import stat
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from photosync.file_systems import sync_folder
from photosync.library.undo import write_durably

SUMS_NAME = "SHA256SUMS"

_LINE = re.compile(rb"(\\?)([0-9a-fA-F]{64}) [ *](.+)", re.DOTALL)
_BSD_LINE = re.compile(rb"(\\?)SHA256 \((.+)\) = ([0-9a-fA-F]{64})\r?", re.DOTALL)
"""Of `sha256sum --tag`, and of the BSDs and macOS."""
_LONGEST_LINE = 1 << 16
"""Longer than the line of any path."""
_ESCAPED = {b"\\\\": b"\\", b"\\n": b"\n", b"\\r": b"\r"}


class SumsLine(NamedTuple):
    """A file in the list."""

    sha256: bytes
    """64 lower-case hex digits."""
    name: bytes
    """The path, relative to the list's folder."""

    @classmethod
    def of(cls, sha256: str, name: str) -> SumsLine:
        """The line of a file."""
        return cls(sha256.encode(), os.fsencode(name))

    @classmethod
    def parse(cls, line: bytes) -> SumsLine | None:
        """A line of the list; None for a comment, or anything else that `sha256sum` does not read."""
        if found := _LINE.fullmatch(line):
            escaped, sha256, name = found.groups()
        elif found := _BSD_LINE.fullmatch(line):
            escaped, name, sha256 = found.groups()
        else:
            return None
        name = name.removesuffix(b"\r")  # an editor's; `sha256sum` ignores it
        if escaped:
            name = re.sub(rb"\\[\\nr]", lambda each: _ESCAPED[each[0]], name)
        return cls(sha256.lower(), name) if name and b"\0" not in name else None

    def encode(self) -> bytes:
        """The line as the program writes it, without its end."""
        name = self.name
        for short, plain in _ESCAPED.items():
            name = name.replace(plain, short)
        return (b"\\" if name != self.name else b"") + self.sha256 + b"  " + name


def read(folder: Path, on_other: Callable[[bytes], None] = lambda _: None) -> Iterator[SumsLine]:
    """The files in the list, line by line; none if there is no list. Raises `OSError`.

    `on_other` gets every line that names no file.
    """
    if not (folder / SUMS_NAME).is_file():
        return
    with (folder / SUMS_NAME).open("rb") as file:
        while line := file.readline(_LONGEST_LINE):
            if found := SumsLine.parse(line.removesuffix(b"\n")):
                yield found
            else:
                on_other(line)


def append(folder: Path, lines: Iterable[SumsLine]) -> None:
    """Add lines at the end of a list that is as the program left it. Raises `OSError`."""
    descriptor = os.open(folder / SUMS_NAME, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
    with open(descriptor, "ab") as file:  # noqa: PTH123 - it takes a descriptor
        file.writelines(each.encode() + b"\n" for each in lines)
        file.flush()
        os.fsync(descriptor)


class _NotSortedError(Exception):
    """The lines are not in the order of their paths, or have not all that they should have."""


def replace(folder: Path, before: Set[SumsLine], after: Iterable[SumsLine], workspace: Path) -> bool:
    """In a list that is as the program left it, `after` comes in place of the lines `before`. Raises `OSError`.

    Line by line: there may be a million. Returns False, and changes nothing, if the list is not sorted by its paths.
    """
    path = folder / SUMS_NAME
    try:
        with path.open("rb") as file:
            write_durably(path, _replaced(file, {each.encode() + b"\n" for each in before}, after), workspace)
    except _NotSortedError:
        return False
    _remove_empty(path)
    return True


def _replaced(lines: Iterable[bytes], gone: set[bytes], after: Iterable[SumsLine]) -> Iterator[bytes]:
    new, last = deque(sorted(after, key=attrgetter("name"))), b""
    for line in lines:
        name = line[66:-1]
        if line.startswith(b"\\") or name <= last:
            raise _NotSortedError
        last = name
        while new and new[0].name < name:
            yield new.popleft().encode() + b"\n"
        if line in gone:
            gone.remove(line)
        else:
            yield line
    if gone:
        raise _NotSortedError
    yield from (each.encode() + b"\n" for each in new)


def rewrite(folder: Path, lines: Iterable[SumsLine], left: Set[SumsLine], workspace: Path) -> bool:
    """Bring the list up to date in one step: `lines` are all of the program, `left` those of files that are gone.

    `lines` come in the order of their paths. Returns whether the list has other lines too. Raises `OSError`.
    """
    path = folder / SUMS_NAME
    before = path.read_bytes() if path.exists() else b""
    if not before:
        _write_new(path, iter(lines), workspace)
        _remove_empty(path)
        return False
    after, has_others = merged(before, {each.name: each for each in lines}, left)
    if after != before:
        write_durably(path, after, workspace)
        _remove_empty(path)
    return has_others


def _remove_empty(path: Path) -> None:
    """`sha256sum -c` takes an empty list for a mistake."""
    if path.exists() and path.stat().st_size == 0:
        path.unlink()
        sync_folder(path.parent)


def _write_new(path: Path, lines: Iterator[SumsLine], workspace: Path) -> None:
    """Write the first list of a library, line by line: it may have a million."""
    if (first := next(lines, None)) is not None:
        write_durably(path, (each.encode() + b"\n" for each in chain((first,), lines)), workspace)


def merged(content: bytes, own: Mapping[bytes, SumsLine], left: Set[SumsLine]) -> tuple[bytes, bool]:
    """The list `content` with the lines `own` and without `left`, and whether it has other lines too."""
    *before, last = content.split(b"\n")
    # A last line without its end is the user's, or one of ours that was not written completely.
    if last and not any(each.encode().startswith(last) for each in own.values()):
        before.append(last)
    after, missing, has_others = [], dict(own), False
    for line in before:
        found = SumsLine.parse(line)
        ours = own.get(found.name) if found else None
        if found is None or ours is None:
            if found is None or found not in left:
                after.append(line)
                has_others = True
        elif ours == found:
            after.append(line)
            has_others |= line != ours.encode()
            missing.pop(ours.name, None)
        elif missing.pop(ours.name, None):
            after.append(ours.encode())
    if not has_others and (missing or after != before):
        after, missing = [], dict(own)  # sorted by their paths
    after += [each.encode() for _, each in sorted(missing.items())]
    return b"".join(line + b"\n" for line in after), has_others


def state(folder: Path) -> str:
    """Shows whether the list has changed."""
    try:
        found = (folder / SUMS_NAME).lstat()
    except FileNotFoundError:
        return "none"
    return f"{found.st_size}:{found.st_mtime_ns}"


def is_plain(folder: Path) -> bool:
    """Whether there is a list, a regular file that has no second name, such as that of a backup."""
    try:
        found = (folder / SUMS_NAME).lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1
