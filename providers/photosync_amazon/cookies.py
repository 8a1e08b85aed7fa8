"""The cookies of a signed-in browser: those of one site of Amazon's, chosen from all that there are, and checked.

Facts about names and hosts: protocol notes on Amazon Photos, sections 1 and 2.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from photosync.documents import page_url
from photosync.errors import SignInError
from photosync_amazon.cookie import Cookie
from photosync_amazon.cookie_files import from_file, from_mapping, from_text
from photosync_amazon.sites import SITES, site_of_suffix, site_sent_to
from photosync_amazon.wanted_cookies import is_wanted

_MARKET = re.compile(r"(?:ubid|at)-(main|acb[a-z]+)")
_API_PATH = "/drive/v1/"
_MOST_HOSTS = 6
_CUT = ("…", "...")


CookieSetting = Mapping[str, str] | str | Path | None
"""The key `cookies` of the configuration: a mapping, a text, a file; without it the environment counts."""


class Cookies:
    """A browser's session with one country's site. `source` is their origin, for messages."""

    def __init__(self, found: Iterable[Cookie], source: str, tld: str | None) -> None:
        """Raises `ValueError` with a text for the user. `tld` is the configured site."""
        found = list(found)
        sites = _by_site(found, tld)
        self.source = source
        self.tld, self.market, chosen = _choice(sites, source, tld, found)
        self._set({name: cookie for name, cookie in chosen.items() if self._belongs(name)})
        for name, value in self.values.items():
            _check_value(name, value, source)

    def _belongs(self, name: str) -> bool:
        return is_wanted(name) and (name.startswith("session-") or name.endswith(f"-{self.market}"))

    def _set(self, cookies: dict[str, Cookie]) -> None:
        self._cookies = cookies
        self.values = {name: cookie.value for name, cookie in cookies.items()}
        self.header = "; ".join(f"{name}={value}" for name, value in self.values.items())
        """The `Cookie` header; values stay unchanged, quotes included."""

    def all(self) -> list[Cookie]:
        """Each with its name in the browser's spelling, and the site's domain."""
        return [replace(each, name=name, domain=f".amazon.{self.tld}") for name, each in self._cookies.items()]

    @property
    def can_refresh(self) -> bool:
        """Whether the cookies that a refresh needs are there."""
        return all(f"{name}-{self.market}" in self.values for name in ("sess-at", "sst", "x"))

    @property
    def ended_on(self) -> str | None:
        """The day on which the first of them ended, by its own date; None if all are valid."""
        ended = [cookie.expires_at for cookie in self._cookies.values() if cookie.expires_at < time.time()]
        return datetime.fromtimestamp(min(ended), UTC).date().isoformat() if ended else None

    def renew(self, found: Iterable[Cookie]) -> set[str]:
        """Use the new values that the service gave; returns the names of those that are new."""
        usable = self.usable(found)
        changed = {name for name, each in usable.items() if self.values.get(name) != each.value}
        if changed:
            self._set({**self._cookies, **usable})
        return changed

    def usable(self, found: Iterable[Cookie]) -> dict[str, Cookie]:
        """Those that belong to this session, by name."""
        return {each.name: each for each in found if self._belongs(each.name) and _is_sendable(each.value)}

    def adopt(self, other: Cookies) -> None:
        """Use the cookies of another sign-in at the same site."""
        self.source = other.source
        self._set(other._cookies)


def in_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The cookies among the variables of the environment, if there is a sign-in among them."""
    found = {name: value for name, value in environment.items() if is_wanted(name)}
    return found if any(name.startswith("at") for name in found) else {}


def find_cookies(setting: CookieSetting, tld: str | None, account: str) -> Cookies:
    """The cookies that the user has given: in the account's setting, or else in the environment.

    Raises a `SignInError` with the places that were searched and the problem.
    """
    try:
        if isinstance(setting, Path):
            return Cookies(from_file(setting), str(setting), tld)
        in_config = "the configuration's 'cookies'"
        if isinstance(setting, str):
            return Cookies(from_text(setting, in_config), in_config, tld)
        if setting is not None:
            return Cookies(from_mapping(setting), in_config, tld)
        if found := in_environment(os.environ):
            return Cookies(from_mapping(found), "the environment (session_id, ubid_…, at_…)", tld)
    except ValueError as error:
        raise SignInError(
            f"account '{account}': {error}. Sign in to Amazon Photos in a browser and copy its cookies there; "
            f"{page_url('amazon')} shows how."
        ) from error
    raise SignInError(
        f"account '{account}': not signed in yet. Sign in to Amazon Photos in a browser, copy its cookies as "
        f"{page_url('amazon')} shows, and give them to: photosync login {account}"
    )


_Named = dict[str, Cookie]


