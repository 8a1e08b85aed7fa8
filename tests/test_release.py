"""The wheel, in an empty environment that has nothing but what it declares: it runs, and it has all its files."""

from __future__ import annotations

import re
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from photosync.documents import ADDRESS

ROOT = Path(__file__).parents[1]
_IMPORT_ALL = """
import pkgutil, importlib
for name in ("photosync", "photosync_amazon", "photosync_aura", "photosync_clouddrive", "photosync_google"):
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, f"{name}."):
        if "testing" not in module.name and "simulator" not in module.name and "__main__" not in module.name:
            importlib.import_module(module.name)
"""

pytestmark = pytest.mark.slow  # builds, and makes an environment


@dataclass(frozen=True, slots=True)
class Installed:
    """An environment with the wheel."""

    folder: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        program, *arguments = command
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        return subprocess.run(
            [self.folder / "bin" / program, *arguments],
            env={"HOME": str(home), "PATH": "/usr/bin:/bin", "PHOTOSYNC_CLOCK_SPEED": "10"},
            cwd=home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def add(self, requirement: str) -> None:
        """Add what is required, and what that requires, as links to what is installed for development."""
        target = next((self.folder / "lib").glob("python*/site-packages"))
        for name in _closure(Requirement(requirement), {}):
            found = distribution(name)
            for top in {Path(path).parts[0] for path in found.files or () if not str(path).startswith("..")}:
                link = target / top
                if not link.exists():
                    link.symlink_to(Path(str(found.locate_file(top))))


def _closure(wanted: Requirement, seen: dict[str, None]) -> dict[str, None]:
    name = re.sub(r"[-_.]+", "-", wanted.name).lower()
    if name not in seen:
        seen[name] = None
        for text in distribution(name).requires or ():
            each = Requirement(text)
            if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in ("", *wanted.extras)):
                _closure(each, seen)
    return seen


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the source distribution, as a user's pip does."""
    folder = tmp_path_factory.mktemp("dist")
    build = "import sys; from hatchling import build; build.{}(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build.format("build_sdist"), folder], cwd=ROOT, check=True)
    (source,) = folder.glob("*.tar.gz")
    subprocess.run(["tar", "xzf", source, "-C", folder], check=True)
    (unpacked,) = (path for path in folder.iterdir() if path.is_dir())
    subprocess.run([sys.executable, "-c", build.format("build_wheel"), folder], cwd=unpacked, check=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    made = Installed(tmp_path_factory.mktemp("environment"))
    venv.create(made.folder, symlinks=True)
    pip = [sys.executable, "-m", "pip", "--python", str(made.folder / "bin" / "python"), "install"]
    options = ("--no-deps", "--no-index", "--quiet", "--disable-pip-version-check")
    subprocess.run([*pip, *options, str(wheel)], check=True)
    for text in _requirements(wheel):
        requirement = Requirement(text)
        if requirement.marker is None:
            made.add(text)
    yield made
    made.run("photosync", "demo", "--stop")


def _requirements(wheel: Path) -> list[str]:
    return _metadata(wheel).get_all("Requires-Dist") or []


def _metadata(wheel: Path) -> Message:
    with ZipFile(wheel) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def test_it_says_where_its_documents_are(wheel: Path) -> None:
    urls = dict(each.split(", ") for each in _metadata(wheel).get_all("Project-URL") or [])
    assert urls["Documentation"] == ADDRESS


def test_it_has_the_types_of_the_python_api(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        assert {"photosync/py.typed", "photosync/__init__.pyi"} <= {*archive.namelist()}


def test_the_program_runs_with_what_the_wheel_declares(installed: Installed) -> None:
    assert installed.run("photosync", "--version").stdout.startswith("photosync ")
    for name in ("amazon", "aura", "clouddrive", "google"):
        assert name in installed.run("photosync", "providers").stdout
    example = installed.run("photosync", "init", "--example").stdout
    assert example == (ROOT / "photosync" / "config.example.yaml").read_text(encoding="utf-8")
    everything = installed.run("python", "-c", _IMPORT_ALL)
    assert everything.returncode == 0, everything.stderr


def test_the_simulated_services_need_the_extra_that_they_name(installed: Installed) -> None:
    without = installed.run("photosync", "demo")
    assert (without.returncode, without.stdout) == (2, "")
    assert "pip install 'photosync-cli[demo]'" in without.stderr
    installed.add("photosync-cli[demo]")
    kept = installed.run("photosync", "demo", "--keep")
    assert kept.returncode == 0, kept.stderr
    config = str(installed.folder / "home" / ".local" / "state" / "photosync" / "demo" / "config.yaml")
    pulled = installed.run("photosync", "pull", "demo-amazon", "--limit", "2", "--config", config)
    assert pulled.returncode == 0, pulled.stderr
    assert "2 saved" in pulled.stdout
