"""The content of one item, or a part of it, handed on as it comes. Nothing is stored."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from photosync.errors import ItemError, Reason, UsageError
from photosync.jobs.account import Account
from photosync.jobs.list import check_can_list
from photosync.jobs.listing_pages import listing_pages, not_there
from photosync.model import Item, Selection
from photosync.provider import ShowsDetails

_HEAD_BYTES = 4096
_BYTES = re.compile(r"(\d{1,18})-(\d{1,18})?", re.ASCII)


class _EnoughError(Exception):
    """All that is wanted has come."""


def byte_range(text: str) -> tuple[int, int | None]:
    """The first and the last byte of `0-1023`, counted from 0; `1024-` has no last one. Raises `UsageError`."""
    match = _BYTES.fullmatch(text.strip())
    if match is None or (match[2] is not None and int(match[2]) < int(match[1])):
        raise UsageError(
            f"--bytes: expected the first and the last byte, counted from 0: 0-1023, or 1024-, not '{text}'"
        )
    return int(match[1]), None if match[2] is None else int(match[2])


def send_content(
    account: Account, named: str, write: Callable[[bytes], object], first: int = 0, last: int | None = None
) -> None:
    """Hand on the content of the item of an id or a path; of a part, the bytes from `first` to `last`.

    Raises `ItemError` for what is not there, and if a whole content is not what the service lists. A part cannot be
    checked: a hash is that of all.
    """
    item = _item(account, named)
    content = _Content(item, write, first, last)
    try:
        account.provider.download(item, content)
    except _EnoughError:
        return
    content.check()


def _item(account: Account, named: str) -> Item:
    check_can_list(account)
    provider, id_ = account.provider, named
    if named.startswith("/"):
        if not isinstance(provider, ShowsDetails):
            raise UsageError(f"account '{account.name}': {provider.facts.title} has no paths; name the item by its id")
        id_ = provider.id_at([name for name in named.split("/") if name]) or named
    for page in listing_pages(provider, Selection(ids=frozenset([id_]))):
        for item in page.items:
            return item
    raise not_there(account, id_)


class _Content:
    """The destination of the download."""

    def __init__(self, item: Item, write: Callable[[bytes], object], first: int, last: int | None) -> None:
        self._item = item
        self._write = write
        self._first = first
        self._last = last
        self.offset = first
        self.validator: str | None = None
        self.provable = True  # so that a part can be asked for
        self.head = b""
        self._hash = hashlib.md5(usedforsecurity=False)
        self._next = first
        """The position after what was handed on."""

    @property
    def md5(self) -> str:
        return self._hash.hexdigest()

    def begin(self, offset: int, total: int | None, validator: str | None) -> None:
        if total is not None and self._first >= max(total, 1):
            raise UsageError(f"--bytes: {self._item.name or self._item.id} has {total:,} bytes")
        if self._next > self._first and validator != self.validator:
            raise self._failed("was changed while it was read", Reason.HASH_MISMATCH)
        self.offset, self.validator = offset, validator

    def write(self, chunk: bytes | memoryview) -> None:
        start = self.offset
        self.offset += len(chunk)
        end = self.offset if self._last is None else min(self.offset, self._last + 1)
        wanted = bytes(chunk[max(0, self._next - start) : max(0, end - start)])
        if wanted:
            self.head = (self.head + wanted)[:_HEAD_BYTES] if len(self.head) < _HEAD_BYTES else self.head
            self._hash.update(wanted)
            self._next += len(wanted)
            self._write(wanted)
        if self._last is not None and self._next > self._last:
            raise _EnoughError

    def check(self) -> None:
        """Raise `ItemError` unless a whole content is what the service lists."""
        item = self._item
        if self._first:
            return
        if item.size_bytes is not None and item.size_bytes != self._next and self._last is None:
            raise self._failed(
                f"has {self._next:,} bytes, and not the listed {item.size_bytes:,}", Reason.SIZE_MISMATCH
            )
        if item.md5 not in (None, self.md5):
            raise self._failed("has another md5 than the listed one", Reason.HASH_MISMATCH)

    def _failed(self, what: str, reason: Reason) -> ItemError:
        return ItemError(f"{self._item.name or self._item.id} {what}: do not use what was written", reason)
