"""A log file that several processes may write at the same time, a line at a time. It never ends a run."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

MOST_BYTES = 5_000_000
"""A larger file is rotated."""
KEPT = 4
"""The number of earlier files that are kept: `photosync.log.1` is the newest of them."""
_RETRY_BYTES = 100_000
"""A file that cannot be rotated now is tried again when it is so much larger."""
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND


class LogFile(logging.Handler):
    """Appends to a file; each line is one write, so the lines of several processes do not mix."""

    def __init__(self, path: Path, *, rotates: bool, on_error: Callable[[OSError], None]) -> None:
        """Open the file, with mode 0600 if it is new. Raises `OSError`.

        `rotates`: it is the program's own; the user's file is only appended to. `on_error` gets the first error of a
        write: what is logged after it may be lost.
        """
        super().__init__()
        self.path = path.absolute()
        self._rotates = rotates
        self._on_error = on_error
        self._has_failed = False
        self._rotates_at = MOST_BYTES
        self._descriptor = self._open()

    def _open(self) -> int:
        if not self._rotates:
            return os.open(self.path, _FLAGS, 0o600)
        # A pipe is not waited for, and a link could lead to any file of the user.
        safe = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(self.path, _FLAGS | safe, 0o600)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(None, "it is no regular file")
        return descriptor

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        line = f"{self.format(record)}\n".encode(errors="backslashreplace")
        try:
            if self._rotates and os.fstat(self._descriptor).st_size + len(line) > self._rotates_at:
                self._rotate()
            while line:
                line = line[os.write(self._descriptor, line) :]
        except OSError as error:
            if not self._has_failed:
                self._has_failed = True
                self._on_error(error)

    def _rotate(self) -> None:
        """Make this file the newest of the earlier ones, unless another process has done that; go on in a new one."""
        from photosync.file_systems import Lock

        own = os.fstat(self._descriptor)
        os.close(self._descriptor)  # Windows renames no open file
        try:
            with suppress(OSError), Lock(self._numbered("lock"), timeout_s=0, mode=0o600).held():
                if os.path.samestat(self.path.stat(), own):
                    for number in range(KEPT, 0, -1):
                        newer = self._numbered(number - 1) if number > 1 else self.path
                        with suppress(FileNotFoundError):
                            newer.replace(self._numbered(number))
        finally:
            self._descriptor = self._open()
        self._rotates_at = max(MOST_BYTES, os.fstat(self._descriptor).st_size + _RETRY_BYTES)

    def _numbered(self, number: int | str) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")

    def close(self) -> None:
        """Close the file."""
        with suppress(OSError):
            os.close(self._descriptor)
        super().close()
