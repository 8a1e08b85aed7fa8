"""What a command prints with `--json`, for a program."""

from __future__ import annotations

Row = dict[str, object]
"""An object."""
Rows = list[Row]
"""An object for each item, album, file, …."""
