"""A user with albums at a simulated Amazon Photos, and what the library has of them."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from photosync.testing.command import Result, Sandbox
from photosync.testing.disk_faults import DiskFaults
from photosync_amazon.simulator import AmazonSimulator
from photosync_amazon.simulator.nodes import ALBUMS

HOLIDAY, FAMILY, GARDEN, BIRTHDAY, SHARED = range(5)
Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class AlbumOwner:
    """The user; albums have an item of 40."""

    simulator: AmazonSimulator
    sandbox: Sandbox

    @property
    def library(self) -> Path:
        return self.sandbox.library

    def configure(self, **options: object) -> None:
        self.sandbox.configure({"amazon": self.simulator.account_settings()}, **options)

    def pull(self, *options: str, disk: DiskFaults | None = None) -> Result:
        """Pull, which has to end well, and leaves a right list of hashes."""
        result = replace(self.sandbox, disk=disk).run("pull", "amazon", *options)
        assert result.exit == 0, result
        check_sums(self.library)
        return result

    def album(self, index: int) -> str:
        """The id of an album."""
        return self.simulator.account.album(index)

    def members(self, index: int) -> set[str]:
        """The ids of the items that the service has in an album."""
        library, account = self.simulator.library, self.simulator.account
        numbers = (number for number in range(library.next_number) if library.has(number))
        return {library.id_of(number) for number in numbers if account.is_member(self.album(index), number)}

    def paths(self, index: int) -> set[str]:
        """The paths of an album's photos."""
        return {path for id_, path in self.saved().items() if id_ in self.members(index)}

    def saved(self) -> dict[str, str]:
        """The path of each saved item."""
        listed = self.sandbox.run("list", "amazon", "--saved").objects
        return {str(each["id"]): str(each["path"]) for each in listed}

    def albums(self) -> dict[str, Json]:
        """The albums of `albums.json`, by their names."""
        return by_name(self.library, "albums")

    def links(self) -> dict[str, set[str]]:
        """The library's photos to which the links of each album's folder lead, by the names of the folders."""
        folder = self.library / "Albums" / "amazon"
        if not folder.exists():
            return {}
        return {
            album.name: {str(link.resolve(strict=True).relative_to(self.library.resolve())) for link in album.iterdir()}
            for album in folder.iterdir()
            if album.is_dir()
        }

    def wanted_links(self) -> dict[str, set[str]]:
        """What the folders should have, by the names that the albums had at first."""
        return {name: self.paths(index) for index, name in enumerate(ALBUMS)}


def check_sums(folder: Path) -> None:
    """The list is right, and has all files that are made."""
    command = ["sha256sum", "-c", "--quiet", "--strict", "SHA256SUMS"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    listed = {line[66:] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    assert {path.name for path in folder.glob("*.json")} <= listed


def by_name(folder: Path, kind: str) -> dict[str, Json]:
    """The albums or people of a file."""
    content = json.loads((folder / f"{kind}.json").read_text(encoding="utf-8"))
    assert content["format"] == f"photosync {kind} 1"
    assert list(content) == ["format", kind]
    return {each["name"]: each for each in content[kind]}


def items_of(album: Json) -> dict[str, str | None]:
    """The paths of its items, by their ids."""
    items = cast("list[dict[str, str | None]]", album["items"])
    return {str(each["id"]): each["path"] for each in items}


def execute(library: Path, statement: str) -> None:
    """Change the catalog."""
    with closing(sqlite3.connect(library / ".photosync" / "catalog.db")) as connection, connection:
        connection.execute(statement)
