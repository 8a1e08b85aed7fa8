"""The picking sessions of the simulated Google, and the person who picks everything after a few polls.

Facts: protocol notes on Google Photos, sections 2 and 3.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from photosync.model import Kind
from photosync.testing.library import SimulatedItem
from photosync.testing.media import CAMERAS
from photosync.testing.routes import Route
from photosync_google.simulator.errors import REFUSALS, google_error

if TYPE_CHECKING:
    from photosync_google.simulator import GoogleSimulator

MOST_PICKED = 2000
LARGEST_PAGE = 100
_DEFAULT_PAGE = 50
_PAGE_TOKEN = re.compile(r"(\d+)\.(\d+)(\.again)?")
_REQUEST_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass
class SimulatedSession:
    """One session."""

    id: str
    most: int
    asked_most: str | None
    looks: int = 0
    picked: list[int] | None = None
    """The numbers of the items; None until the person has finished."""
    is_deleted: bool = False
    listings: list[str] = field(default_factory=list)
    """Marks of the started listings; a mark is part of every address in its listing."""


class Picker:
    """The routes of the Picker API."""

    def __init__(self, simulator: GoogleSimulator) -> None:
        self._simulator = simulator
        self.sessions: dict[str, SimulatedSession] = {}
        """All sessions, deleted ones included."""
        self.pages_opened: list[str] = []
        """The paths of the picking pages that a browser has requested."""
        self._uses: dict[str, int] = {}

    @property
    def open_sessions(self) -> list[SimulatedSession]:
        """The sessions that are not deleted."""
        return [session for session in self.sessions.values() if not session.is_deleted]

    def refusal(self, route: Route) -> web.Response | None:
        """Faults of any call of the API."""
        faults = self._simulator.faults
        for name, answer in REFUSALS.items():
            if (name != "no_photos" or route.method == "POST") and faults.fires(name, route.kind):
                return answer()
        return None

    # Sessions

    async def create(self, request: web.Request) -> web.StreamResponse:
        """A new session."""
        body = await request.json() if request.can_read_body else {}
        asked = body.get("pickingConfig", {}).get("maxItemCount") if isinstance(body, dict) else None
        request_id = request.query.get("requestId")
        is_understood = (request_id is None or _REQUEST_ID.fullmatch(request_id)) and (
            asked is None or (isinstance(asked, str) and asked.isdecimal() and int(asked) > 0)
        )
        if not is_understood:
            return google_error(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
        number = len(self.sessions)
        digest = hashlib.sha256(f"{self._simulator.seed}/{number}".encode()).hexdigest()
        session = SimulatedSession(
            f"session-{digest[:24]}", min(int(asked), MOST_PICKED) if asked else MOST_PICKED, asked
        )
        self.sessions[session.id] = session
        return web.json_response(self._described(session))

    async def get(self, request: web.Request) -> web.StreamResponse:
        """The state of a session. The person finishes after a number of polls."""
        session, refusal = self._found(request.match_info["session"])
        if session is None:
            return refusal
        session.looks += 1
        is_patient = session.looks >= self._simulator.polls
        if session.picked is None and is_patient and not self._simulator.faults.fires("unpicked", "other"):
            session.picked = self._simulator.index.all().page(0, session.most, descending=False)
        return web.json_response(self._described(session))

    async def delete(self, request: web.Request) -> web.StreamResponse:
        """Delete a session."""
        session, refusal = self._found(request.match_info["session"])
        if session is None:
            return refusal
        session.is_deleted = True
        return web.json_response({})

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The page on which a person would pick."""
        self.pages_opened.append(request.path)
        return web.Response(text="<html><title>Pick</title></html>", content_type="text/html")

    def _found(self, session_id: str) -> tuple[SimulatedSession | None, web.Response]:
        if self._simulator.faults.fires("session_expired", "other"):
            return None, google_error(403, "PERMISSION_DENIED", "The caller does not have permission")
        session = self.sessions.get(session_id)
        is_there = session is not None and not session.is_deleted
        return session if is_there else None, google_error(404, "NOT_FOUND", "Session not found.")

    def _described(self, session: SimulatedSession) -> Mapping[str, object]:
        expires = datetime.now(UTC) + timedelta(days=7)
        described: dict[str, object] = {
            "id": session.id,
            "pickerUri": f"{self._simulator.url}/picker/{session.id}",
            "expireTime": expires.strftime("%Y-%m-%dT%H:%M:%S.%f789Z"),
        }
        if session.asked_most:
            described["pickingConfig"] = {"maxItemCount": str(session.most)}
        if session.picked is not None:
            described["mediaItemsSet"] = True
        else:  # proto3 omits false
            described["pollingConfig"] = {
                "pollInterval": f"{self._simulator.poll_interval_s:.9g}s",
                "timeoutIn": f"{self._simulator.closes_in_s:.9g}s",
            }
        return described

    # Picked items

    async def media_items(self, request: web.Request) -> web.StreamResponse:
        """A page of picked items."""
        session, refusal = self._found(request.query.get("sessionId", ""))
        if session is None:
            return refusal
        faults = self._simulator.faults
        if session.picked is None or faults.fires("not_yet", "list"):
            return google_error(400, "FAILED_PRECONDITION", "Precondition check failed.")
        size = min(int(request.query.get("pageSize", 0)) or _DEFAULT_PAGE, self._simulator.most_a_page)
        token = request.query.get("pageToken")
        place = self._position(session, token)
        if place is None:
            return google_error(400, "INVALID_ARGUMENT", "Page token is not valid.")
        offset, listing = place
        if faults.fires("repeated_token", "list") and token:
            return web.json_response({"mediaItems": [], "nextPageToken": token})
        if faults.fires("empty_page", "list"):
            return web.json_response({"nextPageToken": f"{offset}.{listing}{'.again' if token else ''}"})
        return web.json_response(self._page(session, listing, offset, size))

    def _position(self, session: SimulatedSession, token: str | None) -> tuple[int, int] | None:
        """The listing and the offset of a page; without a token a new listing starts."""
        if token is None:
            mark = hashlib.sha256(f"{session.id}/{len(session.listings)}".encode()).hexdigest()[:32]
            session.listings.append(mark)
            return 0, len(session.listings) - 1
        match = _PAGE_TOKEN.fullmatch(token)
        return (int(match[1]), int(match[2])) if match and int(match[2]) < len(session.listings) else None

    def _page(self, session: SimulatedSession, listing: int, offset: int, size: int) -> Mapping[str, object]:
        library, picked, mark = self._simulator.library, session.picked or [], session.listings[listing]
        page = [library.item(number) for number in picked[offset : offset + size] if library.has(number)]
        answer: dict[str, object] = {}
        if page:
            answer["mediaItems"] = [self._media_item(item, mark) for item in page]
        if offset + size < len(picked):
            answer["nextPageToken"] = f"{offset + size}.{listing}"
        return answer

    def _media_item(self, item: SimulatedItem, mark: str) -> Mapping[str, object]:
        is_video = item.kind is Kind.VIDEO
        file: dict[str, object] = {
            "baseUrl": f"{self._simulator.url_of('media')}/ppa/{item.id}.{mark}",
            "mimeType": self._simulator.uploads.mimes.get(item.id, "video/mp4" if is_video else "image/jpeg"),
        }
        described: dict[str, object] = {"id": item.id, "type": item.kind.name, "mediaFile": file}
        if "taken" not in item.missing:
            described["createTime"] = item.instant.isoformat(timespec="milliseconds") + "Z"
        if "name" not in item.missing:
            file["filename"] = item.name
        if "details" not in item.missing:
            file["mediaFileMetadata"] = self._details(item)
        elif is_video:
            file["mediaFileMetadata"] = {"videoMetadata": {"processingStatus": self.status_of(item, is_listing=True)}}
        return described

    def _details(self, item: SimulatedItem) -> Mapping[str, object]:
        width, height = self._simulator.library.dimensions(item)
        details: dict[str, object] = {"width": width, "height": height}
        camera = CAMERAS[item.shape.camera]
        if item.kind is Kind.VIDEO:
            status = self.status_of(item, is_listing=True)
            return details | {"videoMetadata": {"fps": 30.0, "processingStatus": status}}
        if camera is not None:
            details |= {"cameraMake": camera.make, "cameraModel": camera.model}
        return details | {"photoMetadata": {"focalLength": 6.9, "isoEquivalent": 40, "exposureTime": "0.000625s"}}

    def status_of(self, item: SimulatedItem, *, is_listing: bool = False) -> str:
        """Whether a video is ready; only listings count for a fault's `times`."""
        faults = self._simulator.faults
        if is_listing and faults.fires("processing", "list", item.id):
            return "PROCESSING"
        return "FAILED" if is_listing and faults.fires("failed_video", "list", item.id) else "READY"

    # Addresses

    def is_current(self, mark: str) -> bool:
        """Whether an address is still valid; counts as a use of the address."""
        limit = self._simulator.uses_of_addresses
        self._uses[mark] = self._uses.get(mark, 0) + 1
        return limit is None or self._uses[mark] <= limit
