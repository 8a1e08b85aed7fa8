"""Runs commands and measures their time, CPU and memory; compares a library with the service."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.contents import md5, without_exif
from benchmarks.service import BenchmarkError, Service
from photosync.testing.command import Sandbox

PYTHON = os.environ.get("BENCH_PYTHON", sys.executable)
"""Whose photosync is measured."""
_LAUNCHER = Path(__file__).with_name("launcher.py")
_LAST_BYTES = 4000


@dataclass(frozen=True, slots=True)
class Measured:
    """A run of a command."""

    seconds: float
    cpu_s: float
    """User and system time of the process and of those it waited for."""
    peak_mb: float
    """The most memory that was resident."""
    output: str
    """The end of standard output."""

    @property
    def summary(self) -> Mapping[str, object]:
        """The last line, where it is an object."""
        found: object = json.loads(self.output.splitlines()[-1])
        assert isinstance(found, dict)
        return found


def photosync(sandbox: Sandbox, *arguments: str, certificate: str = "") -> Measured:
    """Run `photosync ARGUMENTS`. It must succeed."""
    command = [PYTHON, "-m", "photosync", *arguments, "--config", str(sandbox.config)]
    return run(command, sandbox.folder, environment(sandbox, certificate))


def environment(sandbox: Sandbox, certificate: str = "") -> dict[str, str]:
    """The sandbox's, with the clock of users and the authority of the service."""
    usual = {name: value for name, value in sandbox.environment().items() if name != "PHOTOSYNC_CLOCK_SPEED"}
    return usual | ({"REQUESTS_CA_BUNDLE": certificate} if certificate else {})


def run(command: Sequence[str], folder: Path, variables: Mapping[str, str]) -> Measured:
    """Run a command in `folder`, which gets its output too. It must succeed."""
    result, output, errors = (folder / name for name in ("measured.json", "stdout.txt", "stderr.txt"))
    launcher = [sys.executable, "-I", "-S", str(_LAUNCHER), str(result), str(output), str(errors)]
    subprocess.run([*launcher, *command], cwd=folder, env=dict(variables), check=True)
    used = json.loads(result.read_text(encoding="utf-8"))
    if used.pop("exit") != 0:
        raise BenchmarkError(f"{' '.join(command)} did not succeed:\n{_end(errors)}{_end(output)}")
    return Measured(**used, output=_end(output))


def _end(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _LAST_BYTES))
        return file.read().decode(errors="replace")


def check_files(files: Iterable[Path], service: Service) -> None:
    """Fail unless the files are what the service has. Their Exif may be another: photosync completes it."""
    whole = service.md5s
    bare = {without: md5_ for md5_, without in whole.items()}
    found: Counter[str] = Counter()
    for path in files:
        with path.open("rb") as file:
            delivered = hashlib.file_digest(file, partial(hashlib.md5, usedforsecurity=False)).hexdigest()
        found[delivered if delivered in whole else bare.get(md5(without_exif(path.read_bytes())), "")] += 1
    expected = Counter(whole.keys())
    if found != expected:
        raise BenchmarkError(f"{(found - expected).total()} wrong files, {(expected - found).total()} missing")
