"""The results of one run as JSON, and the kept ones: `benchmarks/results/DATE-COMMIT.json`."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from benchmarks.measuring import PYTHON
from benchmarks.rows import Row

FOLDER = Path(__file__).with_name("results")


@dataclass(frozen=True, slots=True)
class Results:
    """All rows of a run, and what they were measured on."""

    date: datetime
    commit: str
    """The short id; with `+` if files were changed since."""
    machine: dict[str, str | int]
    quick: bool
    """The sizes were smaller than those of the goals."""
    rows: Sequence[Row]

    @classmethod
    def now(cls, rows: Iterable[Row], *, quick: bool) -> Self:
        """Of this machine and this checkout."""
        return cls(datetime.now(UTC).replace(microsecond=0), _commit(), _machine(), quick, list(rows))

    @classmethod
    def read(cls, path: Path) -> Self:
        """From a file that `as_json` wrote."""
        value = json.loads(path.read_text(encoding="utf-8"))
        rows = [Row.from_json(row) for row in value["rows"]]
        return cls(datetime.fromisoformat(value["date"]), value["commit"], value["machine"], value["quick"], rows)

    def as_json(self) -> str:
        """For a file."""
        about = {"date": self.date.isoformat(), "commit": self.commit, "machine": self.machine, "quick": self.quick}
        return json.dumps({**about, "rows": [row.as_json() for row in self.rows]}, indent=1, ensure_ascii=False) + "\n"

    def keep(self, folder: Path) -> Path:
        """Write it to the folder of the kept ones."""
        folder.mkdir(exist_ok=True)
        path = folder / f"{self.date:%Y-%m-%d-%H%M}-{self.commit}.json"
        path.write_text(self.as_json(), encoding="utf-8")
        return path


def kept(folder: Path) -> list[Results]:
    """All kept ones, the oldest first."""
    return sorted((Results.read(path) for path in folder.glob("*.json")), key=lambda each: each.date)


def _commit() -> str:
    """Of the photosync that was measured."""
    try:
        package = _output(PYTHON, "-c", "import photosync; print(photosync.__path__[0])")
        git = ("git", "-C", package)
        changed = _output(*git, "status", "--porcelain", "--untracked-files=no")
        return _output(*git, "rev-parse", "--short", "HEAD") + ("+" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _output(*command: str) -> str:
    return subprocess.run(command, cwd=FOLDER.parent, capture_output=True, text=True, check=True).stdout.strip()


def _machine() -> dict[str, str | int]:
    return {
        "cores": os.cpu_count() or 1,
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
