"""A copy in an object store, through obstore (crate `object_store`): S3 and compatible, Google Cloud Storage, Azure.

The engine signs, retries (429, 500, 503 SlowDown, lost connections), sends large files in parts, and takes credentials
from their usual places. What S3 calls ETag is the md5 of an object that was sent at once, and the md5 of the md5s of
the parts of another one; where it has this form, it is compared with what was sent. Source: Amazon S3 API Reference,
Object.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import BoundedSemaphore
from typing import Any, Final

from photosync.copies.store import Stored, WrongContentError
from photosync.errors import DestinationError, PhotosyncError, SignInError, TemporaryError, UsageError

_AT_ONCE = 4 << 20
"""A file of at most so many bytes is sent in one request."""
_PART = 8 << 20
_MOST_PARTS = 10_000
"""S3's limit: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html"""
_PARTS_AT_A_TIME = 2
_LARGE_AT_A_TIME = 2
"""So many files are sent in parts at the same time: each holds some parts in memory."""
_LIST_CHUNK = 1000
_TIME: Final = "mtime"
"""The name of the metadata in which rclone keeps the time too, as seconds with nine decimals."""
_WHEN = re.compile(r"(\d{1,11})(?:\.(\d{1,9}))?", re.ASCII)
_SECOND = 10**9
_MD5 = re.compile(r"[0-9a-f]{32}(-\d+)?")
_TIMEOUT, _CONNECT_TIMEOUT = timedelta(minutes=15), timedelta(seconds=20)
"""Of a whole request: a part on a slow line, or the store's work when the parts of a large file become one."""
_RETRIES = {"max_retries": 8, "retry_timeout": timedelta(minutes=3)}

_CODE = re.compile(r"<Code>(\w+)</Code>")
_SIGN_IN = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "AccessDenied", "InvalidToken"}
_NOT_THERE = {"NoSuchBucket", "InvalidBucketName", "ContainerNotFound"}


