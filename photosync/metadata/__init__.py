"""The EXIF fixer: reads a finished file, adds missing metadata, and proves that the picture is the same.

`fix` is for one file, and writes only a second file in the given workspace. The caller replaces the
first file, keeps the undo record and writes the sidecar. `choose_capture_time` only reads.
"""

from __future__ import annotations

from photosync.metadata.capture_time.choose import CaptureTimeChoice
from photosync.metadata.capture_time.file_time import set_file_time
from photosync.metadata.capture_time.zones import named_zone
from photosync.metadata.fix import choose_capture_time, fix
from photosync.metadata.request import Given, Mode, Settings, SidecarName
from photosync.metadata.result import Change, FixResult, Outcome
from photosync.metadata.undo import UndoRecord, growth, undo
from photosync.metadata.xmp.sidecar import has_date, is_of_another_program, merge_sidecar, sidecar_path

__all__ = [
    "CaptureTimeChoice",
    "Change",
    "FixResult",
    "Given",
    "Mode",
    "Outcome",
    "Settings",
    "SidecarName",
    "UndoRecord",
    "choose_capture_time",
    "fix",
    "growth",
    "has_date",
    "is_of_another_program",
    "merge_sidecar",
    "named_zone",
    "set_file_time",
    "sidecar_path",
    "undo",
]
