"""A file's modification time."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from photosync.formats.window import naming

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def set_file_time(path: Path, instant: datetime) -> str | None:
    """Make `instant` the modification time of `path`; a note where the file system cannot hold such a time.

    Times before 1970 are negative, which several file systems and Windows refuse: that is no reason to fail.
    """
    if instant.tzinfo is None:
        raise ValueError("a file time is an instant; give it a zone")
    nanoseconds = (instant - _EPOCH) // timedelta(microseconds=1) * 1000
    try:
        with naming(path):
            os.utime(path, ns=(nanoseconds, nanoseconds))
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EOVERFLOW, errno.ERANGE):
            raise
    except OverflowError:
        pass
    else:
        return None
    return f"the file system does not take {instant:%Y-%m-%d} as a file time"
