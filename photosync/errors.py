"""The errors. Each kind has the exit status of a command that it ends.

A message says what happened, to which account or file, and what the user can do now. It never has a secret.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from pathlib import Path


class Exit(IntEnum):
    """The exit status of a command: the contract with scripts and schedulers."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    PARTIAL = 3
    AUTH = 4
    TEMPORARY = 5
    DESTINATION = 6
    LOCKED = 7
    LIMIT = 8
    DAMAGE = 10
    SUSPICIOUS = 11
    INTERRUPTED = 130
    TERMINATED = 143

    @property
    def word(self) -> str:
        """The name of the status in the documentation."""
        return "interrupted" if self in (Exit.INTERRUPTED, Exit.TERMINATED) else self.name.lower()

    @classmethod
    def worst(cls, statuses: list[Exit]) -> Exit:
        """The status of a command about several accounts: the first that applies, in the contract's order."""
        order = [
            *(cls.INTERRUPTED, cls.TERMINATED, cls.INTERNAL, cls.USAGE, cls.DESTINATION, cls.SUSPICIOUS),
            *(cls.DAMAGE, cls.AUTH, cls.PARTIAL, cls.TEMPORARY, cls.LIMIT, cls.LOCKED, cls.OK),
        ]
        return min(statuses, key=order.index, default=cls.OK)


class Reason(StrEnum):
    """Why an item or file failed: the fixed list of words in a summary's `errors`. `docs/exit-status.md` has more."""

    HASH_MISMATCH = "hash_mismatch"
    SIZE_MISMATCH = "size_mismatch"
    TRUNCATED = "truncated"
    NOT_MEDIA = "not_media"
    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    NOT_READY = "not_ready"
    BAD_ANSWER = "bad_answer"
    REFUSED = "refused"
    THROTTLED = "throttled"
    SERVER_ERROR = "server_error"
    UNREACHABLE = "unreachable"
    UNWRITABLE = "unwritable"
    UNREADABLE = "unreadable"
    CHANGED = "changed"
    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too_large"
    NAME_TAKEN = "name_taken"
    IN_TRASH = "in_trash"
    STORAGE_FULL = "storage_full"
    NOT_SAVED = "not_saved"
    DAMAGED = "damaged"
    NOT_IN_TRASH = "not_in_trash"
    NOT_VERIFIED = "not_verified"
    INTERNAL = "internal"


class PhotosyncError(Exception):
    """Every error that this program raises on purpose. Any other exception is a bug."""

    exit = Exit.INTERNAL
    summary: object = None
    """From the Python API: the summary of the run that the error ended; None if no run had begun."""


class UsageError(PhotosyncError):
    """A wrong option, an unknown account or collection, or a request that is not possible for this account."""

    exit = Exit.USAGE


class ConfigError(UsageError):
    """The configuration is missing or wrong. `mistakes` has a sentence for each thing that is wrong."""

    def __init__(self, *mistakes: str, file: Path | None = None) -> None:
        """`file`: the configuration that has them all."""
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes
        self.file = file


class SignInError(PhotosyncError):
    """A person must sign in, or pick. Never retried."""

    exit = Exit.AUTH


class TemporaryError(PhotosyncError):
    """The service could not be reached, or still refused when the retry budget was used up: see `reason`."""

    exit = Exit.TEMPORARY

    def __init__(self, message: str, reason: Reason = Reason.UNREACHABLE) -> None:
        super().__init__(message)
        self.reason = reason


class LostAnswerError(TemporaryError):
    """A request that must not be sent twice may have been carried out, but no answer says so.

    The caller checks the result before sending it again. `status` is 408 or 5xx if there was an answer.
    """

    def __init__(self, message: str, reason: Reason = Reason.UNREACHABLE, status: int | None = None) -> None:
        super().__init__(message, reason)
        self.status = status


class ItemError(PhotosyncError):
    """One item or file failed; the others are not affected."""

    exit = Exit.PARTIAL

    def __init__(self, message: str, reason: Reason) -> None:
        super().__init__(message)
        self.reason = reason


class NameTakenError(ItemError):
    """A file cannot be uploaded under its name: another item has that name."""

    def __init__(self, message: str) -> None:
        super().__init__(message, Reason.NAME_TAKEN)


class StorageFullError(ItemError):
    """The service has no storage left for this file and further ones."""

    def __init__(self, message: str) -> None:
        super().__init__(message, Reason.STORAGE_FULL)


class ProviderError(PhotosyncError):
    """The service broke its protocol, or refused a request permanently.

    `status` is the HTTP status if there was one, so that a provider can distinguish a 404 from a 409.
    """

    exit = Exit.TEMPORARY

    def __init__(self, message: str, status: int | None = None, body: bytes = b"") -> None:
        super().__init__(message)
        self.status = status
        self.body = body


class DestinationError(PhotosyncError):
    """The library cannot be written: it is missing, not mounted, read-only or full."""

    exit = Exit.DESTINATION


class LockedError(PhotosyncError):
    """Another run has the lock of the library."""

    exit = Exit.LOCKED


class SuspiciousError(PhotosyncError):
    """A listing lost more items than is credible."""

    exit = Exit.SUSPICIOUS


class CancelledError(PhotosyncError):
    """The run is ending. Raised in all operations that are still in progress."""

    exit = Exit.INTERRUPTED
