"""The sign-in of the simulated Google: a person who always agrees, and a token endpoint that checks everything.

Facts: protocol notes on Google Photos, sections 1.4 to 1.8.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from aiohttp import BasicAuth, web

from photosync.testing.tolerance import Tolerance
from photosync_google.simulator.faults import GoogleFaults

SCOPE = "https://www.googleapis.com/auth/photospicker.mediaitems.readonly"
UPLOAD_SCOPE = "https://www.googleapis.com/auth/photoslibrary.appendonly"
_LIFE_S = 3599
_LOOPBACK = ("127.0.0.1", "localhost")


@dataclass
class Grant:
    """A person's permission: a scope, and its tokens."""

    scope: str
    refresh_token: str
    access: str = ""
    """The only valid access token."""


class SimulatedConsent:
    """The routes and the valid tokens."""

    def __init__(self, faults: GoogleFaults, tolerance: Tolerance, seed: int) -> None:
        self._faults = faults
        self._tolerance = tolerance
        self._seed = seed
        self._issued = 0
        self._codes: dict[str, Mapping[str, str]] = {}
        self.client_id = f"{seed:06d}-simulated.apps.googleusercontent.com"
        self.client_secret = f"GOCSPX-simulated-secret-{seed}"
        self.picking = Grant(SCOPE, f"1//0g-simulated-refresh-{seed}")
        self.uploading = Grant(UPLOAD_SCOPE, f"1//0g-simulated-upload-refresh-{seed}")
        self._grants = (self.picking, self.uploading)
        self.revoked: list[str] = []
        """The tokens that were revoked."""
        self.refreshes = 0
        """The number of renewals."""
        for grant in self._grants:
            self._renew(grant)

    # For tests

    @property
    def access_token(self) -> str:
        """The only valid access token for picking."""
        return self.picking.access

    @property
    def refresh_token(self) -> str:
        """The refresh token for picking."""
        return self.picking.refresh_token

    def end_access(self, grant: Grant | None = None) -> None:
        """Let the access token expire, by default the one for picking; the refresh token remains valid."""
        self._renew(grant or self.picking)

    def token_file(self, life_s: float = _LIFE_S, grant: Grant | None = None) -> dict[str, object]:
        """A token file in google-auth's form, valid for `life_s`; by default for picking."""
        grant = grant or self.picking
        expiry = datetime.now(UTC) + timedelta(seconds=life_s)
        return {
            "token": grant.access,
            "refresh_token": grant.refresh_token,
            "token_uri": "https://oauth2.googleapis.com/token",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "scopes": [grant.scope],
            "universe_domain": "googleapis.com",
            "account": "",
            "expiry": expiry.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }

    def client_file(self, url: str) -> dict[str, object]:
        """The client file in the form of Google's console, with the sign-in at `url`."""
        return {
            "installed": {
                "client_id": self.client_id,
                "project_id": "simulated",
                "auth_uri": f"{url}/o/oauth2/auth",
                "token_uri": f"{url}/token",
                "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
                "client_secret": self.client_secret,
                "redirect_uris": ["http://localhost"],
            }
        }

    def write_files(self, folder: Path, url: str) -> None:
        """Write the client and both tokens into a folder."""
        contents = {
            "client_secret.json": self.client_file(url),
            "token.json": self.token_file(),
            "upload-token.json": self.token_file(grant=self.uploading),
        }
        for name, content in contents.items():
            (folder / name).touch(mode=0o600)
            (folder / name).write_text(json.dumps(content), encoding="utf-8")

    def is_good(self, authorization: str) -> bool:
        """Whether a header has a valid access token."""
        return self.granted(authorization) is not None

    def granted(self, authorization: str) -> Grant | None:
        """The permission of a header's token; None if it is invalid."""
        return next((grant for grant in self._grants if authorization == f"Bearer {grant.access}"), None)

    def _renew(self, grant: Grant) -> str:
        self._issued += 1
        grant.access = f"ya29.simulated-access-{self._seed}-{self._issued:04d}"
        return grant.access

    # Routes

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The consent page, on which a person agrees at once: the browser is redirected."""
        asked = request.query
        redirect = urlsplit(asked.get("redirect_uri", ""))
        wanted = {"response_type": "code", "client_id": self.client_id}
        recommended = {"code_challenge_method": "S256", "access_type": "offline"}
        wrong = [name for name, value in wanted.items() if asked.get(name) != value]
        wrong += [name for name, value in recommended.items() if asked.get(name, value) != value]
        missing = [name for name in (*recommended, "state", "code_challenge") if not asked.get(name)]
        wrong += [name for name in missing if not self._tolerance.serves(f"a sign-in without {name}")]
        wrong += [] if asked.get("scope") in [grant.scope for grant in self._grants] else ["scope"]
        if wrong or redirect.scheme != "http" or redirect.hostname not in _LOOPBACK:
            return web.Response(text=f"Error 400: invalid_request {wrong}", status=400)
        if self._faults.fires("access_denied", "other"):
            answer = {"error": "access_denied"}
        else:
            code = f"4/0Ab-simulated-code-{self._seed}-{len(self._codes)}"
            self._codes[code] = dict(asked)
            answer = {"code": code, "scope": asked["scope"]}
        if "state" in asked:
            answer["state"] = asked["state"]
        return web.Response(status=302, headers={"Location": f"{asked['redirect_uri']}?{urlencode(answer)}"})

    async def token(self, request: web.Request) -> web.StreamResponse:
        """Exchanges a code, or renews a token."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        if self._faults.fires("token_error", "other"):
            return web.Response(text="<html><title>Error 503</title></html>", content_type="text/html", status=503)
        client = form.get("client_id"), form.get("client_secret")
        if authorization := request.headers.get("Authorization"):  # equally valid (section 1.4)
            client = tuple(BasicAuth.decode(authorization)[:2])
        if client != (self.client_id, self.client_secret) or self._faults.fires("invalid_client", "other"):
            return _refused("invalid_client", "The OAuth client was not found.", 401)
        # An expired sign-in cannot be renewed either.
        expired = self._faults.expired
        if self._faults.fires("invalid_grant", "other") or (expired is not None and expired.fired):
            return _refused("invalid_grant", "Token has been expired or revoked.")
        grants = {"authorization_code": self._exchanged, "refresh_token": self._renewed}
        grant = grants.get(form.get("grant_type", ""))
        return grant(form) if grant else _refused("unsupported_grant_type", "Invalid grant_type")

    def _exchanged(self, form: Mapping[str, str]) -> web.Response:
        asked = self._codes.pop(form.get("code", ""), None)
        verifier = form.get("code_verifier", "").encode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).decode().rstrip("=")
        if asked is None or asked.get("code_challenge", challenge) != challenge:
            return _refused("invalid_grant", "Malformed auth code.")
        if asked["redirect_uri"] != form.get("redirect_uri"):
            return _refused("redirect_uri_mismatch", "Bad Request")
        grant = next(grant for grant in self._grants if grant.scope == asked["scope"])
        answer = self._answer(grant)
        if self._faults.fires("fewer_scopes", "other"):
            answer["scope"] = "openid"
        is_offline = asked.get("access_type") == "offline"
        if is_offline and (asked.get("prompt") == "consent" or not self._faults.fires("no_refresh_token", "other")):
            answer["refresh_token"] = grant.refresh_token
        return web.json_response(answer)

    def _renewed(self, form: Mapping[str, str]) -> web.Response:
        grant = self._lasting(form.get("refresh_token", ""))
        if grant is None:
            return _refused("invalid_grant", "Token has been expired or revoked.")
        self.refreshes += 1
        return web.json_response(self._answer(grant))

    def _lasting(self, token: str) -> Grant | None:
        """The permission of a valid refresh token."""
        return next((each for each in self._grants if each.refresh_token == token and token not in self.revoked), None)

    def _answer(self, grant: Grant) -> dict[str, object]:
        access = self._renew(grant)
        return {"access_token": access, "expires_in": _LIFE_S, "scope": grant.scope, "token_type": "Bearer"}

    async def revoke(self, request: web.Request) -> web.StreamResponse:
        """Revokes a token."""
        token = str((await request.post()).get("token", ""))
        if self._lasting(token) is None:
            return _refused("invalid_token", "Token expired or revoked")
        self.revoked.append(token)
        return web.json_response({})


def _refused(word: str, description: str, status: int = 400) -> web.Response:
    return web.json_response({"error": word, "error_description": description}, status=status)
