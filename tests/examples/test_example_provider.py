"""The example is a provider of its own distribution: installed without this one's sources, found, and finished."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "photosync-example"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of processes that have the example installed."""
    target = tmp_path_factory.mktemp("installed")
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--disable-pip-version-check")
    subprocess.run([sys.executable, "-m", "pip", "install", *options, "--target", target, EXAMPLE], check=True)
    return {**os.environ, "PYTHONPATH": str(target)}


def test_the_provider_is_short() -> None:
    code = (EXAMPLE / "photosync_example" / "provider.py").read_text(encoding="utf-8")
    assert len(code.splitlines()) < 150


def test_it_is_found_and_told_with_its_distribution(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "photosync", "providers", "--json"]
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    assert '"example"' in output
    assert "photosync-example 1.0" in output
    assert json.loads(output.splitlines()[0])


@pytest.mark.slow  # the whole contract suite
def test_it_passes_the_contract_suite(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(EXAMPLE / "tests")]
    run = subprocess.run(command, env=environment, cwd=EXAMPLE, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "passed" in run.stdout
    assert "skipped" not in run.stdout
