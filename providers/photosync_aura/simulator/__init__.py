"""A simulated Aura: as strict as the service where clients went wrong (protocol notes on Aura, section 11).

Photos and videos are on other hosts, which must never get credentials: a request that has some is a leak, and a strict
simulator refuses it.
"""

from __future__ import annotations

import base64
import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import ClassVar, Unpack

from aiohttp import web

from photosync.model import Kind
from photosync.testing import answers
from photosync.testing.routes import Route
from photosync.testing.simulator import Simulator, SimulatorOptions
from photosync_aura.items import MOTION
from photosync_aura.simulator.faults import AuraFaults
from photosync_aura.simulator.library import (
    ANN,
    FRAMES,
    GRANDMA,
    KITCHEN,
    AuraLibrary,
    Json,
    frame,
)
from photosync_aura.simulator.uploads import BUCKET, UploadDesk

__all__ = ["ANN", "FRAMES", "GRANDMA", "KITCHEN", "AuraFaults", "AuraLibrary", "AuraSimulator"]

MOST_A_PAGE = 1000
"""The largest page that known clients request."""
EMAIL = "ann@example.com"
PASSWORD = "correct horse 100% battery"  # noqa: S105 - simulated; the older script failed on the sign
_REFUSED_SIGN_IN = 475
_CREDENTIALS = ("X-User-Id", "X-Token-Auth", "Cookie", "Authorization")
_DEVICE_FIELDS = frozenset(("identifier_for_vendor", "client_device_id"))
_LOGIN_FIELDS = _DEVICE_FIELDS | {"app_identifier", "locale", "user"}


