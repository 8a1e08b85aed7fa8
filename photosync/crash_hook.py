"""A hook for developers: kills this process, as a power failure would, before one of its durable steps.

`PHOTOSYNC_CRASH_AT=12` is the twelfth step, `PHOTOSYNC_CRASH_AT=rename:3` the third one of its kind. The steps are what
Python's audit events report (https://docs.python.org/3/library/audit_events.html), `fsync`, and the commits of the
databases that our own event `photosync.database` reports when they are opened.
"""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import sys
from collections import Counter
from threading import Lock

VARIABLE = "PHOTOSYNC_CRASH_AT"
KINDS = ("write", "mkdir", "rename", "remove", "link", "fsync", "commit")
"""`write`: a file is opened to be written; `remove`: of a file or a folder; `link`: a symbolic or a hard one."""
_EVENTS = {
    "open": "write",
    "os.mkdir": "mkdir",
    "os.rename": "rename",
    "os.remove": "remove",
    "os.rmdir": "remove",
    "os.symlink": "link",
    "os.link": "link",
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_COMMIT = re.compile(r"\s*(COMMIT|(INSERT( OR \w+)? INTO|DELETE FROM|UPDATE) (?!temp\.)|PRAGMA application_id =)")
"""A statement that changes the file of a database when it is executed outside a transaction, or ends one."""


def crash_at(text: str) -> None:
    """Kill this process before the step that `text` names. Raises `ValueError`."""
    found = re.fullmatch(rf"(?:({'|'.join(KINDS)}):)?([1-9]\d*)", text, re.ASCII)
    if found is None:
        raise ValueError(f"{VARIABLE} must be a number above 0, such as 12 or rename:3, and is '{text}'")
    _Steps(found[1], int(found[2])).watch()


class _Steps:
    """Counts the steps of all threads."""

    def __init__(self, kind: str | None, last: int) -> None:
        self._kind = kind
        self._last = last
        self._counts: Counter[str | None] = Counter()
        self._lock = Lock()

    def watch(self) -> None:
        sys.dont_write_bytecode = True  # else the first run has more steps than the next ones
        sync = os.fsync  # Python reports no event for it

        def fsync(descriptor: int) -> None:
            self._begin("fsync")
            sync(descriptor)

        os.fsync = fsync  # type: ignore[assignment]
        sys.addaudithook(self._take)

    def _take(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "photosync.database":
            self._watch_commits(arguments[0])
        elif event in _EVENTS and _changes_something(_EVENTS[event], *arguments[:3]):
            self._begin(_EVENTS[event])

    def _watch_commits(self, connection: object) -> None:
        assert isinstance(connection, sqlite3.Connection)

        def take(statement: str) -> None:
            found = _COMMIT.match(statement)
            if found and (found[1] == "COMMIT" or not connection.in_transaction):
                self._begin("commit")

        connection.set_trace_callback(take)

    def _begin(self, kind: str) -> None:
        with self._lock:
            self._counts.update((None, kind))
            if self._counts[self._kind] == self._last and self._kind in (None, kind):
                os.kill(os.getpid(), signal.SIGKILL)


def _changes_something(kind: str, path: object, *rest: object) -> bool:
    if kind == "write":
        flags = rest[-1]
        return isinstance(flags, int) and bool(flags & _WRITING)
    is_there = isinstance(path, (str, bytes, os.PathLike)) and os.path.lexists(path)
    return is_there if kind == "remove" else not is_there or kind in ("rename", "link")
