"""A copy in an object store, through obstore (crate `object_store`): S3 and compatible, Google Cloud Storage, Azure.

The engine signs, retries (429, 5xx, lost connections), sends large files in parts, and takes credentials from their
usual places. What S3 calls ETag is the md5 of an object that was sent at once, and the md5 of the md5s of the parts of
another one, unless the bucket encrypts with keys of the customer; where it has this form, it is compared with what was
sent. Source: Amazon S3 API Reference, Object.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from threading import BoundedSemaphore
from typing import Any, Final

from photosync import clock
from photosync.copies.refusals import Refusal, meaning
from photosync.copies.store import Stored, WrongContentError
from photosync.errors import ItemError, PhotosyncError, Reason, TemporaryError, UsageError

_AT_ONCE = 4 << 20
"""A file of at most so many bytes is sent in one request."""
_PART = 5 << 20
"""S3's least. Of each file that is sent in parts, about five of them are in memory."""
_MOST_PARTS = 10_000
"""S3's limits: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html"""
_PARTS_AT_A_TIME = 2
_LARGE_AT_A_TIME = 2
"""So many files are sent in parts at the same time: each holds some parts in memory."""
_LIST_CHUNK = 1000
_LIST_ATTEMPTS = 3
"""A listing that breaks off goes on after its last entry, unless so many attempts in a row brought none."""
_TIME: Final = "mtime"
"""The name of the metadata in which rclone keeps the time too, as seconds with nine decimals."""
_WHEN = re.compile(r"(\d{1,11})(?:\.(\d{1,9}))?", re.ASCII)
_SECOND = 10**9
_MD5 = re.compile(r"[0-9a-f]{32}(-\d+)?")
_CONNECT_TIMEOUT, _SENDING_TIMEOUT, _READING_TIMEOUT = timedelta(seconds=20), timedelta(minutes=15), timedelta(days=7)
"""Of whole requests. Sending: a part on a slow line, or the store's work when the parts of a large file become one.
Reading has a limit for each wait in place of it, which would end the sending of a part on a slow line."""
_NOT_IMPLEMENTED = 501
_FIRST_WAIT, _LONGEST_WAIT, _LONGER = timedelta(seconds=0.25), timedelta(seconds=15), 3
"""Between attempts: a random time between the first wait and `_LONGER` times the last one."""
_MOST_RETRIES = 100
"""More than fit into any budget."""


