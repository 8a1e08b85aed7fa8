"""Measures the fixer: the time for an untouched and for a fixed JPEG, and the amount of the file that is read.

python -m benchmarks.metadata_speed
"""

from __future__ import annotations

import argparse
import io
import os
import tempfile
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import piexif
from PIL import Image, ImageFilter

from photosync.metadata import FixResult, Given, Settings, fix
from photosync.model import CaptureTime, TimeMeaning

GIVEN = Given(taken=CaptureTime(datetime.fromisoformat("2021-07-06T18:22:01"), TimeMeaning.LOCAL))


def camera_photo(megabytes: float) -> bytes:
    """A JPEG of about this size with the usual Exif: noise, because a real photo compresses as badly."""
    side = int((megabytes * 2_000_000) ** 0.5)
    picture = Image.frombytes("RGB", (side, side), os.urandom(3 * side * side)).filter(ImageFilter.GaussianBlur(1))
    stamp = b"2021:07:06 18:22:01"
    content = {
        "0th": {0x010F: b"Maker", 0x0110: b"Model", 0x0131: b"1.0", 0x0132: stamp},
        "Exif": {0x9003: stamp, 0x9004: stamp, 0x927C: os.urandom(20_000)},
    }
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=93, exif=piexif.dump(content))
    return target.getvalue()


def best_ms(path: Path, given: Given, settings: Settings, rounds: int) -> tuple[float, FixResult]:
    """The best of several runs, without the time that the disk takes to sync."""
    best = float("inf")
    with tempfile.TemporaryDirectory(dir=path.parent) as workspace:
        for _ in range(rounds):
            start = time.perf_counter()
            done = fix(path, given, settings, Path(workspace))
            best = min(best, time.perf_counter() - start)
            if done.path != path:
                done.path.unlink()
    return best * 1000, done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        path = Path(folder, "photo.jpg")
        for megabytes in (0.5, 3, 6):
            path.write_bytes(camera_photo(megabytes))
            size = path.stat().st_size / 1e6
            left, done = best_ms(path, GIVEN, Settings(), options.rounds)
            print(f"{size:4.1f} MB  untouched                {left:6.2f} ms  ({done.outcome})")
            fixed, done = best_ms(path, GIVEN, Settings(artist="Ada"), options.rounds)
            print(f"{size:4.1f} MB  fixed                    {fixed:6.2f} ms  ({done.outcome})")
            hashed, done = best_ms(path, replace(GIVEN, sha256="0" * 64), Settings(artist="Ada"), options.rounds)
            print(f"{size:4.1f} MB  fixed, its hash is known {hashed:6.2f} ms  ({done.outcome})")


if __name__ == "__main__":
    main()
