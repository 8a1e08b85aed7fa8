"""What it means when the service refuses a file or folder.

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
"""The statuses that this module knows the meaning of, and those of success."""
_EXPIRED = re.compile(r"token\b.*\bexpired|expired\b.*\btoken|\b401\b|unauthori[sz]ed", re.IGNORECASE)


class FrontEndError(TemporaryError):
    """A 403 of the service's front end, which has nothing to do with what was asked (section 5.1)."""


@dataclass(frozen=True, slots=True)
class CloudDriveRefusal(DriveRefusal):
    """A refusal in its parts."""

    @property
    def is_stale_parent(self) -> bool:
        """Whether the folder that was named is gone."""
        return self.status == HTTPStatus.BAD_REQUEST and "parentid" in self.message.lower()

    @property
    def is_expired_token(self) -> bool:
        """Whether the token ended while the body was on its way, which the service says in a 400."""
        return (
            self.status == HTTPStatus.BAD_REQUEST
            and not self.is_stale_parent
            and _EXPIRED.search(f"{self.code} {self.message}") is not None
        )

    @property
    def is_broken_transfer(self) -> bool:
        """Whether the body did not come through."""
        words = ("cannot complete upload", "cannot read from request")
        return self.status == HTTPStatus.BAD_REQUEST and any(each in self.message.lower() for each in words)

    @property
    def is_full(self) -> bool:
        """Whether there is no room."""
        words = "NO_ACTIVE_SUBSCRIPTION" in self.code or "account allowance" in self.message.lower()
        return self.status == HTTPStatus.FORBIDDEN and words

    @property
    def is_about_content(self) -> bool:
        """Whether not the name is taken, but the content is there already."""
        if self.status != HTTPStatus.CONFLICT or "NAME" in self.code:
            return False
        message = self.message.lower()
        return "DUPLICATE" in self.code or ("already exists under parentid" not in message and "duplicate" in message)

    def error(self, account: str, what: str) -> PhotosyncError:
        """The error where nothing else can be done; `what` is the file or folder that was refused."""
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
