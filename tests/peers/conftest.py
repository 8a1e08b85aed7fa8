"""Other people's programs, unmodified, each in an environment of its own; and the photos that they upload."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from filelock import FileLock

from benchmarks import peer
from benchmarks.other_programs import FOLDER, NotInstalledError, installed
from photosync.testing import ExpectedItem
from photosync.testing.library import foreign_photos

ACD_CLI = ("acdcli==0.3.2", "requests<3", "setuptools<81")
"""It imports setuptools' pkg_resources and does not ask for it."""
PICKER_PROGRAM = ("google-api-python-client<3", "requests<3", "pysocks")
"""Without pysocks its HTTP client goes through no proxy."""
BACKEND = "acd"
"""The name of rclone's Cloud Drive backend, which later versions do not have."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program with a folder and an environment of its own."""

    command: tuple[str, ...]
    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, content: bytes = b"") -> str:
        """What it prints; it must succeed. `content` is its standard input."""
        usual = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder)}
        done = subprocess.run(
            [*self.command, *arguments],
            cwd=self.folder,
            env=usual | self.variables,
            input=content,
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout.decode()}\n{done.stderr.decode()}"
        return done.stdout.decode()


@dataclass(frozen=True, slots=True)
class Trip:
    """A folder to upload."""

    folder: Path
    md5: Mapping[str, str]
    """Of each file, by its path from the folder above."""


@pytest.fixture
def trip(tmp_path: Path) -> Trip:
    """Three photos in two folders that no service has."""
    folder, photos = tmp_path / "Trip", foreign_photos()
    (folder / "Day 1").mkdir(parents=True)
    contents = {name: next(photos) for name in ("a b.jpg", "Day 1/c.jpg", "Day 1/Größe & [2] (1).jpg")}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return Trip(folder, {f"Trip/{name}": _md5(content) for name, content in contents.items()})


def md5_of(folder: Path) -> list[str]:
    """The md5 of each file below a folder, sorted."""
    return sorted(_md5(path.read_bytes()) for path in folder.rglob("*") if path.is_file())


def md5_of_items(items: Iterable[ExpectedItem]) -> list[str]:
    """The same of a service's items."""
    return sorted(item.md5 for item in items)


def _md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


@pytest.fixture
def amazon_photos(tmp_path: Path) -> Program:
    """A script that uses amazon-photos."""
    script = Path(__file__).with_name("use_amazon_photos.py")
    return Program((str(_installed(peer.NAME, *peer.REQUIREMENTS)), str(script)), _home(tmp_path))


@pytest.fixture
def picker_program(tmp_path: Path) -> Program:
    """A script that picks with google-api-python-client."""
    python = _installed("google-api-python-client-2", *PICKER_PROGRAM)
    return Program((str(python), str(Path(__file__).with_name("use_picker.py"))), _home(tmp_path))


@pytest.fixture
def acd_cli(tmp_path: Path) -> Program:
    """The command acd_cli."""
    python = _installed("acd_cli-0.3.2", *ACD_CLI)
    return Program((str(python), str(python.with_name("acd_cli"))), _home(tmp_path))


@pytest.fixture
def rclone(tmp_path: Path) -> Program:
    """The command rclone: that of the system, or Debian's, which is unpacked and not installed."""
    if (there := shutil.which("rclone")) and _has_backend(there):
        return Program((there,), _home(tmp_path))
    folder = FOLDER / "rclone"
    command = folder / "usr" / "bin" / "rclone"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(FOLDER / "rclone.lock"):
        try:
            if not command.exists():
                subprocess.run(["apt-get", "download", "rclone"], cwd=folder, check=True, capture_output=True)
                (package,) = folder.glob("rclone_*.deb")
                subprocess.run(["dpkg", "-x", str(package), str(folder)], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"there is no rclone here, and Debian's cannot be had: {error}")
    if not _has_backend(str(command)):
        pytest.skip("the rclone that can be had here knows Amazon Cloud Drive no longer")
    return Program((str(command),), _home(tmp_path))


def _has_backend(rclone: str) -> bool:
    listed = subprocess.run([rclone, "help", "backends"], capture_output=True, text=True, check=False).stdout
    return BACKEND in listed.split()


def _installed(name: str, *requirements: str) -> Path:
    try:
        return installed(name, *requirements)
    except NotInstalledError as error:
        pytest.skip(f"{name} cannot be installed here: {error}")


def _home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    return home
