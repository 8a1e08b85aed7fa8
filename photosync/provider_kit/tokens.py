"""Token files: a JSON object that several processes read, refresh and write, and that no crash leaves half written.

    file = TokenFile(path, account="drive", required=("access_token", "refresh_token"))
    token = file.renewed(is_good, refresh)

What the object means is its owner's business; keys that nobody here knows stay as they are.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from photosync.errors import DestinationError, Reason, SignInError, TemporaryError

Token = Mapping[str, object]

_LOCK_TIMEOUT_S = 180.0
"""Longer than a refresh with all its repetitions takes."""
_Stamp = tuple[int, int, int]


class TokenFile:
    """One account's token, mode 0600; a folder that has to be made for it is 0700. Used from several threads.

    Beside it lie `NAME.lock`, which guards refreshing, and `NAME.bak`, the token before the present one.
    """

    def __init__(self, path: Path, *, account: str, required: Sequence[str] = ()) -> None:
        """`required` are the keys without which the object is no token."""
        # A link stays a link: what it points to is replaced.
        self.path = path.resolve()
        self._account = account
        self._required = tuple(required)
        self._lock = FileLock(_beside(self.path, ".lock"), timeout=_LOCK_TIMEOUT_S, mode=0o600)
        self._cache_lock = threading.Lock()
        self._cache: tuple[_Stamp, Token] | None = None

    def exists(self) -> bool:
        """Whether there is a file, good or bad."""
        return self.path.is_file()

    def read(self) -> Token:
        """The token as it is on the disk now. Raises `SignInError` that names the file and what to do."""
        with self._cache_lock:
            try:
                stamp = _stamp(self.path)
                if self._cache is None or self._cache[0] != stamp:
                    self._cache = stamp, self._parsed(self.path.read_bytes())
            except FileNotFoundError as error:
                raise SignInError(
                    f"account '{self._account}': not signed in yet (there is no {self.path}). "
                    f"Sign in with: photosync login {self._account}"
                ) from error
            except OSError as error:
                raise self._unusable(f"cannot be read ({error.strerror})") from error
            return self._cache[1]

    def write(self, token: Token) -> None:
        """Put exactly this in place of what is there, in one step. Raises `DestinationError`."""
        content = (json.dumps(dict(token), indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()
        with self.locked():
            try:
                if self.path.exists():
                    _replace(_beside(self.path, ".bak"), self.path.read_bytes())
                _replace(self.path, content)
            except OSError as error:
                raise self._unwritable(error) from error

    def renewed(self, is_good: Callable[[Token], bool], refresh: Callable[[Token], Token]) -> Token:
        """The token, refreshed if it is no longer good: by this process or another one, never by two at once.

        What `refresh` returns is laid over what is there, and written before anybody uses it.
        """
        token = self.read()
        if is_good(token):
            return token
        with self.locked():
            token = self.read()
            if not is_good(token):
                token = {**token, **refresh(token)}
                self.write(token)
        return token

    def delete(self) -> bool:
        """Remove the token and what was before it; whether there was one."""
        there = self.exists()
        if there:
            with self.locked():
                for path in (self.path, _beside(self.path, ".bak")):
                    path.unlink(missing_ok=True)
        return there

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other process and thread from writing. The same thread may come in again."""
        try:
            _make_folder(self.path.parent)
            self._lock.acquire()
        except Timeout as error:
            raise TemporaryError(
                f"account '{self._account}': another process has been refreshing {self.path} for "
                f"{_LOCK_TIMEOUT_S:.0f} s. Try again when it has ended.",
                Reason.UNREACHABLE,
            ) from error
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            yield
        finally:
            self._lock.release()

    def _parsed(self, content: bytes) -> Token:
        try:
            token: object = json.loads(content)
        except ValueError as error:  # no JSON, or no text
            raise self._unusable("is no JSON") from error
        if not isinstance(token, dict):
            raise self._unusable("holds no JSON object")
        if missing := [key for key in self._required if not token.get(key)]:
            raise self._unusable(f"has no {', '.join(missing)}")
        return token

    def _unusable(self, problem: str) -> SignInError:
        backup = _beside(self.path, ".bak")
        former = f", put back the one before it ({backup})" if backup.is_file() else ""
        return SignInError(
            f"account '{self._account}': the token file {self.path} {problem}. Repair it{former}, or delete it and "
            f"sign in again with: photosync login {self._account}"
        )

    def _unwritable(self, error: OSError) -> DestinationError:
        return DestinationError(
            f"account '{self._account}': cannot write the token file {self.path}: {error.strerror or error}. "
            "Make its folder writable, or name another file with 'token'."
        )


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _stamp(path: Path) -> _Stamp:
    """Changes when the file does: it is only ever replaced, never written into."""
    status = path.stat()
    return status.st_ino, status.st_mtime_ns, status.st_size


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        # Not with `parents`, which would give the mode to the last folder alone.
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _replace(path: Path, content: bytes) -> None:
    temporary = _beside(path, f".{secrets.token_hex(6)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - it takes a descriptor
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # not every system lets a folder be opened; the rename is in one step all the same
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
