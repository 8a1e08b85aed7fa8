"""Which picking sessions are not finished, on the disk, so that a run that was killed can go on.

One small file a session, so that two runs never write the same file.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import datetime
from pathlib import Path

from photosync.errors import DestinationError
from photosync.model import Collection
from photosync_google.media import Session


class SessionStore:
    """The unfinished sessions of one account."""

    def __init__(self, state: Path, account: str) -> None:
        self._state = state
        self._folder = state / "sessions"
        self._account = account

    def all(self) -> list[Collection]:
        """Every unfinished session, the oldest first."""
        found = []
        for path in self._folder.glob("*.json") if self._folder.is_dir() else ():
            try:
                content = json.loads(path.read_text(encoding="utf-8"))
                found.append((str(content["begun"]), str(content["id"])))
            except (OSError, ValueError, KeyError, TypeError):
                continue  # cut off by a crash, or being deleted: there is nothing to go on with
        return [Collection(id_, f"picked {begun}", "picking session") for begun, id_ in sorted(found)]

    def keep(self, session: Session) -> None:
        """Remember a session. Raises `DestinationError`."""
        path = self._path(session.id)
        begun = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        temporary = path.with_suffix(f".{os.getpid()}")
        try:
            for folder in (*reversed(self._state.parents), self._state, self._folder):
                folder.mkdir(mode=0o700, exist_ok=True)
            temporary.write_text(json.dumps({"id": session.id, "begun": begun}), encoding="utf-8")
            temporary.replace(path)
        except OSError as error:
            raise DestinationError(
                f"account '{self._account}': cannot write {path}: {error.strerror}. Make its folder writable."
            ) from error

    def forget(self, session_id: str) -> None:
        """A session is finished, or over."""
        self._path(session_id).unlink(missing_ok=True)

    def _path(self, session_id: str) -> Path:
        return self._folder / f"{hashlib.sha256(session_id.encode()).hexdigest()[:20]}.json"
