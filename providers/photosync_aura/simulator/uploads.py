"""Uploads to the simulated Aura (protocol notes on Aura, sections 7 and 8): placeholders, the store, and locks.

The store has its own code for checking signatures, so that a mistake in the provider is not repeated here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from aiohttp import web

from photosync.testing.receiving import Upload
from photosync.testing.routes import Route
from photosync_aura.simulator.library import ANN, FRAMES, Json

if TYPE_CHECKING:
    from photosync_aura.simulator import AuraSimulator

BUCKET = "images.simulated"
IDENTITY_POOL = "us-east-1:b92826c0-8274-43db-abff-136977c13598"
SELECT, UPDATE, STORE = "select_asset", "batch_update", "store"
"""The three steps of an upload; faults use these names in `items`."""
EXCLUDE = "exclude_asset"
"""The call that hides pictures; faults use this name as well."""
_CHANGES = (SELECT, UPDATE, EXCLUDE)
_LASTS_S = 3600.0
_SKEW_S = 15 * 60
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/us-east-1/s3/aws4_request, SignedHeaders=([a-z0-9;-]+), "
    r"Signature=([0-9a-f]{64})"
)
_SIGNED = frozenset({"host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"})
_NEEDED = ("local_identifier", "file_name", "data_uti", "md5_hash", "width", "height", "orientation", "taken_at")


@dataclass(frozen=True, slots=True)
class SimulatedKey:
    """A permission to write."""

    secret: str
    token: str
    ends_at: float


class Signed(NamedTuple):
    """The signed parts of a request."""

    path: str
    headers: Mapping[str, str]
    """In lower case."""
    payload_sha256: str


def refusal(request: Signed, keys: Mapping[str, SimulatedKey], now: float) -> str | None:
    """The store's error code for a `PUT`, or None (AWS Signature Version 4)."""
    match = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if match is None:
        return "AccessDenied"
    key = keys.get(match[1])
    if key is None:
        return "InvalidAccessKeyId"
    names = match[3].split(";")
    lines = [f"{name}:{request.headers.get(name, '').strip()}\n" for name in names]
    canonical = f"PUT\n{request.path}\n\n{''.join(lines)}\n{match[3]}\n{request.headers.get('x-amz-content-sha256')}"
    moment = request.headers.get("x-amz-date", "")
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"AWS4-HMAC-SHA256\n{moment}\n{match[2]}/us-east-1/s3/aws4_request\n{hashed}"
    secret = ("AWS4" + key.secret).encode()
    for part in (match[2], "us-east-1", "s3", "aws4_request", to_sign):
        secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
    problems = {
        "SignatureDoesNotMatch": names != sorted(names) or not set(names) >= _SIGNED or secret.hex() != match[4],
        "InvalidToken": request.headers.get("x-amz-security-token") != key.token,
        "RequestTimeTooSkewed": moment[:8] != match[2] or abs(_seconds(moment) - now) > _SKEW_S,
        "ExpiredToken": now > key.ends_at,
        "XAmzContentSHA256Mismatch": request.headers.get("x-amz-content-sha256") != request.payload_sha256,
    }
    return next((code for code, happens in problems.items() if happens), None)


