"""The folder on disk: names, layout, partial files, durable writes, lock, trash and SHA256SUMS.

The files on the disk are authoritative; the catalog records where they came from.
"""

from photosync.library.layout import PRESETS, Layout, LayoutError, LayoutFields
from photosync.library.names import MAX_NAME_BYTES, safe_name, suffixed
from photosync.library.partial import Hashes, PartialFile, digest_of
from photosync.library.size_bound import SizeBound
from photosync.library.store import ALBUMS_FOLDER, ALBUMS_MARK, MADE_BEGINNING, MADE_NAMES, PROGRAM_FOLDER, Library
from photosync.library.sums import SUMS_NAME
from photosync.library.undo import UndoRecords, write_durably

__all__ = [
    "ALBUMS_FOLDER",
    "ALBUMS_MARK",
    "MADE_BEGINNING",
    "MADE_NAMES",
    "MAX_NAME_BYTES",
    "PRESETS",
    "PROGRAM_FOLDER",
    "SUMS_NAME",
    "Hashes",
    "Layout",
    "LayoutError",
    "LayoutFields",
    "Library",
    "PartialFile",
    "SizeBound",
    "UndoRecords",
    "digest_of",
    "safe_name",
    "suffixed",
    "write_durably",
]
