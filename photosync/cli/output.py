"""Results go to standard output, as JSON lines or for people; messages go to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TextIO


def print_json(content: Mapping[str, object]) -> None:
    """One object on one line of standard output."""
    print_line(json.dumps(content, ensure_ascii=False))


def print_line(text: str) -> None:
    """A line on standard output."""
    _write(sys.stdout, text)


def print_message(text: str) -> None:
    """A line on standard error, at once."""
    _write(sys.stderr, text)
    sys.stderr.flush()


def print_error(message: str) -> None:
    """Show an error to the user on standard error."""
    print_message(f"photosync: {message}")


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A plain table; without rows, its headings alone."""
    widths = [max(len(row[column]) for row in (headings, *rows)) for column in range(len(headings))]
    for row in (headings, *rows):
        print_line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _write(stream: TextIO, text: str) -> None:
    """Escapes what the stream's encoding cannot show."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, errors="backslashreplace").decode(encoding) + "\n")
