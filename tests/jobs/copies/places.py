"""Places for copies: a folder, and a prefix in a real S3 server, which a process of its own serves."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from photosync.testing.command import Result, Sandbox

KEY, SECRET = "photosync-test-key", "photosync-test-secret"
NAME, BUCKET = "second", "bucket"


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
        done = subprocess.run(
            ["sha256sum", "-c", "--quiet", "--strict", "SHA256SUMS"],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@dataclass(frozen=True, slots=True)
class S3Server:
    """rclone's, which keeps each object as a file."""

    endpoint: str
    root: Path

    def place(self, prefix: str) -> Place:
        """A prefix in the bucket."""
        settings = {
            "to": f"s3://{BUCKET}/{prefix}",
            "endpoint": self.endpoint,
            "region": "us-east-1",
            "access_key_id": KEY,
            "secret_access_key": SECRET,
        }
        return Place(settings, self.root / BUCKET / prefix)


RCLONE = Path(sys.executable).with_name("rclone")


def copied(sandbox: Sandbox, *options: str) -> Result:
    """Run `photosync copy`; its totals must add up."""
    result = sandbox.run("copy", *options)
    result.check_totals()
    return result
