"""Uploads to a simulated drive: files, folders and the trash (protocol notes, sections 3.8, 3.9, 5 and 6).

It is as strict as the service was where clients made mistakes: the metadata come first and the content second, names
are compared without case, and a conflict is reported after the whole body.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import BodyPartReader, web

from photosync import clock
from photosync.testing import answers
from photosync.testing.receiving import Inbox, Upload
from photosync.testing.tolerance import Tolerance
from photosync_clouddrive.simulator.drive import ROOT, Drive, Raw
from photosync_clouddrive.simulator.faults import CloudDriveFaults
from photosync_clouddrive.simulator.stream import refused

MOST_NAME_CHARACTERS = 280
_PIECE_BYTES = 1 << 18
_METADATA = re.compile(r'form-data; name="metadata"')
_CONTENT = re.compile(r'form-data; name="content"; filename="[ -!#-~]+"')
_CONTENT_OF_ANY_NAME = re.compile(r'form-data; name="content"; filename=".+"')


class UploadRefusedError(Exception):
    """Has the service's answer."""

    def __init__(self, answer: web.Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """The parts of a body."""

    name: str
    parent: str
    mime: str
    upload: Upload


class DriveUploads:
    """Receives files and folders."""

    def __init__(self, drive: Drive, faults: CloudDriveFaults, inbox: Inbox, tolerance: Tolerance) -> None:
        self._drive = drive
        self._tolerance = tolerance
        self._faults = faults
        self._inbox = inbox
        self.quota_bytes: int | None = None
        """The capacity, including the trash; None: unlimited."""
        self.late_status: int | None = 504
        """The answer where `late_upload` or `pending_upload` fires; None: the connection closes."""
        self._made_at: dict[str, float] = {}

    def just_made(self, node_id: str) -> None:
        """Treat a node as if it had arrived now."""
        self._made_at[node_id] = clock.monotonic()

    def is_listed(self, node_id: object, lag_s: float) -> bool:
        """Whether a node is in a listing with this delay."""
        return clock.monotonic() - self._made_at.get(str(node_id), -lag_s) >= lag_s

    # Calls

    async def make_folder(self, request: web.Request) -> web.StreamResponse:
        """Section 3.8."""
        try:
            name, parent = self._named(await request.json(), "FOLDER")
            self._check_name(name, parent)
        except UploadRefusedError as error:
            return error.answer
        except ValueError:
            return refused("Malformed JSON")
        node_id = self._drive.add_folder(name, ROOT if self._faults.fires("astray_folder", "other") else parent)
        self.just_made(node_id)
        return web.json_response(self._drive.node(node_id), status=201)

    async def take_file(self, request: web.Request) -> web.StreamResponse:
        """Section 5.1."""
        if fault := self._faults.fires("cut_upload", "upload"):
            return await _cut(request, 0.5 if fault.value is None else fault.value)
        try:
            sent = await self._received(request)
            self._check_trouble()
            self._check_name(sent.name, sent.parent)
            self._check_content(sent.upload, suppressed=request.query.get("suppress") == "deduplication")
        except UploadRefusedError as error:
            return error.answer
        return await self._keep(request, sent)

    async def trash(self, request: web.Request) -> web.StreamResponse:
        """Section 6."""
        node_id = request.match_info["id"]
        if not self._drive.knows(node_id):
            return refused("Node not found", 404)
        if self._faults.fires("keeps_trash_out", "other") or node_id == ROOT:
            return refused("Insufficient permissions granted for operation: trashNode", 403)
        self._drive.say(node_id, status="TRASH")
        return web.json_response(self._drive.node(node_id))

    # Request bodies

    async def _received(self, request: web.Request) -> ReceivedFile:
        if refusal := body_refusal(request, self._tolerance):
            raise UploadRefusedError(refusal)
        reader = await request.multipart()
        first = await reader.next()
        if not isinstance(first, BodyPartReader) or not _METADATA.fullmatch(_disposition(first)):
            raise UploadRefusedError(refused("The first part must be the metadata"))
        try:
            metadata = json.loads(await first.read())
        except ValueError as error:
            raise UploadRefusedError(refused("The metadata are no JSON")) from error
        name, parent = self._named(metadata, "FILE")
        second = await reader.next()
        if not isinstance(second, BodyPartReader) or not self._is_content(_disposition(second)):
            raise UploadRefusedError(refused("The second part must be the content, with a filename"))
        mime = second.headers.get("Content-Type")
        if mime is None:
            raise UploadRefusedError(refused("The content has no Content-Type"))
        upload = await self._inbox.take(_pieces(second))
        if request.content_length is None and not upload.size_bytes:
            raise UploadRefusedError(refused("Cannot complete upload"))
        rest = await reader.next() or await request.content.read()
        if rest and not self._tolerance.serves("bytes after the content"):  # acd_cli streams end with some
            raise UploadRefusedError(refused("Nothing may follow the content"))
        return ReceivedFile(name, parent, mime, upload)

    def _is_content(self, disposition: str) -> bool:
        if _CONTENT.fullmatch(disposition):
            return True
        is_named = _CONTENT_OF_ANY_NAME.fullmatch(disposition) is not None
        return is_named and self._tolerance.serves("a filename beyond ASCII")

    # Refusals

    def _check_trouble(self) -> None:
        """Raise for faults that do not depend on the body."""
        if self._faults.fires("broken_transfer", "upload"):
            raise UploadRefusedError(refused("Cannot read from request."))
        if self._faults.fires("wrapped_expiry", "upload"):
            raise UploadRefusedError(refused("Upstream answered 401: Token has expired"))
        if self._faults.fires("stale_parent", "upload"):
            raise UploadRefusedError(refused("One of the parentId doesn't exist"))

    def _named(self, content: object, kind: str) -> tuple[str, str]:
        """The name and the parent from metadata."""
        metadata = content if isinstance(content, dict) else {}
        name, parents = metadata.get("name"), metadata.get("parents", [ROOT])
        is_right = metadata.get("kind") == kind and isinstance(name, str)
        if not is_right or not isinstance(parents, list) or len(parents) != 1:
            raise UploadRefusedError(refused("Invalid metadata"))
        return str(name), str(parents[0])

    def _check_name(self, name: str, parent: str) -> None:
        """Sections 3.8 and 3.9."""
        if not name or "/" in name or "\0" in name:
            raise UploadRefusedError(refused(f"Value '{name}' at 'name' failed to satisfy constraint"))
        if len(name) > MOST_NAME_CHARACTERS:
            raise UploadRefusedError(
                refused(
                    f"1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint: Member must "
                    f"have length less than or equal to {MOST_NAME_CHARACTERS}"
                )
            )
        if not self._drive.is_open_folder(parent):
            raise UploadRefusedError(refused("One of the parentId doesn't exist"))
        holder = self._drive.holder(parent, name)
        if self._faults.fires("stale_conflict", "upload"):
            stale = (node for node in self._drive.children(parent) if node.get("name") == name)
            holder = next((str(node["id"]) for node in stale if node["status"] == "TRASH"), holder)
        if holder is not None:
            raise UploadRefusedError(self._conflict(name, parent, holder))

    def _conflict(self, name: str, parent: str, holder: str) -> web.Response:
        """The name in the message is in lower case."""
        message = f"Node with the name {name.lower()} already exists under parentId {parent}"
        answer: Raw = {
            "logref": "simulated",
            "message": f"{message} conflicting NodeId: {holder}",
            "code": "NAME_ALREADY_EXISTS",
            "info": {"nodeId": holder},
        }
        if fault := self._faults.fires("bare_conflict", "upload"):
            del answer["info"], answer["code"]
            if fault.value:
                answer["message"] = message
        return web.json_response(answer, status=409)

    def _check_content(self, upload: Upload, *, suppressed: bool) -> None:
        if self.quota_bytes is not None and self._drive.used_bytes() + upload.size_bytes > self.quota_bytes:
            answer = {"message": "File size exceeds account allowance.", "code": "NO_ACTIVE_SUBSCRIPTION_FOUND"}
            raise UploadRefusedError(web.json_response(answer, status=403))
        if suppressed and not self._faults.fires("ignores_suppress", "upload"):
            return
        if upload.size_bytes and any(node["status"] == "AVAILABLE" for node in self._drive.with_md5(upload.md5)):
            answer = {"logref": "simulated", "message": "Attempted to upload a duplicate File"}
            raise UploadRefusedError(web.json_response(answer, status=409))

    # Stored files

    async def _keep(self, request: web.Request, sent: ReceivedFile) -> web.StreamResponse:
        upload = await self._spoiled(sent.upload)
        parent = ROOT if self._faults.fires("astray", "upload") else sent.parent
        node_id = self._drive.receive(upload, sent.name, parent, sent.mime)
        self.just_made(node_id)
        for name in ("late_upload", "pending_upload"):
            if fault := self._faults.fires(name, "upload"):
                return self._late(request, node_id, fault.value or 0.0, hidden=name == "late_upload")
        if self._faults.fires("bare_answer", "upload"):
            return web.json_response({"id": node_id, "kind": "FILE"}, status=201)
        return web.json_response(self._drive.node(node_id), status=201)

    async def _spoiled(self, upload: Upload) -> Upload:
        """The content that faults store in place of the received one, without an error."""
        content: bytes | None = None
        if fault := self._faults.fires("short_store", "upload"):
            content = upload.content()[: int(upload.size_bytes * (0.5 if fault.value is None else fault.value))]
        if self._faults.fires("damaged_store", "upload"):
            content = upload.content()[:-1] + b"\xaa"
        return upload if content is None else await self._inbox.take(_one(content))

    def _late(self, request: web.Request, node_id: str, after_s: float, *, hidden: bool) -> web.StreamResponse:
        """Section 5.7: all bytes arrived, the answer is an error, and the file appears later."""
        self._drive.say(node_id, status="PENDING")
        if hidden:
            self._drive.hidden.add(node_id)
        asyncio.get_running_loop().call_later(clock.real_s(after_s), self.appear, node_id)
        if self.late_status is not None:
            return web.Response(status=self.late_status)
        if request.transport is not None:
            request.transport.close()
        raise answers.Dropped

    def appear(self, node_id: str) -> None:
        """Show a late file."""
        self._drive.hidden.discard(node_id)
        self._drive.say(node_id, status="AVAILABLE")


def body_refusal(request: web.Request, tolerance: Tolerance) -> web.Response | None:
    """The answer to an upload whose body cannot be read. Streams have no length (section 5.2); ours always knows it."""
    if request.content_type != "multipart/form-data":
        return refused("Content-Type must be multipart/form-data")
    is_measured = request.content_length is not None or tolerance.serves("no Content-Length")
    return None if is_measured else refused("Length Required", 411)


def _disposition(part: BodyPartReader) -> str:
    return part.headers.get("Content-Disposition", "")


async def _pieces(part: BodyPartReader) -> AsyncIterator[bytes]:
    while piece := await part.read_chunk(_PIECE_BYTES):
        yield piece


async def _one(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _cut(request: web.Request, share: float) -> web.StreamResponse:
    """Read a part of the body, and close the connection."""
    missing = int((request.content_length or 0) * share)
    while missing > 0 and (piece := await request.content.read(min(missing, _PIECE_BYTES))):
        missing -= len(piece)
    if request.transport is not None:
        request.transport.abort()
    raise answers.Dropped
