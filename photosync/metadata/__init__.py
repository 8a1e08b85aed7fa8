"""The EXIF fixer: reads a finished file, adds missing metadata, and proves that the picture is the same.

`fix` is for one file, and writes only a second file in the given workspace. The caller replaces the
first file, keeps the undo record and writes the sidecar. `choose_capture_time` only reads.

A name is loaded when it is used for the first time: the configuration needs the settings alone, and a run that brings
nothing fixes nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from photosync.metadata.capture_time.choose import CaptureTimeChoice
    from photosync.metadata.capture_time.file_time import set_file_time
    from photosync.metadata.capture_time.zones import named_zone
    from photosync.metadata.exif.texts import SETTABLE_TAGS, checked_tags, settable_tag
    from photosync.metadata.fixer import choose_capture_time, content_identifier, fix
    from photosync.metadata.request import Given, Mode, Settings, SidecarContent, SidecarName
    from photosync.metadata.result import Change, FixResult, Outcome
    from photosync.metadata.undo_record import UndoRecord, growth, undo
    from photosync.metadata.xmp.item_facts import ItemFacts
    from photosync.metadata.xmp.merge import SidecarMerge, fixer_part, joined, kept_names, merge_sidecar
    from photosync.metadata.xmp.sidecar import facts_sidecar, has_date, is_of_another_program, sidecar_path

__all__ = [
    "SETTABLE_TAGS",
    "CaptureTimeChoice",
    "Change",
    "FixResult",
    "Given",
    "ItemFacts",
    "Mode",
    "Outcome",
    "Settings",
    "SidecarContent",
    "SidecarMerge",
    "SidecarName",
    "UndoRecord",
    "checked_tags",
    "choose_capture_time",
    "content_identifier",
    "facts_sidecar",
    "fix",
    "fixer_part",
    "growth",
    "has_date",
    "is_of_another_program",
    "joined",
    "kept_names",
    "merge_sidecar",
    "named_zone",
    "set_file_time",
    "settable_tag",
    "sidecar_path",
    "undo",
]

_MODULES = {
    "SETTABLE_TAGS": "exif.texts",
    "CaptureTimeChoice": "capture_time.choose",
    "Change": "result",
    "FixResult": "result",
    "Given": "request",
    "ItemFacts": "xmp.item_facts",
    "Mode": "request",
    "Outcome": "result",
    "Settings": "request",
    "SidecarContent": "request",
    "SidecarMerge": "xmp.merge",
    "SidecarName": "request",
    "UndoRecord": "undo_record",
    "checked_tags": "exif.texts",
    "choose_capture_time": "fixer",
    "content_identifier": "fixer",
    "facts_sidecar": "xmp.sidecar",
    "fix": "fixer",
    "fixer_part": "xmp.merge",
    "growth": "undo_record",
    "has_date": "xmp.sidecar",
    "is_of_another_program": "xmp.sidecar",
    "joined": "xmp.merge",
    "kept_names": "xmp.merge",
    "merge_sidecar": "xmp.merge",
    "named_zone": "capture_time.zones",
    "set_file_time": "capture_time.file_time",
    "settable_tag": "exif.texts",
    "sidecar_path": "xmp.sidecar",
    "undo": "undo_record",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    return value
