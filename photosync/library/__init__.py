"""The folder on disk: names, layout, partial files, atomic placing, lock, trash and SHA256SUMS.

The disk is the truth: what lies here counts, and the catalog only remembers why.
"""

from photosync.library.layout import PRESETS, Layout, LayoutError, Place
from photosync.library.names import path_key, safe_name, suffixed
from photosync.library.partial import Digest, PartialFile, digest_of
from photosync.library.store import PROGRAM_FOLDER, Library
from photosync.library.sums import SUMS_NAME

__all__ = [
    "PRESETS",
    "PROGRAM_FOLDER",
    "SUMS_NAME",
    "Digest",
    "Layout",
    "LayoutError",
    "Library",
    "PartialFile",
    "Place",
    "digest_of",
    "path_key",
    "safe_name",
    "suffixed",
]
