"""Uploads to three simulated services: one large file, many small ones, and a push with nothing new."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks.measuring import photosync
from benchmarks.rows import Figure, Row
from benchmarks.setting import Setting
from photosync.testing import SimulatorProcess
from photosync.testing.command import Sandbox
from photosync.testing.library import foreign_photos

_SERVICES = ("amazon", "clouddrive", "google")
"""Simulators that accept files of any size."""
_MOVIE_HEAD = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"


def measure(setting: Setting) -> Iterator[Row]:
    """The seconds of each, without a goal."""
    megabytes, files = setting.size(1024, 2), setting.size(1000, 10)
    for service in _SERVICES:
        with tempfile.TemporaryDirectory() as folder, SimulatorProcess(service, "--items", "0") as simulator:
            sandbox = Sandbox(Path(folder))
            sandbox.configure({service: simulator.account_settings})
            photos = str(_photos(sandbox.folder, files))
            for name, work, path in (
                ("large", f"one file of {megabytes:,} MiB", str(_movie(sandbox.folder, megabytes))),
                ("small", f"{files:,} small files", photos),
                ("again", f"{files:,} small files again, nothing new", photos),
            ):
                done = photosync(sandbox, "push", service, path, "-q")
                setting.tell(f"{service}: push of {work}: {done.seconds:.2f} s")
                parts = {"CPU s": [done.cpu_s], "peak MB": [done.peak_mb]}
                yield Row(
                    f"push/{service}/{name}", f"{service}: push of {work}", Figure.of(done.seconds), "s", parts=parts
                )


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
