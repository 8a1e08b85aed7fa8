"""Errors of file systems that a test cannot mount: for one run of the command, certain calls fail.

The calls are those that Python's audit events report (https://docs.python.org/3/library/audit_events.html): files are
opened, renamed or removed, and folders are made or read. The calls of SQLite are limited by the size of files alone.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from errno import EXDEV
from fnmatch import fnmatchcase
from pathlib import Path

VARIABLE = "PHOTOSYNC_TEST_DISK"
"""The environment variable that takes the faults to the process of the command."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_EVENTS = {
    "open": "write",
    "os.mkdir": "mkdir",
    "os.rename": "rename",
    "os.remove": "remove",
    "os.scandir": "list",
    "os.utime": "utime",
    "os.chmod": "chmod",
    "fcntl.flock": "flock",
    "os.symlink": "symlink",
    "os.link": "link",
    "os.fsync": "fsync",
    "os.fsync of a file": "fsync_file",
}


@dataclass(frozen=True, slots=True)
class DiskFault:
    """Calls on certain paths fail."""

    paths: str
    """A pattern for the whole path, in which `*` means any text. A renamed file has two paths."""
    errno: int
    calls: Sequence[str] = ("write", "mkdir", "rename", "remove", "list")
    """Of `write` (open a file to write it), `read`, `mkdir`, `rename`, `remove`, `list`, `utime`, `chmod`, `flock`,
    `symlink`, `link` (a second name), `fsync` (of a folder) and `fsync_file`."""
    name_bytes: int = 0
    """Only names that are longer."""

    def concerns(self, call: str, paths: Sequence[str]) -> bool:
        """Whether this call fails. Only a rename from one disk to another fails with `EXDEV`."""
        if call not in self.calls:
            return False
        matches = [
            fnmatchcase(path, self.paths) and len(os.fsencode(Path(path).name)) >= self.name_bytes for path in paths
        ]
        return len(set(matches)) > 1 if self.errno == EXDEV else any(matches)


@dataclass(frozen=True, slots=True)
class DiskFaults:
    """The faults of one run."""

    faults: Sequence[DiskFault] = ()
    largest_file_bytes: int | None = None
    """Writes beyond this size fail, SQLite's too."""

    def as_text(self) -> str:
        """For the environment."""
        return json.dumps(asdict(self))


def install(text: str) -> None:
    """Let calls of this process fail from now on, as `DiskFaults.as_text` says."""
    content = json.loads(text)
    if content["largest_file_bytes"] is not None:
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_FSIZE, (content["largest_file_bytes"],) * 2)
    fail = _hook([DiskFault(**each) for each in content["faults"]])
    sys.addaudithook(fail)
    sync = os.fsync  # Python reports no event for it

    def fsync(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        fail("os.fsync" if is_folder else "os.fsync of a file", (descriptor,))
        sync(descriptor)

    os.fsync = fsync  # type: ignore[assignment]


def _hook(faults: Sequence[DiskFault]) -> Callable[[str, tuple[object, ...]], None]:
    def fail(event: str, arguments: tuple[object, ...]) -> None:
        call = _EVENTS.get(event)
        if call is None:
            return
        if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & _WRITING):
            call = "read"
        paths = [os.fsdecode(each) for each in arguments[:2] if isinstance(each, (str, bytes, os.PathLike))]
        if call in ("flock", "fsync", "fsync_file") and isinstance(arguments[0], int):
            paths = [str(Path(f"/proc/self/fd/{arguments[0]}").readlink())]
        for fault in faults:
            if fault.concerns(call, paths):
                raise OSError(fault.errno, os.strerror(fault.errno), paths[0])

    return fail
