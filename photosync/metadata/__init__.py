"""The EXIF fixer: looks at a finished file, fills in what is missing, and proves that the picture is the same.

`mend` is the way in for one file. It writes nothing but a second file in the workspace that it is given; whoever calls
places that file, keeps the undo record and writes the sidecar. `ladder` tells which times a file had to choose from.
"""

from __future__ import annotations

from photosync.metadata.filetime import set_file_time
from photosync.metadata.formats import Format, FormatKind, by_name, looks_like_text, sniff
from photosync.metadata.mend import ladder, mend, preview
from photosync.metadata.request import Given, Mode, Place, Settings, SidecarName, named_zone
from photosync.metadata.result import Candidate, Change, Ladder, Mended, Outcome, TimeKind
from photosync.metadata.sidecar import SidecarMerge, merge_sidecar, sidecar_path
from photosync.metadata.undo import undo

__all__ = [
    "Candidate",
    "Change",
    "Format",
    "FormatKind",
    "Given",
    "Ladder",
    "Mended",
    "Mode",
    "Outcome",
    "Place",
    "Settings",
    "SidecarMerge",
    "SidecarName",
    "TimeKind",
    "by_name",
    "ladder",
    "looks_like_text",
    "mend",
    "merge_sidecar",
    "named_zone",
    "preview",
    "set_file_time",
    "sidecar_path",
    "sniff",
    "undo",
]
