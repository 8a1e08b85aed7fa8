"""Files that a user or another program wrote: the configuration, exported cookies, token files."""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from fuzz.harness import Harness
from photosync.config import load
from photosync.errors import ConfigError, SignInError
from photosync.provider_kit.state_file import StateFile
from photosync.provider_kit.tokens import TokenFile
from photosync_amazon.cookies import find_cookies

_EXAMPLE = Path(__file__).parents[1] / "photosync" / "config.example.yaml"


def check_configuration(content: bytes) -> None:
    """A configuration is read, or refused with `ConfigError`; so are the settings of each of its accounts.

    Secrets of the keyring are not looked up: it is that of whoever fuzzes.
    """
    with _without_warnings(), tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "config.yaml")
        path.write_bytes(content)
        try:
            config = load(path)
        except ConfigError:
            return
        for name, account in config.accounts.items():
            config.metadata_settings(name)
            if b"keyring" not in content:
                with suppress(ConfigError):
                    account.settings()


def check_cookies(content: bytes) -> None:
    """Cookies are found, or refused with `SignInError`, and can be sent in a header."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "cookies.txt")
        path.write_bytes(content)
        for setting in (path, content.decode("utf-8", "replace")):
            with suppress(SignInError):
                cookies = find_cookies(setting, None, "amazon")
                assert cookies.header.isascii()
                assert cookies.header.isprintable()
                assert {"session-id", f"at-{cookies.market}", f"ubid-{cookies.market}"} <= cookies.values.keys()
                assert cookies.ended_on is None or len(cookies.ended_on) == 10
                assert cookies.can_refresh in (True, False)


def check_token(content: bytes) -> None:
    """A token file is read, or refused with `SignInError`; a file of state is read, or counts as empty."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "token.json")
        path.write_bytes(content)
        file = StateFile(path, account="a")
        file.write(file.read())
        again = file.read()
        file.write(again)
        assert file.read() == again
        path.write_bytes(content)
        with suppress(SignInError):
            assert TokenFile(path, account="a", required=("access_token",)).read()["access_token"]


@contextmanager
def _without_warnings() -> Iterator[None]:
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)


def _configurations() -> Sequence[bytes]:
    text = (
        "library: /photos\ndefaults: {layout: months, exif: sidecar, jobs: 3, bwlimit: 5M, retry_budget: 2m}\n"
        "accounts:\n"
        "  amazon: {cookies: {session-id: 1, at-main: 2, ubid-main: ${NAME}}, tld: co.uk}\n"
        "  home: &a\n    provider: aura\n    email: me@example.com\n    password: secret\n"
        "    frames: {wall: abc-1, grandma: {id: abc-2, path: /frames/grandma, time_zone: Europe/Berlin}}\n"
        "  other: *a\n"
        "  google: {client_secret: client.json, artist: Ada, time_zone: UTC}\n"
        '  drive:\n    provider: clouddrive\n    client_id: x\n    endpoints: {drive: "http://127.0.0.1:80"}\n'
    )
    return [_EXAMPLE.read_bytes(), text.encode(), b"library: ~/photos\naccounts:\n  amazon:\n"]


def _cookies() -> Sequence[bytes]:
    values = {"session-id": "131-1", "ubid-acbuk": "131-2", "at-acbuk": '"Atza|x"', "sess-at-acbuk": "y"}
    line = "; ".join(f"{name}={value}" for name, value in values.items())
    rows = "".join(f".amazon.co.uk\tTRUE\t/\tTRUE\t4102444800\t{name}\t{value}\n" for name, value in values.items())
    domain = {"domain": ".amazon.co.uk", "expirationDate": 4102444800.5}
    export = [{"name": name, "value": value, **domain} for name, value in values.items()]
    texts = (line, f"Cookie: {line}", f"# Netscape HTTP Cookie File\n#HttpOnly_{rows}", json.dumps(export))
    return [each.encode() for each in (*texts, json.dumps({"cookies": export}), json.dumps(values))]


def _tokens() -> Sequence[bytes]:
    return [b'{"access_token": "a", "expires_in": 3600, "refresh_token": null}', b'{"token": "b"}', b"[]"]


HARNESSES = [
    Harness("configuration", check_configuration, _configurations),
    Harness("cookies", check_cookies, _cookies),
    Harness("token", check_token, _tokens, longest=100_000),
]
