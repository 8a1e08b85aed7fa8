"""Tells others how a run ended: a health check by its protocol, and people through apprise.

A health check that hears nothing in time knows that no run has ended, whatever the reason: a computer that is off, too.
It is told no names; people are told those of the accounts. What cannot be told is a warning and changes nothing.

The protocol: https://healthchecks.io/docs/http_api/
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING

from photosync import __version__, clock
from photosync.errors import Exit

if TYPE_CHECKING:
    from requests import PreparedRequest

_log = logging.getLogger("photosync.notices")
_TIMEOUT_S = 5.0
_TRIES = 3
_BETWEEN_TRIES_S = 2.0
_WELL = frozenset({Exit.OK, Exit.LIMIT})
"""A run that ended as it should."""


@dataclass(frozen=True, slots=True)
class Ends:
    """How a run ended for each account."""

    statuses: dict[str, Exit] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    """The accounts of which nothing is wrong that was not said in the last day already."""

    def note(self, account: str, status: Exit, *, is_known: bool = False) -> None:
        """The run has ended for an account."""
        self.statuses[account] = status
        if is_known:
            self.known.add(account)

    @property
    def has_news(self) -> bool:
        """Whether people have not been told of all of it."""
        return not self.statuses or not self.known.issuperset(self.statuses)


@dataclass(frozen=True, slots=True)
class Notices:
    """Who is told about one run of a command. The addresses are secrets."""

    command: str
    ping_url: str | None = None
    urls: Sequence[str] = ()
    """For apprise."""
    always: bool = False
    """Whether people are also told that all is well."""
    ends: Ends = field(default_factory=Ends)

    def began(self) -> None:
        """The run begins."""
        self._ping("/start", tries=1)

    def ended(self, status: Exit) -> None:
        """The run has ended. Of one that found another run at work nothing is told: that one tells."""
        if status is Exit.LOCKED:
            return
        self._ping("" if status in _WELL else "/fail", status)
        if self.urls and (self.always or (status not in _WELL and self.ends.has_news)):
            self._notify(status)

    def _ping(self, path: str, status: Exit | None = None, tries: int = _TRIES) -> None:
        if self.ping_url is None:
            return
        import requests  # noqa: PLC0415 - most runs have no health check

        base, mark, query = self.ping_url.partition("?")
        body = f"photosync {__version__} {self.command}: {_words(status) if status is not None else 'begins'}\n"
        problem = ""
        for number in range(tries):
            if number:
                clock.wait(Event(), _BETWEEN_TRIES_S)
            try:
                answer = requests.post(
                    f"{base.rstrip('/')}{path}{mark}{query}",
                    data=body.encode(),
                    headers={"Content-Type": "text/plain; charset=utf-8", "User-Agent": f"photosync/{__version__}"},
                    auth=_without_netrc,
                    timeout=_TIMEOUT_S,
                    allow_redirects=False,
                )
            except (requests.RequestException, ValueError) as error:
                problem = type(error).__name__  # its text has the address
                continue
            if answer.status_code < 300:
                return
            problem = f"it answered {answer.status_code}"
            if answer.status_code < 500 and answer.status_code != 429:
                break
        what = {"/start": "begun", "/fail": "failed"}.get(path, "ended well")
        _log.warning("the health check (ping_url) could not be told that the run has %s: %s", what, problem)

    def _notify(self, status: Exit) -> None:
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # its messages have addresses
        try:
            import apprise  # noqa: PLC0415 - an extra
        except ImportError:
            _log.warning("'notify' needs apprise; install it with: pip install 'photosync-cli[notify]'")
            return
        title = f"photosync {self.command}: {_words(status)}"
        text = "\n".join(_lines(self.ends.statuses)) or title
        kind = apprise.NotifyType.SUCCESS if status in _WELL else apprise.NotifyType.FAILURE
        for number, url in enumerate(self.urls, start=1):
            one = apprise.Apprise()
            try:
                is_told = one.add(url) and one.notify(body=text, title=title, notify_type=kind)
            except Exception as error:  # noqa: BLE001 - the code of a hundred services
                is_told, problem = False, type(error).__name__
            else:
                problem = "apprise does not know the address, or the service refused"
            if not is_told:
                _log.warning("notification %d of %d (notify) could not be sent: %s", number, len(self.urls), problem)


def _without_netrc(request: PreparedRequest) -> PreparedRequest:
    """Else requests sends the password that `~/.netrc` has for the host."""
    return request


def _words(status: Exit) -> str:
    return f"{status.word}, exit {int(status)}"


def _lines(statuses: Mapping[str, Exit]) -> list[str]:
    lines = [f"{account}: {_words(status)}" for account, status in statuses.items()]
    if any(status not in _WELL for status in statuses.values()):
        lines.append("What failed, and what to do: photosync status, photosync failures")
    return lines
