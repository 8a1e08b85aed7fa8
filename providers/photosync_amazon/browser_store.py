"""Reads the cookies in a browser's own store, with yt-dlp's reader: the optional dependency `browser`."""

from __future__ import annotations

import math

from photosync_amazon.cookie import Cookie


def from_browser(text: str) -> list[Cookie]:
    """The cookies of a browser: `firefox`, or with the name or folder of a profile: `chrome:Profile 1`.

    Raises `ImportError` where yt-dlp is not installed, and `ValueError` with a text for the user.
    """
    from yt_dlp import cookies as store  # noqa: PLC0415 - optional, and slow to load

    name, _, profile = text.partition(":")
    known = sorted(store.SUPPORTED_BROWSERS)
    if name.lower() not in known:
        raise ValueError(f"'{name}' is no browser whose cookies can be read: expected one of {', '.join(known)}")
    try:
        jar = store.extract_cookies_from_browser(name.lower(), profile or None)
    except Exception as error:  # the reader raises whatever its many formats raise
        raise ValueError(
            f"the cookies of {name} cannot be read ({type(error).__name__}: {error}). Close the browser and try again, "
            "or paste the cookies"
        ) from error
    return [
        Cookie(each.name, each.value, each.domain, math.inf if each.expires is None else each.expires, each.path)
        for each in jar
        if each.value
    ]
