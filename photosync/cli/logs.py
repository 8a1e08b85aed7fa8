"""Writes logs to standard error, as selected by `-v`, and to the log file; both without secrets."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from photosync.characters import escaped
from photosync.cli.options import GeneralOptions
from photosync.cli.output import FILE_LOG, print_error
from photosync.errors import UsageError
from photosync.transport import Redactor

REDACTOR = Redactor()
"""The secrets of all accounts that this process opens."""


class _OneLine(logging.Formatter):
    """Escapes what services and files put into messages; a trace has several lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name of the base class
        return escaped(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return "\n".join(map(escaped, super().formatException(ei).split("\n")))


class _LogFile(logging.FileHandler):
    """A log file; when it cannot be written, on a full disk for instance, the run goes on without it."""

    _has_failed = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name that logging calls
        error = sys.exception()
        if not isinstance(error, OSError):
            super().handleError(record)
        elif not self._has_failed:
            self._has_failed = True
            print_error(f"cannot write the log file {self.baseFilename}: {error.strerror}. The run goes on without it.")

    def close(self) -> None:
        with suppress(OSError):  # what could not be written is still in the buffer
            super().close()


@contextmanager
def written(general: GeneralOptions) -> Iterator[None]:
    """Write logs until the context is left."""
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(general.verbose, 2)]
    screen = logging.StreamHandler()
    screen.addFilter(lambda record: record.name != FILE_LOG.name)
    screen.setLevel(logging.ERROR if general.quiet else level)
    handlers: list[logging.Handler] = [screen]
    if general.log_file is not None:
        try:
            file = _LogFile(general.log_file, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"--log-file {general.log_file} cannot be opened: {error.strerror or error}") from error
        file.setLevel(min(level, logging.INFO))
        handlers.append(file)
    root, urllib3 = logging.getLogger(), logging.getLogger("urllib3")
    levels_before = {each: each.level for each in (root, urllib3)}
    for handler in handlers:
        handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        handler.addFilter(REDACTOR.clean_record)
        root.addHandler(handler)
    root.setLevel(min(handler.level for handler in handlers))
    # Its debug lines have whole addresses, which may be permissions. The transport logs each request without them.
    urllib3.setLevel(logging.INFO)
    try:
        yield
    finally:
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()
        for logger, level_before in levels_before.items():
            logger.setLevel(level_before)