class UploadDesk:
    """The part of a simulator that receives pictures."""

    def __init__(self, simulator: AuraSimulator) -> None:
        self._simulator = simulator
        self.keys: dict[str, SimulatedKey] = {}
        """The permissions that were granted, by their ids."""
        self.stored: dict[str, Upload] = {}
        """The content of the store, by the files' names."""
        self.updates: list[Json] = []
        """The descriptions of the accepted pictures."""
        self.is_locked = False
        """Whether all changes are refused."""
        self.keys_last_s = _LASTS_S
        self.fills_late = False
        """Whether accepted pictures are listed as placeholders until `fill` is called."""
        self._late: list[tuple[int, Upload, Json]] = []

    def end_keys(self) -> None:
        """Let every permission expire now."""
        self.keys = {id_: SimulatedKey(key.secret, key.token, 0.0) for id_, key in self.keys.items()}

    def fill(self) -> None:
        """List the accepted pictures."""
        for number, upload, asset in self._late:
            self._simulator.library.complete(number, upload, asset)
        self._late.clear()

    def api_routes(self) -> Sequence[Route]:
        """On the API's host."""
        return [
            Route("POST", "/v5/frames/{frame}/select_asset.json", self._select, "upload", changes=True),
            Route("POST", "/v5/frames/{frame}/exclude_asset", self._exclude, "upload", changes=True),
            Route("PUT", "/v5/assets/batch_update.json", self._update, "upload", changes=True),
        ]

    def store_routes(self) -> Sequence[Route]:
        """On the store's host."""
        return [
            Route("POST", "/", self._identity, signed=False),
            Route("PUT", f"/{BUCKET}/{{key}}", self._put, "upload", signed=False, changes=True),
        ]

    def step_of(self, request: web.Request) -> str | None:
        """The step that a request belongs to."""
        if "key" in request.match_info:
            return STORE
        name = request.path.rpartition("/")[2].removesuffix(".json")
        return name if name in _CHANGES else None

    def before(self, request: web.Request) -> web.StreamResponse | None:
        """A locked account looks as if the session had ended, and sign-ins are refused."""
        if self.step_of(request) not in _CHANGES:
            return None
        faults = self._simulator.faults
        if faults.fires("write_lock", "upload", self.step_of(request)):
            self.is_locked = True
        if faults.fires("write_475", "upload", self.step_of(request)):
            return self._simulator.refused_sign_in()
        refused = faults.fires("write_401", "upload", self.step_of(request))
        return self._simulator.expired_answer() if self.is_locked or refused else None

    async def _select(self, request: web.Request) -> web.StreamResponse:
        frame_id = request.match_info["frame"]
        if frame_id not in FRAMES:
            return self._simulator.not_found_answer()
        entries = (await request.json()).get("assets")
        if not entries or any(entry.keys() - {"asset_local_identifier", "asset_id"} for entry in entries):
            return _bad_request()
        if self._simulator.faults.fires("write_error", "upload", SELECT):
            return _error()
        return web.json_response({"number_failed": sum(not self._selected(entry, frame_id) for entry in entries)})

    def _selected(self, entry: Mapping[str, str], frame_id: str) -> bool:
        library = self._simulator.library
        if self._simulator.faults.fires("unselectable", "upload", SELECT):
            return False
        if "asset_id" in entry:
            number = library.number_of(entry["asset_id"])
            if number is None or not library.has(number):
                return False
            library.joined.add((number, frame_id))
            library.switched[number, frame_id] = False
        else:
            library.announce(entry["asset_local_identifier"], frame_id)
        return True

    async def _exclude(self, request: web.Request) -> web.StreamResponse:
        frame_id, library = request.match_info["frame"], self._simulator.library
        entries = (await request.json()).get("assets")
        if frame_id not in FRAMES or not entries or any(entry.keys() != {"asset_id"} for entry in entries):
            return _bad_request()
        numbers = [library.number_of(entry["asset_id"]) for entry in entries]
        there = [number for number in numbers if number is not None and library.is_on(number, frame_id)]
        library.switched.update({(number, frame_id): True for number in there})
        return web.json_response({"number_failed": len(entries) - len(there)})

    async def _update(self, request: web.Request) -> web.StreamResponse:
        assets = (await request.json()).get("assets")
        if not assets or any(asset.get(name) is None for asset in assets for name in _NEEDED):
            return _bad_request()
        if self._simulator.faults.fires("write_error", "upload", UPDATE):
            return _error()
        accepted = [asset for asset in assets if self._accepted(asset)]
        successes = [self._success(asset["local_identifier"]) for asset in accepted]
        return web.json_response({"ids": [each["id"] for each in successes], "successes": successes})

    def _success(self, identifier: str) -> Json:
        number = self._simulator.library.announced(identifier)
        assert number is not None
        return {"id": self._simulator.library.id_of(number), "local_identifier": identifier, "user_id": ANN}

    def _accepted(self, asset: Json) -> bool:
        upload = self.stored.get(str(asset["file_name"]))
        number = self._simulator.library.announced(str(asset["local_identifier"]))
        if upload is None or number is None or not _is_true(asset, upload):
            return False
        if self._simulator.faults.fires("left_out", "upload", UPDATE):
            return False
        self._late.append((number, upload, asset))
        if not self.fills_late:
            self.fill()
        self.updates.append(asset)
        return True

    async def _identity(self, request: web.Request) -> web.StreamResponse:
        content = json.loads(await request.read())
        operation = request.headers.get("X-Amz-Target", "").removeprefix("AWSCognitoIdentityService.")
        if request.content_type != "application/x-amz-json-1.1":
            return web.json_response({"__type": "SerializationException"}, status=400)
        identity = {"IdentityId": f"us-east-1:{self._simulator.seed:032x}"}
        if operation == "GetId" and content == {"IdentityPoolId": IDENTITY_POOL}:
            return web.json_response(identity)
        if operation != "GetCredentialsForIdentity" or content != identity:
            return web.json_response({"__type": "NotAuthorizedException"}, status=400)
        count, ends_at = len(self.keys), time.time() + self.keys_last_s
        id_, token = f"ASIASIMULATED{count:07}", f"simulated-session-token-{count}=="
        key = self.keys[id_] = SimulatedKey(f"simulated/secret+{count:023}", token, ends_at)
        given = {"AccessKeyId": id_, "SecretKey": key.secret, "SessionToken": key.token, "Expiration": ends_at}
        return web.json_response({"Credentials": given, **identity})

    async def _put(self, request: web.Request) -> web.StreamResponse:
        upload = await self._simulator.inbox.take(request.content)
        headers = {name.lower(): value for name, value in request.headers.items()}
        code = refusal(Signed(request.raw_path, headers, upload.sha256), self.keys, time.time())
        if self._simulator.faults.fires("store_denies", "upload", STORE):
            code = "AccessDenied"
        if code is not None:
            status = 400 if code in ("ExpiredToken", "XAmzContentSHA256Mismatch") else 403
            # The real store repeats the checked text, secrets included.
            said = f"<Error><Code>{code}</Code><Token>{headers.get('x-amz-security-token')}</Token></Error>"
            return web.Response(status=status, text=f"<?xml version='1.0'?>\n{said}", content_type="application/xml")
        self.stored[request.match_info["key"]] = upload
        return web.Response()


def _is_true(asset: Json, upload: Upload) -> bool:
    """Whether a description matches the uploaded bytes."""
    md5 = base64.b64encode(bytes.fromhex(upload.md5)).decode()
    sizes = (asset["width"], asset["height"])
    return (
        asset["md5_hash"] == md5
        and all(isinstance(size, int) and size > 0 for size in sizes)
        and asset["orientation"] in range(1, 9)
        and _TIME.fullmatch(str(asset["taken_at"])) is not None
    )


def _seconds(moment: str) -> float:
    try:
        return datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0


def _bad_request() -> web.Response:
    return web.json_response({"error": True, "message": "Bad Request"}, status=400)


def _error() -> web.Response:
    return web.json_response({"error": True, "message": "Something broke over here"})
