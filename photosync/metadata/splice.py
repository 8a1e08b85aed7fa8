"""A change to a file as a list of splices: at this offset, so many bytes out, these in. All that is ever written.

The second file is the first one with the splices applied, in one pass and a bounded piece at a time; it is flushed and
synced before anybody looks at it. The splices taken backwards are the undo record.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from photosync.formats.window import CHUNK, Window, naming


@dataclass(frozen=True, slots=True, order=True)
class Splice:
    """At `offset`, `removed` bytes go and `inserted` comes."""

    offset: int
    removed: int
    inserted: bytes

    @property
    def growth(self) -> int:
        """By how much the file becomes longer."""
        return len(self.inserted) - self.removed


@dataclass(frozen=True, slots=True)
class Written:
    """A second file, and the hashes of the first and of itself."""

    path: Path
    old_sha256: str
    new_sha256: str


def in_order(splices: Iterable[Splice]) -> tuple[Splice, ...]:
    """Sorted by place; two splices at one place are a bug."""
    ordered = tuple(sorted(splices))
    for first, second in pairwise(ordered):
        assert first.offset + first.removed <= second.offset, "splices overlap"
    return ordered


def reversed_splices(window: Window, splices: tuple[Splice, ...]) -> tuple[Splice, ...]:
    """What turns the second file into the first again; `window` is the first."""
    back: list[Splice] = []
    shift = 0
    for splice in splices:
        old = window.exactly(splice.offset, splice.removed)
        back.append(Splice(splice.offset + shift, len(splice.inserted), old))
        shift += splice.growth
    return tuple(back)


def write_spliced(path: Path, splices: tuple[Splice, ...], workspace: Path, old_sha256: str = "") -> Written:
    """The second file, in `workspace`, with the first one's permissions; removed again if the disk fails.

    `old_sha256` is the first file's hash, where it is known already.
    """
    with naming(workspace):
        descriptor, name = tempfile.mkstemp(prefix="fixed-", suffix=".partial", dir=workspace)
    second = Path(name)
    try:
        with naming(second), os.fdopen(descriptor, "wb") as target:
            with naming(path), path.open("rb") as source:
                hashes = _copy(source, _Target(target, second), splices, old_sha256)
            target.flush()
            os.fsync(target.fileno())
        with naming(second), suppress(PermissionError):  # some shares keep no permissions
            shutil.copystat(path, second, follow_symlinks=False)
    except BaseException:
        second.unlink(missing_ok=True)
        raise
    return Written(second, *hashes)


class _Target:
    """Writes, with errors that name the second file although the first is open around them."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path

    def write(self, content: bytes) -> None:
        with naming(self._path):
            self._file.write(content)


def _copy(source: BinaryIO, target: _Target, splices: tuple[Splice, ...], old_sha256: str) -> tuple[str, str]:
    old, new = hashlib.sha256(), hashlib.sha256()

    def carry(length: int | None, *, keep: bool) -> None:
        while length is None or length > 0:
            chunk = source.read(CHUNK if length is None else min(CHUNK, length))
            if not chunk:
                return
            if not old_sha256:
                old.update(chunk)
            if keep:
                new.update(chunk)
                target.write(chunk)
            length = None if length is None else length - len(chunk)

    position = 0
    for splice in splices:
        carry(splice.offset - position, keep=True)
        carry(splice.removed, keep=False)
        new.update(splice.inserted)
        target.write(splice.inserted)
        position = splice.offset + splice.removed
    carry(None, keep=True)
    return old_sha256 or old.hexdigest(), new.hexdigest()
