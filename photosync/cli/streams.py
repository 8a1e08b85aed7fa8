"""The standard streams and the encoding of file names, put in order before anything else is done."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def open_closed_streams() -> None:
    """Open a standard stream that the parent process has closed as the null device.

    No file of the program gets its number then. A background process often has none.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w" if number else "r", encoding="utf-8"))  # noqa: SIM115


def use_utf_8_names() -> None:
    """Start the process again if file names would not be UTF-8, because the session's locale is another one.

    Names would be stored in the session's bytes, and a run from another session, such as cron's, would not find them.
    Python decides on the encoding when it starts. The streams keep the session's encoding.
    """
    if sys.platform == "win32" or sys.getfilesystemencoding() == "utf-8" or sys.flags.utf8_mode:
        return
    os.environ.setdefault("PYTHONIOENCODING", f"{sys.stdout.encoding}:backslashreplace")
    os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606
