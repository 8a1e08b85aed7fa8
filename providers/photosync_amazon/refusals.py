"""The meaning of refusals of a file, folder or album by Amazon Photos.

Facts: protocol notes on Amazon Photos, sections 3, 8 and 9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from photosync.errors import ItemError, PhotosyncError, Reason, StorageFullError
from photosync.provider_kit.amazon_drive.nodes import DriveNode
from photosync.provider_kit.amazon_drive.refusals import DriveRefusal
from photosync.provider_kit.json_fields import text
from photosync_amazon.items import parse_node

_REASONS: Mapping[int, Reason] = {
    HTTPStatus.FORBIDDEN: Reason.FORBIDDEN,
    HTTPStatus.NOT_FOUND: Reason.NOT_FOUND,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Reason.TOO_LARGE,
}


@dataclass(frozen=True, slots=True)
class AmazonRefusal(DriveRefusal):
    """The parts of a refusal."""

    @property
    def node(self) -> DriveNode | None:
        """The conflicting node, if the answer is that node itself. Without hash and status it proves nothing."""
        node = parse_node(self.content)
        return node if node is not None and (node.md5 or text(self.content, "status")) else None

    @property
    def is_about_content(self) -> bool:
        """Whether the content exists already, under any name."""
        return "MD5" in self.code

    def error(self, account: str, what: str) -> PhotosyncError:
        """The error if the caller cannot recover; `what` is the refused file, folder or album."""
        if self.is_full:
            return StorageFullError(
                f"account '{account}': Amazon Photos has no room for {what} ({self.said}). Make room there (the trash "
                "counts too) or rent more, then push again."
            )
        if self.status == HTTPStatus.NOT_FOUND:
            return ItemError(
                f"{what}: the folder or album that it was to go into is no longer at Amazon Photos ({self.said}). "
                "Push again.",
                Reason.NOT_FOUND,
            )
        reason = _REASONS.get(self.status, Reason.REFUSED)
        return ItemError(f"Amazon Photos does not take {what} ({self.said})", reason)
