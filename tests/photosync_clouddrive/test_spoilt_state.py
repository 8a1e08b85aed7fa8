"""What the service once told wrongly is corrected by `--full`, and where possible by the next run."""

from __future__ import annotations

from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync.testing.routes import Route
from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_clouddrive.simulator.drive import ROOT


@pytest.fixture
def sandbox(simulator: CloudDriveSimulator, tmp_path: Path) -> Sandbox:
    made = Sandbox(tmp_path)
    made.configure({"drive": simulator.account_settings()})
    return made


def expected(simulator: CloudDriveSimulator) -> set[str]:
    return {item.id for item in simulator.library.expected()}


def listed(sandbox: Sandbox) -> set[str]:
    return {str(row["id"]) for row in sandbox.run("list", "drive").objects}


def without_root(_: Route, body: bytes) -> bytes:
    return body.replace(b'"isRoot": true', b'"isRoot": false').replace(b'"isRoot":true', b'"isRoot":false')


def test_a_stream_that_once_lacked_its_root_heals(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    simulator.edit_answer = without_root
    spoilt = sandbox.run("pull", "drive")
    assert (spoilt.exit, "no root folder" in spoilt.stderr) == (5, True), spoilt
    simulator.edit_answer = None
    healed = sandbox.run("pull", "drive")
    healed.check_complete()
    assert healed.number("saved") == len(expected(simulator))


def test_a_root_that_a_later_change_took_heals_at_once(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    sandbox.run("pull", "drive").check_complete()
    simulator.forget()
    simulator.drive.put({"id": ROOT, "kind": "FOLDER", "status": "AVAILABLE", "name": "Drive", "isRoot": True})

    def edit(route: Route, body: bytes) -> bytes:
        is_change = route.kind == "list" and b'"reset":true' not in body.replace(b" ", b"")
        return without_root(route, body) if is_change else body

    simulator.edit_answer = edit
    result = sandbox.run("pull", "drive")
    result.check_complete()
    assert simulator.counts["POST /drive/v1/changes"] == 3, "the changes, everything, and nothing more"


def test_full_repairs_what_was_told_wrongly(simulator: CloudDriveSimulator, sandbox: Sandbox) -> None:
    wrong = sorted(expected(simulator))[3].encode()
    simulator.edit_answer = lambda _, body: body.replace(wrong, b"Wrong" + wrong[5:])
    assert sandbox.run("pull", "drive").exit == 3
    simulator.edit_answer = None
    assert wrong.decode() not in listed(sandbox)
    sandbox.run("pull", "drive", "--full").check_complete()
    assert listed(sandbox) == expected(simulator)
