"""The calls of the drive API. The service's filters are not trusted: the caller checks the nodes.

Facts: protocol notes on Amazon Cloud Drive, sections 2 to 6.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import partial
from http import HTTPStatus
from urllib.parse import quote

from photosync.errors import ItemError, ProviderError, Reason
from photosync.model import Item, Kind, Quota, Usage
from photosync.provider import FileToUpload
from photosync.provider_kit.amazon_drive.nodes import AVAILABLE, DriveNode, NodeKind, check_node, nodes_of
from photosync.provider_kit.amazon_drive.uploads import STORED, answer_timeout_s
from photosync.provider_kit.amazon_drive.usage import usage_of
from photosync.provider_kit.endless import ListingProgress
from photosync.provider_kit.json_fields import (
    Json,
    as_object,
    identifier,
    json_object,
    number,
    page_token,
    part,
    text,
)
from photosync.transport import Answer, Destination, Transport
from photosync_clouddrive.endpoints import Endpoints, ask
from photosync_clouddrive.items import parse_node
from photosync_clouddrive.multipart import MultipartBody
from photosync_clouddrive.refusals import ANSWERED, CHANGED

SERVICE = "Amazon Cloud Drive"
PAGE_SIZE = 200
_IS_LISTING = partial(nodes_of, service=SERVICE)
IDLE_TIMEOUT_S = 300.0
"""The time-out between bytes of the changes stream; 60 s were too short for some users."""
_NO_THUMBNAIL = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
_SPECIAL = re.compile(r"""[-+&|!(){}\[\]^'"~*?:\\ ]""")


def equals(field: str, value: str) -> str:
    """A filter term. The value is escaped and quoted, the form that rclone used for years."""
    return f'{field}:"{_SPECIAL.sub(lambda match: chr(92) + match[0], value)}"'


def is_at(node: DriveNode, parent: str, name: str) -> bool:
    """Whether a node has this name in this folder."""
    return parent in node.parents and node.is_named(name)


class CloudDriveApi:
    """One account's calls. Thread-safe."""

    def __init__(self, account: str, transport: Transport, endpoints: Endpoints) -> None:
        self._account = account
        self._transport = transport
        self._metadata_url = endpoints.metadata
        self._content_url = endpoints.content

    # The account

    def root(self, headers: Mapping[str, str] | None = None) -> DriveNode:
        """The root folder, whose id identifies the account. `headers` as for `EndpointCache.get`."""
        for each in nodes_of(self._get("nodes", {"filters": "isRoot:true"}, headers, check=_IS_LISTING), SERVICE):
            if (node := parse_node(each)) is not None and node.is_root:
                return node
        raise ProviderError(f"{SERVICE} names no root folder")

    def usage(self) -> list[Usage]:
        """The storage used, by type; a new account has none."""
        check = partial(usage_of, service=SERVICE)
        return check(self._transport.json("GET", f"{self._metadata_url}account/usage", check=check))

    def quota(self) -> Quota:
        """How much the account may store; unlimited plans have left the numbers out."""
        answer = self._get("account/quota")
        return Quota(number(answer, "quota"), number(answer, "available"))

    def changes(self, question: Json) -> AbstractContextManager[tuple[Answer, Iterator[bytes]]]:
        """The raw stream of changes."""
        url = f"{self._metadata_url}changes"
        return self._transport.stream("POST", url, json=question, needs_storage=False, timeout_s=IDLE_TIMEOUT_S)

    # Nodes

    def node(self, node_id: str) -> DriveNode | None:
        """The current node of this id; None if there is none."""
        try:
            check = partial(check_node, service=SERVICE)
            return parse_node(self._get(f"nodes/{quote(node_id, safe='')}", check=check))
        except ProviderError as error:
            if error.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND):  # 400: not a valid id
                return None
            raise

    def raw_node(self, node_id: str, *, link: bool) -> Json | None:
        """The node's own JSON with its assets; None if there is none."""
        params = {"asset": "ALL", "tempLink": "true" if link else "false"}
        try:
            answer = self._get(f"nodes/{quote(node_id, safe='')}", params, check=partial(check_node, service=SERVICE))
        except ProviderError as error:
            if error.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND):  # 400: not a valid id
                return None
            raise
        return as_object(answer)

    def account_status(self) -> str | None:
        """The account's status in the service's word: `ACTIVE`."""
        return text(self._get("account/info"), "status")

    def named(self, parent: str, name: str) -> Iterator[DriveNode]:
        """The nodes called `name` in a folder, ignoring case; available nodes come first."""
        try:
            listed = list(self.matching(equals("parents", parent), equals("name", name)))
        except ProviderError as error:
            if error.status != HTTPStatus.BAD_REQUEST:
                raise
            listed = []  # unusual names have failed in filters (section 3.3)
        found = [node for node in listed if is_at(node, parent, name)]
        if not any(node.is_available for node in found):
            # It is also not known whether the filter ignores case: list the whole folder.
            yield from (node for node in self._children(parent, NodeKind.FILE) if is_at(node, parent, name))
        yield from sorted(found, key=lambda node: not node.is_available)

    def folders_in(self, parent: str) -> Iterator[DriveNode]:
        """The available folders in a folder. A folder that is gone has none."""
        return self._children(parent, NodeKind.FOLDER)

    def _children(self, parent: str, kind: NodeKind) -> Iterator[DriveNode]:
        path = f"nodes/{quote(parent, safe='')}/children"
        try:
            for node in self.matching(f"kind:{kind}", f"status:{AVAILABLE}", path=path):
                # Listings have shown nodes that are elsewhere (section 3.6).
                if node.kind is kind and node.is_available and parent in node.parents:
                    yield node
        except ProviderError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise

    def matching(self, *terms: str, path: str = "nodes") -> Iterator[DriveNode]:
        """The nodes that the service lists for a filter of `terms`; one request for every 200, when needed."""
        token: str | None = None
        progress = ListingProgress(SERVICE)
        while True:
            try:
                content, _ = self.page(path, terms, token)
            except ProviderError as error:
                # A missing page is harmless: an unlisted node is refused, with its id, when it is created again.
                if token is not None and error.status == HTTPStatus.BAD_REQUEST:
                    return
                raise
            listed = nodes_of(content, SERVICE)
            yield from filter(None, map(parse_node, listed))
            following = page_token(content, "nextToken")
            if following is None:
                return
            progress.check((each.get("id") for each in listed), following)
            token = following

    def found(self, filters: str) -> set[str]:
        """The ids of all nodes that match `filters`. A listing whose token ended is refused as a whole."""
        ids, token = set[str](), None
        progress = ListingProgress(SERVICE)
        while True:
            content, _ = self.page("nodes", (filters,), token)
            listed = nodes_of(content, SERVICE)
            ids.update(filter(None, map(identifier, listed)))
            token = page_token(content, "nextToken")
            if token is None:
                return ids
            progress.check((each.get("id") for each in listed), token)

    def page(self, path: str, terms: tuple[str, ...], token: str | None) -> tuple[object, bool]:
        """One page of a listing of nodes, and whether its request was repeated."""
        before = self._transport.retries
        params = {"filters": " AND ".join(terms), "startToken": token, "limit": PAGE_SIZE}
        return self._get(path, params, check=_IS_LISTING), self._transport.retries != before

    def _get(
        self,
        path: str,
        params: Mapping[str, str | int | None] | None = None,
        headers: Mapping[str, str] | None = None,
        check: Callable[[object], object] | None = None,
    ) -> object:
        url = f"{self._metadata_url}{path}"
        return ask(self._account, self._transport, url, params=params, headers=headers, check=check)

    # Contents and changes

    def download(self, item: Item, destination: Destination, part_bytes: int) -> None:
        """The content of `item`, in requests of at most `part_bytes`: the service fails above some 10 GiB."""
        if item.size_bytes == 0:
            destination.begin(0, 0, None)
            return
        self._transport.download(
            f"{self._content_url}nodes/{quote(item.id, safe='')}/content",
            destination,
            documents=item.kind is Kind.OTHER,  # with all files selected, the item may be a web page
            part_bytes=part_bytes if item.size_bytes is not None and item.size_bytes > part_bytes else None,
        )

    def thumbnail(self, node_id: str, pixels: int) -> bytes:
        """A small picture, which the service makes of photos and videos."""
        answer = self._transport.request(
            "GET",
            f"{self._content_url}nodes/{quote(node_id, safe='')}/content",
            params={"viewBox": pixels},
            accept=(HTTPStatus.OK, *_NO_THUMBNAIL),
        )
        if answer.status != HTTPStatus.OK or not answer.content_type.startswith("image/"):
            raise ItemError(f"{node_id}: {SERVICE} has no thumbnail of it (status {answer.status})", Reason.NOT_FOUND)
        return answer.body

    def upload(self, body: Callable[[], MultipartBody], boundary: str, size_bytes: int) -> Answer:
        """Send a file and its metadata. Raises `LostAnswerError`."""
        return self._transport.request(
            "POST",
            f"{self._content_url}nodes",
            params={"suppress": "deduplication"},
            headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
            body=body,
            idempotent=False,
            accept=ANSWERED,
            timeout_s=answer_timeout_s(size_bytes),
        )

    def make_folder(self, name: str, parent: str) -> Answer:
        """Create a folder. It may be sent twice: the second request is refused with the id of the first.

        Raises `ItemError` if the service created it in another folder; that one is moved to the trash.
        """
        answer = self._transport.request(
            "POST",
            f"{self._metadata_url}nodes",
            json={"kind": NodeKind.FOLDER, "name": name, "parents": [parent]},
            accept=ANSWERED,
        )
        node = parse_node(json_object(answer.body)) if answer.status in STORED else None
        if node is not None and node.parents and parent not in node.parents:
            self.discard(node.id)
            raise ItemError(
                f"{SERVICE} made the folder {name} in another place than it was told to. That one was put to the "
                "trash. Push again.",
                Reason.BAD_ANSWER,
            )
        return answer

    def change(self, method: str, path: str, content: Json | None = None) -> Answer:
        """Change a node, at `path` below the metadata's address; the answer may be a refusal."""
        url = f"{self._metadata_url}{path}"
        return self._transport.request(method, url, json=content, accept=CHANGED, needs_storage=False)

    def overwrite(self, node_id: str, file: FileToUpload) -> Answer:
        """Replace a file's content. Raises `LostAnswerError`; it does no harm to send the same content again."""
        boundary = secrets.token_hex(16)
        return self._transport.request(
            "PUT",
            f"{self._content_url}nodes/{quote(node_id, safe='')}/content",
            params={"suppress": "deduplication"},
            headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
            body=lambda: MultipartBody(file, None, boundary),
            idempotent=False,
            accept=CHANGED,
            timeout_s=answer_timeout_s(file.size_bytes),
        )

    def properties(self, node_id: str, owner: str) -> dict[str, str]:
        """The properties that a client keeps with a node; of another client there are none."""
        found = as_object(self._get(f"nodes/{quote(node_id, safe='')}/properties/{quote(owner, safe='')}"))
        return {key: value for key, value in part(found, "data").items() if isinstance(value, str)}

    # The trash

    def trashed(self) -> Iterator[list[DriveNode]]:
        """What was put into the trash itself, one page per request. Raises `ProviderError` if one cannot be read."""
        token: str | None = None
        progress = ListingProgress(SERVICE)
        while True:
            content, _ = self.page("trash", ("status:TRASH",), token)
            listed = nodes_of(content, SERVICE)
            yield list(filter(None, map(parse_node, listed)))
            token = page_token(content, "nextToken")
            if token is None:
                return
            progress.check((each.get("id") for each in listed), token)

    def discard(self, node_id: str) -> None:
        """Move a node that this run has made to the trash. Raises an error if the service refuses."""
        self._transport.request("PUT", f"{self._metadata_url}trash/{quote(node_id, safe='')}", json={})

    def trash(self, node_id: str) -> Answer:
        """Move a node to the trash, from which a person can restore it; the answer may be a refusal."""
        return self.change("PUT", f"trash/{quote(node_id, safe='')}", {})

    def restore(self, node_id: str) -> Answer:
        """Move a node back into its folders; the answer may be a refusal."""
        return self.change("POST", f"trash/{quote(node_id, safe='')}/restore", {})
