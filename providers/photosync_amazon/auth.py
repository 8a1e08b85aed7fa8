"""Signs requests with the cookies, and recognises and renews an expired session.

Facts: protocol notes on Amazon Photos, section 2.
"""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from http import HTTPStatus
from urllib.parse import urlsplit

from photosync import clock
from photosync.documents import page_url
from photosync.errors import CancelledError, PhotosyncError
from photosync.provider_kit.json_fields import json_object, part, parts, text
from photosync.transport import Answer, Transport
from photosync_amazon.cookie import Cookie, expiry
from photosync_amazon.cookies import Cookies
from photosync_amazon.kept_cookies import KeptCookies
from photosync_amazon.sites import site_sent_to

_SIGN_IN_FORM = re.compile(
    rb"""<form\b[^>]*(?:/ap/signin|\bname\s*=\s*["']?signin\b)|\bap_email\b|<title>[^<]*\bsign[- ]?in\b""",
    re.IGNORECASE,
)
"""Other pages of Amazon, such as those of errors, only have a link to it."""
_DELETED = frozenset({"", "-", '""', "deleted"})
"""Values with which services delete a cookie."""
_ROBOT_MARKS = (b"robot", b"captcha")


_REFRESH_AGAIN_S = 600.0
"""A session that ends sooner after a renewal is not renewed again."""
_OFTEN_RENEWED = frozenset({"session-token", "session-id-time"})
"""What a session can do without. The service may renew it with each answer, which is too often for the disk."""
_SAVE_AGAIN_S = 60.0


class AmazonAuth:
    """Adds the cookies to requests; implements the transport's `Auth`."""

    def __init__(self, account: str, cookies: Cookies, api: str, kept: KeptCookies | None = None) -> None:
        """`kept` stores what the service renews; None keeps it for this object alone."""
        self._account = account
        self._cookies = cookies
        self._kept = kept
        parts = urlsplit(api)
        self._api_host = parts.netloc
        self._refresh_url = f"{parts.scheme}://{parts.netloc}/ap/exchangetoken/refresh"
        self._refreshed_at = -math.inf
        self._used = threading.local()
        """The cookies of this thread's last request, which a 401 is about."""
        self._lock = threading.Lock()
        """For the cookies in memory; never held while the file is locked."""
        self.has_ended = False
        """Whether the service has refused the session."""
        self._unsaved: set[str] = set()
        self._saved_at = -math.inf
        self.transport: Transport | None = None

    def headers(self) -> Mapping[str, str]:
        """The cookies, and a separate header with the session's id."""
        self._used.header = header = self._cookies.header
        return {"Cookie": header, "x-amzn-sessionid": self._cookies.values["session-id"]}

    def secrets(self) -> tuple[str, ...]:
        """Every cookie's value, also without the quotes around it, and the header with all of them."""
        values = self._cookies.values.values()
        return (*values, *(value.strip('"') for value in values), self._cookies.header)

    def explain(self, detail: str) -> str:
        """The error message for an expired session."""
        self.has_ended = True
        return self.advice(detail)

    def advice(self, detail: str) -> str:
        """The message for cookies that do not help, at all or at one of the hosts."""
        ended = f"; by their own date they ended on {self._cookies.ended_on}" if self._cookies.ended_on else ""
        return (
            f"account '{self._account}': Amazon Photos no longer accepts the cookies of {self._cookies.source} "
            f"({detail}){ended}. Sign in at https://www.amazon.{self._cookies.tld}/photos in a browser, check that "
            f"your photos are shown, copy all its cookies again ({page_url('amazon')} shows how), give them to "
            f"'photosync login {self._account}' or replace the old ones, and run the same command: it goes on "
            "where it ended."
        )

    def refresh(self) -> bool:
        """Use newer cookies than the refused ones: of another process, of the service, or of the sign-in before."""
        refused = getattr(self._used, "header", None)
        if self._cookies.header == refused:  # else another answer has renewed them meanwhile
            with self._kept.locked() if self._kept else nullcontext():
                return self._renew()
        return True

    def _renew(self) -> bool:
        if self._kept is not None and self._adopts(self._kept.newer_than):
            return True
        return self._exchange() or (self._kept is not None and self._adopts(self._kept.former))

    def _adopts(self, find: Callable[[Cookies], Cookies | None]) -> bool:
        if (other := find(self._cookies)) is None:
            return False
        with self._lock:
            self._cookies.adopt(other)
        return True

    def _exchange(self) -> bool:
        """Request new cookies, if those that this requires are present. The service may confirm the present ones."""
        is_too_soon = clock.monotonic() - self._refreshed_at < _REFRESH_AGAIN_S
        if is_too_soon or not self._cookies.can_refresh or self.transport is None:
            return False
        self._refreshed_at = clock.monotonic()
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
        found = [*_in_header(answer), *_renewed_cookies(answer)]
        self._keep(found)
        return bool(self._cookies.usable(found))

    def note(self, answer: Answer) -> None:
        """Use and store the cookies that an answer of the site renews."""
        host = urlsplit(answer.url).netloc
        is_of_site = host == self._api_host or host.endswith(f".amazon.{self._cookies.tld}")
        # Without a session, the service gives new cookies that belong to nobody.
        if is_of_site and answer.status < 400 and not answer.is_html and not is_signed_out(answer):
            self._keep(_in_header(answer))

    def _keep(self, found: Sequence[Cookie]) -> None:
        with self._lock:
            renewed = self._cookies.renew(found)
            self._unsaved |= renewed
            is_pressing = bool(self._unsaved - _OFTEN_RENEWED) or clock.monotonic() > self._saved_at + _SAVE_AGAIN_S
        if renewed and self.transport is not None:
            self.transport.hide(*self.secrets())
        if renewed and is_pressing:
            self.save()

    def save(self) -> None:
        """Store the renewed cookies that are not stored yet."""
        with self._lock:
            unsaved, self._unsaved, self._saved_at = self._unsaved, set(), clock.monotonic()
        if unsaved and self._kept is not None:
            self._kept.keep(self._cookies, unsaved)


def _renewed_cookies(answer: Answer) -> list[Cookie]:
    """`{"response": {"tokens": {"cookies": [{"Name": …, "Value": …}]}}}`; other services of Amazon list by domain."""
    tokens = part(part(json_object(answer.body), "response"), "tokens")
    by_domain = part(tokens, "cookies")
    lists = [parts(tokens, "cookies"), *(parts(by_domain, domain) for domain in by_domain if "amazon." in domain)]
    named = [(text(each, "Name"), text(each, "Value"), each.get("Expires")) for found in lists for each in found]
    return [Cookie(name, value, expires_at=expiry(ends)) for name, value, ends in named if name and value]


def _in_header(answer: Answer) -> list[Cookie]:
    """The cookies of `Set-Cookie`, without those that the service deletes."""
    found = map(_set_cookie, answer.set_cookies)
    return [cookie for cookie in found if cookie and cookie.value not in _DELETED and cookie.expires_at > time.time()]


def _set_cookie(line: str) -> Cookie | None:
    """`name=value; Domain=.amazon.com; Expires=…; Max-Age=…`; None if it is not for the site."""
    pair, *attributes = line.split(";")
    name, _, value = pair.partition("=")
    named = {key.strip().lower(): content.strip() for key, _, content in (each.partition("=") for each in attributes)}
    if (domain := named.get("domain")) and site_sent_to(domain) is None:
        return None
    ends = expiry(named.get("expires"))
    with suppress(ValueError):
        ends = time.time() + float(named["max-age"]) if "max-age" in named else ends
    return Cookie(name.strip(), value.strip(), expires_at=ends)


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
