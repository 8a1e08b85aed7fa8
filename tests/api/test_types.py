"""A program of somebody else is checked with the types of the installed package."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("typed_program.py")


@pytest.mark.slow  # mypy reads the whole package
def test_a_program_is_checked_with_the_types_of_the_package(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    shutil.copyfile(PROGRAM, program)
    done = _mypy(program)
    assert done.returncode == 0, done.stdout
    program.write_text(PROGRAM.read_text().replace("years=[2022, 2023]", "yaers=[2022, 2023]"))
    done = _mypy(program)
    assert (done.returncode, "yaers" in done.stdout) == (1, True)


def _mypy(program: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-color-output", program.name],
        cwd=program.parent,
        capture_output=True,
        text=True,
        check=False,
    )
