"""Brings an account's tree up to date: by the changes stream; by a full listing where the service refuses that."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from filelock import FileLock, Timeout

from photosync.errors import ProviderError, SignInError, TemporaryError
from photosync.transport import Transport
from photosync_clouddrive.changes import Changes
from photosync_clouddrive.endpoints import Endpoints, not_allowed
from photosync_clouddrive.listing import Listing
from photosync_clouddrive.tree import Tree

_CHANGES_REFUSED = frozenset({400, 403, 404, 405, 410, 501})
_LOCK_TIMEOUT_S = 600.0


def sync(
    account: str, transport: Transport, endpoints: Endpoints, tree: Tree, state: Path, say: Callable[[str], None]
) -> None:
    """Ask until `tree` is what the service has; `state` is the account's folder. One process at a time does it."""
    changes = Changes(transport, f"{endpoints.metadata}changes", tree, state, say)
    try:
        with FileLock(state / "sync.lock", timeout=_LOCK_TIMEOUT_S, mode=0o600):
            refused = _refusal_of(changes, tree)
            if refused is not None:
                say(f"the service refuses to tell changes (status {refused}); listing everything instead")
                _list_all(account, Listing(transport, f"{endpoints.metadata}nodes", tree, say))
    except Timeout as error:
        raise TemporaryError(
            f"account '{account}': another process has been listing this drive for {_LOCK_TIMEOUT_S / 60:.0f} minutes. "
            "Try again when it has ended."
        ) from error


def _refusal_of(changes: Changes, tree: Tree) -> int | None:
    """Follow the changes; the status of the service's refusal, if it does not tell them at all."""
    while True:
        try:
            changes.follow()
        except ProviderError as error:
            if error.status not in _CHANGES_REFUSED:
                raise
            if error.status != HTTPStatus.BAD_REQUEST or tree.checkpoint is None:
                return error.status
            tree.forget_checkpoint()  # it may be the checkpoint that is refused
        else:
            return None


def _list_all(account: str, listing: Listing) -> None:
    try:
        listing.run()
    except ProviderError as error:
        if error.status == HTTPStatus.FORBIDDEN:  # to everything: this client is not let in at all
            raise SignInError(not_allowed(account, str(error))) from error
        raise
