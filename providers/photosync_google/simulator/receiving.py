"""Receives content in one request, or in pieces (protocol notes on Google Photos, 5.1 and 5.2).

Strict where clients made mistakes: the headers, the offset of each piece, its size, and the total size.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from photosync.testing.answers import Dropped
from photosync.testing.receiving import Upload
from photosync_google.simulator.errors import google_error, invalid

if TYPE_CHECKING:
    from photosync_google.simulator import GoogleSimulator

GRANULARITY = 262144
_LARGEST_PHOTO = 200 * 1024**2
_PIECE_BYTES = 64 * 1024


@dataclass
class Received:
    """Content with an upload token."""

    upload: Upload
    mime: str
    is_used: bool = False


@dataclass
class Session:
    """The upload session of a large file."""

    mime: str
    size_bytes: int
    parts: list[Upload] = field(default_factory=list)
    is_final: bool = False

    @property
    def received(self) -> int:
        """The number of received bytes."""
        return sum(part.size_bytes for part in self.parts)


class Receiver:
    """The route `/uploads`, and the received content."""

    def __init__(self, simulator: GoogleSimulator) -> None:
        self._simulator = simulator
        self.sessions: dict[str, Session] = {}
        """By the id in their addresses."""
        self.tokens: dict[str, Received] = {}
        """All tokens, used ones included."""

    def known(self, token: str) -> str:
        """The token that a client means: some send it with the line break that can be at the end of the answer."""
        is_whole = token in self.tokens or token.strip() not in self.tokens
        return token if is_whole or not self._simulator.tolerance.serves("a token with a line break") else token.strip()

    def is_good(self, token: str) -> bool:
        """Whether a token is valid: it can be used once."""
        return token in self.tokens and not self.tokens[token].is_used

    def peek(self, token: str) -> Received:
        """The content of a token."""
        return self.tokens[token]

    def take(self, token: str) -> Received:
        """Use a token."""
        self.tokens[token].is_used = True
        return self.tokens[token]

    async def uploads(self, request: web.Request) -> web.StreamResponse:
        """The routes for content."""
        faults, command = self._simulator.faults, request.headers.get("X-Goog-Upload-Command", "")
        if faults.fires("quota_uploads", "upload"):
            # Not in the usual form, and with another status (int128/gpup issue 13).
            words = "Insufficient tokens for quota 'photoslibrary.googleapis.com/upload_requests' and limit"
            return web.json_response({"code": 3, "message": f"{words} 'UploadsPerMinute'."}, status=400)
        if faults.fires("refused_upload", "upload"):
            return invalid("The upload is refused, says the simulator.")
        if "upload_id" in request.query:
            return await self._of_session(request, command)
        protocol = request.headers.get("X-Goog-Upload-Protocol")
        if protocol == "raw" and not command:
            return await self._whole(request)
        return self._start(request) if (protocol, command) == ("resumable", "start") else invalid("Upload protocol.")

    # In one request

    async def _whole(self, request: web.Request) -> web.StreamResponse:
        mime = request.headers.get("X-Goog-Upload-Content-Type", "")
        serves = self._simulator.tolerance.serves
        if not mime and serves("no X-Goog-Upload-Content-Type"):
            mime = mimetypes.guess_type(request.headers.get("X-Goog-Upload-File-Name", ""))[0] or "image/jpeg"
        is_told = request.content_type == "application/octet-stream" and "/" in mime
        is_measured = request.content_length is not None or serves("no Content-Length")
        if not is_told or not is_measured or _is_too_large(mime, request.content_length or 0):
            return invalid("Upload headers.")
        upload = await self._simulator.inbox.take(request.content)
        return self._token(upload, mime) if upload.size_bytes else invalid("Empty upload.")

    def _token(self, upload: Upload, mime: str) -> web.Response:
        number = f"{self._simulator.seed}/{len(self.tokens)}/{upload.sha256}"
        token = f"CAISsimulated{hashlib.sha256(number.encode()).hexdigest()}"
        self.tokens[token] = Received(upload, mime)
        faults = self._simulator.faults
        end = "\n" if faults.fires("token_line", "upload") else ""
        text = "" if faults.fires("no_token", "upload") else token
        return web.Response(text=text + end, content_type="text/plain")

    # In pieces

    def _start(self, request: web.Request) -> web.Response:
        mime, size = (
            request.headers.get("X-Goog-Upload-Content-Type", ""),
            request.headers.get("X-Goog-Upload-Raw-Size"),
        )
        is_told = "/" in mime and size is not None and size.isdecimal() and int(size) > 0
        if not is_told or request.content_length != 0 or _is_too_large(mime, int(size or 0)):
            return invalid("Upload headers.")
        number = f"session/{self._simulator.seed}/{len(self.sessions)}"
        upload_id = f"AFiumC{hashlib.sha256(number.encode()).hexdigest()}"
        self.sessions[upload_id] = Session(mime, int(size or 0))
        is_strange = self._simulator.faults.fires("strange_upload_host", "upload")
        host = self._simulator.url_of("media") if is_strange else self._simulator.url
        headers = {
            "X-Goog-Upload-URL": f"{host}{request.path}?upload_id={upload_id}&upload_protocol=resumable",
            "X-Goog-Upload-Chunk-Granularity": str(GRANULARITY),
            "X-Goog-Upload-Status": "active",
        }
        return web.Response(headers=headers)

    async def _of_session(self, request: web.Request, command: str) -> web.StreamResponse:
        session = self.sessions.get(request.query["upload_id"])
        if session is None or self._simulator.faults.fires("closed_session", "upload"):
            return google_error(404, "NOT_FOUND", "Upload not found.")
        if command == "query":
            received = {"X-Goog-Upload-Size-Received": str(session.received)}
            status = {"X-Goog-Upload-Status": "final" if session.is_final else "active"}
            return web.Response(headers=status | received)
        is_last = command == "upload, finalize"
        if session.is_final or not (is_last or command == "upload"):
            return invalid("Upload command.")
        if problem := _wrong_piece(request, session, is_last=is_last):
            return invalid(problem)
        return await self._piece(request, session, is_last=is_last)

    async def _piece(self, request: web.Request, session: Session, *, is_last: bool) -> web.StreamResponse:
        fault = self._simulator.faults.fires("broken_piece", "upload")
        most = None if fault is None else int(fault.value or 0)
        session.parts.append(await self._simulator.inbox.take(_pieces(request, most)))
        if fault is not None:
            if request.transport is not None:
                request.transport.close()
            raise Dropped
        if not is_last:
            return web.Response(headers={"X-Goog-Upload-Status": "active"})
        if session.received != session.size_bytes:
            return invalid("Upload size.")
        session.is_final = True
        return self._token(await self._simulator.inbox.take(_joined(session.parts)), session.mime)


def _wrong_piece(request: web.Request, session: Session, *, is_last: bool) -> str:
    """The error of a piece, before its bytes are read."""
    size, offset = request.content_length, request.headers.get("X-Goog-Upload-Offset")
    if size is None or offset != str(session.received):
        return "Upload offset."
    if session.received + size > session.size_bytes:
        return "Upload size."
    return "" if is_last or (size > 0 and size % GRANULARITY == 0) else "Upload granularity."


async def _pieces(request: web.Request, most: int | None) -> AsyncIterator[bytes]:
    """The body, or its beginning."""
    left = most
    async for piece in request.content.iter_chunked(_PIECE_BYTES):
        if left is None:
            yield piece
        elif left > 0:
            yield piece[:left]
            left -= min(left, len(piece))
        else:
            return


async def _joined(parts: list[Upload]) -> AsyncIterator[bytes]:
    for part in parts:
        with part.path.open("rb") as file:
            while piece := file.read(1 << 20):
                yield piece


def _is_too_large(mime: str, size_bytes: int) -> bool:
    return mime.startswith("image/") and size_bytes > _LARGEST_PHOTO
