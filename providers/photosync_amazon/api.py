"""The calls of Amazon Photos' private web API.

Facts: protocol notes on Amazon Photos, sections 3 to 5 and 7 to 10. Filtered listings are filtered again here.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from urllib.parse import quote, urlencode

from photosync.errors import ItemError, ProviderError, Reason
from photosync.model import Usage
from photosync.provider import FileToUpload
from photosync.provider_kit.amazon_drive.nodes import DriveNode, NodeKind, check_node, nodes_of
from photosync.provider_kit.amazon_drive.uploads import STORED, answer_timeout_s
from photosync.provider_kit.amazon_drive.usage import usage_of
from photosync.provider_kit.endless import ListingProgress
from photosync.provider_kit.json_fields import Json, as_object, number, page_token, part, parts, text, unusable
from photosync.provider_kit.pages_ahead import PagesAhead
from photosync.transport import Answer, Destination, Transport
from photosync_amazon.items import AmazonAlbum, parse_album, parse_node

SERVICE = "Amazon Photos"
PAGE_SIZE = 200
MAX_OFFSET = 9_999
"""`/nodes` and its children refuse offset + limit above this; search does not. Beyond it they require the continuation
token, which comes only with `tempLink=true`."""
COMMON = {"asset": "ALL", "tempLink": "false", "resourceVersion": "V2", "ContentType": "JSON"}
NEWEST_FIRST = "['createdDate DESC']"
_IS_LISTING = partial(nodes_of, service=SERVICE)

_PLAIN_BEGINNING = re.compile(r"[A-Za-z0-9_]+")
"""Characters that a filter by name may have; spaces make it unreliable, and other escapes are not known."""
_ROUTE_REFUSED = frozenset({Reason.FORBIDDEN, Reason.NOT_FOUND, Reason.REFUSED})
_REFUSED = frozenset(range(400, 500)) - {
    *(HTTPStatus.UNAUTHORIZED, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS),
}
"""Statuses about one file, folder or album; the transport handles all others."""
_REDIRECTED = (HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER)
"""Their targets show whether it is the sign-in page; a redirect is never followed with a body."""
_ANSWERED = frozenset((*STORED, *_REDIRECTED, *_REFUSED))


@dataclass(frozen=True, slots=True)
class NodePage:
    """A page of a listing of nodes."""

    content: list[Json]
    """Nodes of all kinds."""
    total: int | None
    """The number of nodes in the whole listing."""
    next_token: str | None
    unusable: int
    """The number of entries that have no usable id."""

    @property
    def nodes(self) -> Iterator[DriveNode]:
        """The files and folders of the page."""
        return filter(None, map(parse_node, self.content))

    @property
    def ids(self) -> list[object]:
        """The ids of all entries."""
        return [each.get("id") for each in self.content]

    def is_last(self, offset: int) -> bool:
        """Whether the listing ends with this page, at `offset`. A count that cannot be right proves no end."""
        return not self.content or offset == self.total


class AmazonApi:
    """The calls of one account. `url` is the API's, `download_url` an alternative for originals, if there is one;
    `thumbnails_url` has small pictures."""

    def __init__(
        self, transport: Transport, url: str, upload_url: str, download_url: str | None, thumbnails_url: str
    ) -> None:
        self._transport = transport
        self._url = url.rstrip("/")
        self._upload_url = upload_url
        self._download_url = download_url and download_url.rstrip("/")
        self._thumbnails_url = thumbnails_url.rstrip("/")
        self._root: DriveNode | None = None
        self._lock = threading.Lock()

    # Listings

    def search(self, filters: str, offset: int, limit: int, sort: str, context: str) -> NodePage:
        """One page of the items that match `filters`."""
        return self._page(
            "/search",
            filters=filters,
            limit=limit,
            offset=offset,
            sort=sort,
            searchContext=context,
            lowResThumbnail="false",
        )

    def aggregation(self, category: str) -> list[Json]:
        """The values of a category, as the service counts them. The keys differ by category (section 10)."""
        # An answer of another form is not asked for again: nothing depends on it.
        return _aggregated(self._get("/search/aggregation", category=category, aggregationContext="all"))

    def grouped(self, filters: str, period: str, context: str) -> tuple[int | None, list[Json]]:
        """How many items match `filters`, and how many of each `period`, as far as the service tells."""
        answer = self._get(
            "/search", _IS_LISTING, filters=filters, limit=1, offset=0, searchContext=context, groupByForTime=period
        )
        return number(answer, "count"), parts(part(answer, "aggregations"), "time")

    def matching(self, filters: str) -> list[DriveNode]:
        """The first page of matching nodes, for filters with few matches. The caller checks the nodes again."""
        return list(self._page("/nodes", filters=filters, limit=PAGE_SIZE, offset=0).nodes)

    def nodes(self, filters: str, sort: str, ahead: int) -> Iterator[NodePage]:
        """All matching nodes, page by page; `ahead` as for `PagesAhead`."""
        return self._listing("/nodes", {"filters": filters}, ahead, sort)

    def children(
        self, node_id: str, filters: str | None = None, *, sort: str = NEWEST_FIRST, ahead: int = 0
    ) -> Iterator[NodePage]:
        """The nodes in a folder or an album, page by page; `ahead` as for `PagesAhead`."""
        path = f"/nodes/{quote(node_id, safe='')}/children"
        return self._listing(path, {"filters": filters} if filters else {}, ahead, sort)

    def folders_in(self, parent: str) -> Iterator[DriveNode]:
        """The folders in a folder, without those in the trash."""
        for page in self.children(parent, "kind:FOLDER"):
            yield from (node for node in page.nodes if node.kind is NodeKind.FOLDER and node.is_available and node.name)

    def named(self, parent: str, name: str) -> Iterator[DriveNode]:
        """The files of this name in a folder, ignoring case; the service's filter alone is not exact."""
        beginning = _PLAIN_BEGINNING.match(name)
        for page in self.children(parent, f"kind:FILE AND name:{beginning[0]}*" if beginning else "kind:FILE"):
            yield from (node for node in page.nodes if node.is_named(name))

    def albums(self) -> Iterator[AmazonAlbum]:
        """All albums, those that others share included."""
        for page in self._listing("/nodes", {"filters": "kind:VISUAL_COLLECTION"}):
            yield from filter(None, map(parse_album, page.content))

    def trashed(self) -> Iterator[NodePage]:
        """The files and folders in the trash, the last changed first."""
        filters = "kind:(FILE* OR FOLDER*) AND status:(TRASH*)"
        return self._listing("/trash", {"filters": filters}, sort="['modifiedDate DESC']")

    def _listing(
        self, path: str, params: dict[str, str | int], ahead: int = 0, sort: str = NEWEST_FIRST
    ) -> Iterator[NodePage]:
        """A listing of nodes. One that is too long for offsets is restarted with tokens, which need links."""

        def page_at(offset: int) -> NodePage:
            limit = min(PAGE_SIZE, MAX_OFFSET - offset)
            return self._page(path, **params, offset=offset, limit=limit, sort=sort, tempLink="false")

        offset, token, with_tokens = 0, None, False
        progress = ListingProgress(SERVICE)
        with PagesAhead(page_at, self._transport, ahead) as pages:
            while True:
                if token or with_tokens:
                    position: dict[str, str | int] = {"startToken": token} if token else {"offset": offset}
                    links = "true" if with_tokens else "false"
                    page = self._page(path, **params, **position, limit=PAGE_SIZE, sort=sort, tempLink=links)
                else:
                    page = pages.at(offset)
                if not with_tokens and (page.total or 0) > MAX_OFFSET:
                    with_tokens = True
                    continue
                yield page
                offset += len(page.content)
                token = page.next_token
                if token is None and page.is_last(offset):
                    return
                progress.check(page.ids, token)
                if token is None and offset >= MAX_OFFSET:
                    raise ProviderError(f"{SERVICE} lists only {offset} of the {page.total} items of {path}")

    # Single nodes and the account

    def node(self, node_id: str) -> DriveNode | None:
        """The node of this id with any status; None if there is none."""
        try:
            return parse_node(self._get(f"/nodes/{quote(node_id, safe='')}", partial(check_node, service=SERVICE)))
        except ProviderError as error:
            if error.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND):  # 400: not a valid id
                return None
            raise

    def raw_node(self, node_id: str, *, link: bool) -> Json | None:
        """The node's own JSON with its assets; None if there is none."""
        check = partial(check_node, service=SERVICE)
        try:
            answer = self._get(f"/nodes/{quote(node_id, safe='')}", check, tempLink="true" if link else "false")
        except ProviderError as error:
            if error.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND):  # 400: not a valid id
                return None
            raise
        return as_object(answer)

    def count_files(self, folder_id: str) -> int | None:
        """How many files a folder has, without those in the folders in it."""
        return self._page(f"/nodes/{quote(folder_id, safe='')}/children", filters="kind:FILE", limit=1, offset=0).total

    def account_status(self) -> str | None:
        """The account's status in the service's word: `ACTIVE`."""
        return text(self._get("/account/info"), "status")

    def thumbnail(self, node_id: str, pixels: int) -> bytes:
        """A small picture; the service encodes it anew."""
        answer = self._transport.request(
            "GET",
            f"{self._thumbnails_url}/{quote(node_id, safe='')}",
            params={"ownerId": self.root().owner, "viewBox": pixels},
            accept=(HTTPStatus.OK, *_REFUSED),
        )
        if answer.status != HTTPStatus.OK or not answer.content_type.startswith("image/"):
            raise ItemError(f"{node_id}: {SERVICE} has no thumbnail of it (status {answer.status})", Reason.NOT_FOUND)
        return answer.body

    def root(self) -> DriveNode:
        """The folder that contains all others, with the id of the account's owner; requested once."""
        with self._lock:
            if self._root is None:
                page = self._page("/nodes", filters="isRoot:true", limit=PAGE_SIZE, offset=0)
                # The service checks the filter loosely, so the answer may have other nodes.
                found = [node for each in page.content if (node := parse_node(each, NodeKind.FOLDER))]
                folders = [node for node in found if node.kind is NodeKind.FOLDER and node.owner]
                roots = [node for node in folders if node.is_root] or folders
                if len(roots) != 1:
                    raise ProviderError(f"{SERVICE} named {len(roots)} root folders where one was due")
                self._root = roots[0]
            return self._root

    def usage(self) -> list[Usage]:
        """The storage used, by type."""
        return usage_of(self._get("/account/usage", partial(usage_of, service=SERVICE)), SERVICE)

    def download(self, node_id: str, owner: str | None, destination: Destination) -> None:
        """The original bytes; from the alternative host if the service refuses the usual one."""
        node, owner = quote(node_id, safe=""), owner or self.root().owner
        try:
            self._transport.download(
                f"{self._url}/nodes/{node}/contentRedirection",
                destination,
                params={**COMMON, "querySuffix": "?download=true", "ownerId": owner},
            )
        except ItemError as error:
            if self._download_url is None or error.reason not in _ROUTE_REFUSED:
                raise
            self._transport.download(f"{self._download_url}/{node}", destination, params={"ownerId": owner})

    def _page(self, path: str, **params: str | int) -> NodePage:
        answer = self._get(path, _IS_LISTING, **params)
        nodes, total = nodes_of(answer, SERVICE), number(answer, "count")
        return NodePage(nodes, total, page_token(answer, "nextToken"), unusable(answer, "data"))

    def _get(self, path: str, check: Callable[[object], object] | None = None, **params: str | int) -> object:
        return self._transport.json("GET", f"{self._url}{path}", check=check, params={**COMMON, **params})

    # Changes: the answer may be a refusal

    def upload(self, file: FileToUpload, folder_id: str) -> Answer:
        """Send a file's bytes as a file of this name in the folder. Raises `LostAnswerError`."""
        # `%20` always means a space; a plus sign, as `params` would write it, does not.
        query = urlencode(
            {"name": file.name, "kind": "FILE", "parentNodeId": folder_id, **COMMON}, quote_via=quote, safe=""
        )
        return self._transport.request(
            "POST",
            f"{self._upload_url}?{query}",
            headers={"Content-Type": "application/octet-stream"},
            body=file.open,
            idempotent=False,
            accept=_ANSWERED,
            timeout_s=answer_timeout_s(file.size_bytes),
        )

    def make_folder(self, name: str, parent: str) -> Answer:
        """Create a folder. It may be sent twice: the second request is refused with the id of the first."""
        return self._send("POST", "/nodes", {**COMMON, "kind": "FOLDER", "name": name, "parents": [parent]})

    def name_cluster(self, cluster_id: str, name: str) -> Answer:
        """Give a person a name."""
        body = {"sourceCluster": cluster_id, "newName": name, "context": "customer"}
        return self._send("PUT", "/cluster/name", body)

    def merge_clusters(self, cluster_ids: Sequence[str], name: str) -> Answer:
        """Make one person of several."""
        return self._send("POST", "/cluster", {"clusterIds": list(cluster_ids), "newName": name, "context": "customer"})

    def cover_cluster(self, cluster_id: str, node_id: str) -> Answer:
        """Choose the picture of a person."""
        path = f"/cluster/hero/{quote(cluster_id, safe='')}"
        return self._send("PUT", path, {"clusterId": cluster_id, "nodeId": node_id})

    def make_album(self, name: str) -> Answer:
        """Create an album. The service allows a second one of the same name. Raises `LostAnswerError`."""
        return self._send("POST", "/nodes", {"kind": "VISUAL_COLLECTION", "name": name}, idempotent=False)

    def add_to_album(self, album_id: str, ids: Sequence[str]) -> Answer:
        """Add items to an album; present ones stay there."""
        path = f"/nodes/{quote(album_id, safe='')}/children"
        return self._send("PATCH", path, {"op": "add", "value": list(ids)})

    def change_vault(self, family_id: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Answer:
        """Put items into the family's vault, and take others out."""
        body = {"nodesToAdd": list(add), "nodesToRemove": list(remove), "familyId": family_id}
        return self._send("POST", "/familyArchive/", body)

    def change_settings(self, node_id: str, **settings: bool) -> Answer:
        """Change `favorite` or `hidden` of an item."""
        return self._send("PATCH", f"/nodes/{quote(node_id, safe='')}", {"settings": dict(settings)})

    def remove_from_album(self, album_id: str, ids: Sequence[str]) -> Answer:
        """Take items out of an album."""
        path = f"/nodes/{quote(album_id, safe='')}/children"
        return self._send("PATCH", path, {"op": "remove", "value": list(ids)})

    def rename(self, node_id: str, name: str) -> Answer:
        """Give a file, a folder or an album another name."""
        return self._send("PATCH", f"/nodes/{quote(node_id, safe='')}", {"name": name})

    def trash(self, ids: Sequence[str], *, with_contents: bool = True) -> Answer:
        """Move files, and folders with all that is in them, to the trash; without contents, albums."""
        body = _trash_body("add", ids)
        return self._send("PATCH", "/trash", body if with_contents else {**body, "recurse": "false"})

    def restore(self, ids: Sequence[str]) -> Answer:
        """Move them back."""
        return self._send("PATCH", "/trash", _trash_body("remove", ids))

    def purge(self, ids: Sequence[str]) -> Answer:
        """Delete what is in the trash for good."""
        return self._send("POST", "/bulk/nodes/purge", {"recurse": "false", "nodeIds": list(ids)})

    def _send(self, method: str, path: str, body: Json, *, idempotent: bool = True) -> Answer:
        return self._transport.request(
            method,
            f"{self._url}{path}",
            json={**body, "resourceVersion": "V2", "ContentType": "JSON"},
            idempotent=idempotent,
            accept=_ANSWERED,
        )


def _trash_body(change: str, ids: Sequence[str]) -> Json:
    return {"recurse": "true", "op": change, "filters": "", "conflictResolution": "RENAME", "value": list(ids)}


def _aggregated(answer: object) -> list[Json]:
    """The entries of one category, or those of all categories in the answer."""
    found = as_object(answer).get("aggregations")
    if isinstance(found, list):
        return parts(answer, "aggregations")
    if isinstance(found, dict):
        return [entry for word in found for entry in parts(found, word)]
    raise ProviderError(f"{SERVICE} answered without aggregations; its protocol may have changed")
