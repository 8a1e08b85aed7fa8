"""`--query` at Cloud Drive: the service's own filters, checked before they are sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.photosync_clouddrive.conftest import configure


@pytest.fixture
def sandbox(tmp_path: Path, simulator: CloudDriveSimulator) -> Sandbox:
    made = Sandbox(tmp_path)
    configure(made, simulator)
    return made


def listed(sandbox: Sandbox, *arguments: str) -> list[dict[str, object]]:
    result = sandbox.run("list", "drive", "--json", *arguments)
    assert result.exit == 0, result
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_query_selects_by_the_filter_of_the_service(sandbox: Sandbox) -> None:
    everything = listed(sandbox)
    videos = [row for row in everything if row["kind"] == "video"]
    query = ("--query", "contentProperties.contentType:video* AND status:AVAILABLE")
    assert listed(sandbox, *query) == videos
    counted = sandbox.run("pull", "drive", *query, "--count", "--json")
    assert json.loads(counted.stdout)["count"] == len(videos) > 0
    one = next(row for row in everything if row["md5"])
    assert listed(sandbox, "--query", f"contentProperties.md5:{one['md5']}") == [one]
    folders = [json.loads(line) for line in sandbox.run("tree", "drive", "--json").stdout.splitlines()]
    folder = max(folders, key=lambda each: each["count"])
    assert len(listed(sandbox, "--query", f"parents:{folder['id']}")) == folder["count"]
    assert sandbox.run("pull", "drive", *query).exit == 0
    assert {row["id"] for row in listed(sandbox, "--saved")} == {row["id"] for row in videos}
    assert sandbox.run("pull", "drive").number("saved") == len(everything) - len(videos)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("kind:FILE OR name:x", "have no OR"),
        ("kind:(FILE OR FOLDER)", "have no OR"),
        ("things:(beach)", "at character 1 (things:(beach)): there is no field 'things'"),
        ('createdDate:["2023-13-01" TO *]', "expected a date"),
        ("kind:FILE AND (name:x", "this bracket is not closed"),
        ("status:TRASH", "trashed"),
    ],
)
def test_what_cannot_be_right_is_never_sent(
    sandbox: Sandbox, simulator: CloudDriveSimulator, query: str, said: str
) -> None:
    result = sandbox.run("list", "drive", "--query", query)
    assert result.exit == 2
    assert said in result.stderr
    assert simulator.requests == []


def test_what_the_service_refuses_is_said_in_its_words(sandbox: Sandbox) -> None:
    result = sandbox.run("list", "drive", "--query", "modifiedDate:2023-01-01")
    assert result.exit == 2
    assert "refuses --query modifiedDate:2023-01-01 (Invalid filter: modifiedDate:2023-01-01)" in result.stderr
