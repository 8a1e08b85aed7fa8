"""Who is told about a run: the addresses of health checks and of notifications. They are secrets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from photosync.config.references import has_variable, is_reference

_LOOPBACK = re.compile(r"(localhost|127(\.\d+){3}|\[::1\])(:\d+)?")
_PLAIN = frozenset({"http", "json", "xml", "form"})
"""The schemes of apprise that send to any host without encryption."""


def url_problem(url: str) -> str | None:
    """What is wrong with an address that has to be one of https; None if nothing is."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        return f"this is no URL: {error}"
    if parts.scheme == "http" and not _LOOPBACK.fullmatch(parts.netloc):
        return "plain http:// is accepted for loopback addresses alone; use https://"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "expected a URL that begins with https://"
    return None


def notification_problem(url: str) -> str | None:
    """What is wrong with an address of apprise."""
    scheme, there, rest = url.partition("://")
    if not (there and rest and re.fullmatch(r"[A-Za-z][\w+.-]*", scheme, re.ASCII)):
        return "expected an address of apprise, such as ntfys://HOST/TOPIC"
    host = re.split(r"[/?#]", rest)[0].rpartition("@")[2]
    if scheme.lower() in _PLAIN and not _LOOPBACK.fullmatch(host):
        return f"{scheme}:// sends without encryption, which is accepted for loopback addresses alone; use {scheme}s://"
    return None


def _valid(text: str, problem: Callable[[str], str | None]) -> str:
    found = None if is_reference(text) else problem(text)
    if found is not None:
        raise ValueError(found)
    return text


def _by_command(value: object) -> object:
    """One address is that of `pull`."""
    return {} if value is None else {"pull": value} if isinstance(value, str) else value


def _with_urls(value: object) -> object:
    """A list, or one address, stands for itself."""
    return {"urls": [value] if isinstance(value, str) else value} if isinstance(value, list | str) else value or {}


Told = Literal["pull", "copy", "verify", "audit"]
"""The commands that tell how they end."""


class Notify(BaseModel):
    """`notify`: notifications through apprise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    urls: list[Annotated[str, AfterValidator(partial(_valid, problem=notification_problem))]] = []
    on: Literal["failure", "always"] = "failure"


_PingUrl = Annotated[str, AfterValidator(partial(_valid, problem=url_problem))]
PingUrls = Annotated[
    dict[Told, _PingUrl],
    BeforeValidator(_by_command),
]
Notifications = Annotated[Notify, BeforeValidator(_with_urls)]


def has_secrets(content: Mapping[str, Any]) -> bool:
    """Whether the configuration itself has an address, and not just a reference to one."""
    return any(not is_reference(each) for key in ("ping_url", "notify") for each in _texts(content.get(key)))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str) and "://" in value and not has_variable(value):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(each)
