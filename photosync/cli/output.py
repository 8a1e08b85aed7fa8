"""Results go to standard output, as JSON lines or for people; logs go to standard error, without any secret."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping, Sequence

from photosync.cli.general import General
from photosync.transport import RedactingFilter, Redactor

_handlers: list[logging.Handler] = []


def print_json(content: Mapping[str, object]) -> None:
    """One object, one line."""
    print_line(json.dumps(content, ensure_ascii=False))


def print_line(text: str) -> None:
    """A line of the result. What the terminal's encoding cannot show is escaped, never fatal."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, errors="backslashreplace").decode(encoding) + "\n")


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A plain table; with nothing in it, just its headings."""
    widths = [max(len(row[column]) for row in (headings, *rows)) for column in range(len(headings))]
    for row in (headings, *rows):
        print_line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def set_up_logging(general: General, redactor: Redactor) -> None:
    """Logs to standard error as far as `-v` asks for them, and to the log file."""
    root = logging.getLogger()
    while _handlers:  # a command that runs others sets them up once more
        root.removeHandler(_handlers.pop())
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(general.verbose, 2)]
    screen = logging.StreamHandler()
    screen.setLevel(logging.ERROR if general.quiet else level)
    _handlers.append(screen)
    if general.log_file is not None:
        file = logging.FileHandler(general.log_file, encoding="utf-8")
        file.setLevel(min(level, logging.INFO))
        _handlers.append(file)
    for handler in _handlers:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        handler.addFilter(RedactingFilter(redactor))
        root.addHandler(handler)
    root.setLevel(min(handler.level for handler in _handlers))