def _by_site(found: Iterable[Cookie], tld: str | None) -> dict[str | None, _Named]:
    """The wanted cookies of each site, and with None those that name no domain. Others' cookies are left out.

    Of several with one name, the one that is valid for longer counts.
    """
    now = time.time()
    sites: dict[str | None, _Named] = {}
    for cookie in found:
        site = site_sent_to(cookie.domain) if cookie.domain is not None else None
        is_of_site = cookie.domain is None or (site is not None and site in (*SITES, tld))
        if not is_wanted(cookie.name) or not is_of_site or not _API_PATH.startswith(cookie.path.rstrip("/")):
            continue
        named, name = sites.setdefault(site, {}), cookie.name.replace("_", "-")
        if name not in named or _rank(cookie, now) >= _rank(named[name], now):
            named[name] = cookie
    return sites


def _rank(cookie: Cookie, now: float) -> tuple[bool, float]:
    return cookie.expires_at >= now, cookie.expires_at


def _choice(
    sites: Mapping[str | None, _Named], source: str, tld: str | None, found: Sequence[Cookie]
) -> tuple[str, str, _Named]:
    """The site, the market (`main`, `acbuk`, …), and the cookies. Raises `ValueError` if some are missing."""
    unplaced = sites.get(None, {})
    candidates: dict[str, tuple[str, _Named]] = {}
    for site, own in sites.items():
        named = {**unplaced, **own}
        complete = _complete_markets(named)
        # The configuration knows better than the suffix: the table of suffixes is not certain.
        is_tld_known = any(site_of_suffix(market) == tld for market in complete)
        for market in complete:
            belongs_to = site or (site_of_suffix(market) if tld is None or is_tld_known else tld)
            if belongs_to is None:
                raise ValueError(f"{source} has cookies of an unknown country ({market}): say which with 'tld'")
            if site_of_suffix(market) in (belongs_to, None) or belongs_to not in candidates:
                candidates[belongs_to] = (market, named)
    if tld is not None:
        candidates = {tld: candidates[tld]} if tld in candidates else {}
    if not candidates:
        raise ValueError(f"{source}: {_what_is_missing(sites, tld, found)}")
    now = time.time()
    valid = {site: chosen for site, chosen in candidates.items() if _is_valid(*chosen, now)}
    if len(valid or candidates) > 1:
        several = ", ".join(f"amazon.{site}" for site in sorted(valid or candidates))
        raise ValueError(f"{source} has cookies of several countries ({several}): say which with 'tld'")
    site, (market, named) = next(iter((valid or candidates).items()))
    return site, market, named


def _complete_markets(named: _Named) -> list[str]:
    if "session-id" not in named:
        return []
    return sorted(market for market in _markets(named) if {f"ubid-{market}", f"at-{market}"} <= named.keys())


def _markets(named: _Named) -> set[str]:
    return {match[1] for name in named if (match := _MARKET.fullmatch(name))}


def _is_valid(market: str, named: _Named, now: float) -> bool:
    return all(named[name].expires_at >= now for name in ("session-id", f"ubid-{market}", f"at-{market}"))


def _what_is_missing(sites: Mapping[str | None, _Named], tld: str | None, found: Sequence[Cookie]) -> str:
    """The missing cookies of the site that is meant, or of the one that has most."""
    relevant = {site: named for site, named in sites.items() if tld is None or site in (tld, None)}
    most = max(relevant.values(), key=len, default={})
    fitting = {market for market in _markets(most) if tld is None or site_of_suffix(market) in (tld, None)}
    market = min(fitting, default="main" if tld in (None, "com") else "acb…")
    missing = [name for name in ("session-id", f"ubid-{market}", f"at-{market}") if name not in most]
    of = f" of amazon.{tld}" if tld else ""
    return f"missing {', '.join(missing)}{of}{_what_is_there(sites, tld, found, missing)}"


def _what_is_there(
    sites: Mapping[str | None, _Named], tld: str | None, found: Sequence[Cookie], missing: Sequence[str]
) -> str:
    """What the user may have copied in place of them."""
    if others := sorted(f"amazon.{site}" for site in sites if site not in (None, tld)):
        return f"; there are cookies of {', '.join(others)}"
    wanted = [cookie for cookie in found if is_wanted(cookie.name)]
    hosts = sorted({cookie.domain.strip(".") for cookie in wanted if cookie.domain})
    if hosts and not sites:
        more = ", …" if len(hosts) > _MOST_HOSTS else ""
        return f"; the cookies there are of {', '.join(hosts[:_MOST_HOSTS])}{more}"
    if wanted and all(name.startswith("at-") for name in missing):
        return ". Scripts of a page (document.cookie) do not see it: copy the header of a request, or a table"
    return ""


def _check_value(name: str, value: str, source: str) -> None:
    """Raise `ValueError` for a value that was cut when it was copied, or that no header can have."""
    if value.strip('"').endswith(_CUT) or "…" in value:
        raise ValueError(
            f"{source}: the value of {name} was shortened with '…' when it was copied. Copy the whole value, for "
            "example from the request header 'Cookie:' (in Firefox with 'Raw' on) or with an extension"
        )
    if not _is_sendable(value):
        raise ValueError(f"{source}: the value of {name} has characters that no cookie can have; it was copied wrongly")


def _is_sendable(value: str) -> bool:
    return bool(value) and value.isascii() and value.isprintable() and ";" not in value
