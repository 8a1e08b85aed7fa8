"""Results go to standard output, as JSON lines or for people; messages go to standard error.

All text passes here, and is escaped here: names and words come from services and files. A stream that cannot be written
never ends a run: what a run does is worth more than what it says.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import TextIO

from photosync.characters import escaped, escaped_json
from photosync.errors import ConfigError, DestinationError, PhotosyncError

FILE_LOG = logging.getLogger("photosync.messages")
"""What is on the screen already; its records go to the log file alone."""

FILE_LOG.addHandler(logging.NullHandler())  # without any handler, Python writes errors to standard error

_GAP = "  "
"""Between the columns of a table."""
_as_json = json.JSONEncoder(ensure_ascii=False).encode
_lost: list[OSError] = []
"""The errors of writing to standard output, except that its reader has ended."""
_without_reader: list[TextIO] = []


def print_json(content: Mapping[str, object]) -> None:
    """One object on one line of standard output."""
    _write(sys.stdout, escaped_json(_as_json(content)))


def print_line(text: str) -> None:
    """A line on standard output."""
    _write(sys.stdout, escaped(text))


def print_message(text: str) -> None:
    """Lines on standard error, at once."""
    _write(sys.stderr, "\n".join(map(escaped, text.split("\n"))), flush=True)


def print_error(message: str) -> None:
    """Show an error to the user on standard error."""
    FILE_LOG.error("%s", message)
    _write(sys.stderr, escaped(f"photosync: {message}"), flush=True)


def print_failure(error: PhotosyncError) -> None:
    """Show an error; each mistake in a configuration on a line of its own, and how to go on."""
    if not isinstance(error, ConfigError):
        print_error(str(error))
        return
    for message in error.mistakes:
        print_error(message)
    if error.file is not None:
        print_message(f"Correct {error.file}, and check it with: photosync doctor --offline")


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A plain table; without rows, its headings alone.

    On a terminal that is too narrow, cells are wrapped; where even their words do not fit, each cell has a line.
    """
    from rich.cells import cell_len  # some characters take two columns, others none

    table = [[escaped(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(map(cell_len, column)) for column in zip(*table, strict=True)]
    if sys.stdout.isatty():
        room = shutil.get_terminal_size().columns - len(_GAP) * (len(widths) - 1)
        words = [max(map(cell_len, " ".join(column).split(" "))) for column in zip(*table, strict=True)]
        if sum(words) > room:
            _print_cells(table)
            return
        while sum(widths) > room:
            widest = max(range(len(widths)), key=lambda index: widths[index] - words[index])
            widths[widest] -= 1
        table = [line for row in table for line in _wrapped(row, widths, cell_len)]
    for row in table:
        cells = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        print_line(_GAP.join(cells).rstrip())


def _wrapped(row: Sequence[str], widths: Sequence[int], width_of: Callable[[str], int]) -> Iterator[list[str]]:
    """The lines of a row. Not rich's: it leaves out characters next to some emoji."""
    cells: list[list[str]] = []
    for text, width in zip(row, widths, strict=True):
        lines = [""]
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}" if lines[-1] else word
            if width_of(longer) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        cells.append(lines)
    yield from map(list, zip_longest(*cells, fillvalue=""))


def _print_cells(table: Sequence[Sequence[str]]) -> None:
    headings, *rows = table
    width = max(map(len, headings))
    for row in rows:
        for heading, cell in zip(headings, row, strict=True):
            print_line(f"{heading:{width}}{_GAP}{cell}")
        print_line("")


def is_read() -> bool:
    """Whether standard output still has a reader; `| head` ends it."""
    return sys.stdout not in _without_reader


def finish_output() -> None:
    """Write what is buffered. Raises `DestinationError` if a part of the output could not be written."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as error:
            _give_up(stream, error)
    if _lost:
        reason = _lost[0].strerror or _lost[0]
        _lost.clear()
        raise DestinationError(f"the output cannot be written: {reason}; the work itself is done.")


def _write(stream: TextIO, text: str, *, flush: bool = False) -> None:
    """Escapes what the stream's encoding cannot show."""
    if not text.isascii():
        encoding = stream.encoding or "utf-8"
        text = text.encode(encoding, errors="backslashreplace").decode(encoding)
    try:
        stream.write(text + "\n")
        if flush:
            stream.flush()
    except OSError as error:
        _give_up(stream, error)


def _give_up(stream: TextIO, error: OSError) -> None:
    """From now on the stream's text goes nowhere."""
    if error.errno == errno.EPIPE:
        _without_reader.append(stream)
    elif stream is sys.stdout:
        _lost.append(error)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())  # what is buffered goes there too
    os.close(null)
