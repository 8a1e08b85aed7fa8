"""The changes since a checkpoint of the user's, handed on as they come. The account's own tree is not involved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path

from photosync.errors import ProviderError, UsageError
from photosync.provider import NodeChange
from photosync.provider_kit.amazon_drive.nodes import PURGED, DriveNode
from photosync_clouddrive.api import SERVICE, CloudDriveApi
from photosync_clouddrive.changes_stream import ChangesFollower


class ChangesListing:
    """The changes since a checkpoint; of everything, if there is none or the service has forgotten it."""

    def __init__(
        self, account: str, api: Callable[[], CloudDriveApi], spool: Path, since: str | None, *, with_purged: bool
    ) -> None:
        """`spool` as for `ChangesFollower`."""
        self._account = account
        self._api = api
        self._spool = spool
        self._since = since
        self._with_purged = with_purged
        self.checkpoint = since
        self.is_everything = since is None

    def tell(self, found: Callable[[NodeChange], None]) -> None:
        """Hand on each changed node. Raises `UsageError` for a checkpoint that the service refuses."""
        store = _Told(self, found)
        try:
            ChangesFollower(self._api(), store, self._spool, with_purged=self._with_purged).follow()
        except ProviderError as error:
            if error.status != HTTPStatus.BAD_REQUEST or self._since is None or self.checkpoint != self._since:
                raise
            raise UsageError(f"account '{self._account}': {SERVICE} knows no checkpoint '{self._since}'") from error


class _Told:
    """The store of a `ChangesFollower`, which keeps nothing but the checkpoint."""

    def __init__(self, listing: ChangesListing, found: Callable[[NodeChange], None]) -> None:
        self._listing = listing
        self._found = found
        self._hashes = set[int]()
        """Of what was handed on: a stream that broke off, or that repeats itself, tells nodes again."""

    @property
    def checkpoint(self) -> str | None:
        return self._listing.checkpoint

    @property
    def is_rebuilding(self) -> bool:
        return self._listing.is_everything

    def begin_round(self) -> None:
        """Nothing."""

    def apply(self, nodes: Sequence[DriveNode], checkpoint: str | None, *, reset: bool, unusable: int) -> int:  # noqa: ARG002
        """Hand on those that were not handed on before. Returns how many that are."""
        listing, before = self._listing, len(self._hashes)
        listing.is_everything |= reset
        for node in nodes:
            if (known := hash(node)) not in self._hashes:
                self._hashes.add(known)
                self._found(_change(node))
        listing.checkpoint = checkpoint or listing.checkpoint
        return len(self._hashes) - before


def _change(node: DriveNode) -> NodeChange:
    return NodeChange(
        id=node.id,
        name=node.name,
        kind=None if node.status == PURGED else node.kind.value.lower(),
        status=node.status.lower(),
        folders=node.parents,
        size_bytes=node.size_bytes,
        md5=node.md5,
    )
