"""The EXIF fixer: looks at a finished file, fills in what is missing, and proves that the picture is the same.

`mend` is the way in for one file. It writes nothing but a second file in the workspace that it is given; whoever calls
places that file, keeps the undo record and writes the sidecar. `ladder` tells which times a file had to choose from.
"""

from __future__ import annotations

from photosync.formats.sniff import Format, FormatKind, by_name, looks_like_text, sniff
from photosync.metadata.capture_time.filetime import set_file_time
from photosync.metadata.fix import fix, ladder, preview
from photosync.metadata.request import Given, Mode, Settings, SidecarName, named_zone
from photosync.metadata.result import Candidate, Change, FixResult, Ladder, Outcome, TimeKind
from photosync.metadata.undo import undo
from photosync.metadata.xmp.sidecar import SidecarMerge, merge_sidecar, sidecar_path

__all__ = [
    "Candidate",
    "Change",
    "FixResult",
    "Format",
    "FormatKind",
    "Given",
    "Ladder",
    "Mode",
    "Outcome",
    "Settings",
    "SidecarMerge",
    "SidecarName",
    "TimeKind",
    "by_name",
    "fix",
    "ladder",
    "looks_like_text",
    "merge_sidecar",
    "named_zone",
    "preview",
    "set_file_time",
    "sidecar_path",
    "sniff",
    "undo",
]
