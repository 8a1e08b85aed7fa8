"""Copies of a library elsewhere: in an object store, or in a folder of another disk.

A copy has the files of the library under the same paths, so that it can be read and checked without this program.
Nothing in it is deleted or overwritten: an earlier version of a file is kept below `.photosync/replaced/`.
"""

from photosync.copies.overlap import check_overlap
from photosync.copies.place import CopySettings, address_of, folder_of, is_object_store, open_place
from photosync.copies.record import CopyRecord, CopyTotals, RecordedCopy, RecordedPlace, record_errors, time_of
from photosync.copies.store import CopyStore, Stored, WrongContentError

__all__ = [
    "CopyRecord",
    "CopySettings",
    "CopyStore",
    "CopyTotals",
    "RecordedCopy",
    "RecordedPlace",
    "Stored",
    "WrongContentError",
    "address_of",
    "check_overlap",
    "folder_of",
    "is_object_store",
    "open_place",
    "record_errors",
    "time_of",
]
