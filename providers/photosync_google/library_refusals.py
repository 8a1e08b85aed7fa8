"""What the Library API's refusals mean, in words for the user.

Here some words of Google's messages do decide, because nothing else tells a full storage from a request that was wrong,
and the quota of a day from that of a minute. They are quoted in public bug reports of other uploaders.
Facts: protocol notes on Google Photos, sections 2.4, 4.6 and 5.3.
"""

from __future__ import annotations

from photosync.errors import PhotosyncError, ProviderError, Reason, StorageFullError, TemporaryError
from photosync.transport import Answer
from photosync_google.created import EXHAUSTED, INTERNAL, results_of
from photosync_google.refusals import LIBRARY, Refusal, Refusals, parsed

BATCH_CREATE = "/mediaItems:batchCreate"
CREATED = (200, 207)
"""Some text of Google's has the second for a batch of which a part failed; it is not proven."""
_STORAGE_WORDS = "remaining storage"
_QUOTA_WORDS = "quota"
_DAILY_WORDS = ("per day", "perday", "daily")
"""`limit 'All requests per day'`, `limit 'ApiCallsPerProjectPerDay'`."""


class QuotaSpentError(ProviderError):
    """The day's requests are used up. No kind of waiting helps that the transport could do."""


class CreationTroubleError(TemporaryError):
    """Google could not make an item just now, and says nothing against it."""


class LibraryRefusals(Refusals):
    """Looks at every answer that one account gets from the Library API; fulfils the transport's `Classify`."""

    name = LIBRARY

    def __call__(self, answer: Answer) -> PhotosyncError | None:
        """The error to raise; None: the general rules know what to do."""
        if answer.url in self._sign_in_urls:
            return None
        if answer.status in CREATED and answer.url.endswith(BATCH_CREATE):
            return self._of_results(answer)
        # Large files go to whatever address Google names for them, and are refused like everything else.
        return self._of_api(answer) if answer.status >= 400 else None

    def _of_results(self, answer: Answer) -> PhotosyncError | None:
        """Results that say 'not now': the transport asks again, after a pause."""
        results = results_of(answer.body).values()
        codes = {result.code for result in results}
        message = next((result.message for result in results if result.message), "no reason was given")
        if codes == {INTERNAL} and len(results) == 1:
            return CreationTroubleError(f"Google could not make an item of it ({message})", Reason.SERVER_ERROR)
        if codes == {EXHAUSTED} and not is_about_storage(message):
            return self._of_quota(message, answer)
        return None

    def _bad_request(self, answer: Answer) -> PhotosyncError:
        refusal = parsed(answer)
        if is_about_storage(refusal.message):
            return storage_full(self._account)
        if _QUOTA_WORDS in refusal.message.lower():
            return self._of_quota(refusal.message, answer)  # uploads a minute are refused so (int128/gpup issue 13)
        return ProviderError(f"{refusal.status or answer.status}: {refusal.message}", answer.status, answer.body)

    def _too_many(self, answer: Answer) -> PhotosyncError:
        return self._of_quota(_whole_text(parsed(answer)), answer)

    def _of_quota(self, text: str, answer: Answer) -> PhotosyncError:
        if any(word in text.lower() for word in _DAILY_WORDS):
            return QuotaSpentError(
                self._says(
                    "your Google project has used up its requests to Google Photos for today (10,000, unless Google "
                    "allowed more). Push again tomorrow; it goes on from here. What is used: "
                    f"https://console.cloud.google.com/apis/api/{self.name.service}/quotas"
                ),
                answer.status,
                answer.body,
            )
        return TemporaryError(
            self._says("Google Photos is asked too often. Wait some minutes and try again."), Reason.THROTTLED
        )


def is_about_storage(message: str) -> bool:
    """Whether Google means that the storage is full. There is no code for it (section 5.3)."""
    return _STORAGE_WORDS in message.lower()


def storage_full(account: str) -> StorageFullError:
    """What that means to the user."""
    return StorageFullError(
        f"account '{account}': the Google storage is full. Free some, or buy more, at https://one.google.com/storage, "
        "and push again."
    )


def _whole_text(refusal: Refusal) -> str:
    return " ".join((refusal.message, *refusal.reasons))
