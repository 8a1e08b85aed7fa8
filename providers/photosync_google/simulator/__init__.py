"""A simulated Google Photos: sign-in, picking sessions, downloads of picked items, and uploads.

As strict as the service where clients made mistakes (protocol notes on Google Photos, section 8). The person who picks
is simulated too: all items of the library are picked after a few polls. Hosts: `main` has the API and the sign-in,
`media` has the content and requires the bearer token, `video` has the content of videos and must not get the token.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Unpack

from aiohttp import web

from photosync.testing import answers
from photosync.testing.library import SimulatedItem
from photosync.testing.routes import Route
from photosync.testing.simulator import Simulator, SimulatorOptions
from photosync_google.simulator import discovery
from photosync_google.simulator.consent import SimulatedConsent
from photosync_google.simulator.errors import google_error, insufficient_scope
from photosync_google.simulator.faults import GoogleFaults
from photosync_google.simulator.picker import LARGEST_PAGE, Picker
from photosync_google.simulator.previews import preview
from photosync_google.simulator.uploads import PATHS as LIBRARY_PATHS
from photosync_google.simulator.uploads import Uploads

ERROR_PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(400)
"""The body of a refused download: a picture (section 4.2)."""
STILL_PICTURE = b"\xff\xd8\xff\xe0" + bytes(2000)
"""What stands for a picture of a video."""


class GoogleSimulator(Simulator):
    """Google Photos on loopback."""

    provider: ClassVar[str] = "google"
    faults_type = GoogleFaults
    lists = ("mediaItems",)
    faults: GoogleFaults

    def __init__(
        self,
        *,
        polls: int | None = None,
        poll_interval_s: float | None = None,
        closes_in_s: float = 1800.0,
        uses_of_addresses: int | None = None,
        most_a_page: int = LARGEST_PAGE,
        **options: Unpack[SimulatorOptions],
    ) -> None:
        """The person finishes at poll number `polls` of a session: at once in tests, after seconds in a demonstration.

        The addresses of a listing expire after `uses_of_addresses` downloads; None: they do not expire. `most_a_page`
        limits pages, whatever a client requests.
        """
        super().__init__(**options)
        self.consent = SimulatedConsent(self.faults, self.tolerance, self.seed)
        self.picker = Picker(self)
        self.uploads = Uploads(self)
        is_shown = options.get("size") == "demo"
        self.polls = polls or (3 if is_shown else 1)
        self.poll_interval_s = poll_interval_s or (1.0 if is_shown else 0.1)
        self.closes_in_s = closes_in_s
        self.uses_of_addresses = uses_of_addresses
        self.most_a_page = most_a_page
        self._folder: Path | None = None

    # For tests and accounts

    def command(self, account: str) -> list[str]:
        """The command that saves everything."""
        return ["pick", account, "--no-browser"]

    @property
    def folder(self) -> Path:
        """The folder with this user's files: the client, and tokens with all permissions."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="photosync-google-"))
            self.consent.write_files(self._folder, self.url)
        return self._folder

    def account_settings(self) -> dict[str, object]:
        """The client, the tokens for picking and for uploads, and the address of every host here."""
        return {
            "provider": self.provider,
            "client_secret": str(self.folder / "client_secret.json"),
            "token": str(self.folder / "token.json"),
            "upload_token": str(self.folder / "upload-token.json"),
            "endpoints": {
                "picker": f"{self.url}/v1",
                "library": f"{self.url}/v1",
                "media": self.url_of("media"),
            },
        }

    def stop(self) -> None:
        """End, and delete the files."""
        super().stop()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    # Routes

    def routes(self) -> Sequence[Route]:
        """The API and the sign-in, distinguished by their paths."""
        picker, consent = self.picker, self.consent
        return [
            Route("POST", "/v1/sessions", picker.create, changes=True),
            Route("GET", "/v1/sessions/{session}", picker.get),
            Route("DELETE", "/v1/sessions/{session}", picker.delete, changes=True),
            Route("GET", "/v1/mediaItems", picker.media_items, "list"),
            *discovery.routes(),
            Route("GET", "/picker/{session}", picker.page, signed=False),
            Route("GET", "/picker/{session}/autoclose", picker.page, signed=False),
            Route("GET", "/o/oauth2/auth", consent.page, signed=False),
            Route("POST", "/token", consent.token, signed=False),
            Route("POST", "/revoke", consent.revoke, signed=False),
            *self.uploads.routes(),
        ]

    def sites(self) -> Mapping[str, Sequence[Route]]:
        """The API, the content, and the content of videos."""
        return {
            "main": self.routes(),
            "media": [
                Route("GET", "/ppa/{id}.{address}=d", self._photo, "content"),
                Route("GET", "/ppa/{id}.{address}=dv", self._video_redirection),
                Route("GET", "/ppa/{id}.{address}={options:[whs][0-9].*}", self._preview, "content"),
                Route("GET", "/ppa/{id}.{address:[0-9a-f]+}", self._preview, "content"),
            ],
            "video": [Route("GET", "/download/{id}.{address}", self._video, "content", signed=False)],
        }

    def expired_answer(self) -> web.Response:
        """An expired token."""
        return google_error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")

    def not_found_answer(self) -> web.Response:
        """For a session or content that does not exist."""
        return google_error(404, "NOT_FOUND", "Requested entity was not found.")

    async def before(self, request: web.Request, route: Route) -> web.StreamResponse | None:
        """Check the token, and then for faults of the client's project."""
        if not route.signed:
            return None
        is_content = route.path.startswith("/ppa/")
        if not self.consent.is_good(request.headers.get("Authorization", "")):
            # Without a token the content host answers 403 and a picture (section 4.2).
            return _refused_picture() if is_content else self.expired_answer()
        if route.path.startswith(LIBRARY_PATHS):
            return self.uploads.refusal(request, route)
        if self.consent.granted(request.headers["Authorization"]) is not self.consent.picking:
            return _refused_picture() if is_content else insufficient_scope()
        return None if is_content else self.picker.refusal(route)

    # Content

    def _item(self, request: web.Request) -> SimulatedItem | None:
        number = self.library.number_of(request.match_info["id"])
        return self.library.item(number) if number is not None and self.library.has(number) else None

    async def _photo(self, request: web.Request) -> web.StreamResponse:
        item = self._item(request)
        if not self.picker.is_current(request.match_info["address"]):
            return _refused_picture()
        if item is None:
            return _refused_picture(404)
        if self.faults.fires("error_picture", "content", item.id):
            return web.Response(body=ERROR_PICTURE, content_type="image/jpeg")
        if item.kind == "video":
            # `=d` of a video is a still picture, and looks like a success (section 4.1).
            return web.Response(body=STILL_PICTURE, content_type="image/jpeg")
        headers = {"Content-Type": self.uploads.mimes.get(item.id, "image/jpeg")}
        return answers.content(self.faults, request, self.library.content(item), headers=headers, item=item.id)

    async def _preview(self, request: web.Request) -> web.StreamResponse:
        """A reduced picture without EXIF: never what a client may keep (section 4.1)."""
        item, options = self._item(request), request.match_info.get("options", "")
        if not options and not self.tolerance.serves("an address without a suffix"):
            return _refused_picture(404)
        if not self.picker.is_current(request.match_info["address"]):
            return _refused_picture()
        if item is None:
            return _refused_picture(404)
        body = STILL_PICTURE if item.kind == "video" else preview(self.library.content(item), options)
        return web.Response(body=body, content_type="image/jpeg")

    async def _video_redirection(self, request: web.Request) -> web.StreamResponse:
        item, address = self._item(request), request.match_info["address"]
        if not self.picker.is_current(address):
            return _refused_picture()
        if item is None or item.kind != "video":
            return _refused_picture(404)
        if self.picker.status_of(item) != "READY":
            return _refused_picture(500)
        return web.Response(status=302, headers={"Location": f"{self.url_of('video')}/download/{item.id}.{address}"})

    async def _video(self, request: web.Request) -> web.StreamResponse:
        if "Authorization" in request.headers and not self.tolerance.serves("credentials at the video host"):
            return web.Response(text="credentials of another host", status=400)
        item = self._item(request)
        if item is None:
            return _refused_picture(404)
        headers = {"Content-Type": "video/mp4"}
        # It does not support ranges (section 4.2).
        return answers.content(
            self.faults, request, self.library.content(item), headers=headers, item=item.id, ranges=False
        )


def _refused_picture(status: int = 403) -> web.Response:
    return web.Response(body=ERROR_PICTURE, content_type="image/png", status=status)
