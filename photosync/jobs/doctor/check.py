"""The result of one check."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from photosync.errors import ConfigError, Exit, PhotosyncError

_log = logging.getLogger(__name__)
_END_OF_SENTENCE = re.compile(r"(?<=[.?!]) (?=[A-Z'])")
_USUAL_ADVICE = {
    Exit.USAGE: "Correct it.",
    Exit.AUTH: "Sign in again: photosync login ACCOUNT",
    Exit.TEMPORARY: "Try again later.",
    Exit.DESTINATION: "Check that the disk is mounted, writable and not full.",
}


class Result(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    """Photos come all the same."""
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, what was found, and what to do."""

    name: str
    result: Result
    text: str
    advice: str = ""
    """What to do; empty if all is well."""
    account: str | None = None
    exit: Exit = Exit.OK
    """The exit status that it asks for."""

    def as_json(self) -> dict[str, object]:
        """The object of the command line's contract."""
        return {
            "check": self.name,
            "account": self.account,
            "result": self.result.value,
            "text": self.text,
            "advice": self.advice or None,
            "exit": int(self.exit),
        }


def failed(name: str, error: PhotosyncError, account: str | None = None, advice: str = "") -> Check:
    """A check that found an error. Its message says what to do after the first sentence, unless `advice` does."""
    text = " ".join(error.mistakes) if isinstance(error, ConfigError) else str(error)
    if not advice:
        text, *rest = _END_OF_SENTENCE.split(text, maxsplit=1)
        advice = "".join(rest) or _USUAL_ADVICE.get(error.exit, "Try again.")
    return Check(name, Result.ERROR, text, advice, account, error.exit)


def guarded(name: str, checks: Callable[[], Iterable[Check]], account: str | None = None) -> Iterator[Check]:
    """The checks; an error that one of them raises is a check that failed, and the others go on."""
    try:
        yield from checks()
    except PhotosyncError as error:
        yield failed(name, error, account)
    except OSError as error:
        what = f"{error.filename}: " if error.filename else ""
        text = f"{what}{error.strerror or type(error).__name__}"
        yield Check(name, Result.ERROR, text, "Check the disk and the permissions.", account, Exit.DESTINATION)
    except Exception as error:  # noqa: BLE001 - a bug in one check stops no other
        _log.exception("a bug in the check '%s'", name)
        text = f"a bug in photosync: {type(error).__name__}"
        yield Check(name, Result.ERROR, text, "Its trace is in the log; please report it.", account, Exit.INTERNAL)
