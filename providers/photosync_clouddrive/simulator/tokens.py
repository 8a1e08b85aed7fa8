"""The sign-in of a simulated drive: Login with Amazon, tokens that expire, and a relay (protocol notes, section 1)."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from photosync.testing.routes import Route
from photosync_clouddrive.simulator.faults import CloudDriveFaults

CLIENT_ID = "amzn1.application-oa2-client.0123456789abcdef0123456789abcdef"
CLIENT_SECRET = "simulated-client-secret-0123456789abcdef"  # noqa: S105 - it opens nothing
OWNER = "owner"
STRANGER = "stranger"


@dataclass(slots=True)
class _Access:
    account: str
    ends_at: float
    uses_left: int | None
    scopes: str


class Tokens:
    """Issues tokens, and checks their validity and scopes."""

    def __init__(self, faults: CloudDriveFaults, lifetime_s: int, uses: int | None, scopes: str) -> None:
        """`uses`: the number of requests until an access token expires, whatever its lifetime. `scopes` are the
        default scopes of a token."""
        self._faults = faults
        self.lifetime_s = lifetime_s
        self.uses = uses
        self.scopes = scopes
        self.refused: tuple[int, str, str] | None = None
        """Status, error and description of every answer of the token route from now on."""
        self.relay_account = OWNER
        """The account whose token the relay gives."""
        self.denied = False
        """Whether the person refuses on the sign-in page."""
        self._access: dict[str, _Access] = {}
        self._refresh: dict[str, tuple[str, str]] = {}
        """Account and scopes."""
        self._codes: dict[str, tuple[str, str, str]] = {}
        """The redirect address of the code, scopes, and the PKCE challenge: empty if the client sent none."""

    def issue(self, account: str = OWNER, scopes: str | None = None) -> dict[str, object]:
        """A new pair."""
        scopes = self.scopes if scopes is None else scopes
        access, refresh = f"Atza|{secrets.token_hex(180)}", f"Atzr|{secrets.token_hex(60)}"
        self._access[access] = _Access(account, time.time() + self.lifetime_s, self.uses, scopes)
        self._refresh[refresh] = account, scopes
        return {
            "access_token": access,
            "refresh_token": refresh,
            "token_type": "bearer",
            "expires_in": self.lifetime_s,
        }

    def end_access(self) -> None:
        """End the validity of all access tokens issued so far."""
        self._access.clear()

    def revoke(self) -> None:
        """End the validity of all tokens, refresh tokens included: the user has withdrawn the permission."""
        self._access.clear()
        self._refresh.clear()

    def account_of(self, request: web.Request) -> str | None:
        """The account of a request's valid token; counts as a use of the token."""
        access = self._of(request)
        if access is None or access.ends_at < time.time() or access.uses_left == 0:
            return None
        if access.uses_left is not None:
            access.uses_left -= 1
        return access.account

    def is_foreign(self, request: web.Request) -> bool:
        """Whether a request has the token of another account."""
        access = self._of(request)
        return access is not None and access.account != OWNER

    def _of(self, request: web.Request) -> _Access | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return self._access.get(token) if scheme == "Bearer" else None

    def permits(self, request: web.Request, *, writing: bool) -> bool:
        """Whether the token of a request has this scope: write does not include read (section 1.2)."""
        access = self._of(request)
        wanted = {"clouddrive:write"} if writing else {"clouddrive:read_all", "clouddrive:read"}
        return access is not None and not wanted.isdisjoint(access.scopes.split())

    def routes(self) -> list[Route]:
        """Sign-in page, tokens, relay."""
        return [
            Route("GET", "/ap/oa", self._page, signed=False),
            Route("POST", "/auth/o2/token", self._token, signed=False),
            *(Route(method, "/relay", self._relay, signed=False) for method in ("GET", "POST")),
            Route("POST", "/", self._relay, signed=False),  # acd_cli's relay has a host of its own
        ]

    async def _page(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        if query.get("client_id") != CLIENT_ID or query.get("response_type") != "code" or not query.get("scope"):
            return web.Response(status=400, text="<html>unknown client</html>", content_type="text/html")
        answer = {"state": query["state"]} if "state" in query else {}
        if self.denied:
            answer |= {"error": "access_denied", "error_description": "Access not permitted."}
        else:
            code = secrets.token_hex(10)
            self._codes[code] = query["redirect_uri"], query["scope"], query.get("code_challenge", "")
            answer |= {"code": code, "scope": query["scope"]}
        return web.Response(status=302, headers={"Location": f"{query['redirect_uri']}?{urlencode(answer)}"})

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        if self.refused is not None:
            return _error(*self.refused)
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return _error(401, "invalid_client", "Client authentication failed")
        if form.get("grant_type") == "authorization_code":
            redirect_uri, scopes, challenge = self._codes.pop(str(form.get("code")), ("", "", ""))
            is_proven = not challenge or challenge == _challenge(str(form.get("code_verifier")))
            if not redirect_uri or redirect_uri != form.get("redirect_uri") or not is_proven:
                return _error(400, "invalid_grant", "The request has an invalid grant parameter : code")
            return web.json_response(self.issue(OWNER, scopes))
        if form.get("grant_type") != "refresh_token":
            return _error(400, "unsupported_grant_type", "The grant type is not supported")
        return self._refreshed(str(form.get("refresh_token")))

    def _refreshed(self, refresh: str) -> web.StreamResponse:
        # A sign-in that has expired cannot be renewed either.
        if refresh not in self._refresh or self._faults.expired is not None:
            return _error(400, "invalid_grant", "The request has an invalid grant parameter : refresh_token")
        answer = self.issue(*self._refresh[refresh])
        del self._refresh[str(answer.pop("refresh_token"))]  # the old one remains valid
        if not self._faults.fires("no_refresh_token", "other"):
            answer["refresh_token"] = refresh
        return web.json_response(answer)

    async def _relay(self, request: web.Request) -> web.StreamResponse:
        if request.method == "GET":
            refresh = request.query.get("refresh_token")
        elif request.content_type == "application/json":
            refresh = (await request.json()).get("refresh_token")
        else:
            refresh = str((await request.post()).get("refresh_token"))
        if self.refused is not None or refresh not in self._refresh:
            return web.Response(status=self.refused[0] if self.refused else 400, text="over quota")
        return web.json_response(self.issue(self.relay_account))


def _error(status: int, error: str, description: str) -> web.Response:
    return web.json_response({"error": error, "error_description": description}, status=status)


def _challenge(verifier: str) -> str:
    """RFC 7636, section 4.2, S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
