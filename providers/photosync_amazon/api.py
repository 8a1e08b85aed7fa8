"""The calls of Amazon Photos' private web API that only read.

Facts: protocol notes on Amazon Photos, sections 3, 4, 5, 7 and 10.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from photosync.errors import ItemError, ProviderError, Reason
from photosync.model import Collection, Usage
from photosync.transport import Destination, Transport
from photosync_amazon.nodes import Json, folded, is_available, nodes_of, number, part, text

PAGE_SIZE = 200
MAX_OFFSET = 9_999
"""`/nodes` and its children refuse offset + limit above this; search does not. Beyond it they want the continuation
token, which comes only with `tempLink=true`."""
COMMON = {"asset": "ALL", "tempLink": "false", "resourceVersion": "V2", "ContentType": "JSON"}
NEWEST_FIRST = "['createdDate DESC']"

_PLAIN_BEGINNING = re.compile(r"[A-Za-z0-9_]+")
"""What a filter by name may hold; blanks make it unreliable, and how to write the rest nobody knows."""
_ROUTE_REFUSED = frozenset({Reason.FORBIDDEN, Reason.NOT_FOUND, Reason.REFUSED})


@dataclass(frozen=True, slots=True)
class Nodes:
    """A page of nodes, and how many the whole listing has."""

    nodes: list[Json]
    total: int | None


@dataclass(frozen=True, slots=True)
class Root:
    """The folder that all others lie in."""

    id: str
    owner: str
    """Whose account it is."""


class AmazonApi:
    """One account's calls. `base` is the API's URL; `download_base`, if any, another way to the originals."""

    def __init__(self, transport: Transport, base: str, download_base: str | None) -> None:
        self._transport = transport
        self._base = base.rstrip("/")
        self._download_base = download_base.rstrip("/") if download_base else None
        self._owner: str | None = None
        self._root: Root | None = None
        self._lock = threading.Lock()

    def _get(self, path: str, **params: str | int) -> object:
        return self._transport.json("GET", f"{self._base}{path}", params={**COMMON, **params})

    def search(self, filters: str, offset: int, limit: int = PAGE_SIZE) -> Nodes:
        """One page of what matches `filters`, the newest first."""
        answer = self._get(
            "/search",
            filters=filters,
            limit=limit,
            offset=offset,
            sort=NEWEST_FIRST,
            searchContext="customer",
            lowResThumbnail="false",
        )
        return Nodes(nodes_of(answer, "a search"), number(answer, "count") if isinstance(answer, Mapping) else None)

    def node(self, node_id: str) -> Json | None:
        """One node, wherever it lies; None: there is none of this id."""
        try:
            answer = self._get(f"/nodes/{quote(node_id, safe='')}")
        except ProviderError as error:
            if error.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND):  # 400: no id at all
                return None
            raise
        return answer if isinstance(answer, Mapping) and text(answer, "id") else None

    def matching(self, filters: str) -> list[Json]:
        """The first page of the nodes that match: for filters that few can match. Whoever asks looks at what came."""
        return nodes_of(self._get("/nodes", filters=filters, limit=PAGE_SIZE, offset=0), "/nodes")

    def children(self, node_id: str, filters: str | None = None) -> Iterator[Nodes]:
        """What is in a folder or an album, page by page."""
        yield from self._listing(f"/nodes/{quote(node_id, safe='')}/children", {"filters": filters} if filters else {})

    def named(self, folder_id: str, name: str) -> Iterator[Json]:
        """The files of this name in a folder, case aside; the filter only narrows them down."""
        beginning = _PLAIN_BEGINNING.match(name)
        for page in self.children(folder_id, f"kind:FILE AND name:{beginning[0]}*" if beginning else "kind:FILE"):
            for node in page.nodes:
                if folded(text(node, "name") or "") == folded(name):
                    yield node

    def albums(self) -> Iterator[Collection]:
        """All albums, those that others share included."""
        for node in self.album_nodes():
            id_ = str(node["id"])
            yield Collection(id_, text(node, "name") or id_, "album", self._album_count(node))

    def album_nodes(self) -> Iterator[Json]:
        """The same, as the service describes them."""
        for page in self._listing("/nodes", {"filters": "kind:VISUAL_COLLECTION"}):
            for node in page.nodes:
                if text(node, "id") and node.get("kind") == "VISUAL_COLLECTION" and is_available(node):
                    yield node

    @staticmethod
    def _album_count(node: Json) -> int | None:
        properties = part(node, "collectionProperties")
        count = number(properties, "photoCount")
        videos = number(properties, "videoCount")
        return None if count is None and videos is None else (count or 0) + (videos or 0)

    def _listing(self, path: str, params: dict[str, str | int]) -> Iterator[Nodes]:
        """A listing of nodes. One that is too long for offsets is begun again with tokens, which cost links."""
        offset, token, with_tokens = 0, None, False
        while True:
            position: dict[str, str | int] = {"startToken": token} if token else {"offset": offset}
            page, next_token = self._nodes_page(path, {**params, **position}, with_tokens, MAX_OFFSET - offset)
            if not with_tokens and (page.total or 0) > MAX_OFFSET:
                with_tokens = True
                continue
            yield page
            offset += len(page.nodes)
            is_last = next_token is None and offset >= (page.total or 0)
            if not page.nodes or is_last or (next_token is not None and next_token == token):
                return
            token = next_token
            if token is None and offset >= MAX_OFFSET:
                raise ProviderError(f"Amazon Photos lists only {offset} of the {page.total} items of {path}")

    def _nodes_page(
        self, path: str, params: dict[str, str | int], with_tokens: bool, room: int
    ) -> tuple[Nodes, str | None]:
        limit = PAGE_SIZE if with_tokens else min(PAGE_SIZE, room)
        temp_link = "true" if with_tokens else "false"
        answer = self._get(path, **params, limit=limit, sort=NEWEST_FIRST, tempLink=temp_link)
        content = answer if isinstance(answer, Mapping) else {}
        return Nodes(nodes_of(answer, path), number(content, "count")), text(content, "nextToken")

    def usage(self) -> list[Usage]:
        """The storage used, by type."""
        answer = self._get("/account/usage")
        if not isinstance(answer, Mapping):
            raise ProviderError("Amazon Photos answered /account/usage with something else than an object")
        totals = {type_: part(part(answer, type_), "total") for type_ in ("photo", "video", "doc", "other")}
        return [
            Usage(type_, number(total, "bytes") or 0, number(total, "count") or 0)
            for type_, total in totals.items()
            if total
        ]

    def root_owner(self) -> str:
        """The id of the account's owner, which content calls want."""
        if self._owner is None:
            nodes = nodes_of(self._get("/nodes", filters="isRoot:true"), "the root folder")
            self._owner = next((owner for node in nodes if (owner := text(node, "ownerId"))), None)
        if self._owner is None:
            raise ProviderError("Amazon Photos named no owner of the root folder")
        return self._owner

    def root(self) -> Root:
        """The root folder; asked for once."""
        with self._lock:
            if self._root is None:
                self._root = self._found_root()
            return self._root

    def _found_root(self) -> Root:
        # The service checks the filter loosely, so other nodes may come with it.
        found = [node for node in self.matching("isRoot:true") if text(node, "id") and text(node, "ownerId")]
        folders = [node for node in found if node.get("kind") in (None, "FOLDER")]
        roots = [node for node in folders if node.get("isRoot") is True] or folders
        if len(roots) != 1:
            raise ProviderError(f"Amazon Photos named {len(roots)} root folders where one was due")
        return Root(str(roots[0]["id"]), str(roots[0]["ownerId"]))

    def download(self, node_id: str, owner: str, destination: Destination) -> None:
        """The original bytes; by the other way where the service refuses the usual one."""
        node = quote(node_id, safe="")
        try:
            self._transport.download(
                f"{self._base}/nodes/{node}/contentRedirection",
                destination,
                params={**COMMON, "querySuffix": "?download=true", "ownerId": owner},
            )
        except ItemError as error:
            if self._download_base is None or error.reason not in _ROUTE_REFUSED:
                raise
            self._transport.download(f"{self._download_base}/{node}", destination, params={"ownerId": owner})
