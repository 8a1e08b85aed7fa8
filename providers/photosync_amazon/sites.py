"""Amazon's sites, one for each country, and the site that a cookie belongs to.

Facts: protocol notes on Amazon Photos, section 1.
"""

from __future__ import annotations

from difflib import get_close_matches
from urllib.parse import urlsplit

SITES = (
    *("com", "ca", "co.uk", "de", "fr", "it", "es", "co.jp", "com.au", "in", "com.br", "com.mx", "nl", "sg", "ae"),
    *("sa", "se", "pl", "com.tr", "be", "com.be", "eg", "ie", "co.za"),
)
"""The endings of Amazon's sites: a session must go to no other, since anybody may own `amazon.something`."""
PHOTOS_HOSTS = ("www", "download-photos", "thumbnails-photos")
"""The hosts of a site that Amazon Photos uses, without the domain."""
NORTH_AMERICA = frozenset({"com", "ca", "com.mx", "com.br"})
"""Uploads for these sites go to the American host, those for all others to the European one."""
_SITE_BY_SUFFIX = {
    "main": "com",
    "acbuk": "co.uk",
    "acbjp": "co.jp",
    "acbau": "com.au",
    "acbmx": "com.mx",
    "acbbr": "com.br",
    "acbtr": "com.tr",
}
"""The sites whose cookie suffix differs from the host's ending; elsewhere `acbXX` belongs to `amazon.XX`."""


def site_of_suffix(suffix: str) -> str | None:
    """The site whose cookies have this suffix, if that is known."""
    site = _SITE_BY_SUFFIX.get(suffix, suffix.removeprefix("acb"))
    return site if site in SITES else None


def site_of_host(host: str) -> str | None:
    """`co.uk` for `.amazon.co.uk` and `www.amazon.co.uk`; None for a host of nobody or of a sister: `audible.com`."""
    _, is_amazon, ending = f".{host.lower().strip('.')}".rpartition(".amazon.")
    return ending if is_amazon else None


def site_sent_to(domain: str) -> str | None:
    """The site to whose `www.` host a browser sends the cookies of this domain: none for `music.amazon.com`."""
    host = domain.lower().strip(".").removeprefix("www.")
    return host.removeprefix("amazon.") if host.startswith("amazon.") else None


def is_photos_host(host: str) -> bool:
    """Whether it is a host of Amazon Photos, to which a browser sends the cookies of its site."""
    site = site_of_host(host)
    return site in SITES and host in (f"amazon.{site}", *(f"{name}.amazon.{site}" for name in PHOTOS_HOSTS))


def site_of_url(url: str | None) -> str | None:
    """The site of a configured endpoint, which may be one that is not in `SITES`."""
    return site_of_host(urlsplit(url).hostname or "") if url else None


def checked_site(text: str, api: str | None) -> str:
    """The site that the user means. Raises `ValueError`. `api` is the configured endpoint, if there is one."""
    site = text.strip().lower().removeprefix("https://").rstrip("/").removeprefix("www.")
    site = site.removeprefix("amazon").removeprefix(".")
    if site in SITES or site == site_of_url(api):
        return site
    close = [each for each in SITES if each.endswith(f".{site}")] or get_close_matches(site, SITES, n=1)
    meant = f" (did you mean '{close[0]}'?)" if close else ""
    raise ValueError(
        f"'{text}' is not the ending of one of Amazon's sites{meant}. Expected one of {', '.join(SITES)}. For another "
        "site, name its hosts in 'endpoints' too"
    )
