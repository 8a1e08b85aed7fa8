"""Writes logs to standard error, as selected by `-v`, and to a file: `--log-file`, or the program's own.

No secret is in them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from functools import partial
from pathlib import Path
from typing import Any

from photosync.characters import escaped
from photosync.cli.log_file import LogFile
from photosync.cli.options import GeneralOptions
from photosync.cli.output import FILE_LOG, print_error, print_message
from photosync.errors import ConfigError, UsageError
from photosync.private_files import make_folder
from photosync.transport import Redactor
from photosync.user_folders import state_folder

_ON_SCREEN = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_IN_FILE = "%(asctime)s [%(process)d] %(levelname)s %(name)s: %(message)s"
"""Several processes write to the program's own file."""

REDACTOR = Redactor()
"""The secrets of all accounts that this process opens."""


class _OneLine(logging.Formatter):
    """Escapes what services and files put into messages; a trace has several lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name of the base class
        return escaped(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return "\n".join(map(escaped, super().formatException(ei).split("\n")))


class _Screen(logging.Handler):
    """Standard error: as it is at the time of each line, since a progress display may have replaced it."""

    def emit(self, record: logging.LogRecord) -> None:
        print_message(self.format(record))


class _WithoutTrace(_OneLine):
    """For the screen, while the log file has the traces."""

    def format(self, record: logging.LogRecord) -> str:
        shown = copy(record)
        shown.exc_text = None
        return super().format(shown)


_written_to: Path | None = None


def written_to() -> Path | None:
    """The log file of this run; None if there is none."""
    return _written_to


def bug_told(error: BaseException) -> str:
    """Keep the trace of an unexpected error in the log. Returns what the user is told of it."""
    (FILE_LOG if _written_to else logging.getLogger("photosync")).error("a bug", exc_info=error)
    where = f"in {_written_to}" if _written_to else "above"
    return f"a bug in photosync: {type(error).__name__}. Its trace is {where}; please report it."


def default_file() -> Path:
    """The program's own log file. Raises `ConfigError` where the user has no home folder."""
    return state_folder() / "logs" / "photosync.log"


def _opened(general: GeneralOptions) -> LogFile | None:
    """The log file. None if the program's own cannot be written: nobody has asked for it.

    Raises `UsageError` if `--log-file` names a file that cannot be opened.
    """
    if general.log_file is not None:
        try:
            return LogFile(general.log_file, rotates=False, on_error=partial(_show_error, general.log_file))
        except OSError as error:
            raise UsageError(f"--log-file {general.log_file} cannot be opened: {error.strerror or error}") from error
    try:
        own = default_file()
        make_folder(own.parent)
        return LogFile(own, rotates=True, on_error=lambda _: None)
    except (OSError, ConfigError):
        return None


def _show_error(path: Path, error: OSError) -> None:
    print_error(f"cannot write the log file {path}: {error.strerror}. The run goes on without it.")


@contextmanager
def written(general: GeneralOptions) -> Iterator[None]:
    """Write logs until the context is left."""
    global _written_to  # noqa: PLW0603 - like the loggers of this process
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(general.verbose, 2)]
    screen, file = _Screen(), _opened(general)
    screen.addFilter(lambda record: record.name != FILE_LOG.name)
    screen.setLevel(logging.ERROR if general.quiet else level)
    hides_traces = file is not None and not general.verbose
    screen.setFormatter((_WithoutTrace if hides_traces else _OneLine)(_ON_SCREEN))
    handlers: list[logging.Handler] = [screen]
    if file is not None:
        file.setLevel(min(level, logging.INFO))
        file.setFormatter(_OneLine(_IN_FILE))
        handlers.append(file)
    root, urllib3 = logging.getLogger(), logging.getLogger("urllib3")
    levels_before = {each: each.level for each in (root, urllib3)}
    for handler in handlers:
        handler.addFilter(REDACTOR.clean_record)
        root.addHandler(handler)
    root.setLevel(min(handler.level for handler in handlers))
    # Its debug lines have whole addresses, which may be permissions. The transport logs each request without them.
    urllib3.setLevel(logging.INFO)
    _written_to = file.path if file is not None else None
    try:
        yield
    finally:
        _written_to = None
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()
        for logger, level_before in levels_before.items():
            logger.setLevel(level_before)
