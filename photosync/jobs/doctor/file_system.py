"""What the file system of a library can do. Each ability is tried with a temporary file of the program."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from photosync.jobs.doctor.check import Check, Result
from photosync.library import MAX_NAME_BYTES
from photosync.library.links import has_hard_links, has_symlinks

_NAME = "file system"
_PRECISION_NS = 1_000_000_000
_TIME_NS = 1_562_430_121_123_456_700
"""In July 2019, an odd second: FAT stores every other one."""
_OLD_NS = -86_400 * 1_000_000_000


def file_system_checks(file: Path) -> Iterator[Check]:
    """A check for each ability; a missing one is a warning, because the program does without it.

    `file` is a file to try them with, whose name has letters.
    """
    for ability in (_case, _long_names, _hard_links, _symbolic_links, _locks, _syncing, _times, _old_times):
        yield _tried(ability, file)


def _tried(ability: Callable[[Path], Check], file: Path) -> Check:
    try:
        return ability(file)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EIO, errno.EROFS):
            raise
        what = ability.__name__.strip("_").replace("_", " ")
        return Check(_NAME, Result.WARNING, f"{what}: {error.strerror}", "The program does without; nothing to do.")


def _case(file: Path) -> Check:
    is_ignored = file.with_name(file.name.upper()).exists()
    how = "ignores case: photos whose names differ in it alone get a number" if is_ignored else "keeps case apart"
    return Check(_NAME, Result.OK, f"names: {how}")


def _long_names(file: Path) -> Check:
    for length in (MAX_NAME_BYTES, 143, 100):
        try:
            file.with_name("n" * length).lstat()
        except FileNotFoundError:
            pass  # there could be such a file
        except OSError as error:
            if error.errno not in (errno.ENAMETOOLONG, errno.EINVAL):
                raise
            continue
        if length == MAX_NAME_BYTES:
            return Check(_NAME, Result.OK, f"names of {length} bytes")
        advice = f"Choose a layout with short names, such as {{id}}{{ext}}, if photos fail ({length} bytes work)."
        return Check(_NAME, Result.WARNING, f"names of {MAX_NAME_BYTES} bytes are not possible", advice)
    advice = "Put the library on another file system."
    return Check(_NAME, Result.WARNING, "names of 100 bytes are not possible", advice)


def _hard_links(file: Path) -> Check:
    if has_hard_links(file.parent, file):
        return Check(_NAME, Result.OK, "hard links")
    return Check(_NAME, Result.OK, "no hard links; folders of albums have symbolic links or copies")


def _symbolic_links(file: Path) -> Check:
    if has_symlinks(file.parent):
        return Check(_NAME, Result.OK, "symbolic links")
    return Check(_NAME, Result.OK, "no symbolic links; folders of albums have hard links or copies")


def _locks(file: Path) -> Check:
    with file.open("rb") as opened:
        try:
            fcntl.flock(opened.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            advice = "Run photosync on one computer at a time for this library."
            return Check(_NAME, Result.WARNING, f"files cannot be locked ({error.strerror})", advice)
    return Check(_NAME, Result.OK, "files can be locked")


def _syncing(file: Path) -> Check:
    descriptor = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno in (errno.EIO, errno.ENOSPC):
            raise
        advice = "After a power failure the newest files may be missing; run: photosync verify"
        return Check(_NAME, Result.WARNING, f"folders cannot be synced ({error.strerror})", advice)
    finally:
        os.close(descriptor)
    return Check(_NAME, Result.OK, "folders can be synced")


def _times(file: Path) -> Check:
    os.utime(file, ns=(_TIME_NS, _TIME_NS))
    if abs(file.stat().st_mtime_ns - _TIME_NS) < _PRECISION_NS:
        return Check(_NAME, Result.OK, "time stamps to the second or better")
    advice = "Times in the photos themselves are exact; nothing to do."
    return Check(_NAME, Result.WARNING, "time stamps of files are inexact", advice)


def _old_times(file: Path) -> Check:
    os.utime(file, ns=(_OLD_NS, _OLD_NS))
    if file.stat().st_mtime_ns == _OLD_NS:
        return Check(_NAME, Result.OK, "time stamps before 1970")
    return Check(_NAME, Result.OK, "no time stamps before 1970; old photos keep the time of their download")
