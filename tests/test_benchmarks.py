"""The benchmarks run, and find out when it was the service that they measured. The figures are for people."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", "--quick", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_results_have_figure_goal_and_ratio(tmp_path: Path) -> None:
    done = _run("failures", "--items", "20", "--json", str(tmp_path / "results.json"))
    assert done.returncode == 0, done.stderr
    assert "503 once on 10 % of 20 downloads" in done.stdout
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert results["quick"] is True
    assert results["machine"].keys() == {"cores", "processor", "system", "python"}
    (row,) = results["rows"]
    assert (row["name"], row["goal"], row["at_least"], row["problem"]) == ("failures", 1.5, False, "")
    assert row["figure"]["least"] <= row["figure"]["median"] <= row["figure"]["most"]
    assert row["ratio"] == pytest.approx(row["figure"]["median"] / 1.5)
    assert row["passed"] == (row["ratio"] <= 1)
    assert row["parts"]["more requests"][0] >= 2


@pytest.mark.slow  # the service is busy for four seconds in each of five runs
def test_a_busy_service_makes_its_row_invalid(tmp_path: Path) -> None:
    done = _run("pull-0ms", "--items", "10", "--busy-service", "0.2", "--json", str(tmp_path / "results.json"))
    assert done.returncode == 1, done.stdout
    assert "NOT VALID: the simulated service was the limit, not photosync: pull-0ms" in done.stderr
    row = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["rows"][0]
    assert (row["passed"], row["problem"][:17]) == (None, "the service alone")


@pytest.mark.timeout(900)
@pytest.mark.slow  # every benchmark, each with a service and several commands from the beginning
def test_every_benchmark_runs_and_its_results_can_be_shown_again(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    kept = tmp_path / "kept"
    names = ["rate", "line", "listing", "large", "growth", "verify", "start", "faults", "push", "fix", "export"]
    names += ["accounts", "copy", "copy-large", "copy-folder", "copy-again", "copy-back"]
    done = _run(*names, "--items", "40", "--json", str(results), "--keep", str(kept))
    assert done.returncode == 0 or "NOT VALID" in done.stderr, done.stderr
    shown = _run("--show", str(results))
    assert done.stdout.startswith(shown.stdout)
    (file,) = kept.glob("*.json")
    assert file.read_bytes() == results.read_bytes()
    assert (kept / "plot.svg").read_text(encoding="utf-8").startswith("<svg")
    table = _run("--show", str(results), "--markdown").stdout.splitlines()
    assert sum(line.startswith("| ") for line in table) == len(json.loads(results.read_text())["rows"]) + 2
