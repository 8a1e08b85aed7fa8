"""The account's cookies in its state folder: those that `login` stored, and those that the service renewed.

Three rules say which cookies a run uses:

- What the user gave last counts. Kept cookies come from a sign-in, and know the user's own cookies at its beginning by
  their hash: they win over these. Others are newer, because the user has changed them since.
- What was renewed is stored at once, name by name, so that runs at the same time lose nothing of each other.
- A run stores nothing if another sign-in, or a sign-out, came after its beginning.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from photosync.errors import DestinationError, SignInError, TemporaryError
from photosync.provider import AccountContext
from photosync.provider_kit.json_fields import Json, text
from photosync.provider_kit.state_file import StateFile
from photosync_amazon.cookie import Cookie
from photosync_amazon.cookie_exports import from_json
from photosync_amazon.cookie_files import content_of
from photosync_amazon.cookies import Cookies, CookieSetting, find_cookies, in_environment

FILE_NAME = "cookies.json"


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the file has."""

    sign_in: str
    """The id of the sign-in from which they come."""
    own: str | None
    """The hash of the user's own cookies at that time; None if there were none."""
    source: str
    """Where they come from, for messages."""
    cookies: tuple[Cookie, ...]


class KeptCookies:
    """The cookies of one account, between runs. Its methods may be called from several threads, one at a time."""

    def __init__(self, context: AccountContext) -> None:
        self._account = context.account
        self._say = context.say
        self._file = StateFile(
            context.state / FILE_NAME, account=context.account, title="the stored cookies", cancel=context.cancel
        )
        self._sign_in = ""
        """The id of the sign-in that this run uses."""
        self._own: str | None = None
        self._seen: str | None = None
        """The id in the file when this run last read or wrote it."""
        self._source = ""
        self._has_complained = False

    @property
    def sign_in(self) -> str:
        """The id of the sign-in that this run uses; empty if there is none."""
        return self._sign_in

    def choose(self, setting: CookieSetting, tld: str | None) -> Cookies:
        """The cookies to use. Raises `SignInError` if there are none."""
        kept = self._read()
        own = _hash_of(setting)
        self._seen = kept.sign_in if kept else None
        if kept is not None and own in (None, kept.own):
            try:
                return self._use(kept, tld)
            except ValueError as error:
                self._complain(f"the stored cookies in {self._file.path} cannot be used: {error}")
        try:
            cookies = find_cookies(setting, tld, self._account)
        except SignInError as error:
            if kept is None or own == kept.own:
                raise
            self._complain(f"{error} Those that are stored are used for now")
            return self._usable(kept, tld, error)
        # The same for all runs with these cookies, so that each stores what it renews.
        self._sign_in, self._own, self._source = f"{cookies.tld}-{own}", own, cookies.source
        return cookies

    def _usable(self, kept: _Kept, tld: str | None, otherwise: SignInError) -> Cookies:
        try:
            return self._use(kept, tld)
        except ValueError:
            raise otherwise from None

    def _use(self, kept: _Kept, tld: str | None) -> Cookies:
        cookies = Cookies(kept.cookies, kept.source, tld)
        self._sign_in, self._own, self._source, self._seen = kept.sign_in, kept.own, kept.source, kept.sign_in
        return cookies

    def begin(self, cookies: Cookies, setting: CookieSetting) -> None:
        """Store the cookies of a new sign-in; the user's own ones are older from now on. Raises `DestinationError`."""
        self._sign_in, self._own, self._source = secrets.token_hex(8), _hash_of(setting), cookies.source
        with self._file.locked():
            self._write(cookies.all())

    def forget(self) -> bool:
        """Delete them; returns whether there were some."""
        with self._file.locked():
            return self._file.delete()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock of the file: one run renews at a time."""
        with self._file.locked():
            yield

    def newer_than(self, refused: Cookies) -> Cookies | None:
        """Those that another process has stored since this run read the file."""
        kept = self._read()
        is_other = kept is not None and kept.sign_in not in (self._sign_in, self._seen)
        return self._other(kept, refused) if kept and (is_other or kept.sign_in == self._sign_in) else None

    def former(self, refused: Cookies) -> Cookies | None:
        """Those of the sign-in before, which may still be valid when the user's own ones are not."""
        kept = self._read()
        return self._other(kept, refused) if kept and kept.sign_in != self._sign_in else None

    def _other(self, kept: _Kept, refused: Cookies) -> Cookies | None:
        before = (self._sign_in, self._own, self._source, self._seen)
        try:
            cookies = self._use(kept, refused.tld)
        except ValueError:
            return None
        if cookies.market == refused.market and cookies.header != refused.header:
            return cookies
        self._sign_in, self._own, self._source, self._seen = before
        return None

    def keep(self, cookies: Cookies, renewed: Iterable[str]) -> None:
        """Store the renewed ones of these. Where that is not possible, a message says so, and the run goes on."""
        try:
            with self._file.locked():
                kept = self._read()
                if (kept.sign_in if kept else None) not in (self._sign_in, self._seen):
                    return
                names = set(renewed)
                if kept is None or kept.sign_in != self._sign_in:
                    self._write(cookies.all())
                    return
                changed = {each.name: each for each in cookies.all() if each.name in names}
                self._write([*({each.name: each for each in kept.cookies} | changed).values()])
        except (DestinationError, TemporaryError) as error:
            self._complain(f"{error} The renewed cookies are lost at the end of this run")

    def _read(self) -> _Kept | None:
        """What is stored; None if there is nothing, or nothing of use, which a message says."""
        content = self._file.read()
        sign_in, source = text(content, "sign_in"), text(content, "source")
        cookies = from_json(json.dumps({"cookies": content.get("cookies")})) if sign_in and source else []
        if sign_in and source and cookies:
            return _Kept(sign_in, text(content, "own"), source, tuple(cookies))
        if self._file.exists():
            self._complain(f"the stored cookies in {self._file.path} are damaged, and are not used")
        return None

    def _write(self, cookies: Iterable[Cookie]) -> None:
        content = {"sign_in": self._sign_in, "own": self._own, "source": self._source}
        self._file.write({**content, "cookies": [_as_json(each) for each in cookies]})
        self._seen = self._sign_in

    def _complain(self, problem: str) -> None:
        if not self._has_complained:
            self._say(f"{problem.rstrip('.')}.")
        self._has_complained = True


def _as_json(cookie: Cookie) -> Json:
    """As extensions export them."""
    content = {"name": cookie.name, "value": cookie.value, "domain": cookie.domain, "path": cookie.path}
    return content if math.isinf(cookie.expires_at) else {**content, "expirationDate": cookie.expires_at}


def _hash_of(setting: CookieSetting) -> str | None:
    """The hash of the user's own cookies, however they are given; None if there are none."""
    if isinstance(setting, Path):
        try:
            content = content_of(setting)
        except ValueError:
            return None
    elif isinstance(setting, str):
        content = setting.encode()
    else:
        named: Mapping[str, str] = in_environment(os.environ) if setting is None else setting
        if not named:
            return None
        content = json.dumps(named, sort_keys=True).encode()
    return hashlib.sha256(content).hexdigest()
