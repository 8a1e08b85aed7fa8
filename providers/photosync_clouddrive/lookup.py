"""Asks for single nodes and for those that match a filter, and puts nodes to the trash.

Facts: protocol notes on Amazon Cloud Drive, sections 3.1, 3.3, 3.5, 3.6 and 6. The service's filters are not trusted:
whoever asks looks at what came.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from urllib.parse import quote

from photosync.errors import ProviderError, SignInError
from photosync.transport import Transport
from photosync_clouddrive.endpoints import Endpoints, not_allowed
from photosync_clouddrive.nodes import AVAILABLE, Node, NodeKind, parse_node, text

PAGE_SIZE = 200
_SPECIAL = re.compile(r"""[-+&|!(){}\[\]^'"~*?:\\ ]""")


def equals(field: str, value: str) -> str:
    """A filter term. The value is escaped and in quotes, the form that rclone used for years."""
    return f'{field}:"{_SPECIAL.sub(lambda match: chr(92) + match[0], value)}"'


def folded(name: str) -> str:
    """What two names have in common that cannot lie in one folder: neither case nor the spelling of accents counts."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def is_at(node: Node, parent: str, name: str) -> bool:
    """Whether a node has this name in this folder."""
    return parent in node.parents and folded(node.name or "") == folded(name)


class Nodes:
    """The metadata host's view of single nodes. Nothing is kept. Used from several threads."""

    def __init__(self, account: str, transport: Transport, endpoints: Endpoints) -> None:
        self._account = account
        self._transport = transport
        self._endpoints = endpoints

    def get(self, node_id: str) -> Node | None:
        """One node as it is now; None: there is none of this id."""
        try:
            answer = self._asked(f"nodes/{quote(node_id, safe='')}")
        except ProviderError as error:
            if error.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND):  # 400: no id at all
                return None
            raise
        return parse_node(answer) if isinstance(answer, Mapping) else None

    def matching(self, *terms: str) -> Iterator[Node]:
        """What the service lists for a filter of `terms`; a request for every 200, when they are asked for."""
        return self._listed("nodes", terms)

    def named(self, parent: str, name: str) -> Iterator[Node]:
        """What is called `name` in a folder, whatever the case; what is available comes first."""
        try:
            listed = list(self.matching(equals("parents", parent), equals("name", name)))
        except ProviderError as error:
            if error.status != HTTPStatus.BAD_REQUEST:
                raise
            listed = []  # odd names have failed in filters (section 3.3)
        found = [node for node in listed if is_at(node, parent, name)]
        if not any(node.status == AVAILABLE for node in found):
            # Nor does anybody know whether the filter sees names that differ in case: look through the whole folder.
            yield from (node for node in self.children(parent, NodeKind.FILE) if is_at(node, parent, name))
        yield from sorted(found, key=lambda node: node.status != AVAILABLE)

    def children(self, parent: str, kind: NodeKind) -> Iterator[Node]:
        """What lies in a folder and is available. A folder that is gone has nothing."""
        path = f"nodes/{quote(parent, safe='')}/children"
        try:
            for node in self._listed(path, (f"kind:{kind}", f"status:{AVAILABLE}")):
                # Listings have shown nodes that lie elsewhere (section 3.6).
                if node.kind is kind and node.status == AVAILABLE and parent in node.parents:
                    yield node
        except ProviderError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise

    def trash(self, node_id: str) -> None:
        """Put a node to the trash, from which a person can take it back."""
        self._transport.request("PUT", f"{self._endpoints.metadata}trash/{quote(node_id, safe='')}", json={})

    def _listed(self, path: str, terms: tuple[str, ...]) -> Iterator[Node]:
        token: str | None = None
        while True:
            try:
                content = self._asked(path, " AND ".join(terms), token)
            except ProviderError as error:
                # A page less is no matter here: what is not seen is refused, with its id, when it is made again.
                if token is not None and error.status == HTTPStatus.BAD_REQUEST:
                    return
                raise
            listed = content.get("data") if isinstance(content, Mapping) else None
            if not isinstance(listed, list):
                raise ProviderError("Amazon Cloud Drive answered without a list of nodes; its protocol may differ here")
            yield from filter(None, (parse_node(each) for each in listed if isinstance(each, Mapping)))
            following = text(content, "nextToken")
            if following in (None, token) or not listed:
                return
            token = following

    def _asked(self, path: str, filters: str | None = None, token: str | None = None) -> object:
        params: dict[str, str | int | None] = {"filters": filters, "startToken": token}
        if filters is not None:
            params["limit"] = PAGE_SIZE
        try:
            return self._transport.json("GET", f"{self._endpoints.metadata}{path}", params=params)
        except ProviderError as error:
            if error.status == HTTPStatus.FORBIDDEN:
                raise SignInError(not_allowed(self._account, str(error))) from error
            raise
