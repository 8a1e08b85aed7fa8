"""What the errors of an object store mean.

The engine gives a text: what it did, the status, and the store's document with a code, which is the same for all stores
that follow S3. Sources: Amazon S3 API Reference, Error responses; MinIO, cmd/api-errors.go. Azure and Google answer in
the same form, with some codes of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from html import unescape

from photosync.copies.store import WrongContentError
from photosync.errors import DestinationError, ItemError, PhotosyncError, Reason, SignInError, TemporaryError


class _Kind(Enum):
    CLOCK = auto()
    NO_BUCKET = auto()
    OTHER_REGION = auto()
    NO_SPACE = auto()
    NO_CREDENTIALS = auto()
    CREDENTIALS = auto()
    ARRIVED_WRONG = auto()
    NAME = auto()
    TOO_LARGE = auto()
    ARCHIVED = auto()
    OTHER_NAMES = auto()
    UNREACHABLE = auto()
    OTHER = auto()


_CODES = {
    "RequestTimeTooSkewed": _Kind.CLOCK,
    **dict.fromkeys(("NoSuchBucket", "InvalidBucketName", "ContainerNotFound"), _Kind.NO_BUCKET),
    **dict.fromkeys(("PermanentRedirect", "AuthorizationHeaderMalformed"), _Kind.OTHER_REGION),
    **dict.fromkeys(
        ("QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage"), _Kind.NO_SPACE
    ),
    **dict.fromkeys(
        ("InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "AccessDenied", "InvalidToken"),
        _Kind.CREDENTIALS,
    ),
    **dict.fromkeys(
        ("BadDigest", "InvalidDigest", "IncompleteBody", "XAmzContentSHA256Mismatch", "Md5Mismatch"),
        _Kind.ARRIVED_WRONG,
    ),
    **dict.fromkeys(("KeyTooLongError", "InvalidURI", "XMinioInvalidObjectName"), _Kind.NAME),
    **dict.fromkeys(("EntityTooLarge", "RequestBodyTooLarge"), _Kind.TOO_LARGE),
    **dict.fromkeys(("InvalidObjectState", "BlobArchived"), _Kind.ARCHIVED),
}
_OF_THE_RUN: dict[_Kind, tuple[type[PhotosyncError], str]] = {
    _Kind.CLOCK: (TemporaryError, "the clock of this computer is wrong: {}. Set it, run again."),
    _Kind.NO_BUCKET: (DestinationError, "there is no such bucket: {}. Make it, or correct 'copies'."),
    _Kind.OTHER_REGION: (DestinationError, "the bucket is in another region: {}. Correct its 'region' in 'copies'."),
    _Kind.NO_SPACE: (DestinationError, "the store has no space left: {}. Free or buy some, run again."),
    _Kind.NO_CREDENTIALS: (SignInError, "no credentials for the store were found. Add them to 'copies', run again."),
    _Kind.CREDENTIALS: (SignInError, "the store refuses the credentials: {}. Renew them, run again."),
    _Kind.OTHER_NAMES: (
        DestinationError,
        "an object there has a name that cannot be used: {}. Rename it, or give the copy a prefix of its own.",
    ),
    _Kind.UNREACHABLE: (TemporaryError, "no answer, or half of one, from the store: {}. Try again later."),
}
_OF_A_FILE = {
    _Kind.NAME: (Reason.REFUSED, "the store does not take this name: {}"),
    _Kind.TOO_LARGE: (Reason.TOO_LARGE, "the store does not take files of this size: {}"),
    _Kind.ARCHIVED: (Reason.NOT_READY, "the store has it in its archive: {}. Let the store bring it back"),
}

_CODE, _MESSAGE = re.compile(r"<Code>\s*(\w+)\s*</Code>"), re.compile(r"<Message>([^<]{1,300})")
_STATUS = re.compile(r"status code: ((\d{3})[ \w'-]*)")
_ROLE = "169.254.169.254"
"""Where a computer of a cloud gets the credentials of its role: the engine asks there if it has no others."""
_INVALID_NAME = "Encountered object with invalid path"
_SPACE_WORDS = re.compile(r"quota exceeded|storage cap|storage full", re.IGNORECASE)
_INSUFFICIENT_STORAGE = 507
_REASONS = {4: Reason.REFUSED, 5: Reason.SERVER_ERROR}
_THROTTLED = (429, 503)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the engine told of a request that failed."""

    status: int | None
    """None: there was no answer."""
    code: str
    """The store's word; empty if it has none."""
    said: str
    """For people. It has no address, which may have parts of a signature."""

    @classmethod
    def of(cls, error: Exception) -> Refusal:
        """Read the engine's text."""
        text = str(error).partition("\n\nDebug source")[0]
        code, message, status = (pattern.search(text) for pattern in (_CODE, _MESSAGE, _STATUS))
        if status is None:
            return cls(None, "", text.partition("\n")[0].rpartition(" - ")[2].removeprefix("Generic S3 error: ")[:300])
        details = ": ".join(unescape(each[1]).strip(" .") for each in (code, message) if each)
        return cls(int(status[2]), code[1] if code else "", f"{status[1].strip()}{f' ({details})' if details else ''}")


def meaning(error: Exception, name: str, *, is_denied: bool) -> PhotosyncError | WrongContentError:
    """The engine's error as ours. `name`: of the copy. `is_denied`: the engine takes it for one of credentials.

    An `ItemError` and a `WrongContentError` concern one file, a `TemporaryError` may; all others end a run.
    """
    refusal = Refusal.of(error)
    kind, said = _kind(refusal, str(error), is_denied=is_denied), refusal.said
    if kind in _OF_THE_RUN:
        type_, words = _OF_THE_RUN[kind]
        return type_(f"copy '{name}': {words.format(said)}")
    if kind in _OF_A_FILE:
        reason, words = _OF_A_FILE[kind]
        return ItemError(words.format(said), reason)
    if kind is _Kind.ARRIVED_WRONG:
        return WrongContentError(f"it arrived otherwise than it was sent: {said}")
    status = refusal.status or 0
    reason = Reason.THROTTLED if status in _THROTTLED else _REASONS.get(status // 100, Reason.BAD_ANSWER)
    return TemporaryError(f"copy '{name}': the store answers {said}. Try again later.", reason)


def _kind(refusal: Refusal, text: str, *, is_denied: bool) -> _Kind:
    if _ROLE in text:
        return _Kind.NO_CREDENTIALS
    if refusal.status == _INSUFFICIENT_STORAGE or (is_denied and _SPACE_WORDS.search(refusal.said)):
        return _Kind.NO_SPACE
    if "Received redirect" in text:
        return _Kind.OTHER_REGION
    if _INVALID_NAME in text:  # the engine lists nothing then
        return _Kind.OTHER_NAMES
    known = _CODES.get(refusal.code, _Kind.CREDENTIALS if is_denied else _Kind.OTHER)
    return _Kind.UNREACHABLE if known is _Kind.OTHER and refusal.status is None else known
