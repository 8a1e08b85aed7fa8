"""Runs the real `photosync` in a separate process with its own home folder.

A `Sandbox` is a folder with everything that one user has: home, configuration, library. The command and the person
who runs the tests share no files and no environment.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import yaml

from photosync import crash_hook
from photosync.errors import Exit
from photosync.testing import disk_faults
from photosync.testing.disk_faults import DiskFaults
from photosync.testing.forked_command import ForkedCommand, start

_KEPT_VARIABLES = (
    "PATH",
    "LANG",
    "LC_ALL",
    "SYSTEMROOT",
    "VIRTUAL_ENV",
    "PYTHONPATH",
    "COVERAGE_PROCESS_START",
    "TMPDIR",
    "PHOTOSYNC_CLOCK_SPEED",
)
"""Variables that are passed on; all others could change the command's behaviour."""
OWN_FOLDER = ".photosync"
"""The program's own folder in a library."""
SUMS = "SHA256SUMS"
MADE = ("albums.json", "people.json")
"""The files that the program makes for people, next to the lists."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a run of the command ended."""

    arguments: Sequence[str]
    exit: int
    stdout: str
    stderr: str
    objects: Sequence[Mapping[str, object]] = field(default=())
    """The JSON objects on standard output, one per line."""

    @property
    def summaries(self) -> list[Mapping[str, object]]:
        """The last objects of a command, one per account."""
        return [each for each in self.objects if "command" in each]

    @property
    def summary(self) -> Mapping[str, object]:
        """The only one."""
        summaries = self.summaries
        assert len(summaries) == 1, f"one summary was expected:\n{self}"
        return summaries[0]

    def number(self, key: str) -> int:
        """A number of the summary."""
        value = self.summary[key]
        assert isinstance(value, int), f"{key} is {value!r}"
        return value

    @property
    def errors(self) -> list[Mapping[str, str]]:
        """The summary's errors."""
        return cast("list[Mapping[str, str]]", self.summary["errors"])

    @property
    def reasons(self) -> list[str]:
        """The reason words of the failed items."""
        return [error["reason"] for error in self.errors]

    def check_totals(self) -> None:
        """Assert that listed = unchanged + filtered + saved + failed, and that the summary has the exit status."""
        assert self.exit != Exit.INTERNAL, f"a bug:\n{self}"
        parts = ("unchanged", "filtered", "saved", "failed")
        assert self.number("listed") == sum(map(self.number, parts)), f"the totals do not add up:\n{self}"
        assert self.number("failed") == len(self.errors), f"an error for each failed item was expected:\n{self}"
        assert self.number("exit") == self.exit, f"the summary has another exit status:\n{self}"

    def check_complete(self) -> None:
        """Assert that the run succeeded, for every item."""
        assert self.exit == Exit.OK, self
        assert self.summary["complete"] is True, self

    def __str__(self) -> str:
        return (
            f"photosync {' '.join(self.arguments)} -> {self.exit}\n--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}"
        )


@dataclass(frozen=True, slots=True)
class Sandbox:
    """One user's folders."""

    folder: Path
    disk: DiskFaults | None = None
    """What fails in the runs of the command: `replace(sandbox, disk=…)`."""
    crash_at: str = ""
    """The step before which the runs are killed: see `photosync.crash_hook`."""

    @property
    def home(self) -> Path:
        """The home folder."""
        return self.folder / "home"

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "config.yaml"

    @property
    def library(self) -> Path:
        """The library."""
        return self.folder / "library"

    def configure(self, accounts: Mapping[str, object], **defaults: object) -> None:
        """Write the configuration. `exif` is off by default, so that files stay as the service has them."""
        settings = {
            "library": str(self.library),
            "accounts": dict(accounts),
            "defaults": {"exif": "off", **defaults},
        }
        self.home.mkdir(parents=True, exist_ok=True)
        self.config.touch(mode=0o600)  # it has the account's secrets
        self.config.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")

    def environment(self) -> dict[str, str]:
        """The environment of the command."""
        kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        return kept | {
            "HOME": str(self.home),
            "USERPROFILE": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "XDG_STATE_HOME": str(self.home / ".local" / "state"),
            "XDG_DATA_HOME": str(self.home / ".local" / "share"),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "NO_PROXY": "127.0.0.1,localhost",
            "NO_COLOR": "1",
            "PYTHONUTF8": "1",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            **({disk_faults.VARIABLE: self.disk.as_text()} if self.disk else {}),
            **({crash_hook.VARIABLE: self.crash_at} if self.crash_at else {}),
        }

    def start(self, *arguments: str) -> ForkedCommand:
        """Start `photosync ARGUMENTS --json --config …` and do not wait for it."""
        options = ("--json", "--config", str(self.config))
        return start((*arguments, *options), folder=self.folder, environment=self.environment())

    def run(self, *arguments: str, timeout_s: float = 120.0, stdin: bytes = b"") -> Result:
        """Run `photosync ARGUMENTS --json --config …` to its end, with `stdin` on standard input."""
        process = self.start(*arguments)
        with suppress(BrokenPipeError):
            process.stdin.buffer.write(stdin)
        try:
            stdout, stderr = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            stdout, stderr = process.communicate()
            raise AssertionError(
                str(Result(arguments, -1, stdout, f"{stderr}\nStill running after {timeout_s:g} s.")),
            ) from None
        return Result(arguments, process.returncode, stdout, stderr, _objects(stdout))

    def text(self, *arguments: str, timeout_s: float = 120.0) -> str:
        """What `photosync ARGUMENTS` prints for people; it has to succeed."""
        options = ("--config", str(self.config))
        process = start((*arguments, *options), folder=self.folder, environment=self.environment())
        stdout, stderr = process.communicate(timeout=timeout_s)
        assert process.returncode == 0, stderr
        return stdout

    def files(self) -> list[Path]:
        """The photos and videos of the library: all files but the program's own, checksum lists and those of `MADE`."""
        return sorted(self._files())

    def _files(self) -> Iterator[Path]:
        for folder, folders, names in os.walk(self.library):  # a command that runs may remove a folder meanwhile
            if Path(folder) == self.library and OWN_FOLDER in folders:
                folders.remove(OWN_FOLDER)
            yield from (path for name in names if name not in (SUMS, *MADE) and (path := Path(folder, name)).is_file())

    def made(self) -> list[Path]:
        """The files of `MADE` that are in the library's folder."""
        return [path for name in MADE if (path := self.library / name).exists()]

    def hashes(self) -> Counter[str]:
        """The md5 of each file, and the number of files that have it."""
        return Counter(hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() for path in self._files())

    def leftovers(self) -> list[Path]:
        """The partial files that are left."""
        partial = self.library / OWN_FOLDER / "partial"
        return [path for path in partial.rglob("*") if path.is_file()] if partial.exists() else []


def run_photosync(folder: Path, accounts: Mapping[str, object], *arguments: str, timeout_s: float = 120.0) -> Result:
    """Configure a sandbox in `folder` and run one command in it."""
    sandbox = Sandbox(folder)
    sandbox.configure(accounts)
    return sandbox.run(*arguments, timeout_s=timeout_s)


def _objects(stdout: str) -> list[Mapping[str, object]]:
    return [json.loads(line) for line in stdout.splitlines() if line.startswith("{")]
