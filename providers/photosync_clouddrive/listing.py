"""Brings the local tree up to date without the changes stream: by listing all files and folders, page by page.

Facts: protocol notes on Amazon Cloud Drive, sections 3.1 and 4 (end). For servers that refuse `changes`; the two must
not be mixed, so this forgets the checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from photosync.errors import ProviderError, Reason, TemporaryError
from photosync.transport import Transport
from photosync_clouddrive.nodes import Json, NodeKind, number, parse_node, text
from photosync_clouddrive.tree import Tree

PAGE_SIZE = 200
MOST_BEGINNINGS = 4
"""A listing whose token expired, or of which a page had to be asked for twice, is begun again so often."""


class _BeginAgainError(Exception):
    """What came so far may have holes."""


class Listing:
    """One account's complete listing: `Listing(...).run()`."""

    def __init__(self, transport: Transport, url: str, tree: Tree, say: Callable[[str], None]) -> None:
        """`url` is that of `nodes`."""
        self._transport = transport
        self._url = url
        self._tree = tree
        self._say = say

    def run(self) -> None:
        """List everything. Raises `TemporaryError` when that never comes to its end."""
        self._tree.forget_checkpoint()
        for _ in range(MOST_BEGINNINGS):
            self._tree.begin_round()
            self._tree.rebuild()
            try:
                is_whole = [self._list(kind) for kind in NodeKind]
            except _BeginAgainError:
                continue
            if all(is_whole):
                self._tree.finish()
            if not self._tree.folders().has_root:
                raise TemporaryError(
                    "Amazon Cloud Drive names no root folder, so its listing cannot be complete. Try again later.",
                    Reason.TRUNCATED,
                )
            return
        raise TemporaryError(
            f"Amazon Cloud Drive's listing was begun {MOST_BEGINNINGS} times and never came to its end undisturbed. "
            "Try again later.",
            Reason.TRUNCATED,
        )

    def _list(self, kind: NodeKind) -> bool:
        """All nodes of a kind; whether they were as many as the service counts."""
        token: str | None = None
        seen: set[str] = set()
        while True:
            content = self._page(kind, token)
            nodes = _nodes(content)
            seen.update(id_ for each in nodes if (id_ := text(each, "id")))
            # The service is not trusted to have filtered: kind and status are looked at again.
            parsed = [node for each in nodes if (node := parse_node(each)) is not None and node.kind is kind]
            self._tree.apply(parsed, None)
            following, total = text(content, "nextToken"), number(content, "count")
            if following is None:
                return self._adds_up(kind, len(seen), total)
            if following == token or not nodes:
                self._say("the service's listing turns in a circle; nothing is taken for gone")
                return False
            token = following

    def _adds_up(self, kind: NodeKind, came: int, total: int | None) -> bool:
        if total is None or total <= came:
            return True
        self._say(f"the service counts {total} nodes of kind {kind} and listed {came}; nothing is taken for gone")
        return False

    def _page(self, kind: NodeKind, token: str | None) -> Json:
        before = self._transport.retries
        params: dict[str, str | int | None] = {"filters": f"kind:{kind} AND status:AVAILABLE", "limit": PAGE_SIZE}
        params["startToken"] = token
        try:
            answer = self._transport.json("GET", self._url, params=params)
        except ProviderError as error:
            if error.status == 400 and b"token is expired" in error.body.lower():
                raise _BeginAgainError from error
            raise
        if token is not None and self._transport.retries != before:
            raise _BeginAgainError  # a page that was asked for twice has lost entries before
        if not isinstance(answer, Mapping):
            raise ProviderError("Amazon Cloud Drive answered the question for nodes with something that is no object")
        return answer


def _nodes(content: Json) -> list[Json]:
    listed = content.get("data")
    if not isinstance(listed, list):
        raise ProviderError("Amazon Cloud Drive answered without a list of nodes; its protocol may differ here")
    return [json_object for json_object in listed if isinstance(json_object, Mapping)]
