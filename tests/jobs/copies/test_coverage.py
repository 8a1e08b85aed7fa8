"""`coverage` counts in how many copies the items of each account are."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

import photosync
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.copies.places import NAME, Place

pytestmark = pytest.mark.parametrize("place", ["folder"], indirect=True)
THIRD = "third"


@pytest.fixture
def user(sandbox: Sandbox, place: Place, tmp_path: Path) -> Sandbox:
    """Who has configured two copies."""
    (tmp_path / THIRD).mkdir()
    content = yaml.safe_load(sandbox.config.read_text(encoding="utf-8"))
    content["copies"][THIRD] = str(tmp_path / THIRD)
    sandbox.config.write_text(yaml.safe_dump(content), encoding="utf-8")
    return sandbox


def counts(user: Sandbox) -> tuple[list[object], list[object]]:
    """How many items are in no copy, in one, in two; and the same of verified ones."""
    (amazon,) = user.run("coverage").objects
    keys = ("in_copies", "in_verified_copies")
    copies, verified = (each for each in map(amazon.get, keys) if isinstance(each, Mapping))
    assert list(copies) == list(verified) == ["0", "1", "2"]
    assert sum(copies.values()) == sum(verified.values()) == amazon["items"]
    return list(copies.values()), list(verified.values())


def test_items_are_counted_by_their_copies(user: Sandbox, place: Place, simulator: AmazonSimulator) -> None:
    before = user.files()
    items = len(before)
    assert counts(user) == ([items, 0, 0], [items, 0, 0])
    assert user.run("copy", NAME).exit == 0
    assert counts(user) == ([0, items, 0], [items, 0, 0])
    assert user.run("copy", THIRD).exit == 0
    assert user.run("verify", "--copy", NAME).exit == 0
    assert counts(user) == ([0, 0, items], [0, items, 0])

    simulator.library.add(2)
    assert user.run("pull").exit == 0
    new = len(user.files()) - items
    assert user.run("copy", THIRD).exit == 0
    assert counts(user) == ([0, new, items], [new, items, 0])
    changed = next(path for path in user.files() if path in before)
    assert user.run("fix", str(changed), "--set", "artist=Ada Lovelace").exit == 0
    assert counts(user) == ([1, new, items - 1], [new + 1, items - 1, 0])
    assert user.text("coverage").splitlines()[-2:] == [
        f"amazon: 1 item in no copy, {new} in 1 copy, {items - 1} in 2 copies",
        f"amazon: {new + 1} items in no verified copy, {items - 1} in 1 verified copy, 0 in 2 verified copies",
    ]
    with photosync.open(user.config) as ps:
        assert ps.coverage() == list(user.run("coverage").objects)
        assert ps.coverage("amazon") == list(user.run("coverage", "amazon").objects)


def test_what_is_damaged_or_missing_in_a_copy_is_not_in_it(user: Sandbox, place: Place) -> None:
    items = len(user.files())
    assert user.run("copy").exit == 0
    there = [place.folder / path.relative_to(user.library) for path in user.files()]
    there[0].unlink()
    there[1].write_bytes(there[1].read_bytes()[:-1])
    assert user.run("verify", "--copy", NAME).exit == 10
    assert counts(user) == ([0, 2, items - 2], [2, items - 2, 0])


def test_without_copies_nothing_is_said_of_them(user: Sandbox, place: Place) -> None:
    content = yaml.safe_load(user.config.read_text(encoding="utf-8"))
    del content["copies"]
    user.config.write_text(yaml.safe_dump(content), encoding="utf-8")
    (amazon,) = user.run("coverage").objects
    assert not {"in_copies", "in_verified_copies"} & set(amazon)
    assert "copy" not in user.text("coverage")


def test_a_record_that_cannot_be_read_is_said(user: Sandbox, place: Place) -> None:
    assert user.run("copy").exit == 0
    record = user.library / ".photosync" / "copies" / f"{THIRD}.db"
    record.write_bytes(b"no database" * 1000)
    result = user.run("coverage")
    assert (result.exit, str(record) in result.stderr) == (6, True)
    shutil.rmtree(record.parent)
    assert user.run("coverage").exit == 0
