"""What the service means when it takes a file or a folder not.

Facts: protocol notes on Amazon Cloud Drive, sections 3.8, 5.1, 5.4 and 7. Any part of a refusal can be missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from photosync.errors import ItemError, PhotosyncError, Reason, SignInError, StorageFullError, TemporaryError
from photosync.transport import Answer
from photosync_clouddrive.nodes import part, text

ANSWERED = (
    *(HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN),
    *(HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
)
"""The statuses that this module knows the meaning of, and those of success."""
_CONFLICTING = re.compile(r"conflicting node\s*id:\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
_EXPIRED = re.compile(r"token\b.*\bexpired|expired\b.*\btoken|\b401\b|unauthori[sz]ed", re.IGNORECASE)
_SHOWN_CHARACTERS = 200


class FrontEndError(TemporaryError):
    """A 403 of the service's front end, which has nothing to do with what was asked (section 5.1)."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal in its parts."""

    status: int
    message: str
    code: str
    node_id: str | None
    """Of the node that is in the way."""

    @classmethod
    def of(cls, answer: Answer) -> Refusal:
        """Out of an answer, whatever its body is."""
        try:
            content: object = json.loads(answer.body)
        except ValueError:
            content = None
        said = text(content, "message")
        if said is None and not isinstance(content, Mapping | list):
            said = answer.body.decode("utf-8", "replace")
        message = " ".join((said or "").split())
        in_message = _CONFLICTING.search(message)
        node_id = text(part(content, "info"), "nodeId") or (in_message[1] if in_message else None)
        return cls(answer.status, message, (text(content, "code") or "").upper(), node_id)

    @property
    def said(self) -> str:
        """For messages: `status 409: Node with the name …`."""
        words = self.message[:_SHOWN_CHARACTERS].rstrip(".") or self.code
        return f"status {self.status}: {words}" if words else f"status {self.status}"

    @property
    def is_stale_parent(self) -> bool:
        """The folder that was named is no longer there."""
        return self.status == HTTPStatus.BAD_REQUEST and "parentid" in self.message.lower()

    @property
    def is_expired_token(self) -> bool:
        """The token ended while the body was on its way, and the service says so in a 400."""
        return (
            self.status == HTTPStatus.BAD_REQUEST
            and not self.is_stale_parent
            and _EXPIRED.search(f"{self.code} {self.message}") is not None
        )

    @property
    def is_broken_transfer(self) -> bool:
        """The body did not come through."""
        words = ("cannot complete upload", "cannot read from request")
        return self.status == HTTPStatus.BAD_REQUEST and any(each in self.message.lower() for each in words)

    @property
    def is_full(self) -> bool:
        """There is no room."""
        words = "NO_ACTIVE_SUBSCRIPTION" in self.code or "account allowance" in self.message.lower()
        return self.status == HTTPStatus.FORBIDDEN and words

    @property
    def is_about_content(self) -> bool:
        """Not the name is taken: the content is there already."""
        if self.status != HTTPStatus.CONFLICT or "NAME" in self.code:
            return False
        message = self.message.lower()
        return "DUPLICATE" in self.code or ("already exists under parentid" not in message and "duplicate" in message)

    def error(self, account: str, what: str) -> PhotosyncError:
        """What nothing can be done about from here; `what` is the file or folder that was refused."""
        if self.is_full:
            return StorageFullError(
                f"account '{account}': Amazon Cloud Drive has no room for {what} ({self.said}). Make room there (the "
                "trash counts too), then push again."
            )
        if self.status == HTTPStatus.FORBIDDEN:
            return SignInError(
                f"account '{account}': Amazon Cloud Drive does not let this sign-in write ({self.said}). Permit "
                f"uploads with: photosync login {account} --upload"
            )
        if self.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return ItemError(f"{what} is too large for Amazon Cloud Drive ({self.said})", Reason.TOO_LARGE)
        if "'name'" in self.message:
            return ItemError(
                f"Amazon Cloud Drive does not take the name of {what} ({self.said}). Rename it.", Reason.REFUSED
            )
        return ItemError(f"Amazon Cloud Drive does not take {what} ({self.said})", Reason.REFUSED)
