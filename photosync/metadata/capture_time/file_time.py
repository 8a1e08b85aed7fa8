"""A file's modification time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from photosync.file_systems import set_times
from photosync.formats.window import naming

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def set_file_time(path: Path, instant: datetime) -> None:
    """Make `instant` the modification time of `path`.

    The file keeps its time where the file system does not support that.
    """
    if instant.tzinfo is None:
        raise ValueError("a file time is an instant; give it a zone")
    nanoseconds = (instant - _EPOCH) // timedelta(microseconds=1) * 1000
    with naming(path):
        set_times(path, nanoseconds)
