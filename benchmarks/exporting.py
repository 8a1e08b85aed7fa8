"""`export` of a library of 100,000 items to Parquet. The catalog alone is made: no file is read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.made_library import make_library
from benchmarks.measuring import photosync
from benchmarks.rows import Figure, Row
from benchmarks.setting import Setting
from photosync.testing.command import Sandbox


def measure(setting: Setting) -> Iterator[Row]:
    """The seconds and the memory."""
    items = setting.items(100_000, 5_000)
    work = f"export of {items:,} items to Parquet"
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox(Path(folder))
        sandbox.configure({})
        make_library(sandbox, items)
        done = [photosync(sandbox, "export", "items.parquet") for _ in range(setting.rounds)]
    for each in done:
        setting.tell(f"{work}: {each.seconds:.2f} s ({each.cpu_s:.2f} s CPU), {each.peak_mb:.0f} MB")
    parts = {"CPU s": [each.cpu_s for each in done]}
    yield Row("export", work, Figure.of(*(each.seconds for each in done)), "s", 5, parts=parts)
    yield Row("export/memory", work, Figure.of(*(each.peak_mb for each in done)), "MB", 500)
