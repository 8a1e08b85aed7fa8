"""What Google's refusals mean, in words for the user.

The words of its messages change, so only the HTTP status, `status` and the reason in `details` decide.
Facts: protocol notes on Google Photos, sections 2.4 and 4.6.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from photosync.errors import ConfigError, ItemError, PhotosyncError, ProviderError, Reason, SignInError, TemporaryError
from photosync.transport import Answer
from photosync_google.permissions import PICKING, UPLOADING, Permission

_QUOTA_WORDS = ("rate_limit", "ratelimit", "quota")


@dataclass(frozen=True, slots=True)
class ApiName:
    """One of Google's APIs, in words for its user."""

    title: str
    service: str
    permission: Permission


PICKER = ApiName("Photos Picker API", "photospicker.googleapis.com", PICKING)
LIBRARY = ApiName("Photos Library API", "photoslibrary.googleapis.com", UPLOADING)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Google's error object."""

    status: str
    message: str
    reasons: tuple[str, ...]
    activation_link: str

    @property
    def is_about_quota(self) -> bool:
        """Older APIs say 'too often' with a 403."""
        return any(word in reason.lower() for reason in self.reasons for word in _QUOTA_WORDS)


class Refusals:
    """Looks at every answer that one account gets from the Picker API; fulfils the transport's `Classify`."""

    name = PICKER

    def __init__(self, account: str, api: str, sign_in_urls: tuple[str, ...]) -> None:
        self._account = account
        self._api = api
        self._sign_in_urls = sign_in_urls

    def __call__(self, answer: Answer) -> PhotosyncError | None:
        """The error to raise; None: the general rules know what to do."""
        if answer.url in self._sign_in_urls or answer.status < 400:
            return None
        if not answer.url.startswith(self._api):
            return self._of_content(answer)
        return self._of_api(answer)

    def _of_api(self, answer: Answer) -> PhotosyncError | None:
        meanings = {400: self._bad_request, 403: self._forbidden, 429: self._too_many}
        meaning = meanings.get(answer.status)
        return meaning(answer) if meaning is not None else None

    def _of_content(self, answer: Answer) -> PhotosyncError | None:
        """An address that is too old may be refused as if the sign-in were; a new listing tells which (4.3)."""
        if answer.status == 401:
            return ItemError("the address of the content is no longer good (401)", Reason.FORBIDDEN)
        if answer.status == 403 and parsed(answer).is_about_quota:
            return self._too_many(answer)
        return None

    def _bad_request(self, answer: Answer) -> PhotosyncError:
        refusal = parsed(answer)
        if refusal.status != "FAILED_PRECONDITION":
            return ProviderError(
                self._says(f"Google Photos did not understand a request ({refusal.status}): {refusal.message}"),
                answer.status,
                answer.body,
            )
        if _is_creation(answer):
            return SignInError(
                self._says(
                    "this Google account has no active Google Photos. Open https://photos.google.com with it once, or "
                    f"sign in with another account: photosync login {self._account}"
                )
            )
        return TemporaryError(
            self._says("the person who picks has not finished yet. Press 'Done' there, and run the same again."),
            Reason.THROTTLED,
        )

    def _forbidden(self, answer: Answer) -> PhotosyncError | None:
        refusal = parsed(answer)
        if "SERVICE_DISABLED" in refusal.reasons:
            where = refusal.activation_link or f"https://console.cloud.google.com/apis/library/{self.name.service}"
            return ConfigError(
                self._says(
                    f"the {self.name.title} is not enabled in your Google project. Enable it at "
                    f"{where} and try again some minutes later. No new sign-in is needed."
                )
            )
        if "ACCESS_TOKEN_SCOPE_INSUFFICIENT" in refusal.reasons:
            return SignInError(
                self._says(
                    f"the sign-in does not allow {self.name.permission.deed}. No new project is needed, but a new "
                    f"consent: {self.name.permission.command(self._account)}"
                )
            )
        if refusal.is_about_quota:
            return TemporaryError(self._says("Google Photos is asked too often. Try again later."), Reason.THROTTLED)
        return None

    def _too_many(self, answer: Answer) -> PhotosyncError:
        what = (
            "Google allows no further picking session at the moment (too many are open, or too many requests came)"
            if _is_creation(answer)
            else "Google Photos is asked too often"
        )
        return TemporaryError(self._says(f"{what}. Wait some minutes and try again."), Reason.THROTTLED)

    def _says(self, text: str) -> str:
        return f"account '{self._account}': {text}"


def _is_creation(answer: Answer) -> bool:
    return urlsplit(answer.url).path.endswith("/sessions")


def parsed(answer: Answer) -> Refusal:
    """The error object; proxies and wrong paths answer with pages, of which the beginning is kept."""
    try:
        content: object = json.loads(answer.body)
    except ValueError:
        content = None
    error = content.get("error") if isinstance(content, Mapping) else None
    if not isinstance(error, Mapping):
        text = " ".join(answer.body[:1200].decode("utf-8", "replace").split())
        return Refusal("", text[:300] or "no reason was given", (), "")
    details = list(_details(error))
    return Refusal(
        str(error.get("status", "")),
        str(error.get("message", ""))[:300],
        tuple(str(each["reason"]) for each in details if "reason" in each),
        next((link for each in details if (link := _activation_link(each))), ""),
    )


def _details(error: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """google.rpc's `details`, and the `errors` of older APIs."""
    for name in ("details", "errors"):
        parts = error.get(name)
        yield from (each for each in parts if isinstance(each, Mapping)) if isinstance(parts, list) else ()


def _activation_link(detail: Mapping[str, object]) -> str:
    metadata = detail.get("metadata")
    link = metadata.get("activationUrl") if isinstance(metadata, Mapping) else None
    links = detail.get("links")
    if link is None and isinstance(links, list) and links and isinstance(links[0], Mapping):
        link = links[0].get("url")
    return link if isinstance(link, str) and link.startswith("https://") else ""
