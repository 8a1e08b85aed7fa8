"""The meaning of the Library API's refusals, as messages for the user.

Here some words of Google's messages decide, because nothing else distinguishes a full storage from an invalid request,
and the daily quota from that of a minute. They are quoted in public bug reports of other uploaders.
Facts: protocol notes on Google Photos, sections 2.4, 4.6 and 5.3.
"""

from __future__ import annotations

from photosync.errors import PhotosyncError, ProviderError, Reason, StorageFullError, TemporaryError
from photosync.transport import Answer
from photosync_google.library.items import EXHAUSTED, INTERNAL, results_of
from photosync_google.oauth.scopes import UPLOADING
from photosync_google.refusals import ErrorStatus, GoogleRefusals

BATCH_CREATE = "/mediaItems:batchCreate"
CREATED = (200, 207)
"""A text of Google has the second for a batch of which a part failed; this is not proven."""
_STORAGE_WORDS = "remaining storage"
_QUOTA_WORD = "quota"
_DAILY_WORDS = ("per day", "perday", "daily")
"""`limit 'All requests per day'`, `limit 'ApiCallsPerProjectPerDay'`."""


class QuotaSpentError(ProviderError):
    """The daily quota is used up. The transport cannot wait that long."""


class CreationTroubleError(TemporaryError):
    """Google could not create an item for now, and did not refuse it."""


class LibraryRefusals(GoogleRefusals):
    """Checks every answer to an account's uploads."""

    title = "Photos Library API"
    service = "photoslibrary.googleapis.com"
    scope = UPLOADING

    def __call__(self, answer: Answer) -> PhotosyncError | None:
        """The error to raise; None: the general rules apply."""
        if answer.url in self._sign_in_urls:
            return None
        if answer.status in CREATED and answer.url.endswith(BATCH_CREATE):
            return self._of_results(answer)
        # Large files are sent to other addresses, with the same refusals.
        return self.of_api(answer) if answer.status >= 400 else None

    def _of_results(self, answer: Answer) -> PhotosyncError | None:
        """Results with a temporary error: the transport repeats the request after a pause."""
        results = results_of(answer.body).values()
        codes = {result.code for result in results}
        message = next((result.message for result in results if result.message), "no reason was given")
        if codes == {INTERNAL} and len(results) == 1:
            return CreationTroubleError(f"Google could not make an item of it ({message})", Reason.SERVER_ERROR)
        if codes == {EXHAUSTED} and not is_about_storage(message):
            return self._of_quota(message, answer)
        return None

    def bad_request(self, answer: Answer) -> PhotosyncError:
        """The storage is full, a quota is used up, or a request was wrong."""
        error = ErrorStatus.of(answer)
        if is_about_storage(error.message):
            return storage_full(self._account)
        if _QUOTA_WORD in error.message.lower():
            return self._of_quota(
                error.message, answer
            )  # the answer to too many uploads per minute (int128/gpup issue 13)
        return ProviderError(f"{error.status or answer.status}: {error.message}", answer.status, answer.body)

    def too_many(self, answer: Answer) -> PhotosyncError:
        """The quota of a minute, or that of a day."""
        error = ErrorStatus.of(answer)
        return self._of_quota(" ".join((error.message, *error.reasons)), answer)

    def _of_quota(self, message: str, answer: Answer) -> PhotosyncError:
        if not any(word in message.lower() for word in _DAILY_WORDS):
            return super().too_many(answer)
        return QuotaSpentError(
            self.says(
                "your Google project has used up its requests to Google Photos for today (10,000, unless Google "
                "allowed more). Push again tomorrow; it goes on from here. What is used: "
                f"https://console.cloud.google.com/apis/api/{self.service}/quotas"
            ),
            answer.status,
            answer.body,
        )


def is_about_storage(message: str) -> bool:
    """Whether the storage is full. Google has no code for it (section 5.3)."""
    return _STORAGE_WORDS in message.lower()


def storage_full(account: str) -> StorageFullError:
    """The error for a full storage."""
    return StorageFullError(
        f"account '{account}': the Google storage is full. Free some, or buy more, at https://one.google.com/storage, "
        "and push again."
    )
