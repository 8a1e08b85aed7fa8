"""The calls of Amazon Photos' private web API that bring something there, and what it means when they are refused.

Facts: protocol notes on Amazon Photos, sections 1, 2, 3, 8 and 9. Any part of a refusal can be missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote, urlencode

from photosync.errors import ItemError, PhotosyncError, Reason, StorageFullError
from photosync.provider import Outgoing
from photosync.transport import Answer, Transport
from photosync_amazon.api import COMMON
from photosync_amazon.nodes import Json, part, text

NORTH_AMERICA = frozenset({"com", "ca", "com.mx", "com.br"})
"""The sites whose uploads go to the host of that continent; all others' go to the European one."""
STORED = (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT)
_REFUSED = frozenset(range(400, 500)) - {
    *(HTTPStatus.UNAUTHORIZED, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS),
}
"""What concerns one file, folder or album alone; the transport knows what to do about the rest."""
_REDIRECTED = (HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER)
"""Where these lead tells whether it is the sign-in page; none is followed with a body."""
_ANSWERED = frozenset((*STORED, *_REDIRECTED, *_REFUSED))
_LEAST_PATIENCE_S, _MOST_PATIENCE_S, _HASHED_BYTES_PER_S = 120.0, 900.0, 10_000_000
"""The service hashes all of a file before it answers."""
_FULL = re.compile(r"NO_ACTIVE_SUBSCRIPTION|account allowance|quota", re.IGNORECASE)
_SHOWN_CHARACTERS = 200
_REASONS: Mapping[int, Reason] = {
    HTTPStatus.FORBIDDEN: Reason.FORBIDDEN,
    HTTPStatus.NOT_FOUND: Reason.NOT_FOUND,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Reason.TOO_LARGE,
}


def usual_upload_url(tld: str) -> str:
    """Where files go, unless the configuration knows better."""
    return f"https://content-{'na' if tld in NORTH_AMERICA else 'eu'}.drive.amazonaws.com/cdproxy/nodes"


def content_of(answer: Answer) -> Json:
    """The object that an answer is; empty for anything else."""
    try:
        content: object = json.loads(answer.body)
    except ValueError:
        return {}
    return content if isinstance(content, Mapping) else {}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal in its parts."""

    status: int
    code: str
    message: str
    node: Json
    """What is in the way: whole, by its id alone, or empty."""

    @classmethod
    def of(cls, answer: Answer) -> Refusal:
        """Out of an answer, whatever its body is."""
        content = content_of(answer)
        said = text(content, "message") or text(content, "Message")
        if said is None and not content:
            said = answer.body.decode("utf-8", "replace")
        in_the_way = part(content, "info").get("nodeId")
        node = {"id": in_the_way} if in_the_way else content if text(content, "id") else {}
        return cls(answer.status, (text(content, "code") or "").upper(), " ".join((said or "").split()), node)

    @property
    def node_id(self) -> str | None:
        """Of what is in the way."""
        return text(self.node, "id")

    @property
    def is_about_content(self) -> bool:
        """The content is there already, whatever its name."""
        return "MD5" in self.code

    @property
    def said(self) -> str:
        """For messages: `status 403: Forbidden`."""
        words = self.message[:_SHOWN_CHARACTERS].rstrip(".") or self.code
        return f"status {self.status}: {words}" if words else f"status {self.status}"

    def error(self, account: str, what: str) -> PhotosyncError:
        """For what nothing can be done about from here; `what` is the file, folder or album that was refused."""
        if _FULL.search(f"{self.code} {self.message}"):
            return StorageFullError(
                f"account '{account}': Amazon Photos has no room for {what} ({self.said}). Make room there (the trash "
                "counts too) or rent more, then push again."
            )
        if self.status == HTTPStatus.NOT_FOUND:
            return ItemError(
                f"{what}: the folder or album that it was to go into is no longer at Amazon Photos ({self.said}). "
                "Push again.",
                Reason.NOT_FOUND,
            )
        reason = _REASONS.get(self.status, Reason.REFUSED)
        return ItemError(f"Amazon Photos does not take {what} ({self.said})", reason)


class Changes:
    """One account's calls that change something. `upload_url` is where the bytes of files go."""

    def __init__(self, transport: Transport, base: str, upload_url: str) -> None:
        self._transport = transport
        self._base = base.rstrip("/")
        self._upload_url = upload_url

    def upload(self, file: Outgoing, folder_id: str) -> Answer:
        """Send a file's bytes; they make a file of this name in the folder. Raises `LostAnswerError`."""
        # `%20` is a blank to everybody; a plus sign, as `params` would write it, is not.
        query = urlencode(
            {"name": file.name, "kind": "FILE", "parentNodeId": folder_id, **COMMON}, quote_via=quote, safe=""
        )
        patience_s = _LEAST_PATIENCE_S + file.size_bytes / _HASHED_BYTES_PER_S
        return self._transport.request(
            "POST",
            f"{self._upload_url}?{query}",
            headers={"Content-Type": "application/octet-stream"},
            body=file.open,
            idempotent=False,
            accept=_ANSWERED,
            timeout_s=min(patience_s, _MOST_PATIENCE_S),
        )

    def make_folder(self, name: str, parent_id: str) -> Answer:
        """Make a folder. It may be sent twice: the second time is refused with the id of the first."""
        return self._sent("POST", "/nodes", {**COMMON, "kind": "FOLDER", "name": name, "parents": [parent_id]})

    def make_album(self, name: str) -> Answer:
        """Make an album. Nothing keeps a second one of this name from being made. Raises `LostAnswerError`."""
        return self._sent("POST", "/nodes", {"kind": "VISUAL_COLLECTION", "name": name}, idempotent=False)

    def add_to_album(self, album_id: str, ids: Sequence[str]) -> Answer:
        """Put items into an album; those that are in it stay there."""
        path = f"/nodes/{quote(album_id, safe='')}/children"
        return self._sent("PATCH", path, {"op": "add", "value": list(ids)})

    def _sent(self, method: str, path: str, body: Json, *, idempotent: bool = True) -> Answer:
        return self._transport.request(
            method,
            f"{self._base}{path}",
            json={**body, "resourceVersion": "V2", "ContentType": "JSON"},
            idempotent=idempotent,
            accept=_ANSWERED,
        )
