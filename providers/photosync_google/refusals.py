"""The meaning of Google's refusals, as messages for the user: the part that both APIs share.

The text of its messages changes, so only the HTTP status, `status` and the reason in `details` decide.
Facts: protocol notes on Google Photos, sections 2.4 and 4.6.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from photosync.errors import ConfigError, PhotosyncError, Reason, SignInError, TemporaryError
from photosync.provider_kit.json_fields import Json, json_object, part, parts, text
from photosync.transport import Answer
from photosync_google.oauth.scopes import GoogleScope

_QUOTA_WORDS = ("rate_limit", "ratelimit", "quota")


@dataclass(frozen=True, slots=True)
class ErrorStatus:
    """Google's error object."""

    status: str
    message: str
    reasons: tuple[str, ...]
    activation_link: str

    @classmethod
    def of(cls, answer: Answer) -> ErrorStatus:
        """Parse the error object; proxies and wrong paths answer with pages, of which the beginning is kept."""
        error = part(json_object(answer.body), "error")
        if not error:
            page = " ".join(answer.body[:1200].decode("utf-8", "replace").split())
            return cls("", page[:300] or "no reason was given", (), "")
        # google.rpc's `details`, and the `errors` of older APIs.
        details = [*parts(error, "details"), *parts(error, "errors")]
        return cls(
            str(error.get("status", "")),
            str(error.get("message", ""))[:300],
            tuple(str(each["reason"]) for each in details if "reason" in each),
            next((link for each in details if (link := _activation_link(each))), ""),
        )

    @property
    def is_about_quota(self) -> bool:
        """Older APIs report 'too many requests' with a 403."""
        return any(word in reason.lower() for reason in self.reasons for word in _QUOTA_WORDS)


class GoogleRefusals(ABC):
    """Checks every answer of one of Google's APIs; implements the transport's `Classify`."""

    title: ClassVar[str]
    service: ClassVar[str]
    """The API's name in Google's console."""
    scope: ClassVar[GoogleScope]

    def __init__(self, account: str, api: str, sign_in_urls: tuple[str, ...]) -> None:
        self._account = account
        self._api = api
        self._sign_in_urls = sign_in_urls

    def of_api(self, answer: Answer) -> PhotosyncError | None:
        """The error of an answer of the API itself; None: the general rules apply."""
        meanings = {400: self.bad_request, 403: self._forbidden, 429: self.too_many}
        meaning = meanings.get(answer.status)
        return meaning(answer) if meaning is not None else None

    @abstractmethod
    def bad_request(self, answer: Answer) -> PhotosyncError:
        """The error of a status 400."""

    def too_many(self, answer: Answer) -> PhotosyncError:  # noqa: ARG002 - other APIs say more
        """The error of a status 429."""
        return TemporaryError(
            self.says("Google Photos is asked too often. Wait some minutes and try again."), Reason.THROTTLED
        )

    def says(self, message: str) -> str:
        """A message about the account."""
        return f"account '{self._account}': {message}"

    def _forbidden(self, answer: Answer) -> PhotosyncError | None:
        error = ErrorStatus.of(answer)
        if "SERVICE_DISABLED" in error.reasons:
            where = error.activation_link or f"https://console.cloud.google.com/apis/library/{self.service}"
            return ConfigError(
                self.says(
                    f"the {self.title} is not enabled in your Google project. Enable it at "
                    f"{where} and try again some minutes later. No new sign-in is needed."
                )
            )
        if "ACCESS_TOKEN_SCOPE_INSUFFICIENT" in error.reasons:
            return SignInError(
                self.says(
                    f"the sign-in does not allow {self.scope.action}. No new project is needed, but a new consent: "
                    f"{self.scope.command(self._account)}"
                )
            )
        if error.is_about_quota:
            return TemporaryError(self.says("Google Photos is asked too often. Try again later."), Reason.THROTTLED)
        return None


def _activation_link(detail: Json) -> str:
    link = text(part(detail, "metadata"), "activationUrl") or text(next(iter(parts(detail, "links")), {}), "url")
    return link if link and link.startswith("https://") else ""
