"""A simulated Amazon Cloud Drive: as strict as the service where clients went wrong (protocol notes, section 12).

Metadata, content and storage have separate ports. The storage, to which the content host redirects, answers 400 to any
`Authorization`, because one sent to it has leaked.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Unpack

from aiohttp import web

from photosync.model import Kind
from photosync.testing import answers
from photosync.testing.routes import Route
from photosync.testing.simulator import Simulator, SimulatorOptions
from photosync_clouddrive.simulator import queries
from photosync_clouddrive.simulator.drive import Drive, DriveLibrary, Raw
from photosync_clouddrive.simulator.faults import CloudDriveFaults
from photosync_clouddrive.simulator.node_changes import NodeChanges
from photosync_clouddrive.simulator.stream import LINE_NODES, ChangesStream, refused
from photosync_clouddrive.simulator.tokens import CLIENT_ID, CLIENT_SECRET, OWNER, Tokens
from photosync_clouddrive.simulator.trash import DriveTrash
from photosync_clouddrive.simulator.uploads import DriveUploads

_API = "/drive/v1"
_SCOPES = "clouddrive:read_all clouddrive:write"
_QUOTA_BYTES = 10737418240


class CloudDriveSimulator(Simulator):
    """Amazon Cloud Drive on loopback."""

    provider: ClassVar[str] = "clouddrive"
    faults_type = CloudDriveFaults
    lists = ("nodes", "data")
    library_type = DriveLibrary
    faults: CloudDriveFaults
    library: DriveLibrary

    def __init__(
        self,
        *,
        answer_nodes: int = 0,
        line_nodes: int = LINE_NODES,
        token_lifetime_s: int = 3600,
        token_uses: int | None = None,
        scopes: str = _SCOPES,
        **options: Unpack[SimulatorOptions],
    ) -> None:
        """`answer_nodes`: the maximum number of nodes of an answer to `changes`; 0: no limit.

        `line_nodes` is the same for a line. `token_lifetime_s` is the lifetime in a new token's answer, `token_uses`
        the number of requests until it really expires; `scopes` are those of the first token.
        """
        super().__init__(**options)
        self.drive = Drive(self.library)
        self.uploads = DriveUploads(self.drive, self.faults, self.inbox, self.tolerance)
        self.trash = DriveTrash(self.drive, self.uploads, self.tolerance, _API)
        self.changes = NodeChanges(self.drive, self.faults, self.inbox, self.tolerance, _API)
        self.tokens = Tokens(self.faults, token_lifetime_s, token_uses, scopes)
        self.endpoint: dict[str, object] = {}
        """Fields that replace those of the endpoint's answer."""
        self._stream = ChangesStream(self.drive, self.faults, line_nodes, answer_nodes)
        self._folder = tempfile.TemporaryDirectory(prefix="photosync-clouddrive-")

    # For tests and accounts

    @property
    def token_file(self) -> Path:
        """The account's token file in acd_cli's form; written at the first use."""
        path = Path(self._folder.name) / "oauth.json"
        if not path.exists():
            token = self.tokens.issue()
            path.touch(mode=0o600)
            path.write_text(json.dumps({**token, "exp_time": time.time() + self.tokens.lifetime_s - 120}))
            path.chmod(0o600)
        return path

    def account_settings(self) -> dict[str, object]:
        """A client, a token, and the address of every host here."""
        return {**self.fresh_settings(), "token": str(self.token_file)}

    def fresh_settings(self) -> dict[str, object]:
        """The same for a user who has not signed in yet."""
        return {
            "provider": self.provider,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "endpoints": {
                "auth": f"{self.url}/auth/o2",
                "authorize": f"{self.url}/ap/oa",
                "drive": f"{self.url}{_API}",
            },
        }

    def tree(self) -> dict[str, str]:
        """The md5 of every file outside the trash, by its path: `{"Holiday/Day 1/IMG_0042.JPG": …}`."""
        with self.library.lock:
            return self.drive.tree()

    def stop(self) -> None:
        """End, and delete the token file."""
        super().stop()
        self._folder.cleanup()

    # Routes

    def routes(self) -> Sequence[Route]:
        """The fixed hosts: sign-in and endpoint."""
        return [*self.tokens.routes(), Route("GET", f"{_API}/account/endpoint", self._endpoint)]

    def sites(self) -> Mapping[str, Sequence[Route]]:
        """The fixed hosts, metadata, content, and the storage to which content redirects."""
        metadata = [
            Route("POST", f"{_API}/changes", self._stream.answer, "list"),
            Route("GET", f"{_API}/nodes", self._nodes, "list"),
            Route("POST", f"{_API}/nodes", self.uploads.make_folder, changes=True),
            *self.trash.routes(),
            Route("GET", f"{_API}/nodes/{{id}}", self._node),
            Route("GET", f"{_API}/nodes/{{id}}/children", self._children, "list"),
            Route("GET", f"{_API}/account/usage", self._usage),
            Route("GET", f"{_API}/account/info", self._info),
            Route("GET", f"{_API}/account/quota", self._quota),
            *self.changes.metadata_routes(),
        ]
        content = [
            Route("GET", "/cdproxy/nodes/{id}/content", self._content),
            Route("POST", "/cdproxy/nodes", self.uploads.take_file, "upload", changes=True),
            *self.changes.content_routes(),
        ]
        storage = [Route("GET", "/bucket/{id}", self._stored, "content", signed=False)]
        return {"main": self.routes(), "metadata": metadata, "content": content, "storage": storage}

    def expired_answer(self) -> web.Response:
        """Section 7."""
        return web.json_response({"logref": "simulated", "message": "Token has expired"}, status=401)

    def not_found_answer(self) -> web.Response:
        """Section 3.5."""
        return refused("Node not found", 404)

    async def before(self, request: web.Request, route: Route) -> web.StreamResponse | None:
        """The bearer token, and faults that refuse every call."""
        if not route.signed:
            return None
        account = self.tokens.account_of(request)
        return self.expired_answer() if account is None else self._general_refusal(request, route, account)

    def _general_refusal(self, request: web.Request, route: Route, account: str) -> web.Response | None:
        if account != OWNER and "isRoot" not in request.query.get("filters", "isRoot"):
            return refused("Another account", 500)  # a foreign token must never reach this host
        if self.faults.fires("not_allowed", route.kind):
            return refused("Application is not allowed", 403)
        if self.faults.fires("front_end", route.kind):
            return refused("Authorization header requires 'Credential' parameter.", 403)
        if route.path != f"{_API}/account/endpoint" and not self.tokens.permits(request, writing=route.changes):
            return refused("Insufficient scope granted to the access token", 403)
        return None

    async def _endpoint(self, _request: web.Request) -> web.StreamResponse:
        answer = {
            "customerExists": True,
            "contentUrl": f"{self.url_of('content')}/cdproxy/",
            "metadataUrl": f"{self.url_of('metadata')}{_API}/",
            "region": "NA",
        }
        return web.json_response(
            {key: value for key, value in {**answer, **self.endpoint}.items() if value is not None}
        )

    # Nodes

    async def _nodes(self, request: web.Request) -> web.StreamResponse:
        try:
            exact = queries.exact(request.query.get("filters", ""), self.tolerance)
        except queries.QueryRefusedError as error:
            return refused(str(error))
        if "contentProperties.md5" in exact:
            return self._listing(request, list(self.drive.with_md5(exact["contentProperties.md5"])))
        if "parents" in exact:
            return self._listing(request, list(self.drive.children(exact["parents"])))
        return self._listing(request, list(self.drive.all()))

    async def _children(self, request: web.Request) -> web.StreamResponse:
        parent = request.match_info["id"]
        if not self.drive.knows(parent):
            return self.not_found_answer()
        return self._listing(request, list(self.drive.children(parent)))

    def _listing(self, request: web.Request, nodes: list[Raw]) -> web.Response:
        if "startToken" in request.query and self.faults.fires("page_token_expired", "list"):
            return refused("Next token is expired")
        if self.tokens.is_foreign(request):
            nodes = [{"id": "RootOfSomebodyElse_AAA", "kind": "FOLDER", "status": "AVAILABLE", "isRoot": True}]
        if lag := self.faults.fires("lagging_listing", "list"):
            lag_s = 600.0 if lag.value is None else lag.value
            nodes = [node for node in nodes if self.uploads.is_listed(node["id"], lag_s)]
        if self.faults.fires("hashless", "list"):
            nodes = [_without_hash(node) for node in nodes]
        try:
            content = queries.page(nodes, request.query, self.tolerance)
        except queries.QueryRefusedError as error:
            return refused(str(error))
        data = content["data"]
        assert isinstance(data, list)
        if self.faults.fires("bogus_nodes", "list"):
            common = {"kind": "FILE", "parents": ["nobody"], "contentProperties": {"contentType": "image/jpeg"}}
            data.append({"id": "BogusFile", "name": "bogus.jpg", "status": "TRASH", **common})
            data.append({"id": "BogusAsset", "name": "bogus.jpg", "status": "AVAILABLE", **common, "kind": "ASSET"})
        if self.faults.fires("wrong_count", "list"):
            content["count"] = len(data) + 1000
        if "startToken" in request.query and self.faults.fires("circular_listing", "list"):
            content["nextToken"] = request.query["startToken"]
        return web.json_response(content)

    async def _node(self, request: web.Request) -> web.StreamResponse:
        node_id = request.match_info["id"]
        if not self.drive.knows(node_id):
            return self.not_found_answer()
        node = self.drive.node(node_id)
        if request.query.get("asset") == "ALL" and node.get("kind") == "FILE":
            node = {**node, "assets": [{"id": f"{node_id}-small", "kind": "ASSET", "parents": [node_id]}]}
        if request.query.get("tempLink") == "true" and node.get("kind") == "FILE":
            node = {**node, "tempLink": self._signed_url(node_id)}
        return web.json_response(_without_hash(node) if self.faults.fires("hashless", "other") else node)

    # Content

    async def _content(self, request: web.Request) -> web.StreamResponse:
        node_id = request.match_info["id"]
        if not self.drive.knows(node_id):
            return self.not_found_answer()
        return web.Response(status=302, headers={"Location": self._signed_url(node_id)})

    def _signed_url(self, node_id: str) -> str:
        """Section 5.6: by `X-Amz-Algorithm` rclone knows that the storage wants no token."""
        signature = hashlib.sha256(f"{self.seed} {node_id}".encode()).hexdigest()
        query = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=3600&X-Amz-Signature={signature}"
        return f"{self.url_of('storage')}/bucket/{node_id}?{query}"

    async def _stored(self, request: web.Request) -> web.StreamResponse:
        if self.has_credentials(request):
            text = "<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>"
            return web.Response(status=400, text=text, content_type="application/xml")
        node_id = request.match_info["id"]
        number = self.library.number_of(node_id)
        if number is None:
            return self._own_content(request, node_id)
        item = self.library.item(number)
        properties = self.drive.node(node_id)["contentProperties"]
        assert isinstance(properties, dict)
        headers = {"Content-Type": str(properties["contentType"])}
        return answers.content(self.faults, request, self.library.content(item), headers=headers, item=item.id)

    def _own_content(self, request: web.Request, node_id: str) -> web.Response:
        """The content of a node that a test has added, from its `simulatedContent`."""
        content = self.drive.node(node_id).get("simulatedContent")
        if not isinstance(content, str):
            return self.not_found_answer()
        headers = {"Content-Type": "text/html"}
        return answers.content(self.faults, request, content.encode(), headers=headers, item=node_id)

    # Account

    async def _info(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"termsOfUse": "1.0.0", "status": "ACTIVE"})

    async def _quota(self, _request: web.Request) -> web.StreamResponse:
        quota = self.uploads.quota_bytes or _QUOTA_BYTES
        return web.json_response({"quota": quota, "available": max(0, quota - self.drive.used_bytes())})

    async def _usage(self, _request: web.Request) -> web.StreamResponse:
        sizes, counts = Counter[Kind](), Counter[Kind]()
        for item in self.library.expected():
            sizes[item.kind] += item.size_bytes
            counts[item.kind] += 1
        if not counts:
            return web.json_response({})
        totals = {kind: {"bytes": sizes[kind], "count": counts[kind]} for kind in Kind}
        used = {kind: {"total": total, "billable": total} for kind, total in totals.items()}
        answer = {"photo": used[Kind.PHOTO], "video": used[Kind.VIDEO], "doc": used[Kind.OTHER]}
        return web.json_response({"lastCalculated": "2016-02-03T04:05:06.789Z", **answer, "other": used[Kind.OTHER]})


def _without_hash(node: Raw) -> Raw:
    properties = node.get("contentProperties")
    if not isinstance(properties, dict):
        return node
    return {**node, "contentProperties": {key: value for key, value in properties.items() if key != "md5"}}
