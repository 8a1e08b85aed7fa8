"""Redaction: no secret in a log line, an error message or a traceback.

Known secrets are replaced wherever they occur. Others are found by patterns.
"""

from __future__ import annotations

import json
import logging
import re
import threading
from urllib.parse import quote, quote_plus

MASK = "***"
_SHORTEST = 6

SENSITIVE_HEADERS = frozenset(
    {
        *("authorization", "proxy-authorization", "cookie", "set-cookie"),
        *("x-token-auth", "x-auth-token", "x-api-key", "x-goog-api-key"),
        *("x-amz-access-token", "x-amz-security-token", "x-amzn-sessionid"),
    }
)
"""Headers that carry credentials, in lower case."""

_KEYS = (
    *("access_token", "refresh_token", "id_token", "auth_token", "source_token", "session_token"),
    *("client_secret", "code_verifier", "password", "passwd"),
    *("x-amz-signature", "x-amz-security-token", "x-amz-credential"),
)
_QUERY_KEYS = ("code", "signature", "sig")

_QUOTED = r""""(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?"""
# http.client's own debug output shows line ends as the two characters \r.
_TO_LINE_END = r"[^\r\n]*?(?=\\r|\\n|[\r\n]|$)"
_START = r"(?:(?<![\w-])|(?<=\\n))"
_COLON = r"""(?:["']?\s*:\s*|["']\s*,\s*)(?:b(?=["']))?"""
_COLON_OR_EQUALS = r"""(?:\\?["']?\s*(?::|=|%3D)\s*|["']\s*,\s*)(?:b(?=["']))?"""


def _any(words: tuple[str, ...] | frozenset[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words))


_NAMED_VALUES = (
    re.compile(rf"(?i){_START}((?:{_any(SENSITIVE_HEADERS)}){_COLON})(?:{_QUOTED}|{_TO_LINE_END})"),
    re.compile(rf"""(?i){_START}((?:{_any(_KEYS)}){_COLON_OR_EQUALS})(?:{_QUOTED}|\\"(?:[^"\\])*|[^&\s"',;)}}\]]+)"""),
    # Not after a colon: {"code": "NODE_NOT_FOUND"} is what a user must see.
    re.compile(rf"(?i){_START}((?:{_any(_QUERY_KEYS)})=)[^&\s\"',;)}}\]]+"),
    re.compile(r"(?i)(\bBearer\s+)[\w.~+/|=-]{6,}"),
    re.compile(r"(://)[^\s/@]+(?=@)"),  # name and password of an address: that of a proxy, for instance
)
_TOKENS = re.compile(
    r"ya29\.[\w.-]+"
    r"|(?<![\w/:])1//[\w-]{6,}"
    r"|GOCSPX-[\w-]+"
    r"|Atz[ar](?:\||%7[Cc])[\w.~+/=%-]+"
)


class Redactor:
    """The secrets of a run, and how to remove them from text. Shared by all accounts and threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_end: dict[str, frozenset[str]] = {}
        """By their last characters: some runs learn thousands of secrets, one after the other, and log each photo."""

    def add(self, *secrets: str) -> None:
        """Add secrets. Those shorter than six characters are ignored: ordinary words would be replaced."""
        forms = {
            form
            for secret in secrets
            if len(secret) >= _SHORTEST
            for form in (secret, quote(secret, safe=""), quote_plus(secret), quote(secret), json.dumps(secret)[1:-1])
        }
        with self._lock:
            for form in forms:
                end = form[-_SHORTEST:]
                self._by_end[end] = self._by_end.get(end, frozenset()) | {form}

    def clean(self, text: str) -> str:
        """`text` without secrets."""
        if self._by_end:
            text = self._without_known(text)
        for pattern in _NAMED_VALUES:
            text = pattern.sub(rf"\1{MASK}", text)
        return _TOKENS.sub(MASK, text)

    def _without_known(self, text: str) -> str:
        parts, rest = list[str](), len(text)  # what is before `rest` has not been taken over yet
        for end in range(len(text), _SHORTEST - 1, -1):
            found = self._by_end.get(text[end - _SHORTEST : end])
            if found is None or not (lengths := [len(each) for each in found if text.endswith(each, 0, end)]):
                continue
            if end <= rest:
                parts += [text[end:rest], MASK]
            rest = min(rest, end - max(lengths))  # secrets may overlap
        return "".join([text[:rest], *reversed(parts)])

    def clean_record(self, record: logging.LogRecord) -> bool:
        """A filter for log handlers: cleans message, arguments, exception and stack in place, and drops no record."""
        # The whole message, not each argument: a secret may span the two.
        record.msg = self.clean(record.getMessage())
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        # Formatters that print exceptions themselves must not find the original.
        record.exc_info = None
        if record.exc_text:
            record.exc_text = self.clean(record.exc_text)
        if record.stack_info:
            record.stack_info = self.clean(record.stack_info)
        return True
