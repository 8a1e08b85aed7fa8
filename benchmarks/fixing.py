"""The fixer: the time for an untouched and for a fixed JPEG, without the time that the disk takes to sync."""

from __future__ import annotations

import io
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import piexif
from PIL import Image, ImageFilter

from benchmarks.rows import Figure, Row
from benchmarks.setting import Setting
from photosync.metadata import Given, Settings, fix
from photosync.model import CaptureTime, TimeMeaning

GIVEN = Given(taken=CaptureTime(datetime.fromisoformat("2021-07-06T18:22:01"), TimeMeaning.LOCAL))


def _camera_photo(megabytes: float) -> bytes:
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


def measure(setting: Setting) -> Iterator[Row]:
    """The milliseconds for photos of three sizes, without a goal."""
    rounds = 3 if setting.quick else 20
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        path = Path(folder, "photo.jpg")
        for megabytes in (0.5, 3, 6):
            path.write_bytes(_camera_photo(megabytes))
            for what, given, settings in (
                ("untouched", GIVEN, Settings()),
                ("fixed", GIVEN, Settings(artist="Ada")),
                ("fixed, its hash is known", replace(GIVEN, sha256="0" * 64), Settings(artist="Ada")),
            ):
                times = [_ms(path, given, settings) for _ in range(rounds)]
                name = f"fix/{megabytes}MB/{what.replace(', its hash is ', '-')}"
                yield Row(name, f"a photo of {megabytes} MB, {what}", Figure.of(*times), "ms")


def _ms(path: Path, given: Given, settings: Settings) -> float:
    with tempfile.TemporaryDirectory(dir=path.parent) as workspace:
        began = time.perf_counter()
        fix(path, given, settings, Path(workspace))
        return (time.perf_counter() - began) * 1000
