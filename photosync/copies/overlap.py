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
    (service, host, *first), (other_service, other_host, *second) = _objects(one), _objects(other)
    may_be_one_host = host == other_host or None in (host, other_host)  # what is not said, the environment says
    shorter = min(len(first), len(second))
    return service == other_service and may_be_one_host and first[:shorter] == second[:shorter]


def _objects(settings: CopySettings) -> tuple[str | None, ...]:
    """Where the objects are: the service, its host or account, the bucket, and the folders of the prefix."""
    url = urlsplit(settings.to)
    bucket, _, at = url.netloc.lower().partition("@")
    prefix = list(filter(None, url.path.split("/")))
    if url.scheme in ("az", "abfss"):
        return ("azure", settings.account_name or at.partition(".")[0] or None, bucket, *prefix)
    host = _host(settings.endpoint) if settings.endpoint else None
    if url.scheme == "gs" or host == _GOOGLE:  # which is at a compatible address too
        return ("google", None, bucket, *prefix)
    return ("s3", host, bucket, *prefix)


def _host(endpoint: str) -> str:
    """The same for all addresses of one service. At Amazon, a bucket's name is unique in all regions."""
    url = urlsplit(endpoint.lower())
    host, port = (url.hostname or "").rstrip("."), url.port or {"http": 80, "https": 443}.get(url.scheme)
    if _LOOPBACK.fullmatch(host):
        return f"localhost:{port}"
    known = (each for each in (_AMAZON, _GOOGLE) if host == each or host.endswith(f".{each}"))
    return next(known, f"{host}:{port}")
