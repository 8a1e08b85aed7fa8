"""The benchmarks run; what they measure is for people."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow  # each starts a simulator and several commands from the beginning
@pytest.mark.parametrize(
    ("arguments", "rows"),
    [
        (["benchmarks", "--items", "20"], ["first pull of 20 items", "second run", "complete listing"]),
        (["benchmarks.uploading", "--megabytes", "1", "--files", "5"], ["one file of 1 MiB", "5 small files"]),
        (["benchmarks.faulty_service", "--items", "20"], ["20 items, 0% faulty", "20 items, 1% faulty", "times"]),
        (["benchmarks.verifying", "--items", "20"], ["verify --quick of 20 files", "10 times the files"]),
    ],
)
def test_a_benchmark_prints_its_figures(arguments: list[str], rows: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(row in done.stdout for row in rows)
