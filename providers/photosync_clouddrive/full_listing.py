"""Brings the local tree up to date without the changes stream: lists all files and folders, page by page.

Facts: protocol notes on Amazon Cloud Drive, sections 3.1 and 4 (end). For servers that refuse `changes`; the two must
not be mixed, so this forgets the checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from photosync.errors import ProviderError, Reason, TemporaryError
from photosync.provider_kit.amazon_drive.nodes import NodeKind, nodes_of
from photosync.provider_kit.endless import EndlessListingError, ListingProgress
from photosync.provider_kit.json_fields import identifier, number, page_token
from photosync_clouddrive.api import SERVICE, CloudDriveApi
from photosync_clouddrive.items import parse_node
from photosync_clouddrive.tree import DriveTree

MOST_ATTEMPTS = 4
"""The maximum number of attempts: a listing restarts if its token expires or a page was requested twice."""


class _RestartError(Exception):
    """The listing may lack entries."""


def list_everything(api: CloudDriveApi, tree: DriveTree, say: Callable[[str], None]) -> None:
    """List everything into `tree`; `say` shows messages. Raises `TemporaryError` if no attempt was complete."""
    tree.forget_checkpoint()
    for _ in range(MOST_ATTEMPTS):
        tree.begin_round(rebuild=True)
        try:
            is_whole = [_list(api, tree, say, kind) for kind in NodeKind]
        except _RestartError:
            continue
        if all(is_whole):
            tree.finish()
        return
    raise TemporaryError(
        f"Amazon Cloud Drive's listing was begun {MOST_ATTEMPTS} times and never came to its end undisturbed. "
        "Try again later.",
        Reason.TRUNCATED,
    )


def _list(api: CloudDriveApi, tree: DriveTree, say: Callable[[str], None], kind: NodeKind) -> bool:
    """List all nodes of a kind; returns whether their number is the service's count."""
    token: str | None = None
    seen: set[str] = set()
    without_id = 0
    progress = ListingProgress(SERVICE)
    while True:
        content = _page(api, kind, token)
        nodes = nodes_of(content, SERVICE)
        ids = [id_ for each in nodes if (id_ := identifier(each))]
        seen.update(ids)
        without_id += len(nodes) - len(ids)
        # The service's filter is not trusted: kind and status are checked again.
        usable = [node for each in nodes if (node := parse_node(each)) is not None and node.kind is kind]
        tree.apply(usable, None, unusable=len(nodes) - len(ids))
        following, total = page_token(content, "nextToken"), number(content, "count")
        if following is None and total is not None and total > len(seen):
            tree.apply([], None, unusable=max(0, total - len(seen) - without_id))
            say(f"the service counts {total} {kind} nodes and listed {len(seen)}; nothing is taken for gone")
            return False
        if following is None:
            return True
        try:
            progress.check((each.get("id") for each in nodes), following)
        except EndlessListingError:
            tree.apply([], None, unusable=1)
            say("the service's listing turns in a circle; nothing is taken for gone")
            return False
        token = following


def _page(api: CloudDriveApi, kind: NodeKind, token: str | None) -> object:
    try:
        content, was_repeated = api.page("nodes", (f"kind:{kind}", "status:AVAILABLE"), token)
    except ProviderError as error:
        if error.status == HTTPStatus.BAD_REQUEST and b"token is expired" in error.body.lower():
            raise _RestartError from error
        raise
    if token is not None and was_repeated:
        raise _RestartError  # pages that were requested twice have lost entries in the past
    return content
