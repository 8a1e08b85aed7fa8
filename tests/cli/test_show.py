"""`show` and `tree`: one file, folder or account whole, and the folders."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

import pytest

from photosync_amazon.simulator import AmazonSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.cli.conftest import CommandLine

Service = AmazonSimulator | CloudDriveSimulator


@pytest.fixture(params=[AmazonSimulator, CloudDriveSimulator])
def service(request: pytest.FixtureRequest, photosync: CommandLine) -> Iterator[Service]:
    """A service with folders, and one account, called `it`."""
    with request.param(items=9) as running:
        photosync.configure({"it": running.account_settings()})
        yield running


def test_one_file_whole(photosync: CommandLine, service: Service) -> None:
    row = next(row for row in photosync.objects("list", "it") if row["md5"])
    (node,) = photosync.objects("show", "it", str(row["id"]))
    assert (node["id"], node["name"], node["kind"]) == (row["id"], row["name"], "FILE")
    assert node["assets"]
    assert "tempLink" not in node
    (node,) = photosync.objects("show", "it", str(row["id"]), "--link")
    assert str(node["tempLink"]).startswith("http")
    lines = photosync("show", "it", str(row["id"])).stdout.splitlines()
    assert f"contentProperties.md5: {row['md5']}" in lines
    assert f"id: {row['id']}" in lines


def test_the_folders_and_what_is_at_a_path(photosync: CommandLine, service: Service) -> None:
    folders = photosync.objects("tree", "it")
    assert {tuple(row) for row in folders} == {("account", "id", "path", "count")}
    assert folders[0]["path"] == ""
    assert sum(int(str(row["count"])) for row in folders) >= 9
    for folder in folders:
        (node,) = photosync.objects("show", "it", f"/{folder['path']}")
        assert (node["id"], node["kind"]) == (folder["id"], "FOLDER")
    lines = photosync("tree", "it").stdout.splitlines()
    assert lines[0].startswith("/  (")
    assert lines[1].startswith("    ")
    deepest = max(folders, key=lambda row: str(row["path"]).count("/"))
    name = str(deepest["path"]).rpartition("/")[2]
    assert f"{name}  ({deepest['count']})" in photosync("tree", "it").stdout


def test_a_file_by_its_path(photosync: CommandLine) -> None:
    with AmazonSimulator(items=3) as service:
        photosync.configure({"it": service.account_settings()})
        row = next(row for row in photosync.objects("list", "it"))
        (node,) = photosync.objects("show", "it", f"/Pictures/{row['name']}")
        assert node["id"] == row["id"]


@pytest.mark.parametrize("named", ["noSuchNodeAtAll", "/Pictures/nothing.jpg", "/no/such/folder"])
def test_what_is_not_there(photosync: CommandLine, service: Service, named: str) -> None:
    result = photosync("show", "it", named)
    assert result.exit_code == 3, result.output
    assert f"has nothing called {named}" in result.stderr


def test_the_account_itself(photosync: CommandLine, service: Service) -> None:
    (account,) = photosync.objects("show", "it")
    assert list(account) == ["account", "service", "sign_in", "signed_in_until", "status", "owner", "root"]
    (root,) = photosync.objects("show", "it", "/")
    assert (account["status"], account["root"]) == ("ACTIVE", root["id"])
    if isinstance(service, CloudDriveSimulator):
        datetime.fromisoformat(str(account["signed_in_until"]))
    else:
        assert account["owner"] == service.account.owner


def test_an_account_whose_service_tells_nothing(photosync: CommandLine) -> None:
    (account,) = photosync.objects("show", "aura")
    assert account["service"] == "Aura"
    for arguments in (("show", "aura", "x"), ("tree", "aura"), ("show", "aura", "x", "--thumbnail", "100")):
        assert photosync(*arguments).exit_code == 2


def test_a_thumbnail(photosync: CommandLine, service: Service) -> None:
    row = next(row for row in photosync.objects("list", "it") if row["kind"] == "photo")
    folder = photosync.folder / "small"
    service.forget()
    (node,) = photosync.objects("show", "it", str(row["id"]), "--thumbnail", "256", "--to", str(folder))
    assert node["id"] == row["id"]
    (saved,) = folder.iterdir()
    assert saved.name.endswith("-256.jpg")
    assert saved.read_bytes().startswith(b"\xff\xd8")
    assert any("viewBox=256" in request.path and str(row["id"]) in request.path for request in service.requests)
    result = photosync("show", "it", "/Pictures", "--thumbnail", "256", "--to", str(folder))
    assert result.exit_code == 3, result.output
    assert "no thumbnail" in result.stderr


@pytest.mark.parametrize("options", [("--link",), ("--thumbnail", "9"), ("x", "--to", "y"), ("x", "--thumbnail", "0")])
def test_options_that_have_no_meaning(
    photosync: CommandLine, simulator: AmazonSimulator, options: tuple[str, ...]
) -> None:
    simulator.forget()
    assert photosync("show", "amazon", *options).exit_code == 2
    assert simulator.requests == []


def test_json_is_that_of_the_service(photosync: CommandLine, simulator: AmazonSimulator) -> None:
    row = photosync.objects("list", "amazon")[0]
    node = json.loads(photosync("show", "amazon", str(row["id"]), "--json").stdout)
    assert {"createdDate", "parents", "version", "contentProperties"} <= set(node)
