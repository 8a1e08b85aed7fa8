"""A file's modification time."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from photosync.formats.window import naming

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def set_file_time(path: Path, instant: datetime) -> None:
    """Make `instant` the modification time of `path`.

    Times before 1970 are negative, which several file systems and Windows refuse; then the file keeps its time.
    """
    if instant.tzinfo is None:
        raise ValueError("a file time is an instant; give it a zone")
    nanoseconds = (instant - _EPOCH) // timedelta(microseconds=1) * 1000
    try:
        with naming(path), suppress(OverflowError):
            os.utime(path, ns=(nanoseconds, nanoseconds))
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EOVERFLOW, errno.ERANGE):
            raise
