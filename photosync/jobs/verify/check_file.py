"""Compares one file with what was recorded of it. Changes nothing, and follows no symbolic link to a file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from photosync import metadata
from photosync.file_systems import open_regular
from photosync.jobs.file_state import FileFault
from photosync.jobs.findings import FindingKind, FindingReason

_READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class UndoStep:
    """A step back from the content of a fixed file to an earlier one."""

    path: Path
    """The file of the undo record."""
    record: metadata.UndoRecord


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that was read to its end."""

    sha256: str
    size_bytes: int
    wrong_step: UndoStep | None = None
    """The first of the steps that does not give the content that it should."""


def missing(reason: FindingReason, error: str) -> FileFault:
    """The file is not in its place."""
    return FileFault(FindingKind.MISSING, reason, error)


def damaged(reason: FindingReason, error: str) -> FileFault:
    """The file is not as it was saved."""
    return FileFault(FindingKind.DAMAGED, reason, error)


def unreadable(error: OSError) -> FileFault:
    """What cannot be read is not proved."""
    why = error.strerror or type(error).__name__
    return damaged(FindingReason.UNREADABLE, f"it cannot be read: {why}")


def other_content(path: Path, *, is_sidecar: bool) -> FileFault:
    """A file was read, and has another content."""
    content = b""
    with suppress(OSError):
        if path.stat().st_size == 0:
            return damaged(FindingReason.EMPTY, "it is empty")
        content = path.read_bytes() if is_sidecar else b""
    if is_sidecar and metadata.is_of_another_program(content):
        error = "another program has written to the sidecar since"
        return FileFault(FindingKind.DIFFERENT, FindingReason.EDITED, error)
    return damaged(FindingReason.OTHER_CONTENT, "its content is not the one that was saved")


def read(path: Path, steps: tuple[UndoStep, ...], on_bytes: Callable[[int], None]) -> Reading:
    """The content of a regular file. Raises `OSError`; anything but a regular file is `EINVAL`.

    A file that changes meanwhile is read once more. `on_bytes` gets the size of every block; it may raise.
    """
    reading, is_stable = _read_once(path, steps, on_bytes)
    return reading if is_stable else _read_once(path, steps, on_bytes)[0]


def _read_once(path: Path, steps: tuple[UndoStep, ...], on_bytes: Callable[[int], None]) -> tuple[Reading, bool]:
    """The content, and whether the file was the same one, and unchanged, before and after."""
    with open_regular(path, follow_links=False) as file:
        before = os.fstat(file.fileno())
        stored, size_bytes = hashlib.sha256(), 0

        def blocks() -> Iterator[bytes | memoryview]:
            buffer = memoryview(bytearray(min(before.st_size + 1, _READ_BYTES)))
            nonlocal size_bytes
            while size := file.readinto(buffer):
                size_bytes += size
                stored.update(buffer[:size])
                on_bytes(size)
                yield buffer[:size]

        hashes = [(step, hashlib.sha256()) for step in steps]
        content: Iterator[bytes | memoryview] = blocks()
        for step, hash_ in hashes:
            content = _hashed(step.record.undone(content), hash_.update)
        for _ in content:
            pass
        after = os.fstat(file.fileno())
    wrong = next((step for step, hash_ in hashes if hash_.hexdigest() != step.record.delivered_sha256), None)
    return Reading(stored.hexdigest(), size_bytes, wrong), _identity(before) == _identity(after) == _identity_at(path)


def _hashed(
    content: Iterator[bytes | memoryview], hash_too: Callable[[bytes | memoryview], None]
) -> Iterator[bytes | memoryview]:
    for piece in content:
        hash_too(piece)
        yield piece


def _identity(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _identity_at(path: Path) -> tuple[int, ...]:
    try:
        return _identity(path.lstat())
    except OSError:
        return ()
