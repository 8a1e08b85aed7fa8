"""Ids of items from standard input."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

from photosync.cli.options import SelectionOptions


def with_ids_read(options: SelectionOptions) -> SelectionOptions:
    """The options with the ids of standard input, one a line, in place of `-`. To be called once."""
    given = options.ids or ()
    return replace(options, ids=read_ids(given)) if "-" in given else options


def read_ids(given: Sequence[str]) -> list[str]:
    """The same for ids without an option; each once."""
    if "-" not in given:
        return list(dict.fromkeys(given))
    lines = (line.decode(errors="surrogateescape").strip() for line in sys.stdin.buffer)
    return list(dict.fromkeys((*(each for each in given if each != "-"), *filter(None, lines))))
