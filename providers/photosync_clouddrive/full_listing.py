"""Brings the local tree up to date without the changes stream: by listing all files and folders, page by page.

Facts: protocol notes on Amazon Cloud Drive, sections 3.1 and 4 (end). For servers that refuse `changes`; the two must
not be mixed, so this forgets the checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from photosync.errors import ProviderError, Reason, TemporaryError
from photosync.provider_kit.amazon_drive.nodes import NodeKind, nodes_of
from photosync.provider_kit.json_fields import number, text
from photosync_clouddrive.api import SERVICE, CloudDriveApi
from photosync_clouddrive.items import parse_node
from photosync_clouddrive.tree import DriveTree

MOST_BEGINNINGS = 4
"""Attempts in all: a listing begins again when its token expires or when a page had to be asked for twice."""


class _BeginAgainError(Exception):
    """The listing may lack entries."""


class FullListing:
    """One account's complete listing: `FullListing(...).run()`."""

    def __init__(self, api: CloudDriveApi, tree: DriveTree, say: Callable[[str], None]) -> None:
        self._api = api
        self._tree = tree
        self._say = say

    def run(self) -> None:
        """List everything. Raises `TemporaryError` when no attempt was complete."""
        self._tree.forget_checkpoint()
        for _ in range(MOST_BEGINNINGS):
            self._tree.begin_round(rebuild=True)
            try:
                is_whole = [self._list(kind) for kind in NodeKind]
            except _BeginAgainError:
                continue
            if all(is_whole):
                self._tree.finish()
            return
        raise TemporaryError(
            f"Amazon Cloud Drive's listing was begun {MOST_BEGINNINGS} times and never came to its end undisturbed. "
            "Try again later.",
            Reason.TRUNCATED,
        )

    def _list(self, kind: NodeKind) -> bool:
        """List all nodes of a kind; returns whether they were as many as the service counts."""
        token: str | None = None
        seen: set[str] = set()
        while True:
            content = self._page(kind, token)
            nodes = nodes_of(content, SERVICE)
            seen.update(id_ for each in nodes if (id_ := text(each, "id")))
            # The service is not trusted to have filtered: kind and status are looked at again.
            parsed = [node for each in nodes if (node := parse_node(each)) is not None and node.kind is kind]
            self._tree.apply(parsed, None)
            following, total = text(content, "nextToken"), number(content, "count")
            if following is None and total is not None and total > len(seen):
                self._say(f"the service counts {total} {kind} nodes and listed {len(seen)}; nothing is taken for gone")
                return False
            if following is None:
                return True
            if following == token or not nodes:
                self._say("the service's listing turns in a circle; nothing is taken for gone")
                return False
            token = following

    def _page(self, kind: NodeKind, token: str | None) -> object:
        try:
            content, was_repeated = self._api.page("nodes", (f"kind:{kind}", "status:AVAILABLE"), token)
        except ProviderError as error:
            if error.status == HTTPStatus.BAD_REQUEST and b"token is expired" in error.body.lower():
                raise _BeginAgainError from error
            raise
        if token is not None and was_repeated:
            raise _BeginAgainError  # a page that was asked for twice has lost entries before
        return content
