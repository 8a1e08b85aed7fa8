"""Other programs in environments of their own, from the package index."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from filelock import FileLock

FOLDER = Path(__file__).parents[1] / ".bench"


class NotInstalledError(Exception):
    """A program cannot be had here."""


def installed(name: str, *requirements: str) -> Path:
    """The Python of an environment with these packages, which is made once. Raises `NotInstalledError`."""
    folder = FOLDER / name
    python, ready = folder / "bin" / "python", folder / "ready"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1"]
    FOLDER.mkdir(exist_ok=True)
    with FileLock(FOLDER / f"{name}.lock"):
        if not ready.exists():
            _run([sys.executable, "-m", "venv", "--clear", str(folder)])
            _run([*pip, *requirements])
            ready.touch()
    return python


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        raise NotInstalledError((error.stderr or str(error)).strip().splitlines()[-1]) from error
    except OSError as error:
        raise NotInstalledError(str(error)) from error
