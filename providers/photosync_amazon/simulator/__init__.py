"""A simulated Amazon Photos: as strict as the service where clients went wrong (protocol notes on Amazon Photos).

The content is on a second host. A cookie sent to it has leaked: it is counted, and refused if the simulator is strict.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import ClassVar, Unpack
from urllib.parse import quote

from aiohttp import web
from yarl import URL

from photosync.model import Kind
from photosync.testing import answers
from photosync.testing.routes import Route
from photosync.testing.simulator import Simulator, SimulatorOptions
from photosync_amazon.simulator import listings
from photosync_amazon.simulator.faults import AmazonFaults
from photosync_amazon.simulator.nodes import ALBUMS, SimulatedAccount, used_storage
from photosync_amazon.simulator.patches import AmazonPatches
from photosync_amazon.simulator.people import AmazonClusters
from photosync_amazon.simulator.refused import body_of, refused, version_refusal
from photosync_amazon.simulator.trash import AmazonTrash
from photosync_amazon.simulator.uploads import UPLOAD_PATH, AmazonUploads
from photosync_amazon.simulator.vault import AmazonFamilyVault

_API = "/drive/v1"
_ORIGINAL = "/v2/download/signed"
_SIGNATURE_LENGTH = 16
_NOBODY = {"Set-Cookie": "session-id=000-0000000-0000000; Domain=.amazon.com; Path=/; Secure"}
"""A new session that is not signed in: the service gives it with its sign-in page."""
_RENEWAL = ("sess-at", "sst", "x")
"""The names, without the market, of the cookies that a renewal requires (section 2)."""


class AmazonSimulator(Simulator):
    """Amazon Photos on loopback."""

    provider: ClassVar[str] = "amazon"
    faults_type = AmazonFaults
    lists = ("data",)
    faults: AmazonFaults

    def __init__(
        self,
        *,
        market: str = "main",
        renewable: bool = False,
        rotating: bool = False,
        most_a_page: int = listings.MAX_LIMIT,
        **options: Unpack[SimulatorOptions],
    ) -> None:
        """`market` is the suffix of the cookies' names; `renewable` adds the cookies that a renewal requires.

        `rotating`: a renewal renews these too, and then accepts the last two only.
        `most_a_page` limits pages, whatever a client requests.
        """
        super().__init__(**options)
        self.account = SimulatedAccount(self.seed)
        self._market = market
        self._renewable = renewable or rotating
        self._rotating = rotating
        self._renewals = 0
        self._older: set[str] = set()
        self._session = f"146-{self.seed:07d}-7654321"
        self._sessions_ended = 0
        self._usage: tuple[int, dict[str, object]] | None = None
        self._listings = listings.AmazonListings(self.library, self.index, self.account, self.tolerance, most_a_page)
        self.uploads = AmazonUploads(self, _API)
        self.trash = AmazonTrash(self, _API)
        self._clusters = AmazonClusters(self, _API)
        self._patches = AmazonPatches(self, _API)
        self._vault = AmazonFamilyVault(self, _API)

    # For tests and accounts

    @property
    def cookies(self) -> dict[str, str]:
        """The account's cookies as a browser has them now. A quoted value keeps its quotes."""
        cookies = {
            "session-id": self._session,
            f"ubid-{self._market}": "131-7654321-1234567",
            f"at-{self._market}": f'"Atza|simulated-{self.seed}-{self._sessions_ended}"',
        }
        if self._renewable:
            cookies |= {f"{name}-{self._market}": self._renewal_value(name, self._renewals) for name in _RENEWAL}
        return cookies

    def _renewal_value(self, name: str, renewals: int) -> str:
        return f"simulated-{name}-{renewals if self._rotating else 0}"

    def account_settings(self) -> dict[str, object]:
        """The cookies, and the address of every host here."""
        return {
            "provider": self.provider,
            "cookies": self.cookies,
            "endpoints": {
                "api": f"{self.url}{_API}",
                "upload": f"{self.url}{UPLOAD_PATH}",
                "thumbnails": f"{self.url}/v1/thumbnail",
                "download": f"{self.url}{_ORIGINAL}",
            },
        }

    def end_session(self) -> None:
        """Make all earlier cookies invalid; those of `cookies` from now on, and renewed ones, are valid."""
        self._sessions_ended += 1
        self._older.clear()

    def end_older_cookies(self) -> None:
        """Make those invalid that the fault `renewed_cookies` has replaced."""
        self._older.clear()

    def album_members(self, name: str) -> list[str]:
        """The ids of the items in an album, in the order in which they were added."""
        album = self.account.album(ALBUMS.index(name))
        numbers = filter(self.library.has, range(self.library.next_number))
        return [self.library.id_of(n) for n in numbers if self.account.is_member(album, n)]

    # Routes

    def routes(self) -> Sequence[Route]:
        """The API and the other Amazon hosts, distinguished by their paths."""
        return [
            Route("GET", f"{_API}/search", self._search, "list"),
            Route("GET", f"{_API}/search/aggregation", self._aggregation),
            Route("GET", f"{_API}/nodes", self._nodes, "list"),
            Route("GET", f"{_API}/nodes/{{id}}", self._node),
            Route("GET", f"{_API}/nodes/{{id}}/children", self._children, "list"),
            Route("GET", f"{_API}/nodes/{{id}}/contentRedirection", self._redirection),
            Route("GET", f"{_API}/account/usage", self._account_usage),
            Route("GET", f"{_API}/account/info", self._account_info),
            Route("GET", f"{_ORIGINAL}/{{id}}", self._original, "content"),
            Route("GET", "/v1/thumbnail/{id}", self._thumbnail),
            Route("POST", "/ap/exchangetoken/refresh", self._renewed, signed=False),
            Route("GET", f"{_API}/trash", self._trash, "list"),
            *self.uploads.routes(),
            *self.trash.routes(),
            *self._clusters.routes(),
            *self._patches.routes(),
            *self._vault.routes(),
        ]

    def sites(self) -> Mapping[str, Sequence[Route]]:
        """The API, the host with the content, and a bucket of the store, which may be anybody's."""
        return {
            "main": self.routes(),
            "content": [Route("GET", "/c/{signed}", self._bytes, "content", signed=False)],
            "bucket": [Route("GET", "/c/{signed}", self._bytes, "content", signed=False)],
        }

    def requests_with_cookies(self) -> Counter[str]:
        """The number of the last requests with cookies, by the host that got them: of `sites`."""
        return Counter(record.site for record in self.requests if record.signed)

    def item_of(self, request: web.Request) -> str | None:
        """From the node's id, or from the signed path."""
        signed = request.match_info.get("signed")
        return signed.partition(".")[0] if signed else request.match_info.get("id")

    def expired_answer(self) -> web.Response:
        """Section 2: cookies expired."""
        return web.json_response(
            {"logref": "simulated", "message": "BadAuthenticationData", "code": "BadAuthenticationData"}, status=401
        )

    def not_found_answer(self) -> web.Response:
        """For a node that does not exist."""
        return refused("Node does not exist", 404, code="NODE_NOT_FOUND")

    async def before(self, request: web.Request, route: Route) -> web.StreamResponse | None:
        """Check the sign-in, and then the parameters that every call must have."""
        if not route.signed:
            return None
        if refusal := self._sign_in_refusal(request):
            return refusal
        if page := self._page_in_place_of_an_answer(route):
            return page
        if not route.path.startswith((_API, UPLOAD_PATH)) or route.path.endswith("contentRedirection"):
            return None
        is_in_body = route.changes and route.path != UPLOAD_PATH
        return version_refusal(await body_of(request) if is_in_body else request.query, self.tolerance)

    async def _answer(self, request: web.Request, route: Route) -> web.StreamResponse:
        response = await super()._answer(request, route)
        if route.signed and response.status < 400 and self.faults.fires("renewed_cookies", route.kind):
            name = f"at-{self._market}"
            self._older.add(self.cookies[name])
            self._sessions_ended += 1
            response.headers.add("Set-Cookie", f"{name}={self.cookies[name]}; Path=/; Secure; HttpOnly")
            response.headers.add("Set-Cookie", 'session-token="-"; Max-Age=0; Path=/')
        return response

    def _page_in_place_of_an_answer(self, route: Route) -> web.Response | None:
        if self.faults.fires("sign_in_page", route.kind):
            form = '<form action="/ap/signin" name="signIn"><input name="email"></form>'
            page = f"<html><title>Amazon Sign-In</title>{form}</html>"
            return web.Response(text=page, content_type="text/html", headers=_NOBODY)
        if self.faults.fires("sign_in_redirect", route.kind):
            location = f"{self.url}/ap/signin?openid.return_to=photos"
            return web.Response(status=302, headers={"Location": location, **_NOBODY})
        if self.faults.fires("robot_check", route.kind):
            return answers.page("Robot Check", 503)
        return None

    def _sign_in_refusal(self, request: web.Request) -> web.Response | None:
        sent, wanted = _cookies(request), self.cookies
        required = {name: value for name, value in wanted.items() if name.startswith(("session-id", "ubid-", "at-"))}
        if not required.keys() <= sent.keys() or "x-amzn-sessionid" not in request.headers:
            words: dict[str, object] = {"Message": "No Auth Method Provided"}
            if request.path == UPLOAD_PATH:
                words = {"logref": "simulated", "message": "No Auth Method Provided", "code": ""}
            return web.json_response(words, status=401)
        if any(sent[name] not in (value, *self._older) for name, value in required.items()):
            return self.expired_answer()
        return None if request.headers["x-amzn-sessionid"] == self._session else self.expired_answer()

    async def _search(self, request: web.Request) -> web.StreamResponse:
        return _listing(self._listings.search, request)

    async def _aggregation(self, request: web.Request) -> web.StreamResponse:
        return _listing(self._listings.aggregation, request)

    async def _nodes(self, request: web.Request) -> web.StreamResponse:
        if self._lags(request):
            return web.json_response({"count": 0, "data": []})
        return _listing(self._listings.nodes, request)

    async def _children(self, request: web.Request) -> web.StreamResponse:
        node_id = request.match_info["id"]
        if not self._listings.is_parent(node_id):
            return self.not_found_answer()
        if self._lags(request):
            return web.json_response({"count": 0, "data": []})
        return _listing(lambda query: self._listings.children(node_id, query), request)

    async def _trash(self, request: web.Request) -> web.StreamResponse:
        return _listing(lambda query: self._listings.trash(self.trash.nodes(), query), request)

    def _lags(self, request: web.Request) -> bool:
        filters = request.query.get("filters", "")
        is_lookup = any(word in filters for word in ("md5:", "kind:FOLDER", "name:"))
        return is_lookup and self.faults.fires("lag", "list") is not None

    async def _node(self, request: web.Request) -> web.StreamResponse:
        node = self._listings.node(request.match_info["id"])
        if node is None:
            return self.not_found_answer()
        if self.faults.fires("slow_change", "other", request.match_info["id"]):
            node = {**node, "status": "TRASH" if node["status"] == "AVAILABLE" else "AVAILABLE"}
        if request.query.get("asset") == "ALL" and node["kind"] == "FILE":
            node = {**node, "assets": [{"id": f"{node['id']}-small", "kind": "ASSET", "parents": [node["id"]]}]}
        if request.query.get("tempLink") == "true" and node["kind"] == "FILE":
            node = {**node, "tempLink": self._signed_url(request.match_info["id"])}
        return web.json_response(node)

    async def _redirection(self, request: web.Request) -> web.StreamResponse:
        number = self._number(request)
        if number is None:
            return self.not_found_answer()
        if request.query.get("ownerId") != self.account.owner_of(number):
            return refused("Invalid ownerId")
        if self.faults.fires("refuse_redirection", "other", request.match_info["id"]):
            return refused("Not Registered", 403)
        suffix = request.query.get("querySuffix", "?download=true")
        return web.Response(status=302, headers={"Location": f"{self._signed_url(request.match_info['id'])}{suffix}"})

    async def _bytes(self, request: web.Request) -> web.StreamResponse:
        if self.has_credentials(request) and not self.tolerance.serves("credentials at the content host"):
            return refused("Credentials of another host", 400)
        item_id, _, signature = request.match_info["signed"].partition(".")
        if signature != self._signature(item_id):
            return refused("Request has a bad signature", 403)
        if self.faults.to_bucket is not None and request.url.port != URL(self.url_of("bucket")).port:
            self.faults.fires("to_bucket", "content", item_id)
            location = f"{self.url_of('bucket')}{request.path_qs}"
            return web.Response(status=302, headers={"Location": location, "Set-Cookie": "at-main=of-the-content-host"})
        return self._content(request, self.library.number_of(item_id))

    async def _original(self, request: web.Request) -> web.StreamResponse:
        number = self._number(request)
        if number is not None and request.query.get("ownerId") != self.account.owner_of(number):
            return refused("Invalid ownerId")
        return self._content(request, number)

    async def _thumbnail(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("ownerId") != self.account.owner or not request.query.get("viewBox", "").isdigit():
            return refused("Invalid ownerId or viewBox")
        return self._content(request, self._number(request))

    async def _account_usage(self, _request: web.Request) -> web.StreamResponse:
        if self._usage is None or self._usage[0] != self.library.version:
            self._usage = (self.library.version, used_storage(self.library))
        return web.json_response(self._usage[1])

    async def _account_info(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"termsOfUse": "1.0.0", "status": "ACTIVE"})

    async def _renewed(self, request: web.Request) -> web.StreamResponse:
        form, sent = await request.post(), _cookies(request)
        session = f"sess-at-{self._market}"
        right = form.get("source_token") == sent.get(session) and form.get("app_name") == "Amazon Drive"
        valid = {self._renewal_value("sess-at", renewals) for renewals in (self._renewals - 1, self._renewals)}
        if not self._renewable or sent.get(session) not in valid or not right:
            return web.json_response({"response": {"error": {"code": "InvalidToken"}}}, status=401)
        self._renewals += 1
        names = ("at", *(_RENEWAL if self._rotating else ()))
        renewed = [
            {"Name": f"{name}-{self._market}", "Value": self.cookies[f"{name}-{self._market}"]} for name in names
        ]
        return web.json_response({"response": {"tokens": {"cookies": renewed}}})

    # Parts of answers

    def _number(self, request: web.Request) -> int | None:
        number = self.library.number_of(request.match_info["id"])
        return number if number is not None and self.library.has(number) else None

    def _signature(self, item_id: str) -> str:
        return hashlib.sha256(f"{self.seed} {item_id}".encode()).hexdigest()[:_SIGNATURE_LENGTH]

    def _signed_url(self, item_id: str) -> str:
        return f"{self.url_of('content')}/c/{item_id}.{self._signature(item_id)}"

    def _content(self, request: web.Request, number: int | None) -> web.Response:
        if number is None or not self.library.has(number):
            return self.not_found_answer()
        item = self.library.item(number)
        printable = "".join(letter if " " <= letter <= "~" and letter not in '"\\' else "_" for letter in item.name)
        encoded = quote(item.name.encode("utf-8", "surrogatepass"), safe="")
        headers = {
            "Content-Type": "video/mp4" if item.kind is Kind.VIDEO else "image/jpeg",
            "Content-Disposition": f"attachment; filename=\"{printable}\"; filename*=UTF-8''{encoded}",
        }
        return answers.content(self.faults, request, self.library.content(item), headers=headers, item=item.id)


def _cookies(request: web.Request) -> dict[str, str]:
    """The cookies as sent: the standard library's parser would remove quotes."""
    pairs = (pair.strip().partition("=") for pair in request.headers.get("Cookie", "").split(";"))
    return {name: value for name, _, value in pairs if name}


def _listing(answer: listings.Answer, request: web.Request) -> web.Response:
    try:
        return web.json_response(answer(request.query))
    except listings.ListingRefusedError as error:
        return refused(str(error))
