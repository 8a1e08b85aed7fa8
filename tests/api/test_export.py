"""Tables of items: `export` and `Items.to_pandas`."""

from __future__ import annotations

import csv
import json
import resource
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pyarrow.parquet
import pytest

from photosync.catalog import Catalog, SavedFile
from photosync.jobs.item_record import COLUMNS
from photosync.model import Digest, Item, Kind, Location
from photosync.testing.command import Sandbox
from tests.api.conftest import Script


def test_the_three_formats_have_the_same_items_and_columns(sandbox: Sandbox) -> None:
    sandbox.run("pull", "amazon")
    listed = sandbox.run("list", "amazon", "--saved").objects
    paths = {suffix: sandbox.folder / f"items.{suffix}" for suffix in ("parquet", "csv", "jsonl")}
    for path in paths.values():
        done = sandbox.run("export", str(path))
        assert done.objects == [{"command": "export", "path": str(path), "items": 12}], done
    lines = [json.loads(line) for line in paths["jsonl"].read_text(encoding="utf-8").splitlines()]
    assert [tuple(line) for line in lines] == [COLUMNS] * 12
    assert [{key: line[key] for key in expected} for line, expected in zip(lines, listed, strict=True)] == listed
    table = pyarrow.parquet.read_table(paths["parquet"])
    assert tuple(table.column_names) == COLUMNS
    assert table.to_pylist() == lines
    with paths["csv"].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["sha256"] for row in rows] == [line["sha256"] for line in lines]
    assert [json.loads(row["collections"] or "[]") for row in rows] == [line["collections"] for line in lines]
    assert {row["favorite"] for row in rows} <= {"true", "false", ""}


def test_an_export_has_gone_and_failed_items_and_replaces_the_file_before(sandbox: Sandbox) -> None:
    sandbox.run("pull", "amazon")
    path = sandbox.folder / "items.jsonl"
    path.write_text("old", encoding="utf-8")
    with closing(Catalog.open(sandbox.library / ".photosync" / "catalog.db")) as catalog:
        catalog.mark_gone("amazon", [next(catalog.entries("amazon")).id])
    sandbox.run("export", str(path))
    states = [json.loads(line)["state"] for line in path.read_text(encoding="utf-8").splitlines()]
    assert sorted(states) == ["gone", *["saved"] * 11]
    assert [each.name for each in sandbox.folder.iterdir() if each.name.endswith(".new")] == []


@pytest.mark.parametrize(
    ("name", "exit_status"), [("items.xlsx", 2), ("items", 2), ("missing/items.csv", 6), ("folder.csv", 2)]
)
def test_a_file_that_cannot_be_written_is_refused(sandbox: Sandbox, name: str, exit_status: int) -> None:
    (sandbox.folder / "folder.csv").mkdir()
    assert sandbox.run("export", str(sandbox.folder / name)).exit == exit_status


def test_to_pandas_has_typed_columns_with_and_without_rows(script: Script) -> None:
    shown = script(
        """
        table, empty = amazon.list().to_pandas(), amazon.list(years=1999).to_pandas()
        saved = amazon.pull(ids=table.id[:4]).saved
        same = bool((table.dtypes == empty.dtypes).all())
        show(columns=list(table.columns), same=same, rows=[len(table), len(empty)],
             size=str(table["size"].dtype), saved=saved)
        """
    )
    expected = {"columns": list(COLUMNS), "same": True, "rows": [12, 0], "size": "Int64", "saved": 4}
    assert shown == expected


def test_names_that_utf_8_cannot_have_are_escaped(tmp_path: Path) -> None:
    library = _library(tmp_path, names=["\udcff.jpg", 'ä,\n"x".jpg'])
    for suffix in ("parquet", "csv", "jsonl"):
        path = tmp_path / f"items.{suffix}"
        _export(library, path)
    names = pyarrow.parquet.read_table(tmp_path / "items.parquet")["name"].to_pylist()
    assert sorted(names) == ["\\udcff.jpg", 'ä,\n"x".jpg']
    with (tmp_path / "items.csv").open(encoding="utf-8", newline="") as file:
        assert sorted(row["name"] for row in csv.DictReader(file)) == sorted(names)


@pytest.mark.slow  # a hundred thousand items
def test_a_hundred_thousand_items_take_under_500_mb(tmp_path: Path) -> None:
    library = _library(tmp_path, names=[f"IMG_{number:06}.JPG" for number in range(100_000)])
    _export(library, tmp_path / "items.parquet")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert pyarrow.parquet.read_metadata(tmp_path / "items.parquet").num_rows == 100_000
    assert used.ru_maxrss < 500 * 1024


def _library(folder: Path, names: list[str]) -> Path:
    """A library whose catalog has these items."""
    library = folder / "library"
    path = library / ".photosync" / "catalog.db"
    path.parent.mkdir(parents=True)
    catalog = Catalog.open(path)
    digest = Digest(1_000, "0" * 32, "0" * 64)
    with catalog.transaction():
        run = catalog.begin_run("pull", "amazon")
        saved = [
            SavedFile(
                item=Item(
                    f"id-{number:020}", name, Kind.PHOTO, size_bytes=1_000, md5="0" * 32, collections=("Holiday",)
                ),
                location=Location("", f"amazon/2023/{number}.jpg"),
                delivered=digest,
                stored_size=1_000,
                stored_sha256="0" * 64,
                is_new=True,
            )
            for number, name in enumerate(names)
        ]
        catalog.record_saved("amazon", run, saved)
    catalog.close()
    (library / ".photosync" / "library.json").write_text(
        '{"uuid": "6f1d1a9e-4a0c-4c57-9a4c-0d2b1d6f8a11"}', encoding="utf-8"
    )
    return library


def _export(library: Path, path: Path) -> None:
    command = [sys.executable, "-m", "photosync", "export", str(path), "--library", str(library)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