class ObjectStore:
    """A prefix in a bucket; implements `CopyStore`."""

    has_content_tags = True

    def __init__(self, name: str, url: str, options: Mapping[str, str]) -> None:
        """`name`: of the copy, for messages. `options`: what the engine takes, such as endpoint and access_key_id."""
        try:
            import obstore  # noqa: PLC0415 - an extra
            from obstore.store import from_url  # noqa: PLC0415
        except ImportError as error:
            raise UsageError(
                f"copy '{name}': object stores need obstore: pip install 'photosync-cli[copies]'"
            ) from error
        self._engine = obstore
        self._name = name
        self.address = " ".join(filter(None, (url.rstrip("/"), options.get("endpoint"), options.get("account_name"))))
        self._large = BoundedSemaphore(_LARGE_AT_A_TIME)
        plain = options.get("endpoint", "").startswith("http://")  # the configuration checked that it is this computer
        client = {"timeout": _TIMEOUT, "connect_timeout": _CONNECT_TIMEOUT, "allow_http": plain}
        arguments: dict[str, Any] = {**options, "retry_config": _RETRIES, "client_options": client}
        try:
            self._store = from_url(url, **arguments)
        except (ValueError, TypeError, obstore.exceptions.BaseError) as error:
            raise UsageError(f"copy '{name}': {url} cannot be used: {_first_line(error)}") from error

    def files(self) -> Iterator[Stored]:
        """See `CopyStore`."""
        with self._errors():
            for batch in self._engine.list(self._store, chunk_size=_LIST_CHUNK):
                for each in batch:
                    yield Stored(each["path"], each["size"], _tag(each["e_tag"]))

    def remove_unfinished(self) -> None:
        """An object has its name when it has been sent whole."""

    def write(
        self,
        path: str,
        size_bytes: int,
        content: Iterator[bytes],
        modified_ns: int,
        *,
        is_new: bool,  # noqa: ARG002
        keep_as: str | None,
    ) -> str:
        """See `CopyStore`."""
        if keep_as is not None:
            with suppress(FileNotFoundError), self._errors():  # a listing may be a little old
                self._engine.copy(self._store, path, keep_as)
        kept = {_TIME: f"{modified_ns // _SECOND}.{modified_ns % _SECOND:09}"} if modified_ns >= 0 else {}
        with self._errors(is_lost=True):
            if size_bytes <= _AT_ONCE:
                whole = b"".join(content)
                answer = self._engine.put(self._store, path, whole, attributes=kept, use_multipart=False)
                return self._compared(answer, [_md5(whole)])
            part = max(_PART, -(-size_bytes // (_MOST_PARTS << 20)) << 20)
            sums: list[bytes] = []
            with self._large:
                answer = self._engine.put(
                    self._store,
                    path,
                    _in_parts(content, part, sums),
                    attributes=kept,
                    chunk_size=part,
                    max_concurrency=_PARTS_AT_A_TIME,
                )
            return self._compared(answer, sums)

    def read(self, path: str, on_time: Callable[[int], object] = lambda _: None) -> Iterator[bytes]:
        """See `CopyStore`."""
        with self._errors():
            found = self._engine.get(self._store, path)
            if told := _WHEN.fullmatch(str(found.attributes.get(_TIME, ""))):
                on_time(int(told[1]) * _SECOND + int(f"{told[2] or '':<09.9}"))
            for chunk in found.stream(min_chunk_size=1 << 20):
                yield bytes(chunk)

    def _compared(self, answer: Mapping[str, Any], sums: list[bytes]) -> str:
        """The tag of what was stored, compared with the md5s of what was sent."""
        tag = _tag(answer["e_tag"])
        if found := _MD5.fullmatch(tag):
            sent = sums[0].hex() if found[1] is None and len(sums) == 1 else None
            if found[1] == f"-{len(sums)}":
                sent = f"{_md5(b''.join(sums)).hex()}-{len(sums)}"
            if sent is not None and tag != sent:
                raise WrongContentError(f"it arrived with another md5 ({tag} in place of {sent})")
        return tag

    @contextmanager
    def _errors(self, *, is_lost: bool = False) -> Iterator[None]:
        """The engine's errors as ours. `is_lost`: what is not found is an upload that the store has forgotten."""
        try:
            yield
        except (PhotosyncError, WrongContentError):
            raise
        except FileNotFoundError as error:
            if is_lost or _code(error) in _NOT_THERE:
                raise self._error(error) from error
            raise
        except self._engine.exceptions.BaseError as error:
            raise self._error(error) from error

    def _error(self, error: Exception) -> PhotosyncError:
        code, said = _code(error), _first_line(error)
        if code == "RequestTimeTooSkewed":
            return TemporaryError(
                f"copy '{self._name}': the clock of this computer is wrong: {said}. Set it, run again."
            )
        if code in _NOT_THERE:
            return DestinationError(
                f"copy '{self._name}': there is no such bucket: {said}. Make it, or correct 'copies'."
            )
        refused = self._engine.exceptions.PermissionDeniedError, self._engine.exceptions.UnauthenticatedError
        if code in _SIGN_IN or isinstance(error, refused):
            return SignInError(
                f"copy '{self._name}': the store refuses the credentials: {said}. Renew them, run again."
            )
        return TemporaryError(f"copy '{self._name}': {said}. Try again later.")


def _in_parts(content: Iterator[bytes], size_bytes: int, sums: list[bytes]) -> Iterator[bytes]:
    """The content in parts of this size, the last one smaller; their md5s go into `sums`."""
    buffer = bytearray()
    for chunk in content:
        buffer += chunk
        while len(buffer) >= size_bytes:
            part = bytes(buffer[:size_bytes])
            del buffer[:size_bytes]
            sums.append(_md5(part))
            yield part
    if buffer:
        sums.append(_md5(bytes(buffer)))
        yield bytes(buffer)


def _md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()


def _tag(told: object) -> str:
    return str(told or "").strip('"')


def _code(error: Exception) -> str | None:
    found = _CODE.search(str(error))
    return found[1] if found else None


def _first_line(error: Exception) -> str:
    """The engine's words without the request's details, which follow in further lines."""
    code = _code(error)
    text = str(error).partition("\n")[0].partition(": <?xml")[0]
    return f"{text} ({code})" if code else text
