"""Ids of items from standard input."""

from __future__ import annotations

import sys
from dataclasses import replace

from photosync.cli.options import SelectionOptions


def with_ids_read(options: SelectionOptions) -> SelectionOptions:
    """The options with the ids of standard input, one a line, in place of `-`. To be called once."""
    if "-" not in (options.ids or ()):
        return options
    lines = (line.decode(errors="surrogateescape").strip() for line in sys.stdin.buffer)
    given = [each for each in options.ids or () if each != "-"]
    return replace(options, ids=[*given, *filter(None, lines)])
