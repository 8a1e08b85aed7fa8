"""The unfinished picking sessions, stored on the disk, so that the run after a killed one can continue.

One small file per session, so that two runs never write the same file.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from photosync.model import Collection
from photosync.provider_kit.json_fields import text
from photosync.provider_kit.state_file import StateFile


class SessionStore:
    """The unfinished sessions of one account."""

    def __init__(self, state: Path, account: str) -> None:
        self._folder = state / "sessions"
        self._account = account

    def all(self) -> list[Collection]:
        """Every unfinished session, the oldest first."""
        found = []
        for path in self._folder.glob("*.json") if self._folder.is_dir() else ():
            content = StateFile(path, account=self._account).read()
            begun, id_ = text(content, "begun"), text(content, "id")
            if begun and id_:  # else it is truncated, or being deleted, and cannot be continued
                found.append((begun, id_))
        return [Collection(id_, f"picked {begun}", "picking session") for begun, id_ in sorted(found)]

    def keep(self, session_id: str) -> None:
        """Store a session. Raises `DestinationError`."""
        begun = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        self._file(session_id).write({"id": session_id, "begun": begun})

    def forget(self, session_id: str) -> None:
        """Remove a session that is finished or has ended."""
        self._file(session_id).delete()

    def _file(self, session_id: str) -> StateFile:
        name = f"{hashlib.sha256(session_id.encode()).hexdigest()[:20]}.json"
        return StateFile(self._folder / name, account=self._account)
