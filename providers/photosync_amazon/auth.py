"""Signs requests with the cookies, and recognises and renews an expired session.

Facts: protocol notes on Amazon Photos, section 2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from photosync.errors import CancelledError, PhotosyncError
from photosync.provider_kit.json_fields import json_object, part, parts, text
from photosync.transport import Answer, Transport
from photosync_amazon.cookies import Cookies

_SIGN_IN_FORM = re.compile(
    rb"""<form\b[^>]*(?:/ap/signin|\bname\s*=\s*["']?signin\b)|\bap_email\b|<title>[^<]*\bsign[- ]?in\b""",
    re.IGNORECASE,
)
"""Other pages of Amazon, such as those of errors, only have a link to it."""
_ROBOT_MARKS = (b"robot", b"captcha")


class AmazonAuth:
    """Adds the cookies to requests; implements the transport's `Auth`."""

    def __init__(self, account: str, cookies: Cookies, api: str) -> None:
        self._account = account
        self._cookies = cookies
        parts = urlsplit(api)
        self._refresh_url = f"{parts.scheme}://{parts.netloc}/ap/exchangetoken/refresh"
        self._has_refreshed = False
        self.transport: Transport | None = None

    def headers(self) -> Mapping[str, str]:
        """The cookies, and a separate header with the session's id."""
        return {"Cookie": self._cookies.header, "x-amzn-sessionid": self._cookies.values["session-id"]}

    def secrets(self) -> tuple[str, ...]:
        """Every cookie's value, also without the quotes around it, and the header with all of them."""
        values = self._cookies.values.values()
        return (*values, *(value.strip('"') for value in values), self._cookies.header)

    def explain(self, detail: str) -> str:
        """The error message for an expired session."""
        ended = f"; by their own date they ended on {self._cookies.ended_on}" if self._cookies.ended_on else ""
        return (
            f"account '{self._account}': Amazon Photos no longer accepts the cookies of {self._cookies.source} "
            f"({detail}){ended}. Sign in at https://www.amazon.{self._cookies.tld}/photos in a browser, check that "
            "your photos are shown, copy all its cookies there again (docs/amazon.md shows how) and run the same "
            "command: it goes on where it ended."
        )

    def refresh(self) -> bool:
        """Request new cookies, once per run, if the cookies that this requires are present."""
        if self._has_refreshed or not self._cookies.can_refresh or self.transport is None:
            return False
        self._has_refreshed = True
        try:
            answer = self.transport.request(
                "POST",
                self._refresh_url,
                form={
                    "app_name": "Amazon Drive",
                    "requested_token_type": "auth_cookies",
                    "domain": f".amazon.{self._cookies.tld}",
                    "source_token_type": "refresh_token",
                    "source_token": self._cookies.values[f"sess-at-{self._cookies.market}"],
                },
                headers=self.headers(),
                signed=False,
                idempotent=False,
            )
        except CancelledError:
            raise
        except PhotosyncError:
            return False  # the message about new cookies is more helpful than the cause of this failure
        return self._cookies.renew(_renewed_cookies(answer))


def _renewed_cookies(answer: Answer) -> dict[str, str]:
    """`{"response": {"tokens": {"cookies": [{"Name": …, "Value": …}]}}}`."""
    cookies = parts(part(part(json_object(answer.body), "response"), "tokens"), "cookies")
    named = ((text(cookie, "Name"), text(cookie, "Value")) for cookie in cookies)
    return {name: value for name, value in named if name and value}


def is_signed_out(answer: Answer) -> bool:
    """Whether it is the sign-in page, or a redirect to it. Any other page may be a passing error of the service."""
    leads_to = answer.headers.get("Location", "") if 300 <= answer.status < 400 else answer.url
    if urlsplit(leads_to).path.startswith("/ap/signin"):
        return True
    is_page = answer.status == HTTPStatus.OK and answer.is_html
    return is_page and _SIGN_IN_FORM.search(answer.body) is not None


def is_robot_check(answer: Answer) -> bool:
    """Whether it is the page of a robot check."""
    is_page = answer.status == HTTPStatus.SERVICE_UNAVAILABLE and answer.is_html
    return is_page and any(mark in answer.body.lower() for mark in _ROBOT_MARKS)
