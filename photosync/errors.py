"""The tree of errors. Each kind knows the exit status that it ends a command with.

A message says what happened, to which account or file, and what the user can do now; it never holds a secret.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Exit(IntEnum):
    """How a command ended; the contract with scripts and schedulers."""

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
        """The one status for several accounts: the first that applies, in the contract's order."""
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
    UNREADABLE = "unreadable"
    CHANGED = "changed"
    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too_large"
    NAME_TAKEN = "name_taken"
    IN_TRASH = "in_trash"
    STORAGE_FULL = "storage_full"


class PhotosyncError(Exception):
    """Everything that this program raises on purpose. Whatever else comes up is a bug."""

    exit = Exit.INTERNAL


class UsageError(PhotosyncError):
    """A wrong option, an unknown account or collection, something that this account cannot do."""

    exit = Exit.USAGE


class ConfigError(UsageError):
    """The configuration is missing or wrong."""


class SignInError(PhotosyncError):
    """A person must sign in or pick. Never retried."""

    exit = Exit.AUTH


class TemporaryError(PhotosyncError):
    """The provider could not be reached, or refused past the retry budget. `reason` says which."""

    exit = Exit.TEMPORARY

    def __init__(self, message: str, reason: Reason = Reason.UNREACHABLE) -> None:
        super().__init__(message)
        self.reason = reason


class LostAnswerError(TemporaryError):
    """A request that must not be sent twice may have been carried out, but the service did not say so.

    Whoever asked has to look what became of it before asking again. `status` is 408 or 5xx where any answer came.
    """

    def __init__(self, message: str, reason: Reason = Reason.UNREACHABLE, status: int | None = None) -> None:
        super().__init__(message, reason)
        self.status = status


class ItemError(PhotosyncError):
    """One item could not be brought over; all others can."""

    exit = Exit.PARTIAL

    def __init__(self, message: str, reason: Reason) -> None:
        super().__init__(message)
        self.reason = reason


class NameTakenError(ItemError):
    """A file cannot go up under its name: something else has it there."""

    def __init__(self, message: str) -> None:
        super().__init__(message, Reason.NAME_TAKEN)


class StorageFullError(ItemError):
    """The service has no room for a file; nor will it have for the next."""

    def __init__(self, message: str) -> None:
        super().__init__(message, Reason.STORAGE_FULL)


class ProviderError(PhotosyncError):
    """The service answered something that its protocol does not allow, or refused a request for good.

    `status` is the HTTP status where there was one, so that a provider can tell a 404 from a 409.
    """

    exit = Exit.TEMPORARY

    def __init__(self, message: str, status: int | None = None, body: bytes = b"") -> None:
        super().__init__(message)
        self.status = status
        self.body = body


class DestinationError(PhotosyncError):
    """The library cannot be written: missing, not mounted, read-only, full."""

    exit = Exit.DESTINATION


class LockedError(PhotosyncError):
    """Another run holds the library's lock."""

    exit = Exit.LOCKED


class SuspiciousError(PhotosyncError):
    """A listing shrank or emptied beyond what is believable."""

    exit = Exit.SUSPICIOUS


class CancelledError(PhotosyncError):
    """The run is ending; raised inside whatever is still going on."""

    exit = Exit.INTERRUPTED