class AuraSimulator(Simulator):
    """Aura on loopback."""

    provider: ClassVar[str] = "aura"
    faults_type = AuraFaults
    lists = ("assets",)
    faults: AuraFaults
    library_type = AuraLibrary
    library: AuraLibrary

    def __init__(
        self,
        *,
        most_a_page: int = MOST_A_PAGE,
        **options: Unpack[SimulatorOptions],
    ) -> None:
        """`most_a_page` limits pages, whatever a client requests."""
        super().__init__(**options)
        self.password = PASSWORD
        self.devices: list[str] = []
        """The device ids that signed in, one for each sign-in."""
        self.video_addresses: dict[str, str] = {}
        """Addresses to name for videos in place of the true ones, by the items' ids."""
        self._most_a_page = most_a_page
        self.session_lasts: int | None = None
        """The number of requests until a session expires; None: it does not."""
        self._tokens: set[str] = set()
        self._uses: Counter[str] = Counter()
        self.desk = UploadDesk(self)
        self._links = 0
        """The number of calls of `expire_links`."""

    def account_settings(self) -> dict[str, object]:
        """The settings of an account at this simulator."""
        return {
            "provider": self.provider,
            "email": EMAIL,
            "password": self.password,
            "endpoints": {
                "api": f"{self.url}/v5",
                "images": self.url_of("images"),
                "videos": self.url_of("videos"),
                "upload": f"{self.url_of('store')}/{BUCKET}",
                "identity": f"{self.url_of('store')}/",
            },
        }

    def end_sessions(self) -> None:
        """End every session."""
        self._tokens.clear()

    def expire_links(self) -> None:
        """Make all listed addresses of videos invalid."""
        self._links += 1

    def frame_contents(self, frame_id: str) -> dict[str, str | None]:
        """The md5 of everything on a frame, by the uploaders' identifiers; None for a placeholder."""
        library = self.library
        return {
            str(library.asset(number, "")["local_identifier"]): (
                None if library.traits_of(number).placeholder else library.md5(library.item(number))
            )
            for number in self._numbers(frame_id)
        }

    def routes(self) -> Sequence[Route]:
        """The API."""
        return [
            Route("POST", "/v5/login.json", self._login, signed=False),
            Route("GET", "/v5/frames.json", self._frames),
            Route("GET", "/v5/frames/{frame}/assets.json", self._assets, "list"),
            *self.desk.api_routes(),
        ]

    def sites(self) -> Mapping[str, Sequence[Route]]:
        """The API, the host of the photos and that of the videos."""
        return {
            "main": self.routes(),
            "images": [Route("GET", "/{user}/{file}", self._photo, "content", signed=False)],
            "videos": [Route("GET", "/v/{video}", self._video, "content", signed=False)],
            "store": self.desk.store_routes(),
        }

    def item_of(self, request: web.Request) -> str | None:
        """From the stored file's name, or from the video's id in its address; the step of an upload."""
        if step := self.desk.step_of(request):
            return step
        if video := request.match_info.get("video"):
            return video.removesuffix(".mp4")
        number = self.library.number_of_file(request.match_info.get("file", ""))
        return None if number is None else self.library.id_of(number)

    def has_credentials(self, request: web.Request) -> bool:
        """The service's own headers, and the usual ones."""
        return any(name in request.headers for name in _CREDENTIALS)

    def expired_answer(self) -> web.Response:
        """Section 1."""
        return web.json_response({"error": True, "message": "Request Unauthenticated", "logout": True}, status=401)

    def refused_sign_in(self) -> web.Response:
        """Section 1: a wrong password, or a lock."""
        return web.json_response(
            {"error": True, "message": "The email or password was incorrect."}, status=_REFUSED_SIGN_IN
        )

    def not_found_answer(self) -> web.Response:
        """Section 1."""
        return web.json_response({"error": True, "message": "Not found"}, status=404)

    async def before(self, request: web.Request, route: Route) -> web.StreamResponse | None:
        """Check the session on the API, and that no other host gets credentials."""
        if self._leaks(request, route):
            self.leaks.append(request.path_qs)
            if not self.tolerance.serves("credentials at the content host"):
                return web.Response(status=400, text="credentials of another host")
        if not route.signed:
            return None
        token = request.headers.get("X-Token-Auth", "")
        self._uses[token] += 1
        is_used_up = self.session_lasts is not None and self._uses[token] > self.session_lasts
        signed_in = request.headers.get("X-User-Id") == ANN and token in self._tokens and not is_used_up
        return self.desk.before(request) if signed_in else self.expired_answer()

    def _leaks(self, request: web.Request, route: Route) -> bool:
        """Whether a request has credentials of the account for another host. The store has other credentials."""
        if route in self.desk.store_routes():
            return any(name in request.headers for name in ("X-User-Id", "X-Token-Auth", "Cookie"))
        return route.kind == "content" and self.has_credentials(request)

    async def _login(self, request: web.Request) -> web.StreamResponse:
        content = await request.json()
        missing = _LOGIN_FIELDS - content.keys()
        is_complete = not missing or (missing <= _DEVICE_FIELDS and self.tolerance.serves("a sign-in without a device"))
        if not is_complete or self.has_credentials(request):
            return web.json_response({"error": True, "message": "Bad Request"}, status=400)
        self.devices.append(content.get("client_device_id", ""))
        # A locked account looks as if its session had ended and could not be renewed (section 7).
        has_ended = self.faults.expired is not None and self.faults.expired.fired > 0
        locked = self.desk.is_locked or has_ended or self.faults.fires("locked", "other")
        if content["user"] != {"email": EMAIL, "password": self.password} or locked:
            return self.refused_sign_in()
        token = f"simulated-token-{self.seed}-{len(self.devices)}"
        self._tokens.add(token)
        user: Json = {"id": ANN, "auth_token": token, "name": "Ann", "email": EMAIL, "features": [], "locale": "en"}
        if self.faults.fires("no_token", "other"):
            del user["auth_token"]
        response = web.json_response({"error": False, "result": {"current_user": user}})
        response.set_cookie("_pushd_web_session", "not-needed")
        return response

    async def _frames(self, _request: web.Request) -> web.StreamResponse:
        frames = [frame(id_, len(self._numbers(id_))) for id_ in FRAMES]
        return web.json_response({"frames": frames, "user_pending_tokens": []})

    async def _assets(self, request: web.Request) -> web.StreamResponse:
        frame_id = request.match_info["frame"]
        if failure := self._failed_listing(frame_id, request.headers.get("X-Token-Auth", "")):
            return failure
        try:
            limit = int(request.query["limit"]) if "limit" in request.query else None
            after = _position(request.query.get("cursor"))
        except ValueError:
            return web.json_response({"error": True, "message": "Bad Request"}, status=400)
        if limit is not None and not 0 < limit <= MOST_A_PAGE:
            return web.json_response({"error": True, "message": "Bad Request"}, status=400)
        numbers = self._numbers(frame_id, with_hidden=request.query.get("filter") == "all")
        return web.json_response(self._page(frame_id, numbers, after, min(limit or len(numbers), self._most_a_page)))

    def _failed_listing(self, frame_id: str, token: str) -> web.Response | None:
        if frame_id not in FRAMES:
            return self.not_found_answer()
        if self.faults.fires("forbidden", "list", frame_id):
            return web.json_response({"error": True, "message": "Forbidden"}, status=403)
        if self.faults.fires("error_envelope", "list"):
            return web.json_response({"error": True, "message": f"Something broke over here: {token}"})
        if self.faults.fires("not_found_envelope", "list"):
            return web.json_response({"error": True, "message": "Not found"})
        return None

    def _page(self, frame_id: str, numbers: Sequence[int], after: int, limit: int) -> Json:
        first = bisect_right(numbers, after)
        page = numbers[first : first + limit]
        cursor = _cursor(page[-1]) if first + limit < len(numbers) else None
        if cursor and self.faults.fires("repeat_cursor", "list"):
            cursor = _cursor(after)
        if first and self.faults.fires("empty_page", "list"):
            page, cursor = [], _cursor(0)
        return {
            "assets": [self.library.asset(number, self._video_url(number)) for number in page],
            "asset_settings": [self.library.settings(number, frame_id) for number in page],
            "users": [],
            "next_page_cursor": cursor,
        }

    async def _photo(self, request: web.Request) -> web.StreamResponse:
        user_id, file_name = request.match_info["user"], request.match_info["file"]
        number = self.library.number_of_file(file_name)
        if number is None or not self.library.has(number) or self.library.user_of(number) != user_id:
            return web.Response(status=404, text="not found")
        item = self.library.item(number)
        if self.library.file_name(item) != file_name or self.library.traits_of(number).placeholder:
            return web.Response(status=404, text="not found")
        is_video = item.kind is Kind.VIDEO
        body = self.library.poster(item) if is_video else self.library.content(item)
        if self.faults.fires("empty_body", "content", item.id):
            body = b""
        return answers.content(self.faults, request, body, headers={"Content-Type": "image/jpeg"}, item=item.id)

    async def _video(self, request: web.Request) -> web.StreamResponse:
        item_id = request.match_info["video"].removesuffix(".mp4")
        number = self.library.number_of(item_id)
        is_good = number is not None and request.query.get("Signature") == self._signature(item_id)
        if number is None or not is_good or self.faults.fires("refuse_video", "content", item_id):
            xml = "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"
            return web.Response(status=403, text=xml, content_type="text/xml")
        item = self.library.item(number)
        if item_id.endswith(MOTION):
            item = self.library.motion(item)
        body = self.library.content(item)
        return answers.content(self.faults, request, body, headers={"Content-Type": "video/mp4"}, item=item_id)

    def _numbers(self, frame_id: str, *, with_hidden: bool = True) -> list[int]:
        library = self.library
        return [
            number
            for number in range(library.next_number)
            if library.is_on(number, frame_id) and (with_hidden or not library.is_hidden(number, frame_id))
        ]

    def _video_url(self, number: int) -> str:
        traits = self.library.traits_of(number)
        item_id = self.library.id_of(number) + (MOTION if traits.live and traits.duration_s is None else "")
        if traits.live and traits.duration_s is not None:
            item_id = self.library.id_of(number)
        if item_id in self.video_addresses:
            return self.video_addresses[item_id]
        return f"{self.url_of('videos')}/v/{item_id}.mp4?Expires=1790000000&Signature={self._signature(item_id)}"

    def _signature(self, item_id: str) -> str:
        return hashlib.sha256(f"{self.seed} {item_id} {self._links}".encode()).hexdigest()[:24]


def _cursor(number: int) -> str:
    """The position after an item, which stays valid when items come or go."""
    return base64.urlsafe_b64encode(f"after {number}".encode()).decode()


def _position(cursor: str | None) -> int:
    return int(base64.urlsafe_b64decode(cursor).decode().removeprefix("after ")) if cursor else -1
