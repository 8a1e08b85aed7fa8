"""A refusal of the drive API in its parts, any of which can be missing. What each means is the service's own matter."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self

from photosync.errors import PhotosyncError
from photosync.provider_kit.json_fields import Json, json_object, part, text
from photosync.transport import Answer

_CONFLICTING = re.compile(r"conflicting node\s*id:\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
_SHOWN_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class DriveRefusal(ABC):
    """Each service has its own subclass, which knows what its words mean."""

    status: int
    code: str
    message: str
    node_id: str | None
    """Of the node that is in the way."""
    content: Json
    """The whole answer; empty where it was no object."""

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """From an answer, whatever its body is."""
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
    def is_stale_parent(self) -> bool:
        """Whether the folder that was named is known to be gone, so that looking for it again helps."""
        return False

    @abstractmethod
    def error(self, account: str, what: str) -> PhotosyncError:
        """The error where nothing else can be done; `what` is the file, folder or album that was refused."""
