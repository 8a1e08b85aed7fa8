"""The examples of the documents run as they stand there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator

DOCS = Path(__file__).parents[2] / "docs"
BEFORE = """
import photosync
with photosync.open() as ps:
    ps.account("amazon").albums.delete("Holiday")
    ids = [item.id for item in ps.account("amazon").list(recent=2)]
"""
WISHED = """
import photosync
with photosync.open() as ps:                       # the user's configuration; or open("config.yaml")
    amazon = ps.account("amazon")
    items = amazon.list(query="type:(PHOTOS OR VIDEOS) AND timeYear:(2023)")   # lazy, iterable
    table = items.to_pandas()                      # one row an item, stable column names
    amazon.pull(ids=table.id[:10]); amazon.trash(ids); amazon.restore(ids)
    amazon.facets("location"); amazon.usage(); amazon.albums.create("Holiday", ids)
"""
"""As the first users wrote down what they would like to write."""


def run(sandbox: Sandbox, code: str) -> None:
    environment = {**sandbox.environment(), "PHOTOSYNC_CONFIG": str(sandbox.config)}
    command = [sys.executable, "-c", BEFORE + code]
    done = subprocess.run(command, env=environment, cwd=sandbox.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def members(sandbox: Sandbox) -> int:
    return len(sandbox.run("list", "amazon", "--album", "Holiday").objects)


def test_the_wished_program(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    run(sandbox, WISHED)
    assert (len(sandbox.files()), members(sandbox)) == (5, 2)
    assert len(list(simulator.library.expected())) == 12


def test_the_example_of_the_page(sandbox: Sandbox) -> None:
    page = (DOCS / "python.md").read_text(encoding="utf-8")
    run(sandbox, page.split("```python\n")[1].split("```")[0])
    assert (len(sandbox.files()), members(sandbox)) == (5, 5)