class ObjectStore:
    """A prefix in a bucket; implements `CopyStore`."""

    has_content_tags = True

    def __init__(
        self,
        name: str,
        url: str,
        options: Mapping[str, str],
        *,
        address: str,
        retry_budget: timedelta,
        timeout: timedelta,
    ) -> None:
        """`name`: of the copy, for messages. `options`: what the engine takes, such as endpoint and access_key_id.

        `address`: see `CopyStore`.
        `retry_budget`: for the retries of one request. `timeout`: the longest wait for the next byte of an answer.
        """
        try:
            import obstore  # noqa: PLC0415 - an extra
            from obstore.store import from_url  # noqa: PLC0415
        except ImportError as error:
            raise UsageError(
                f"copy '{name}': object stores need obstore: pip install 'photosync-cli[copies]'"
            ) from error
        self._engine = obstore
        self._name = name
        self.address = address
        self._large = BoundedSemaphore(_LARGE_AT_A_TIME)
        self._tags_are_md5s = True
        self._takes_conditions: bool | None = None
        """None: nothing was sent yet. Source: Amazon S3 User Guide, Conditional writes."""
        plain = options.get("endpoint", "").startswith("http://")  # the configuration checked that it is this computer
        client = {"connect_timeout": _CONNECT_TIMEOUT, "allow_http": plain}
        sending, reading = {"timeout": _SENDING_TIMEOUT}, {"timeout": _READING_TIMEOUT, "read_timeout": timeout}
        arguments: dict[str, Any] = {**options, "retry_config": _retries(retry_budget)}
        once = {"retry_config": {"max_retries": 0}}
        try:
            self._sending = from_url(url, **(arguments | {"client_options": client | sending}))
            self._sending_once = from_url(url, **(arguments | once | {"client_options": client | sending}))
            self._reading = from_url(url, **(arguments | {"client_options": client | reading}))
        except (ValueError, TypeError, obstore.exceptions.BaseError) as error:
            told = str(error).partition("\n")[0]
            raise UsageError(f"copy '{name}': {url} cannot be used: {told}") from error

    def files(self) -> Iterator[Stored]:
        """See `CopyStore`."""
        last, failures = None, 0
        while True:
            try:
                with self._errors():
                    for batch in self._engine.list(self._reading, offset=last, chunk_size=_LIST_CHUNK):
                        for each in batch:
                            yield Stored(each["path"], each["size"], _tag(each["e_tag"]))
                            last, failures = each["path"], 0
                    return
            except TemporaryError:  # such as an answer that is cut, which the engine does not retry
                failures += 1
                if failures >= _LIST_ATTEMPTS:
                    raise

    def remove_unfinished(self) -> None:
        """An object has its name when it has been sent whole."""

    def write(
        self,
        path: str,
        size_bytes: int,
        content: Iterator[bytes],
        modified_ns: int,
        *,
        is_new: bool,
        keep_as: str | None,
        md5: Callable[[], str] | None = None,
    ) -> str:
        """See `CopyStore`."""
        if keep_as is not None:
            with suppress(FileNotFoundError):  # a listing may be a little old
                self._keep_earlier(path, keep_as)
        return self._put(path, size_bytes, content, modified_ns, md5, is_new=is_new)

    def _put(
        self,
        path: str,
        size_bytes: int,
        content: Iterator[bytes],
        modified_ns: int,
        md5: Callable[[], str] | None = None,
        *,
        is_new: bool = True,
    ) -> str:
        kept = {_TIME: f"{modified_ns // _SECOND}.{modified_ns % _SECOND:09}"} if modified_ns >= 0 else {}
        with self._errors(is_lost=True):
            if size_bytes > _AT_ONCE:
                with self._large:
                    return self._put_parts(path, size_bytes, content, kept, is_new=is_new)
            whole = b"".join(content)
            sums = [bytes.fromhex(md5()) if md5 else _md5(whole)]
            try:
                answer = self._put_at_once(path, whole, kept, is_new=is_new)
            except self._engine.exceptions.AlreadyExistsError as error:  # or the answer to the first attempt was lost
                if not self._has(path, sums, _AT_ONCE):
                    raise _taken() from error
                answer = self._engine.head(self._reading, path)
            return self._compared(path, answer, sums, _AT_ONCE)

    def _put_at_once(self, path: str, content: bytes, kept: Any, *, is_new: bool) -> Mapping[str, Any]:
        """On the condition that a new object replaces none, unless the store does not know conditions.

        The first condition is sent without retries: the engine would repeat it for long to a store that refuses it.
        """
        put = partial(self._engine.put, path=path, file=content, attributes=kept, use_multipart=False)
        if is_new and self._takes_conditions is None:
            try:
                answer: Mapping[str, Any] = put(self._sending_once, mode="create")
            except self._engine.exceptions.AlreadyExistsError:
                raise
            except (self._engine.exceptions.BaseError, FileNotFoundError) as error:
                if Refusal.of(error).status == _NOT_IMPLEMENTED:
                    self._takes_conditions = False
            else:
                self._takes_conditions = True
                return answer
        return put(self._sending, mode="create" if is_new and self._takes_conditions else "overwrite")

    def _put_parts(self, path: str, size_bytes: int, content: Iterator[bytes], kept: Any, *, is_new: bool) -> str:
        part = max(_PART, -(-size_bytes // (_MOST_PARTS << 20)) << 20)
        sums: list[bytes] = []
        parts = _in_parts(content, part, sums)
        if is_new:
            self._check_free(path)
        try:
            answer = self._engine.put(
                *(self._sending, path, parts), attributes=kept, chunk_size=part, max_concurrency=_PARTS_AT_A_TIME
            )
        except FileNotFoundError as error:  # there is no such upload: the answer that it is complete may be lost
            try:
                answer = self._engine.head(self._reading, path)
            except FileNotFoundError:
                raise error from None
            if answer["size"] != size_bytes or not self._has(path, sums, part):
                raise
        return self._compared(path, answer, sums, part)

    def _check_free(self, path: str) -> None:
        """The engine sends no condition with parts, so the place is looked at before them."""
        with suppress(FileNotFoundError, self._engine.exceptions.PermissionDeniedError):  # a key may only write
            self._engine.head(self._reading, path)
            raise _taken()

    def _keep_earlier(self, path: str, as_path: str) -> None:
        with self._errors():
            try:
                self._engine.copy(self._sending, path, as_path)
            except self._engine.exceptions.BaseError as error:
                if Refusal.of(error).code != "InvalidRequest":
                    raise
                # S3 copies no file of more than 5 GiB by itself.
                size_bytes = self._engine.head(self._reading, path)["size"]
                self._put(as_path, size_bytes, _in_a_thread(self.read(path)), -1)

    def read(self, path: str, on_time: Callable[[int], object] = lambda _: None) -> Iterator[bytes]:
        """See `CopyStore`. A reading that breaks off goes on from there, as long as each attempt brings something."""
        tag, offset, brought = None, 0, 0
        while True:
            options: Any = {"range": {"offset": offset}, "if_match": tag} if offset else None
            try:
                with self._errors():
                    found = self._engine.get(self._reading, path, options=options)
                    if tag is None:
                        tag = found.meta["e_tag"]
                        if told := _WHEN.fullmatch(str(found.attributes.get(_TIME, ""))):
                            on_time(int(told[1]) * _SECOND + int(f"{told[2] or '':<09.9}"))
                    for chunk in found.stream(min_chunk_size=1 << 20):
                        brought += len(chunk)
                        yield bytes(chunk)
                    return
            except TemporaryError:
                if tag is None or brought == offset:
                    raise
                offset = brought

    def _compared(self, path: str, answer: Mapping[str, Any], sums: list[bytes], part: int) -> str:
        """The tag of what was stored, compared with the md5s of what was sent in parts of this size."""
        tag = _tag(answer["e_tag"])
        found = _MD5.fullmatch(tag)
        if found and self._tags_are_md5s:
            sent = sums[0].hex() if found[1] is None and len(sums) == 1 else None
            if found[1] == f"-{len(sums)}":
                sent = f"{_md5(b''.join(sums)).hex()}-{len(sums)}"
            if sent is not None and tag != sent:
                if not self._has(path, sums, part):
                    raise WrongContentError(f"it arrived with another md5 ({tag} in place of {sent})")
                self._tags_are_md5s = False  # the bucket encrypts: the ETag is no md5 of the content
        return tag

    def _has(self, path: str, sums: list[bytes], part: int) -> bool:
        """Read whether the store has the content whose parts of this size have these md5s."""
        found: list[bytes] = []
        for _ in _in_parts(self.read(path), part, found):
            pass
        return found == sums

    @contextmanager
    def _errors(self, *, is_lost: bool = False) -> Iterator[None]:
        """The engine's errors as ours. `is_lost`: what is not found is an upload that the store has forgotten."""
        exceptions = self._engine.exceptions
        try:
            yield
        except (PhotosyncError, WrongContentError):
            raise
        except ValueError as error:
            if not isinstance(error, UnicodeEncodeError) and "parse path" not in str(error):
                raise
            raise ItemError("an object cannot have this name: it has control characters", Reason.REFUSED) from error
        except (exceptions.BaseError, FileNotFoundError) as error:
            refused = exceptions.PermissionDeniedError, exceptions.UnauthenticatedError
            told = meaning(error, self._name, is_denied=isinstance(error, refused))
            if isinstance(error, FileNotFoundError) and not is_lost and isinstance(told, TemporaryError):
                raise
            raise told from error
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # the engine's for a bug, which has no class to import
                raise
            words = "Look for line ends and the like in the credentials of the environment."
            raise UsageError(f"copy '{self._name}': the engine cannot use its settings: {error}. {words}") from None


def _in_a_thread(content: Iterator[bytes]) -> Iterator[bytes]:
    """The content, read in a thread of its own: the engine cannot read in one in which it sends."""
    with ThreadPoolExecutor(1) as reader:
        while block := reader.submit(next, content, b"").result():
            yield block


def _taken() -> ItemError:
    said = "an object that was not listed has its place, and stays; the next run compares it"
    return ItemError(said, Reason.NAME_TAKEN)


def _retries(budget: timedelta) -> dict[str, Any]:
    def real(duration: timedelta) -> timedelta:
        return timedelta(seconds=clock.real_s(duration.total_seconds()))

    backoff = {"init_backoff": real(_FIRST_WAIT), "max_backoff": real(_LONGEST_WAIT), "base": _LONGER}
    return {"max_retries": _MOST_RETRIES, "retry_timeout": real(budget), "backoff": backoff}


def _in_parts(content: Iterator[bytes], size_bytes: int, sums: list[bytes]) -> Iterator[bytes]:
    """The content in parts of this size, the last one smaller; their md5s go into `sums`."""
    chunks, collected = list[bytes](), 0
    for chunk in content:
        chunks.append(chunk)
        collected += len(chunk)
        while collected >= size_bytes:
            whole = b"".join(chunks)
            part, chunks, collected = whole[:size_bytes], [whole[size_bytes:]], collected - size_bytes
            sums.append(_md5(part))
            yield part
            del whole, part  # a part takes much memory, and is not held while the next one is collected
    if rest := b"".join(chunks):
        sums.append(_md5(rest))
        yield rest


def _md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()


def _tag(told: object) -> str:
    return str(told or "").strip('"')
