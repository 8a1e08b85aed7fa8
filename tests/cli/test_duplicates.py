"""`duplicates` and `coverage`: the same bytes in several accounts, and what only one has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A user with two accounts: the photos of a seed are at both services, two more at one of them."""
    made = Sandbox(tmp_path_factory.mktemp("user"))
    with AmazonSimulator(items=6, seed=5) as amazon, CloudDriveSimulator(items=4, seed=5) as drive:
        made.configure({"amazon": amazon.account_settings(), "drive": drive.account_settings()}, exif="off")
        assert made.run("pull").exit == 0
        yield made


def contents(sandbox: Sandbox, account: str) -> set[bytes]:
    return {path.read_bytes() for path in (sandbox.library / account).rglob("*") if path.is_file()}


def test_duplicates_are_the_contents_of_several_items(sandbox: Sandbox) -> None:
    both = contents(sandbox, "amazon") & contents(sandbox, "drive")
    assert both
    found = sandbox.run("duplicates").objects
    assert len(found) == len(both)
    for each in found:
        assert each["accounts"] == ["amazon", "drive"]
        paths = [Path(sandbox.library, item["path"]) for item in each["items"]]  # type: ignore[attr-defined]
        assert len({path.read_bytes() for path in paths}) == 1
        assert paths[0].stat().st_size == each["size"]
    assert f"{len(both)} contents are there several times" in sandbox.text("duplicates")


def test_one_account_alone_has_no_duplicates(sandbox: Sandbox) -> None:
    assert sandbox.run("duplicates", "amazon").objects == []


def test_coverage_counts_what_only_one_account_has(sandbox: Sandbox) -> None:
    mine, drives = contents(sandbox, "amazon"), contents(sandbox, "drive")
    *items, amazon, drive = sandbox.run("coverage", "--items").objects
    assert (amazon["account"], amazon["items"], amazon["only_here"]) == ("amazon", len(mine), len(mine - drives))
    assert (drive["account"], drive["items"], drive["only_here"]) == ("drive", len(drives), len(drives - mine))
    assert amazon["bytes"] == sum(map(len, mine - drives)) > 0
    named = {Path(sandbox.library, str(each["path"])).read_bytes() for each in items}
    assert named == mine ^ drives
    assert "ONLY THERE" in sandbox.text("coverage")


@pytest.mark.parametrize("command", ["duplicates", "coverage"])
def test_an_unknown_account_is_said(sandbox: Sandbox, command: str) -> None:
    result = sandbox.run(command, "amazn")
    assert result.exit == Exit.USAGE
    assert "amazon" in result.stderr
