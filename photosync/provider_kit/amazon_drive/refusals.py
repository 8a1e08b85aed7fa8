"""The parts of a refusal by the drive API, any of which can be missing. Subclasses define their meaning."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self

from photosync.errors import PhotosyncError
from photosync.provider_kit.json_fields import Json, json_object, part, text
from photosync.transport import Answer

_CONFLICTING = re.compile(r"conflicting node\s*id:\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
_FULL_CODE = "NO_ACTIVE_SUBSCRIPTION"
_FULL_MESSAGE = "file size exceeds account allowance"
_SHOWN_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class DriveRefusal(ABC):
    """Each service has its own subclass, which interprets its words."""

    status: int
    code: str
    message: str
    node_id: str | None
    """The id of the existing node that causes the conflict."""
    content: Json
    """The whole answer; empty if it was not an object."""

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """Parse an answer with any body."""
        content = json_object(answer.body)
        said = text(content, "message") or text(content, "Message")
        if said is None and not content:
            said = answer.body.decode("utf-8", "replace")
        message = " ".join((said or "").split())
        in_message = _CONFLICTING.search(message)
        node_id = text(part(content, "info"), "nodeId") or (in_message[1] if in_message else text(content, "id"))
        return cls(answer.status, (text(content, "code") or "").upper(), message, node_id, content)

    @property
    def said(self) -> str:
        """For messages: `status 409: Node with the name …`."""
        words = self.message[:_SHOWN_CHARACTERS].rstrip(".") or self.code
        return f"status {self.status}: {words}" if words else f"status {self.status}"

    @property
    def is_full(self) -> bool:
        """Whether the storage is full. The code says so; words count only if nothing else is said, since a message may
        repeat the name of a file (protocol notes on Cloud Drive, section 5.4)."""
        return self.code.startswith(_FULL_CODE) or (not self.code and self.message.rstrip(".").lower() == _FULL_MESSAGE)

    @property
    def is_stale_parent(self) -> bool:
        """Whether the folder in the request is known to be gone, so that a new search for it helps."""
        return False

    @abstractmethod
    def error(self, account: str, what: str) -> PhotosyncError:
        """The error if the caller cannot recover; `what` is the refused file, folder or album."""
