"""A small durable file of a provider's state: a JSON object that several processes read and write.

    file = StateFile(context.state / "endpoints.json", account=context.account)
    file.write({"content": url})
    url = text(file.read(), "content")

It is replaced in one step, so that a crash cannot leave it incomplete, and only its owner can read it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import Timeout

from photosync import private_files
from photosync.errors import DestinationError, Reason, TemporaryError
from photosync.file_systems import Lock
from photosync.provider_kit.json_fields import Json, json_object

_LOCK_TIMEOUT_S = 180.0
"""Longer than the refresh of a token with all its retries."""


class StateFile:
    """One file, mode 0600; a folder that is created for it has 0700. Its lock is `NAME.lock` in the same folder.

    Used from several threads.
    """

    def __init__(
        self,
        path: Path,
        *,
        account: str,
        title: str = "the file",
        advice: str = "Make its folder writable.",
        lock_timeout_s: float = _LOCK_TIMEOUT_S,
        cancel: threading.Event | None = None,
    ) -> None:
        """`title` and `advice` are for the error message: what the file is, and what the user can do.

        `cancel` ends the wait for the lock (`AccountContext.cancel`).
        """
        # A symbolic link is kept: the file that it points to is replaced.
        self.path = path.resolve()
        self._account = account
        self._title = title
        self._advice = advice
        self._lock = Lock(Path(f"{self.path}.lock"), timeout_s=lock_timeout_s, mode=0o600, cancel=cancel)
        self._lock_timeout_s = lock_timeout_s

    def exists(self) -> bool:
        """Whether there is a file, valid or not."""
        return self.path.is_file()

    def read(self) -> Json:
        """The object on the disk now; empty if there is no file or it cannot be read."""
        try:
            return json_object(self.path.read_bytes())
        except OSError:
            return {}

    def write(self, content: Json) -> None:
        """Replace the file. Raises `DestinationError`."""
        # In ASCII only: a service's texts may have lone surrogates, which UTF-8 cannot encode.
        encoded = json.dumps(dict(content), indent=1, sort_keys=True) + "\n"
        self.write_bytes(encoded.encode())

    def write_bytes(self, content: bytes) -> None:
        """Replace the file by other content than an object. Raises `DestinationError`."""
        try:
            private_files.write(self.path, content)
        except OSError as error:
            raise self._unwritable(error) from error

    def delete(self) -> bool:
        """Remove the file; returns whether there was one."""
        was_there = self.exists()
        self.path.unlink(missing_ok=True)
        return was_there

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock of the file, which excludes all others; the same thread may lock it again."""
        with ExitStack() as stack:
            self._enter_lock(stack)
            yield

    def _enter_lock(self, stack: ExitStack) -> None:
        try:
            private_files.make_folder(self.path.parent)
            stack.enter_context(self._lock.held())
        except Timeout as error:
            raise TemporaryError(
                f"account '{self._account}': another process has held {self.path} locked for "
                f"{self._lock_timeout_s:.0f} s. Try again when it has ended.",
                Reason.UNREACHABLE,
            ) from error
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> DestinationError:
        return DestinationError(
            f"account '{self._account}': cannot write {self._title} {self.path}: {error.strerror or error}. "
            f"{self._advice}"
        )
