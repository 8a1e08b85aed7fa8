"""Undo records: they restore the delivered bytes of a fixed file.

A record is a line of JSON with both hashes and the splices backwards, a few hundred bytes for most files. It is applied
only to a file with the hash of the fixed one, and the result must have the delivered hash.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from photosync.errors import ItemError, Reason
from photosync.formats.window import Window, naming
from photosync.metadata.splice import Splice, in_order, spliced, write_spliced

_VERSION = 1
_UNREADABLE = (ValueError, LookupError, TypeError, OverflowError, AssertionError, RecursionError)
"""What JSON of another kind than a record leads to: `1e999` is infinite, and brackets may be nested without end."""


@dataclass(frozen=True, slots=True)
class UndoRecord:
    """The hashes of the delivered and the stored file, and the splices from the second to the first."""

    delivered_sha256: str
    stored_sha256: str
    splices: tuple[Splice, ...]

    @property
    def growth(self) -> int:
        """How many bytes undoing adds to the file."""
        return sum(each.growth for each in self.splices)

    def encode(self) -> bytes:
        """The record in its stored form."""
        places = [[each.offset, each.removed, base64.b64encode(each.inserted).decode()] for each in self.splices]
        content = {"v": _VERSION, "delivered": self.delivered_sha256, "stored": self.stored_sha256, "back": places}
        return json.dumps(content, separators=(",", ":")).encode()

    def undone(self, chunks: Iterable[bytes | memoryview]) -> Iterator[bytes | memoryview]:
        """The delivered content of the stored content `chunks`, a piece at a time."""
        return spliced(chunks, self.splices)

    @classmethod
    def decode(cls, content: bytes) -> UndoRecord:
        """Parse a stored record; raises `ItemError` for one that is damaged or of a later version."""
        try:
            found = json.loads(content)
            assert found["v"] == _VERSION
            splices = [
                Splice(int(offset), int(removed), base64.b64decode(text, validate=True))
                for offset, removed, text in found["back"]
            ]
            assert all(each.offset >= 0 and each.removed >= 0 for each in splices)
            return cls(str(found["delivered"]), str(found["stored"]), in_order(splices))
        except _UNREADABLE as error:
            raise ItemError("the undo record cannot be read; the file stays as it is", Reason.REFUSED) from error


def growth(record: bytes) -> int:
    """How many bytes undoing adds to the file. Raises `ItemError` for a damaged record."""
    return UndoRecord.decode(record).growth


def undo(path: Path, record: bytes, workspace: Path) -> Path:
    """A second file in `workspace` with the delivered bytes of `path`; the caller replaces the file by it.

    Raises `ItemError` if the file has changed since it was fixed, or the record is damaged.
    """
    read = UndoRecord.decode(record)
    with naming(path), path.open("rb", buffering=0) as file:
        written = write_spliced(path, Window.of_file(file), read.splices, workspace)
    if (written.old_sha256, written.new_sha256) == (read.stored_sha256, read.delivered_sha256):
        return written.path
    written.path.unlink()
    if written.old_sha256 == read.stored_sha256:
        raise ItemError(f"{path}: the undo record does not give the delivered file back", Reason.HASH_MISMATCH)
    raise ItemError(f"{path} has changed since it was fixed; it stays as it is", Reason.HASH_MISMATCH)
