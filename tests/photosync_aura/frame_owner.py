"""A user with frames at a simulated Aura, and the real command to save them with."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from photosync.testing.command import Result, Sandbox
from photosync_aura.simulator import AuraSimulator

ACCOUNT = "aura"

OwnerOf = Callable[..., "Owner"]
"""The fixture `owner_of`."""


class Owner:
    """A person's folders, and the service that has the pictures."""

    def __init__(self, simulator: AuraSimulator, folder: Path) -> None:
        self.simulator = simulator
        self.sandbox = Sandbox(folder)
        self.frame = folder / "frame"
        """A folder for a frame that is to have one."""
        self.configure()

    def configure(self, **account: object) -> None:
        """The account's settings on top of those that lead to the simulated service."""
        self.sandbox.configure({ACCOUNT: self.simulator.account_settings() | account})

    @property
    def session_file(self) -> Path:
        """Where the session is kept."""
        return self.sandbox.home / ".local" / "state" / "photosync" / "accounts" / ACCOUNT / "session.json"

    @property
    def logins(self) -> int:
        """How many sign-ins the service saw."""
        return self.simulator.counts["POST /v5/login.json"]

    @property
    def downloads(self) -> int:
        """How many contents it was asked for."""
        return self.simulator.counts["content"]

    def run(self, *arguments: str) -> Result:
        """Any command."""
        return self.sandbox.run(*arguments)

    def pull(self, *arguments: str) -> Result:
        """Pull the account, or one of its frames."""
        result = self.run("pull", ACCOUNT, *arguments)
        assert not self.simulator.leaks, "credentials reached a host of photos or videos"
        if "listed" in result.summary:
            result.check_totals()
        return result

    def push(self, *arguments: str) -> Result:
        """Push to the account: a frame, and then paths and options."""
        result = self.run("push", ACCOUNT, *arguments)
        assert not self.simulator.leaks, "the session reached a host that must not see it"
        assert result.exit != 1, result
        return result

    def push_all(self, *arguments: str) -> Result:
        """Push, and all must go well."""
        result = self.push(*arguments)
        assert result.exit == 0, result
        return result

    def pull_all(self, *arguments: str) -> Result:
        """Pull, and nothing may be left."""
        result = self.pull(*arguments)
        assert result.exit == 0, result
        return result

    def names(self) -> set[str]:
        """The files in the frame's own folder, by their paths in it."""
        return {path.relative_to(self.frame).as_posix() for path in photos_in(self.frame)}


def photos_in(folder: Path) -> Iterator[Path]:
    """Everything but the program's own."""
    for path in folder.rglob("*"):
        own = ".photosync" in path.relative_to(folder).parts or path.name in ("SHA256SUMS", "albums.json")
        if path.is_file() and not own:
            yield path


def check_sums(folder: Path) -> None:
    """SHA256SUMS names each photo with its hash, and the tool for it agrees."""
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = {line[66:]: line[:64] for line in lines}
    there = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in [*photos_in(folder), folder / "albums.json"]
    }
    assert listed == there
    if checker := shutil.which("sha256sum"):
        subprocess.run([checker, "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=True)


def stored(session_file: Path) -> dict[str, object]:
    """What a session file says."""
    content: dict[str, object] = json.loads(session_file.read_text(encoding="utf-8"))
    return content
