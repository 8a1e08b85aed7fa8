"""Whether two places are the same, or one is inside the other: a copy there would be no second one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from photosync.copies.place import CopySettings, folder_of
from photosync.errors import UsageError

_AMAZON, _GOOGLE = "amazonaws.com", "storage.googleapis.com"
_ENDPOINT = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
_ACCOUNT = ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT")
_LOOPBACK = re.compile(r"localhost|127(\.\d+){3}|::1")


def check_overlap(name: str, copies: Mapping[str, CopySettings], base: Path, library: Iterable[Path]) -> None:
    """Raise `UsageError` if the copy of this name and the library, or another copy, have files in common.

    `base`: where relative folders start. `library`: its folder, and those outside it that it uses.
    """
    place = copies[name]
    folder = folder_of(place, base)
    for each in library:
        if folder is not None and (_is_in(folder, each) or _is_in(each, folder)):
            raise UsageError(
                f"copy '{name}': {folder} is in the library's folder {each}, or around it. A copy needs a folder of "
                "its own, on another disk."
            )
    for other, settings in copies.items():
        if other == name:
            continue
        second = folder_of(settings, base)
        if folder is not None and second is not None:
            is_same = _is_in(folder, second) or _is_in(second, folder)
        else:
            is_same = folder is None and second is None and _have_same_objects(place, settings)
        if is_same:
            raise UsageError(f"the copies '{name}' and '{other}' are in one place. Each needs a place of its own.")


def _is_in(inner: Path, outer: Path) -> bool:
    """Whether it is the same folder, or below it; also through links and mounts."""
    real = Path(os.path.realpath(inner))
    if real.is_relative_to(os.path.realpath(outer)):
        return True
    try:
        found = outer.stat()
    except OSError:
        return False
    return any(os.path.samestat(found, each.stat()) for each in (real, *real.parents) if each.exists())


def _have_same_objects(one: CopySettings, other: CopySettings) -> bool:
    first, second = _objects(one), _objects(other)
    shorter = min(len(first), len(second))
    return first[:shorter] == second[:shorter]


def _objects(settings: CopySettings) -> tuple[str, ...]:
    """Where the objects are: the service, its host or account, the bucket, and the folders of the prefix.

    What the configuration does not say, the engine takes from the environment.
    """
    url = urlsplit(settings.to)
    bucket, _, at = url.netloc.lower().partition("@")
    prefix = list(filter(None, url.path.split("/")))
    if url.scheme in ("az", "abfss"):
        return ("azure", settings.account_name or at.partition(".")[0] or _said(_ACCOUNT), bucket, *prefix)
    endpoint = settings.endpoint or _said(_ENDPOINT)
    host = _host(endpoint) if endpoint else _AMAZON
    if url.scheme == "gs" or host == _GOOGLE:  # which is at a compatible address too
        return (_GOOGLE, bucket, *prefix)
    return (host, bucket, *prefix)


def _said(variables: Iterable[str]) -> str:
    return next(filter(None, map(os.environ.get, variables)), "")


def _host(endpoint: str) -> str:
    """The same for all addresses of one service. At Amazon, a bucket's name is unique in all regions."""
    url = urlsplit(endpoint.lower())
    host, port = (url.hostname or "").rstrip("."), url.port or {"http": 80, "https": 443}.get(url.scheme)
    if _LOOPBACK.fullmatch(host):
        return f"localhost:{port}"
    known = (each for each in (_AMAZON, _GOOGLE) if host == each or host.endswith(f".{each}"))
    return next(known, f"{host}:{port}")
