"""Commands that only read the catalog, while another run writes it, and where nothing can be written next to it."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from photosync.catalog import Catalog, SavedFile
from photosync.model import Digest, Item, Kind, Location
from photosync.testing.command import Sandbox
from tests.jobs.killed_runs import KILLED

_MANY = 5_000
"""More than a pipe takes at a time."""


def _record(path: Path, name: str, *, is_new: bool) -> None:
    """Many files with this name are saved, or the files that were saved have this name now."""
    digest = Digest(1_000, "0" * 32, "0" * 64)
    with closing(Catalog.open(path)) as catalog, catalog.transaction():
        saved = (
            SavedFile(
                item=Item(f"{number:08}", name, Kind.PHOTO),
                location=Location("", f"amazon/2023/{number}.jpg"),
                delivered=digest,
                stored_size=digest.size_bytes,
                stored_sha256=digest.sha256,
                is_new=is_new,
            )
            for number in range(_MANY)
        )
        catalog.record_saved("amazon", catalog.begin_run("pull", "amazon"), list(saved))


def test_what_a_run_changes_meanwhile_is_not_read_by_halves(sandbox: Sandbox) -> None:
    saved = sandbox.run("pull", "amazon").number("saved")
    path = sandbox.library / ".photosync" / "catalog.db"
    _record(path, "before.jpg", is_new=True)
    process = sandbox.start("list", "amazon", "--saved", "--json")
    first = json.loads(process.stdout.readline())
    _record(path, "a longer name, written meanwhile.jpg", is_new=False)
    rest, errors = process.communicate()
    names = [first["name"], *(json.loads(line)["name"] for line in rest.splitlines())]
    assert (process.returncode, errors) == (0, "")
    assert len(names) == saved + _MANY
    assert names.count("before.jpg") == _MANY


def test_nothing_stays_next_to_the_catalog(sandbox: Sandbox) -> None:
    sandbox.run("pull", "amazon")
    folder = sandbox.library / ".photosync"
    before = {each.name for each in folder.iterdir()}
    for command in (["status"], ["list", "amazon", "--saved"], ["coverage"], ["export", str(sandbox.folder / "a.csv")]):
        assert replace(sandbox, crash_at="commit:1").run(*command).exit == KILLED
        assert sandbox.run(*command).exit == 0
        assert {each.name for each in folder.iterdir()} == before, command


def test_it_is_read_where_nothing_can_be_made_next_to_it(sandbox: Sandbox) -> None:
    """As on a disk that is mounted to read only."""
    saved = sandbox.run("pull", "amazon").number("saved")
    (sandbox.library / ".photosync" / "catalog.db-shm").mkdir()  # SQLite cannot create its file
    assert len(sandbox.run("list", "amazon", "--saved").objects) == saved
