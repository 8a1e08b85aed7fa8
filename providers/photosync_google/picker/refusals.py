"""The meaning of the Picker API's refusals, as messages for the user.

Facts: protocol notes on Google Photos, sections 2.4, 4.3 and 4.6.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from photosync.errors import ItemError, PhotosyncError, ProviderError, Reason, SignInError, TemporaryError
from photosync.transport import Answer
from photosync_google.oauth.scopes import PICKING
from photosync_google.refusals import ErrorStatus, GoogleRefusals


class PickerRefusals(GoogleRefusals):
    """Checks every answer to an account's picks and downloads."""

    title = "Photos Picker API"
    service = "photospicker.googleapis.com"
    scope = PICKING

    def __call__(self, answer: Answer) -> PhotosyncError | None:
        """The error to raise; None: the general rules apply."""
        if answer.url in self._sign_in_urls or answer.status < 400:
            return None
        return self.of_api(answer) if answer.url.startswith(self._api) else self._of_content(answer)

    def bad_request(self, answer: Answer) -> PhotosyncError:
        """The person must do something first, or a request was invalid."""
        error = ErrorStatus.of(answer)
        if error.status != "FAILED_PRECONDITION":
            return ProviderError(
                self.says(f"Google Photos did not understand a request ({error.status}): {error.message}"),
                answer.status,
                answer.body,
            )
        if _is_creation(answer):
            return SignInError(
                self.says(
                    "this Google account has no active Google Photos. Open https://photos.google.com with it once, or "
                    f"sign in with another account: photosync login {self._account}"
                )
            )
        return TemporaryError(
            self.says("the person who picks has not finished yet. Press 'Done' there, and run the same again."),
            Reason.THROTTLED,
        )

    def too_many(self, answer: Answer) -> PhotosyncError:
        """Too many requests, or too many open sessions."""
        if not _is_creation(answer):
            return super().too_many(answer)
        return TemporaryError(
            self.says(
                "Google allows no further picking session at the moment (too many are open, or too many requests "
                "came). Wait some minutes and try again."
            ),
            Reason.THROTTLED,
        )

    def _of_content(self, answer: Answer) -> PhotosyncError | None:
        """An old address may be refused as if the sign-in were; a new listing shows which it is (4.3)."""
        if answer.status == 401:
            return ItemError("the address of the content is no longer good (401)", Reason.FORBIDDEN)
        if answer.status == 403 and ErrorStatus.of(answer).is_about_quota:
            return self.too_many(answer)
        return None


def _is_creation(answer: Answer) -> bool:
    return urlsplit(answer.url).path.endswith("/sessions")
