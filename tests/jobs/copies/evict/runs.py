"""A user with a library, and two copies that were verified; and runs of `evict` there."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import yaml

from photosync.testing.command import Result, Sandbox

ALL = ("--since", "1990", "--yes")
"""All photos with a capture time."""
FIRST, SECOND, THIRD = "first", "second", "third"


def place(sandbox: Sandbox, name: str) -> Path:
    """The folder of a copy."""
    return sandbox.folder.with_name(name)


def configure_copies(sandbox: Sandbox, **places: object) -> None:
    """Name these copies in the configuration, and no others."""
    content = yaml.safe_load(sandbox.config.read_text(encoding="utf-8"))
    content["copies"] = places
    sandbox.config.write_text(yaml.safe_dump(content), encoding="utf-8")


def with_copies(sandbox: Sandbox, *names: str) -> None:
    """Configure copies in folders next to the user's, bring everything there, and verify it."""
    configure_copies(sandbox, **{name: str(place(sandbox, name)) for name in names})
    for name in names:
        place(sandbox, name).mkdir(exist_ok=True)
    assert sandbox.run("copy").exit == 0
    for name in names:
        verify(sandbox, name)


def verify(sandbox: Sandbox, name: str) -> None:
    """Read a copy, which has to be right."""
    result = sandbox.run("verify", "--copy", name)
    assert result.exit == 0, result


def duplicate(made: Sandbox, to: Path) -> Sandbox:
    """The same library and copies for another test. The configuration is to be made again."""
    for name in (FIRST, SECOND):
        shutil.copytree(place(made, name), to / name)
    again = Sandbox(to / "user")
    shutil.copytree(made.library, again.library)
    return again


def evict(sandbox: Sandbox, *options: str) -> Result:
    """Run it; its totals must add up."""
    result = sandbox.run("evict", *options)
    for each in result.summaries:
        assert each["selected"] == sum(int(str(each[word])) for word in ("changed", "unchanged", "failed", "left"))
    return result


def outcomes(result: Result) -> dict[str, str]:
    """What became of each file, by its name: a reason if it stays."""
    return {str(each["name"]): str(each["reason"] or each["result"]) for each in result.objects if "result" in each}


def photos(sandbox: Sandbox) -> dict[str, bytes]:
    """The files of the library."""
    return {path.relative_to(sandbox.library).as_posix(): path.read_bytes() for path in sandbox.files()}


def listed(sandbox: Sandbox, *options: str) -> dict[str, str]:
    """The states of the items, by their paths or names, as the library knows them."""
    rows = sandbox.run("list", "amazon", "--saved", *options).objects
    return {str(each["path"] or each["name"]): str(each["state"]) for each in rows}


def one_byte(path: Path) -> None:
    """Change a byte; size and time stay."""
    found, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def set_verified(sandbox: Sandbox, name: str, change: str) -> None:
    """When the files of a copy were verified: an expression of SQL."""
    record = sqlite3.connect(sandbox.library / ".photosync/copies" / f"{name}.db")
    with record:
        record.execute(f"UPDATE files SET verified_at = {change}")
    record.close()


def dated(sandbox: Sandbox) -> set[str]:
    """The paths of the photos with a capture time: what `ALL` asks for."""
    return set(listed(sandbox, "--since", "1990"))
