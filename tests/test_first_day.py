"""The commands of the tutorial do what it says, one after the other, as somebody would type them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[1] / "docs/first-day.md").read_text(encoding="utf-8")
STATUS = re.compile(r"\s*# exit status (\d+)$")


@dataclass
class Step:
    command: str
    expected: list[str] = field(default_factory=list)

    @property
    def exit_status(self) -> int:
        told = STATUS.search(self.command)
        return int(told[1]) if told else 0


def steps() -> Iterator[Step]:
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL):
        step: Step | None = None
        for line in block.splitlines():
            if line.startswith("$ "):
                if step:
                    yield step
                step = Step(line[2:])
            else:
                assert step, f"{line!r} is the output of no command"
                step.expected.append(line)
        if step:
            yield step


@pytest.fixture
def home(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a new user; the services are ended, whatever happens."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "PHOTOSYNC_"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**outside, "HOME": str(tmp_path), "PATH": path}
    yield environment
    subprocess.run(["photosync", "demo", "--stop"], env=environment, cwd=tmp_path, check=False)


@pytest.mark.timeout(600)
def test_the_tutorial(home: dict[str, str], tmp_path: Path) -> None:
    place = tmp_path
    told = list(steps())
    assert len(told) > 10
    for step in told:
        # The shell says where it is and what it exports, so that the next command begins there.
        script = f"{step.command}\nstatus=$?\npwd >&3\nenv -0 >&3\nexit $status\n"
        report = tmp_path / "shell"
        with report.open("wb") as file:
            done = subprocess.run(
                ["bash", "-c", f"exec 3>&{file.fileno()}\n{script}"],
                env=home,
                cwd=place,
                pass_fds=[file.fileno()],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
        where, _, exported = report.read_bytes().partition(b"\n")
        place = Path(os.fsdecode(where))
        home.update(dict(each.split("=", 1) for each in os.fsdecode(exported).split("\0") if "=" in each))
        assert done.returncode == step.exit_status, f"{step.command}\n{done.stdout}{done.stderr}"
        assert _matches(step.expected, done.stdout.splitlines()), f"{step.command}\n{done.stdout}"


def _matches(expected: list[str], lines: list[str]) -> bool:
    """Whether the output is as told. A line `…` stands for any lines; elsewhere `…` stands for a part of a line."""
    pattern = "".join("(?:.*\n)*" if line == "…" else _line(line) + "\n" for line in expected)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in lines)) is not None


def _line(line: str) -> str:
    return "[^\n]*".join(re.escape(part) for part in line.split("…"))
