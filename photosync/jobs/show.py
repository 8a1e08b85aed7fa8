"""One file or folder as the service describes it, its small picture, the account itself, and the tree of folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from photosync.errors import ItemError, Reason, UsageError
from photosync.jobs.account import Account
from photosync.library import disk_errors, safe_name
from photosync.library.undo import write_durably
from photosync.model import AccountDetails, Folder
from photosync.provider import Changes, HasFolders, HasThumbnails, ShowsDetails, TellsChanges

MOST_PIXELS = 10_000
"""A side of a small picture, at most."""
_LINK = "tempLink"


def node_of(account: Account, named: str, *, link: bool = False) -> Mapping[str, object]:
    """The service's own description of what has this id, or this path from the root: `/Pictures/IMG_1.JPG`.

    `link`: with a temporary address that needs no sign-in. Raises `ItemError` if there is nothing of that id or path.
    """
    provider = account.provider
    if not isinstance(provider, ShowsDetails):
        raise UsageError(
            f"account '{account.name}': {provider.facts.title} has no descriptions to show; see list --json"
        )
    path = [name for name in named.split("/") if name]
    id_ = provider.id_at(path) if named.startswith("/") else named
    node = None if id_ is None else provider.raw_node(id_, link=link)
    if node is None:
        raise ItemError(
            f"{provider.facts.title} has nothing called {named}. For ids: photosync list {account.name} --json",
            Reason.NOT_FOUND,
        )
    return node if link else {key: value for key, value in node.items() if key != _LINK}


def changes_of(account: Account, since: str | None, *, with_purged: bool) -> Changes:
    """What was changed at the service since a checkpoint. Raises `UsageError` where that cannot be told."""
    provider = account.provider
    if not isinstance(provider, TellsChanges):
        raise UsageError(f"account '{account.name}': {provider.facts.title} does not tell what was changed")
    return provider.changes(since, with_purged=with_purged)


def details_of(account: Account) -> AccountDetails:
    """What the service tells about the account; nothing where it tells nothing."""
    provider = account.provider
    return provider.account_details() if isinstance(provider, ShowsDetails) else AccountDetails(None, None)


def account_json(account: Account) -> dict[str, object]:
    """The object of the command line's contract for an account: its sign-in, its owner, its root."""
    details = details_of(account)
    until = details.signed_in_until
    return {
        "account": account.name,
        "service": account.provider.facts.title,
        "sign_in": account.provider.sign_in_state(),
        "signed_in_until": until.strftime("%Y-%m-%dT%H:%M:%SZ") if until else None,
        "status": details.status,
        "owner": details.owner,
        "root": details.root,
    }


def check_thumbnails(account: Account) -> None:
    """Raise `UsageError` if the service has no small pictures."""
    if not isinstance(account.provider, HasThumbnails):
        raise UsageError(f"account '{account.name}': {account.provider.facts.title} has no thumbnails")


def save_thumbnail(account: Account, node: Mapping[str, object], pixels: int, folder: Path) -> Path:
    """Save the small picture of a node in `folder`, as `IMG_1-256.jpg`. A file of that name is replaced."""
    provider, id_ = account.provider, node.get("id")
    assert isinstance(provider, HasThumbnails)
    assert isinstance(id_, str)
    content = provider.thumbnail(id_, pixels)
    stem = Path(str(node.get("name") or id_)).stem
    ending = ".png" if content.startswith(b"\x89PNG") else ".jpg"
    path = folder / safe_name(f"{stem}-{pixels}{ending}")
    try:
        write_durably(path, content)
    except OSError as error:
        raise disk_errors.disk_error(error, path) from error
    return path


def folders_of(account: Account) -> Sequence[Folder]:
    """All folders in the order of their paths. Raises `UsageError` where there are none."""
    provider = account.provider
    if not isinstance(provider, HasFolders):
        raise UsageError(f"account '{account.name}': {provider.facts.title} has no tree of folders; see collections")
    return sorted(provider.folder_tree(), key=lambda folder: [name.casefold() for name in folder.path])


def folder_json(account: str, folder: Folder) -> dict[str, object]:
    """The object of the command line's contract."""
    return {"account": account, "id": folder.id, "path": "/".join(folder.path), "count": folder.count}
