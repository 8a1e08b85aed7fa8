"""Each call that changes something does what its command does, by what the service has afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.api.conftest import Script


def test_the_trash(script: Script, simulator: AmazonSimulator) -> None:
    ids = [item.id for item in simulator.library.expected()]
    shown = script(
        """
        ids = [item.id for item in amazon.list(limit=3)]
        refused = amazon.trash(ids[0])
        amazon.pull()
        trashed = amazon.trash(ids, progress=lambda now: events.append(now.event))
        restored, purged = amazon.restore(ids[0]), amazon.purge(ids[1:2])
        show(ids=ids, refused=[each.reason for each in refused.summary.errors], results=trashed.results,
             trash=[each["id"] for each in amazon.trashed()], restored=restored.summary.changed,
             purged=purged.summary.as_json(), events=sorted(set(events)))
        """,
        before="events = []",
    )
    first, second, third = shown["ids"]
    assert shown["refused"] == ["not_saved"]
    assert [(each["id"], each["action"], each["result"]) for each in shown["results"]] == [
        (each, "trash", "changed") for each in (first, second, third)
    ]
    assert (shown["trash"], shown["restored"], shown["purged"]["exit"]) == ([third], 1, 0)
    assert shown["events"] == ["changed", "wanted"]
    assert {str(node["id"]) for node in simulator.trash.nodes()} == {third}
    assert {item.id for item in simulator.library.expected()} == set(ids) - {second, third}


def test_an_empty_list_changes_nothing(script: Script, simulator: AmazonSimulator) -> None:
    shown = script(
        """
        amazon.pull()
        counts = [call([]).summary.selected for call in (amazon.trash, amazon.restore, amazon.favorite, amazon.hide)]
        refused = []
        for selecting in (
            {}, {"ids": None}, {"years": []}, {"years": [], "kind": "photo"}, {"ids": ["a"], "years": 2023}
        ):
            try:
                amazon.trash(**selecting)
            except photosync.errors.UsageError as error:
                refused.append(str(error))
        show(counts=counts, refused=refused)
        """
    )
    assert shown["counts"] == [0, 0, 0, 0]
    assert len(shown["refused"]) == 5
    assert len(list(simulator.library.expected())) == 12


def test_albums_and_marks(script: Script, simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    shown = script(
        """
        ids = [item.id for item in amazon.list(limit=4)]
        created = amazon.albums.create("Trip", ids[:2])
        amazon.albums.add("Trip", ids[2:3])
        amazon.albums.remove("Trip", ids[:1])
        amazon.albums.rename("Trip", "Journey")
        amazon.albums.create("Gone")
        amazon.albums.delete("Gone")
        tried = amazon.albums.create("Never", ids, dry_run=True)
        amazon.favorite(ids), amazon.favorite(ids[0], off=True)
        amazon.hide(ids[3])
        show(ids=ids, created=created.results, tried=tried.summary.changed, albums=amazon.albums.list())
        """
    )
    ids, names = shown["ids"], [each["name"] for each in shown["albums"]]
    assert (shown["created"][0]["name"], shown["tried"]) == ("Trip", 5)
    assert ("Journey" in names, {"Trip", "Gone", "Never"} & set(names)) == (True, set())
    members = sandbox.run("list", "amazon", "--album", "Journey").objects
    assert {each["id"] for each in members} == set(ids[1:3])
    rows = {each["id"]: each for each in sandbox.run("list", "amazon").objects}
    assert [rows[each]["favorite"] for each in ids[:3]] == [False, True, True]
    assert [each["id"] for each in sandbox.run("list", "amazon", "--hidden").objects] == [ids[3]]


def test_people(script: Script, sandbox: Sandbox) -> None:
    shown = script(
        """
        people = amazon.people.list()
        first, second, *_ = [each["id"] for each in people]
        item = next(iter(amazon.list())).id
        named = amazon.people.name(first, "Ada Lovelace")
        covered = amazon.people.cover(first, item)
        merged = amazon.people.merge([first, second], "Ada Lovelace")
        show(people=people, first=first, item=item, changed=[each.summary.changed for each in (named, covered)],
             exit=merged.summary.exit, after=amazon.people.list())
        """
    )
    assert (shown["changed"], shown["exit"]) == ([1, 1], 0)
    after = sandbox.run("people", "list", "amazon").objects
    assert (shown["after"], len(after)) == (list(after), len(shown["people"]) - 1)
    ada = next(each for each in after if each["id"] == shown["first"])
    assert (ada["name"], ada["cover"]) == ("Ada Lovelace", shown["item"])


@pytest.fixture
def drive() -> Iterator[CloudDriveSimulator]:
    with CloudDriveSimulator(items=4, seed=3) as running:
        yield running


def test_remote_files(script: Script, drive: CloudDriveSimulator, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.configure({"drive": drive.account_settings()}, retry_budget="50s")
    (tmp_path / "new.jpg").write_bytes(b"\xff\xd8\xff new content")
    shown = script(
        """
        remote = ps.account("drive").remote
        ps.account("drive").pull()
        item = next(iter(ps.account("drive").list())).id
        changes = [
            remote.mkdir("Pictures/Kept/2016"), remote.mv(item, "Pictures/Kept"), remote.rename(item, "a.jpg"),
            remote.link(item, "Pictures/Kept/2016"), remote.unlink(item, "Pictures/Kept"),
            remote.describe(item, "A bridge"), remote.label(item, ["x", "y"]), remote.label(item, remove="x"),
            remote.set_property(item, "colour", "red"), remote.set_property(item, "form", "round"),
            remote.delete_property(item, "form"), remote.overwrite(item, "new.jpg"),
        ]
        refused = remote.truncate(item)
        show(item=item, refused=[each.reason for each in refused.summary.errors],
             exits=[each.summary.exit for each in changes], properties=remote.properties(item),
             node=ps.account("drive").show("/Pictures/Kept/2016/a.jpg"))
        """,
        account="drive",
    )
    assert shown["exits"] == [0] * 12
    assert shown["refused"] == ["not_saved"]
    node = shown["node"]
    assert (node["id"], node["description"], node["labels"]) == (shown["item"], "A bridge", ["y"])
    assert (shown["properties"], node["contentProperties"]["size"]) == ({"colour": "red"}, 15)
