"""`trash`, `trashed`, `restore` and `purge`, by what the service has afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import cast

import pytest

from photosync.errors import Exit
from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync.testing.library import foreign_photos
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.change.conftest import Owner, results


def test_saved_items_go_to_the_trash_and_come_back(owner: Owner) -> None:
    owner.pull()
    first, second, *others = owner.ids
    done = owner.change("trash", first, "-", stdin=f"{second}\n\n".encode())
    assert (done.exit, results(done)) == (Exit.OK, {first: "changed", second: "changed"})
    assert (owner.trashed, owner.ids) == ({first, second}, others)
    assert owner.state_of(first) == "gone"
    rows = owner.sandbox.run("trashed", "amazon").objects
    assert {(row["id"], row["state"], row["trashed"]) for row in rows} == {
        (first, "saved", True),
        (second, "saved", True),
    }
    again = owner.change("trash", first)
    assert (again.exit, results(again)) == (Exit.OK, {first: "unchanged"})
    back = owner.change("restore", first)
    assert (back.exit, owner.trashed, set(owner.ids)) == (Exit.OK, {second}, {first, *others})
    assert owner.state_of(first) == "saved"


@pytest.mark.parametrize("command", ["trash", "restore", "purge --even-if-not-saved", "favorite", "hide"])
def test_an_empty_list_of_ids_means_nothing(owner: Owner, command: str) -> None:
    owner.pull()
    owner.change("trash", owner.ids[0])
    before = owner.ids
    word, *options = command.split()
    done = owner.change(word, "-", *options, stdin=b"\n")
    assert (done.exit, done.summary["selected"], owner.ids, len(owner.trashed)) == (Exit.OK, 0, before, 1)


@pytest.mark.parametrize("selection", [("--album", ""), ("--album", " "), ("--year=2022", "--since", "")])
def test_an_empty_word_selects_nothing(owner: Owner, selection: tuple[str, ...]) -> None:
    owner.pull()
    done = owner.change("trash", *selection)
    assert (done.exit, owner.trashed) == (Exit.USAGE, set())


def test_a_selection(owner: Owner) -> None:
    (old,) = owner.simulator.library.add(1, taken=datetime(1999, 5, 1, 12))
    owner.pull()
    done = owner.change("trash", "--year", "1999")
    assert (results(done), owner.trashed) == ({old: "changed"}, {old})
    assert results(owner.change("restore", "--year", "2005")) == {}
    assert results(owner.change("restore", "--year", "1999")) == {old: "changed"}
    assert owner.trashed == set()


def test_only_what_is_in_the_trash_is_purged(owner: Owner) -> None:
    owner.pull()
    first, second, *others = owner.ids
    owner.change("trash", first)
    purged = owner.change("purge", first, second)
    assert (purged.exit, results(purged)) == (Exit.PARTIAL, {first: "changed", second: "not_in_trash"})
    assert (owner.trashed, owner.ids) == (set(), [second, *others])
    assert owner.simulator.account.tree.purged == {0}
    owner.change("trash", *others)
    assert set(results(owner.change("purge", "--all"))) == set(others)
    assert (owner.trashed, owner.ids) == (set(), [second])


def _one_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [_one_byte, Path.unlink], ids=["one byte", "missing"])
def test_an_item_whose_file_is_damaged_stays(owner: Owner, damage: Callable[[Path], None]) -> None:
    owner.pull()
    first, second, *_ = owner.ids
    damage(owner.file_of(first))
    dry = owner.sandbox.run("trash", "amazon", first, second, "--dry-run")
    assert (dry.exit, results(dry)) == (Exit.PARTIAL, {first: "damaged", second: "would_change"})
    assert owner.trashed == set()
    done = owner.change("trash", first, second)
    assert (done.exit, results(done)) == (Exit.PARTIAL, {first: "damaged", second: "changed"})
    assert owner.trashed == {second}
    assert results(owner.change("trash", first, "--even-if-not-saved")) == {first: "changed"}
    assert results(owner.change("purge", first)) == {first: "damaged"}
    assert owner.trashed == {first, second}


def test_what_is_not_proved_to_be_saved_stays(owner: Owner, tmp_path: Path) -> None:
    library = owner.simulator.library
    (hashless,) = library.add(1, missing=frozenset({"md5"}))
    owner.pull()
    (changed, *_) = owner.ids
    library.change(changed)
    (new,) = library.add(1)
    photo = tmp_path / "mine" / "photo.jpg"
    photo.parent.mkdir()
    photo.write_bytes(next(foreign_photos()))
    assert owner.sandbox.run("push", "amazon", str(photo)).exit == Exit.OK
    pushed = owner.ids[-1]
    unproved = [hashless, changed, new, pushed]
    done = owner.change("trash", *unproved, "no such id")
    assert results(done) == {**dict.fromkeys(unproved, "not_saved"), "no such id": "not_found"}
    assert (done.exit, owner.trashed) == (Exit.PARTIAL, set())
    assert "outside the library" in {error["id"]: error["error"] for error in done.errors}[pushed]


def _pushed_folder(owner: Owner, tmp_path: Path) -> str:
    """A folder of two photos at the service, one of them in a folder of its own; returns its id."""
    photos = foreign_photos()
    (tmp_path / "mine" / "Trip" / "Day 1").mkdir(parents=True)
    for name in ("Trip/a.jpg", "Trip/Day 1/b.jpg"):
        (tmp_path / "mine" / name).write_bytes(next(photos))
    assert owner.sandbox.run("push", "amazon", str(tmp_path / "mine" / "Trip")).exit == Exit.OK
    tree = owner.simulator.account.tree
    return next(folder.id for folder in tree.folders.values() if folder.name == "Trip")


def test_a_folder_stays_if_one_file_below_it_is_not_saved(owner: Owner, tmp_path: Path) -> None:
    folder = _pushed_folder(owner, tmp_path)
    owner.pull()
    refused = owner.change("trash", folder)
    assert (refused.exit, results(refused)) == (Exit.PARTIAL, {folder: "not_saved"})
    assert owner.trashed == set()


def test_a_saved_folder_goes_with_all_below_it(owner: Owner, tmp_path: Path) -> None:
    folder = _pushed_folder(owner, tmp_path)
    before = owner.ids
    catalog = owner.sandbox.library / ".photosync"
    for path in catalog.glob("catalog*"):
        path.unlink()  # a new library knows nothing of the push, so that all is downloaded
    owner.pull()
    inner = before[-1]
    _one_byte(damaged := owner.file_of(inner))
    assert results(owner.change("trash", folder)) == {folder: "damaged"}
    _one_byte(damaged)
    assert results(owner.change("trash", folder)) == {folder: "changed"}
    assert (owner.trashed, owner.ids) == ({folder}, before[:-2])
    assert owner.state_of(inner) == "gone"
    rows = owner.sandbox.run("trashed", "amazon").objects
    assert [(row["id"], row["kind"]) for row in rows] == [(folder, "folder")]
    _one_byte(damaged)
    assert results(owner.change("purge", folder)) == {folder: "damaged"}
    _one_byte(damaged)
    assert results(owner.change("restore", folder)) == {folder: "changed"}
    assert (owner.trashed, owner.ids) == (set(), before)


def test_one_refused_id_stops_no_other_one(owner: Owner) -> None:
    owner.pull()
    first, second, third, fourth = owner.ids
    owner.simulator.account.tree.foreign.add(1)  # somebody else's
    done = owner.change("trash", first, second, third)
    assert (done.exit, results(done)) == (Exit.PARTIAL, {first: "changed", second: "forbidden", third: "changed"})
    assert owner.trashed == {first, third}
    assert owner.state_of(second) == "saved"
    assert owner.ids == [second, fourth]


def test_more_than_a_call_takes(tmp_path: Path) -> None:
    with AmazonSimulator(items=120, gaps=False) as simulator:
        owner = Owner(simulator, Sandbox(tmp_path))
        owner.sandbox.configure({"amazon": simulator.account_settings()})
        owner.pull()
        done = owner.change("trash", "--since", "1990")
        assert (done.exit, done.number("changed")) == (Exit.OK, 120)
        assert simulator.counts["PATCH /drive/v1/trash"] == 3
        assert len(owner.trashed) == 120


def test_a_pull_does_not_take_the_loss_for_a_fault(tmp_path: Path) -> None:
    with AmazonSimulator(items=80, gaps=False) as simulator:
        owner = Owner(simulator, Sandbox(tmp_path))
        owner.sandbox.configure({"amazon": simulator.account_settings()})
        owner.pull()
        assert owner.change("trash", "-", stdin="\n".join(owner.ids[:70]).encode()).exit == Exit.OK
        pulled = owner.sandbox.run("pull", "amazon")
        assert (pulled.exit, pulled.number("listed"), pulled.summary["complete"]) == (Exit.OK, 10, True)
        assert owner.sandbox.run("audit", "amazon").exit == Exit.OK
        assert owner.change("restore", "--all").exit == Exit.OK
        assert owner.sandbox.run("pull", "amazon", "--full").number("saved") == 0
        for item_id in owner.ids[10:]:
            simulator.library.remove(item_id)  # not by a command of ours
        assert owner.sandbox.run("pull", "amazon", "--full").exit == Exit.SUSPICIOUS


def test_a_change_that_shows_later_is_awaited(owner: Owner) -> None:
    owner.pull()
    first, second, *_ = owner.ids
    owner.simulator.faults.slow_change = Fault(items=first, times=2, after=1)
    assert results(owner.change("trash", first)) == {first: "changed"}
    owner.simulator.faults.slow_change = Fault(items=second, after=1)
    assert results(owner.change("trash", second)) == {second: "not_ready"}


def test_nothing_is_sent_without_consent(owner: Owner) -> None:
    owner.pull()
    owner.simulator.forget()
    first = owner.ids[0]
    for command in ("trash", "restore", "purge"):
        refused = owner.sandbox.run(command, "amazon", first)
        assert (refused.exit, "--yes" in refused.stderr) == (Exit.USAGE, True)
        assert owner.change(command).exit == Exit.USAGE, "not everything, if nothing is named"
        assert owner.change(command, first, "--year", "2019").exit == Exit.USAGE
    assert not owner.simulator.requests


def test_the_journal(owner: Owner) -> None:
    owner.pull()
    first, second, *_ = owner.ids
    owner.change("trash", first, second)
    owner.change("restore", second)
    owner.simulator.account.tree.foreign.add(2)
    owner.change("trash", owner.ids[-2])
    with closing(sqlite3.connect(owner.sandbox.library / ".photosync" / "catalog.db")) as catalog:
        rows = catalog.execute("SELECT id, action, changed_at IS NOT NULL FROM changes").fetchall()
    assert rows == [(first, "trash", 1), (second, "trash", 1), (second, "restore", 1)]
    (answer,) = owner.sandbox.run("why", second).objects
    changes = cast("list[dict[str, str]]", answer["service_changes"])
    assert [change["action"] for change in changes] == ["trash", "restore"]
    assert f"restore: at the service on {changes[1]['changed_at']}" in owner.sandbox.text("why", second)


def test_an_account_without_a_trash(owner: Owner) -> None:
    nobody = {"email": "me@example.com", "password": "secret", "endpoints": {"api": "http://127.0.0.1:9"}}
    owner.sandbox.configure({"aura": nobody})
    for arguments in (("trash", "aura", "some-id", "--yes"), ("trashed", "aura")):
        refused = owner.sandbox.run(*arguments)
        assert (refused.exit, "has no trash" in refused.stderr) == (Exit.USAGE, True)
