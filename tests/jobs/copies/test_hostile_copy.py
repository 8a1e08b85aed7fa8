"""Somebody else wrote to the copy: a library that is made out of it has its files in its own folder alone."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing.command import Sandbox
from photosync_aura.simulator import KITCHEN, AuraSimulator
from tests.jobs.copies.places import NAME, Place, copied
from tests.jobs.copies.test_restore_library import on_another_machine

pytestmark = pytest.mark.parametrize("place", ["folder"], indirect=True)
EVIL = b"ssh-ed25519 AAAA"


def write_a_file(place: Place, root: str, path: str) -> str:
    """Let the catalog in the copy name a file in this place for an item, and add its content; the path in the copy."""
    with closing(sqlite3.connect(place.folder / ".photosync/catalog-copy.db", isolation_level=None)) as catalog:
        catalog.execute(
            "UPDATE items SET outside = ?, path = ?, path_key = ?, stored_sha256 = ?, stored_size = ? "
            "WHERE rowid = (SELECT min(rowid) FROM items WHERE path IS NOT NULL)",
            (root, path, path, hashlib.sha256(EVIL).hexdigest(), len(EVIL)),
        )
    return f".photosync/outside/{hashlib.sha256(root.encode()).hexdigest()[:16]}/{path}" if root else path


@pytest.mark.parametrize("kind", ["folder outside", "leads outside", "absolute"])
def test_no_file_comes_to_another_folder(sandbox: Sandbox, place: Place, tmp_path: Path, kind: str) -> None:
    copied(sandbox)
    home = tmp_path / "home"
    home.mkdir()
    root = str(home) if kind == "folder outside" else ""
    path = {"folder outside": "keys", "leads outside": "../../home/keys", "absolute": str(home / "keys")}[kind]
    content = place.folder / write_a_file(place, root, path)
    content.parent.mkdir(parents=True, exist_ok=True)
    content.write_bytes(EVIL)
    if kind != "folder outside":
        content.unlink()
    other = on_another_machine(sandbox, tmp_path)
    result = other.run("restore", "--from", NAME, "--to", str(other.library))
    assert (result.exit, result.reasons) == (Exit.PARTIAL, ["unwritable"]), result
    assert list(home.iterdir()) == []


def test_photos_of_a_folder_that_the_configuration_names_go_there(place: Place, tmp_path: Path) -> None:
    with AuraSimulator() as simulator:
        user, frame = Sandbox(tmp_path / "user"), tmp_path / "frame"
        user.configure(
            {"aura": {**simulator.account_settings(), "frames": {"kitchen": {"id": KITCHEN, "path": str(frame)}}}}
        )
        place.configure(user)
        assert user.run("pull", "aura", "kitchen").exit == 0
        copied(user)
        wanted = {path.name: path.read_bytes() for path in frame.iterdir() if path.is_file()}
        frame.rename(tmp_path / "gone")
        other = on_another_machine(user, tmp_path)
        result = other.run("restore", "--from", NAME, "--to", str(other.library))
        assert result.exit == 0, result
        assert {path.name: path.read_bytes() for path in frame.iterdir() if path.is_file()} == wanted
        assert len(wanted) > 2
