"""Brings an account's tree up to date: by the changes stream, or a full listing if the service refuses that."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from photosync.errors import ProviderError, Reason, TemporaryError
from photosync.provider import AccountContext
from photosync.provider_kit.state_file import StateFile
from photosync_clouddrive.api import CloudDriveApi
from photosync_clouddrive.changes_stream import ChangesFollower
from photosync_clouddrive.full_listing import list_everything
from photosync_clouddrive.tree import DriveTree

_CHANGES_REFUSED = frozenset({400, 403, 404, 405, 410, 501})
_LOCK_TIMEOUT_S = 600.0


def sync(context: AccountContext, api: CloudDriveApi, tree: DriveTree) -> None:
    """Update `tree` to the service's state. One process at a time does it."""
    state, say = context.state, context.say
    lock = StateFile(state / "sync", account=context.account, lock_timeout_s=_LOCK_TIMEOUT_S, cancel=context.cancel)
    with lock.locked():
        if tree.unusable:
            tree.forget_checkpoint()  # perhaps they can be used now, and later changes would not tell them
        _update(api, tree, state, say)
        if not tree.folders().has_root and tree.checkpoint is not None:
            tree.forget_checkpoint()  # later changes would never tell it
            _update(api, tree, state, say)
        if not tree.folders().has_root:
            tree.forget_checkpoint()
            raise TemporaryError(
                "Amazon Cloud Drive lists no root folder, so its listing cannot be complete. Try again later.",
                Reason.TRUNCATED,
            )


def _update(api: CloudDriveApi, tree: DriveTree, state: Path, say: Callable[[str], None]) -> None:
    refused = _refusal_of(ChangesFollower(api, tree, state), tree)
    if refused is not None:
        say(f"the service refuses to tell changes (status {refused}); listing everything instead")
        list_everything(api, tree, say)
        return
    if not tree.finish():
        say("the service lists less than half of the files it had; nothing is taken for gone")
    if orphans := tree.folders().orphans():
        say(f"{orphans} folders lie in folders that the service does not list; they are shown at the top")


def _refusal_of(changes: ChangesFollower, tree: DriveTree, *, may_restart: bool = True) -> int | None:
    """Follow the changes; returns the status of the refusal if the service does not offer changes."""
    try:
        changes.follow()
    except ProviderError as error:
        if error.status not in _CHANGES_REFUSED:
            raise
        if not may_restart or error.status != HTTPStatus.BAD_REQUEST or tree.checkpoint is None:
            return error.status
    else:
        return None
    tree.forget_checkpoint()  # perhaps only the checkpoint is refused
    return _refusal_of(changes, tree, may_restart=False)
