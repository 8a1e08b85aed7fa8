"""Real files of many makers, where they are at hand: nothing is lost, everything can be taken back."""

import hashlib
import json
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pi_heif
import pytest
from PIL import Image, ImageSequence

from photosync.metadata import FixResult, Given, Mode, Outcome, Settings, fix, merge_sidecar, undo
from photosync.model import CaptureTime, GpsPosition, TimeMeaning

FOLDER = Path(__file__).parents[3] / "shared" / "photos"
SAMPLES = sorted(path for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".md")
EXIFTOOL = shutil.which("exiftool")

ONE_OF_EACH_KIND = {path.suffix.lower(): path for path in reversed(SAMPLES)}.values()

pytestmark = pytest.mark.skipif(not SAMPLES, reason="the sample photos are not here")

TAKEN = CaptureTime(datetime.fromisoformat("2021-07-06T18:22:01.250"), TimeMeaning.LOCAL)
EVERYTHING = Settings(
    artist="Ada Lovelace", copyright="© Ada", write_gps=True, remove_software=True, time_zone="Europe/Berlin"
)
CASES = {
    "dates": (Given(taken=TAKEN), Settings()),
    "everything": (Given(taken=TAKEN, gps=GpsPosition(-33.856784, 151.215297)), EVERYTHING),
    "instant": (
        Given(
            taken=CaptureTime(datetime.fromisoformat("2021-07-06T16:22:01"), TimeMeaning.INSTANT),
            added=datetime(2022, 1, 1, tzinfo=UTC),
        ),
        Settings(artist="Ada Lovelace", time_zone="America/St_Johns"),
    ),
    "sidecars alone": (Given(taken=TAKEN), Settings(mode=Mode.SIDECAR, artist="Ada Lovelace")),
}


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def every_sample() -> Iterator[object]:
    for path in SAMPLES:
        # all samples, several times each
        marks = [] if path in ONE_OF_EACH_KIND else [pytest.mark.slow]
        yield pytest.param(path, id=named(path), marks=marks)


@pytest.fixture(params=every_sample())
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    original: Path = request.param
    copy = tmp_path / original.name
    shutil.copyfile(original, copy)
    return copy


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "partial"
    folder.mkdir()
    return folder


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def frames(path: Path) -> list[tuple[str, tuple[int, int], bytes]] | str:
    """Mode, size and pixels of every frame; the kind of error where Pillow cannot decode."""
    pi_heif.register_heif_opener()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(path) as image:
                return [(frame.mode, frame.size, frame.tobytes()) for frame in ImageSequence.Iterator(image)]
        except (OSError, ValueError, SyntaxError, RuntimeError, EOFError) as error:
            return type(error).__name__


@pytest.mark.parametrize("case", CASES)
def test_every_sample_is_fixed_or_left_alone_with_a_reason(sample: Path, workspace: Path, case: str) -> None:
    given, settings = CASES[case]
    delivered = sha256(sample)
    done = fix(sample, given, settings, workspace)
    assert sha256(sample) == delivered, "the delivered file was touched"
    assert done.outcome is not Outcome.REFUSED
    if done.outcome is Outcome.FIXED:
        check_fixed(sample, done, given, settings, workspace)
    else:
        assert (done.path, done.undo, done.changes) == (sample, None, ())
        assert done.notes, "no reason is given"
        assert (done.outcome is Outcome.SIDECAR) == (done.sidecar is not None)
        assert list(workspace.iterdir()) == []
    if done.sidecar is not None:
        assert merge_sidecar(done.sidecar, done.sidecar).content is None
        again = fix(done.path, given, settings, workspace)
        assert again.sidecar == done.sidecar


def check_fixed(sample: Path, done: FixResult, given: Given, settings: Settings, workspace: Path) -> None:
    assert settings.mode is Mode.FIX
    assert done.changes
    assert done.undo is not None
    assert sha256(done.path) == done.undo.stored_sha256
    assert frames(done.path) == frames(sample), "pixels differ"
    fixed = Path(shutil.copyfile(done.path, sample.with_suffix(".fixed")))
    again = fix(fixed, replace(given, name=sample.name), settings, workspace)
    assert again.path == fixed, f"the second run changes {again.changes}"
    restored = undo(done.path, done.undo.encode(), workspace)
    assert sha256(restored) == sha256(sample)
    assert len(done.undo.encode()) < 2000


INTENDED = {
    *("DateTimeOriginal", "CreateDate", "SubSecTimeOriginal", "OffsetTime", "OffsetTimeOriginal"),
    *("OffsetTimeDigitized", "Artist", "Copyright", "Software", "TrackCreateDate", "MediaCreateDate"),
    *("GPSVersionID", "GPSLatitude", "GPSLongitude", "GPSLatitudeRef", "GPSLongitudeRef"),
    *("GPSAltitudeRef", "SceneType", "XResolution", "YResolution"),
}
"""Our fields, and those whose type was wrong; ExifTool gives the same name to a field in different groups."""
DERIVED = ("File:", "System:", "Composite:", "ExifTool:")
EXIF_GROUPS = ("IFD0", "IFD1", "ExifIFD", "GPS", "QuickTime", "Track")
CONTAINERS = {"MPImageStart", "MPImageLength", "MediaData", "WebP_Flags", "ImageWidth", "ImageHeight"}
"""What follows the fields: sizes and flags that containers keep of them, and the raw data that the proof compares."""


def told_by_exiftool(path: Path) -> dict[tuple[str, str], list[str]]:
    """All values by group and name, binary ones whole, so that a thumbnail or a preview that got lost is seen."""
    assert EXIFTOOL
    answer = subprocess.run(
        [EXIFTOOL, "-j", "-G1:4", "-a", "-u", "-U", "-b", "-ee", str(path)], capture_output=True, check=False
    )
    told: dict[str, Any] = json.loads(answer.stdout or b"[{}]")[0]
    found: dict[tuple[str, str], list[str]] = {}
    for key, value in told.items():
        if not key.startswith(DERIVED) and key != "SourceFile":
            found.setdefault((key.split(":")[0], key.split(":")[-1]), []).append(str(value))
    return {key: sorted(values) for key, values in found.items()}


@pytest.mark.skipif(EXIFTOOL is None, reason="ExifTool is not installed")
def test_exiftool_sees_nothing_else_change(sample: Path, workspace: Path) -> None:
    given, settings = CASES["everything"]
    done = fix(sample, given, settings, workspace)
    if done.outcome is not Outcome.FIXED:
        return
    fixed = done.path.rename(sample.with_name(f"fixed-{sample.name}"))
    before, after = told_by_exiftool(sample), told_by_exiftool(fixed)
    different = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert {key for key in different if not is_intended(*key)} == set()


def is_intended(group: str, name: str) -> bool:
    return name in CONTAINERS or (name in INTENDED and group.startswith(EXIF_GROUPS))
