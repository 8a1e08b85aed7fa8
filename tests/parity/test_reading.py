"""What the command shows of Amazon Photos and Cloud Drive is what the simulator has: rows of docs/parity.md."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.model import Kind
from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync.testing.library import SimulatedItem
from photosync_amazon.simulator import AmazonSimulator
from photosync_amazon.simulator.nodes import ALBUMS, used_storage
from photosync_clouddrive.simulator import CloudDriveSimulator

YEARS = (2019, 2020, 2021)


class Reader:
    """A user who only looks."""

    def __init__(self, folder: Path, simulator: AmazonSimulator) -> None:
        self.simulator = simulator
        self.sandbox = Sandbox(folder)
        self.sandbox.configure({"amazon": simulator.account_settings()}, retry_budget="60s")
        library = simulator.library
        self.items: list[SimulatedItem] = [library.item(n) for n in range(library.next_number) if library.has(n)]

    def listed(self, *options: str) -> list[str]:
        """The ids that `photosync list amazon` shows."""
        result = self.sandbox.run("list", "amazon", *options)
        assert result.exit == 0, result
        return [str(each["id"]) for each in result.objects if "id" in each]

    def python(self, code: str) -> str:
        """What a script prints for which `ps` and `amazon` are known."""
        opened = "import photosync\nps = photosync.open()\namazon = ps.account('amazon')\n"
        environment = {**self.sandbox.environment(), "PHOTOSYNC_CONFIG": str(self.sandbox.config)}
        command = [sys.executable, "-c", opened + code]
        folder = self.sandbox.folder
        done = subprocess.run(
            command, env=environment, cwd=folder, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=60, seed=6, years=YEARS, gaps=False) as running:
        for number in (3, 14, 15):
            running.account.tree.written[number] = {"labels": ["trip"]}
        yield running


@pytest.fixture
def reader(tmp_path: Path, simulator: AmazonSimulator) -> Reader:
    return Reader(tmp_path, simulator)


def test_selections_are_those_of_the_service(reader: Reader) -> None:
    items = reader.items
    of_2020 = {each.id for each in items if each.taken and each.taken.year == 2020}
    assert set(reader.listed("--year", "2020")) == of_2020 == set(reader.listed("--query", "timeYear:(2020)"))
    favorites = {each.id for each in items if each.favorite}
    assert set(reader.listed("--favorites")) == favorites == set(reader.listed("--query", "favorite:(true)"))
    videos = {each.id for each in items if each.kind is Kind.VIDEO and each.taken and each.taken.year != 2021}
    query = ("--kind", "video", "--query", "timeYear:(2019) OR timeYear:(2020)")
    assert set(reader.listed(*query)) == videos
    assert reader.sandbox.run("pull", "amazon", *query, "--count").number("count") == len(videos) > 0


def test_fields_of_nodes_select_as_the_service_has_them(reader: Reader) -> None:
    ids = {reader.simulator.library.id_of(number) for number in (3, 14, 15)}
    assert set(reader.listed("--query", "labels:trip")) == ids
    videos = {each.id for each in reader.items if each.kind is Kind.VIDEO}
    assert set(reader.listed("--query", "contentProperties.contentType:(video*)")) == videos
    assert set(reader.listed("--query", "kind:(FILE*) AND status:(AVAILABLE*)")) == {each.id for each in reader.items}


def test_the_order_the_beginning_and_the_end(reader: Reader) -> None:
    by_name = sorted(reader.items, key=lambda each: each.name)
    names = {each.id: each.name for each in reader.items}
    assert [names[each] for each in reader.listed("--sort", "name")] == [each.name for each in by_name]
    part = reader.listed("--sort", "name", "--offset", "10", "--limit", "7")
    assert [names[each] for each in part] == [each.name for each in by_name[10:17]]
    newest = max(reader.items, key=lambda each: each.number)
    assert reader.listed("--recent", "1") == [newest.id]


def test_numbers_by_year_and_by_type(reader: Reader) -> None:
    years = Counter(str(each.taken.year) for each in reader.items if each.taken)
    rows = [each for each in reader.sandbox.run("list", "amazon", "--group-by", "year").objects if "count" in each]
    assert {str(each["group"]): each["count"] for each in rows if each["group"]} == years
    used = used_storage(reader.simulator.library)
    for row in reader.sandbox.run("usage", "amazon").objects:
        of_type = used.get(str(row.get("type")))
        if isinstance(of_type, dict):
            assert (row["bytes"], row["count"]) == (of_type["total"]["bytes"], of_type["total"]["count"])
            assert (row["billable_bytes"], row["billable_count"]) == (
                of_type["billable"]["bytes"],
                of_type["billable"]["count"],
            )


def test_the_members_of_an_album(reader: Reader) -> None:
    album = ALBUMS[0]
    members = reader.simulator.album_members(album)
    assert set(reader.listed(album)) == set(members)
    assert reader.sandbox.run("pull", "amazon", album).number("saved") == len(members) > 0


def test_one_file_as_the_service_has_it(reader: Reader) -> None:
    item = reader.items[5]
    (node,) = (each for each in reader.sandbox.run("show", "amazon", item.id).objects if "id" in each)
    content = node["contentProperties"]
    assert isinstance(content, dict)
    assert (node["name"], content["md5"]) == (item.name, reader.simulator.library.md5(item))
    assert content["size"] == item.size_bytes


def test_tables_have_what_the_service_has(reader: Reader) -> None:
    expected = {each.id: each.md5 for each in reader.simulator.library.expected()}
    printed = reader.python("print(*amazon.list().to_pandas().id)")
    assert set(printed.split()) == expected.keys()
    assert reader.sandbox.run("pull", "amazon").exit == 0
    assert set(reader.listed("--saved")) == expected.keys()
    reader.python("ps.export('library.parquet')")
    printed = reader.python(
        "import pandas\ntable = pandas.read_parquet('library.parquet')\nprint(*table.id, *table.md5)"
    )
    assert set(printed.split()) == {*expected, *expected.values()}


def test_bursts_of_503_are_waited_out(reader: Reader) -> None:
    reader.simulator.faults.busy = Fault(value=1, probability=0.1)
    try:
        assert reader.sandbox.run("pull", "amazon").exit == 0
    finally:
        reader.simulator.faults.clear()
    assert reader.sandbox.hashes() == {each.md5: 1 for each in reader.simulator.library.expected()}


def test_the_folders_of_a_drive(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    with CloudDriveSimulator(items=8, gaps=False) as simulator:
        sandbox.configure({"drive": simulator.account_settings()}, retry_budget="60s")
        folders = {path.rpartition("/")[0] for path in simulator.tree()}
        shown = {str(each.get("path")).strip("/") for each in sandbox.run("tree", "drive").objects}
        assert folders <= shown
        item = next(simulator.library.expected())
        (node,) = (each for each in sandbox.run("show", "drive", item.id).objects if "id" in each)
        assert node["name"] == simulator.drive.node(item.id)["name"]
        found = sandbox.run("list", "drive", "--query", f'name:"{item.name}"').objects
        assert [each["id"] for each in found if "id" in each] == [item.id]
        simulator.faults.busy = Fault(value=1, probability=0.1)
        assert sandbox.run("pull", "drive").exit == 0
        simulator.faults.clear()
        assert set(sandbox.hashes()) == {each.md5 for each in simulator.library.expected()}
