"""The meaning of refusals of a file or folder.

Facts: protocol notes on Amazon Cloud Drive, sections 3.8, 5.1, 5.4 and 7.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

from photosync.errors import ItemError, PhotosyncError, Reason, SignInError, StorageFullError, TemporaryError
from photosync.provider_kit.amazon_drive.refusals import DriveRefusal

ANSWERED = (
    *(HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN),
    *(HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
)
"""The statuses that this module interprets, and those of success."""
CHANGED = (
    *(*ANSWERED, HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT),
    *(HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.PRECONDITION_FAILED),
)
"""The same for a change of a node that exists."""
_EXPIRED = re.compile(r"token\b.*\bexpired|expired\b.*\btoken|\b401\b|unauthori[sz]ed", re.IGNORECASE)


class FrontEndError(TemporaryError):
    """A 403 of the service's front end, independent of the request (section 5.1)."""


@dataclass(frozen=True, slots=True)
class CloudDriveRefusal(DriveRefusal):
    """The parts of a refusal."""

    @property
    def is_stale_parent(self) -> bool:
        """Whether the folder in the request is gone."""
        return self.status == HTTPStatus.BAD_REQUEST and "parentid" in self.message.lower()

    @property
    def is_expired_token(self) -> bool:
        """Whether the token expired during the upload, which the service reports with a 400."""
        return (
            self.status == HTTPStatus.BAD_REQUEST
            and not self.is_stale_parent
            and _EXPIRED.search(f"{self.code} {self.message}") is not None
        )

    @property
    def is_broken_transfer(self) -> bool:
        """Whether the body did not arrive."""
        words = ("cannot complete upload", "cannot read from request")
        return self.status == HTTPStatus.BAD_REQUEST and any(each in self.message.lower() for each in words)

    @property
    def is_about_content(self) -> bool:
        """Whether the content exists already, and not just the name."""
        if self.status != HTTPStatus.CONFLICT or "NAME" in self.code:
            return False
        message = self.message.lower()
        return "DUPLICATE" in self.code or ("already exists under parentid" not in message and "duplicate" in message)

    def error(self, account: str, what: str) -> PhotosyncError:
        """The error if the caller cannot recover; `what` is the refused file or folder."""
        if self.is_full:
            return StorageFullError(
                f"account '{account}': Amazon Cloud Drive has no room for {what} ({self.said}). Make room there (the "
                "trash counts too), then push again."
            )
        if self.status == HTTPStatus.FORBIDDEN:
            return SignInError(
                f"account '{account}': Amazon Cloud Drive does not let this sign-in write ({self.said}). Permit "
                f"uploads with: photosync login {account} --upload"
            )
        if self.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return ItemError(f"{what} is too large for Amazon Cloud Drive ({self.said})", Reason.TOO_LARGE)
        if "'name'" in self.message:
            return ItemError(
                f"Amazon Cloud Drive does not take the name of {what} ({self.said}). Rename it.", Reason.REFUSED
            )
        return ItemError(f"Amazon Cloud Drive does not take {what} ({self.said})", Reason.REFUSED)
