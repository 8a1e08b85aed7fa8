"""The example is a provider of its own distribution: installed without this one's sources, found, and finished."""

from __future__ import annotations

import json
import os
import pkgutil
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

import photosync.provider
import photosync.provider_kit
from tests.terminal import talk

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "photosync-example"
PAGE = ROOT / "docs" / "plugins.md"


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


def test_it_imports_what_the_page_on_plugins_lists_and_nothing_else() -> None:
    listed = set(re.findall(r"^\| `(photosync\.\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    for path in (EXAMPLE / "photosync_example").glob("*.py"):
        imported = set(re.findall(r"^from (photosync\.\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
        allowed = listed if path.name == "simulator.py" else listed - {"photosync.testing"}
        assert imported <= allowed, path


def test_the_page_on_plugins_names_the_whole_interface_and_the_whole_kit() -> None:
    page = PAGE.read_text(encoding="utf-8")
    kit = [module.name for module in pkgutil.iter_modules(photosync.provider_kit.__path__)]
    unnamed = [name for name in (*photosync.provider.__all__, *kit) if not re.search(rf"`{name}\b", page)]
    assert unnamed == []


def test_it_is_listed_with_its_distribution(environment: dict[str, str]) -> None:
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


@pytest.mark.slow  # starts five simulated services
def test_init_sets_it_up_like_the_providers_that_come_along(environment: dict[str, str], tmp_path: Path) -> None:
    user = {**environment, "HOME": str(tmp_path), "PHOTOSYNC_STATE": str(tmp_path / "state")}
    photosync = partial(subprocess.run, cwd=tmp_path, env=user, check=True, stdout=subprocess.DEVNULL)
    command = [sys.executable, "-m", "photosync"]
    photosync([*command, "demo", "--keep"])
    try:
        config = tmp_path / "config.yaml"
        answers = [
            ("(y or n) [y]: ", "\n"),
            ("for the photos", "photos\n"),
            ("Which ones?", "example\n"),
            ("token (", "\n"),
        ]
        arguments = ["init", "--to", str(config)]
        status, said = talk(arguments, answers, folder=tmp_path, environment=user)
        assert status == 0, said
        photosync([*command, "pull", "demo-example", "--limit", "1", "--config", str(config)])
        assert len(list((tmp_path / "photos" / "demo-example").rglob("*.*"))) == 1
    finally:
        photosync([*command, "demo", "--stop"])
