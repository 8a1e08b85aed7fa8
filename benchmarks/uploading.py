"""Measures uploads: one large file, many small ones, and a push with nothing new.

    python -m benchmarks.uploading [--megabytes N] [--files N] [SERVICE …]

The simulated services run on the same machine at the same time: compare figures of one run with each other.
"""

from __future__ import annotations

import argparse
import tempfile
from itertools import islice
from pathlib import Path

from benchmarks.measuring import measure
from photosync.testing import SimulatorProcess
from photosync.testing.command import Sandbox
from photosync.testing.library import foreign_photos

_SERVICES = ("amazon", "clouddrive", "google")
"""Simulators that accept files of any size."""
_MOVIE_HEAD = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"


def main() -> None:
    """Print a line for each figure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=2048, help="how large the large file is")
    parser.add_argument("--files", type=int, default=1000, help="how many small files there are")
    parser.add_argument("services", nargs="*", default=_SERVICES)
    options = parser.parse_args()
    for service in options.services:
        with tempfile.TemporaryDirectory() as folder, SimulatorProcess(service, "--items", "0") as simulator:
            sandbox = Sandbox(Path(folder))
            sandbox.configure({service: simulator.account_settings})
            movie = _movie(sandbox.folder, options.megabytes)
            measure(sandbox, f"{service}: one file of {options.megabytes:,} MiB", "push", service, str(movie))
            photos = _photos(sandbox.folder, options.files)
            measure(sandbox, f"{service}: {options.files:,} small files", "push", service, str(photos))
            measure(sandbox, f"{service}: again, nothing new", "push", service, str(photos))


def _movie(folder: Path, megabytes: int) -> Path:
    path = folder / "movie.mp4"
    with path.open("wb") as file:
        file.write(_MOVIE_HEAD)
        file.truncate(megabytes << 20)
    return path


def _photos(folder: Path, count: int) -> Path:
    photos = folder / "photos"
    for number, content in enumerate(islice(foreign_photos(), count)):
        path = photos / f"{number % 12}" / f"IMG_{number:05}.JPG"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return photos


if __name__ == "__main__":
    main()
