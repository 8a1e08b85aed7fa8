"""`copy` beside `rclone copy`, in turns: the same files to the same S3 server, or to a folder; and the way back."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import yaml

from benchmarks import rclone
from benchmarks.made_library import make_library
from benchmarks.measuring import Measured, photosync, run
from benchmarks.rows import Figure, Row
from benchmarks.service import BenchmarkError
from benchmarks.setting import Setting
from photosync.testing.command import OWN_FOLDER, SUMS, Sandbox

_LEAST_OF_RCLONE = 0.9
_MOST_MB = 150
_LARGE_BYTES = 4 << 30
_AGAIN_GOAL_S = 2
Runs = Mapping[str, Sequence[Measured]]


def to_store(setting: Setting) -> Iterator[Row]:
    """Photos of 300 KB, and of 20 KB, to an S3 server."""
    yield from _to_store(setting, "copy/300KB", setting.items(2_000, 200), 300_000)
    yield from _to_store(setting, "copy/20KB", setting.items(20_000, 500), 20_000)


def large(setting: Setting) -> Iterator[Row]:
    """One video of 4 GB to an S3 server."""
    yield from _to_store(setting, "copy-large", 1, setting.size(_LARGE_BYTES, 100_000_000))


def to_folder(setting: Setting) -> Iterator[Row]:
    """Photos of 300 KB, and of 20 KB, to another folder; beside `cp -a` with a `sync` too."""
    for name, items, size_bytes in (
        ("copy-folder/300KB", setting.items(2_000, 200), 300_000),
        ("copy-folder/20KB", setting.items(20_000, 500), 20_000),
    ):
        with tempfile.TemporaryDirectory() as temporary:
            sandbox = _library(Path(temporary), items, size_bytes)
            runners = {
                "photosync": partial(_copy_to_folder, sandbox),
                "rclone": partial(_rclone_to_folder, sandbox),
                "cp and sync": partial(_cp, sandbox),
            }
            work = f"copy of {items:,} files of {size_bytes / 1000:,.0f} KB to a folder"
            yield from _beside_rclone(name, work, _in_turns(setting, work, runners), goal=None)


def again(setting: Setting) -> Iterator[Row]:
    """A second run, which finds that nothing is missing: 100,000 files, in a folder and at an S3 server."""
    items = setting.items(100_000, 1_000)
    with tempfile.TemporaryDirectory() as temporary:
        sandbox = _library(Path(temporary), items, 1_000)
        with rclone.serving(sandbox.folder) as server:
            there = {"folder": sandbox.folder / "copy", "S3": server.folder("copy")}
            copies: dict[str, object] = {"folder": str(there["folder"]), "S3": server.settings("copy")}
            for name, folder in there.items():
                shutil.copytree(sandbox.library, folder, ignore=shutil.ignore_patterns(OWN_FOLDER))
                _configure(sandbox, name, copies[name])
                photosync(sandbox, "copy", "-q")  # finds that they are there, and records it
            for name in there:
                _configure(sandbox, name, copies[name])
                work = f"a second copy of {items:,} files, {name}"
                runs = _in_turns(setting, work, {"photosync": lambda _: photosync(sandbox, "copy", "-q")})["photosync"]
                seconds = Figure.of(*(each.cpu_s for each in runs))
                parts = {"seconds of the clock s": [each.seconds for each in runs]}
                row = f"copy-again/{name.lower()}"
                yield Row(row, f"{work}: CPU", seconds, "s", _AGAIN_GOAL_S if name == "folder" else None, parts=parts)
                yield Row(f"{row}/memory", work, _peak(runs), "MB", _MOST_MB)


def back(setting: Setting) -> Iterator[Row]:
    """`restore --from` and `verify --copy` beside `rclone copy` from the same S3 server, which hashes nothing."""
    items, size_bytes = setting.items(2_000, 200), 300_000
    with tempfile.TemporaryDirectory() as temporary:
        sandbox = _library(Path(temporary), items, size_bytes)
        with rclone.serving(sandbox.folder) as server:
            _configure(sandbox, "copy", server.settings("copy"))
            photosync(sandbox, "copy", "-q")
            rclone_back = partial(_rclone_back, sandbox, server)
            size = f"{items:,} files of {size_bytes / 1000:,.0f} KB"
            restored = partial(_restored, sandbox)
            runs = _in_turns(setting, f"restore of {size}", {"photosync": restored, "rclone": rclone_back})
            yield from _beside_rclone("copy-back/restore", f"restore of {size}", runs, goal=None)
            verified = partial(_verified, sandbox)
            runs = _in_turns(setting, f"verify --copy of {size}", {"photosync": verified, "rclone": rclone_back})
            yield from _beside_rclone("copy-back/verify", f"verify --copy of {size}", runs, goal=None)


def _to_store(setting: Setting, name: str, items: int, size_bytes: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as temporary:
        sandbox = _library(Path(temporary), items, size_bytes)
        with rclone.serving(sandbox.folder) as server:
            runners = {
                "photosync": partial(_copy_to_store, sandbox, server),
                "rclone": partial(_rclone_to_store, sandbox, server),
            }
            work = f"copy of {items:,} files of {size_bytes / 1000:,.0f} KB to an S3 server"
            yield from _beside_rclone(name, work, _in_turns(setting, work, runners), goal=_LEAST_OF_RCLONE)


def _in_turns(setting: Setting, work: str, runners: Mapping[str, Callable[[str], Measured]]) -> Runs:
    """Each one in each round, every other round in the opposite order. A runner gets a name for a new place."""
    runs: dict[str, list[Measured]] = {name: [] for name in runners}
    for number in range(setting.rounds):
        for name in list(runners)[:: -1 if number % 2 else 1]:
            os.sync()  # what others left to be written
            done = runners[name](f"{name.split()[0]}-{number}")
            runs[name].append(done)
            setting.tell(f"{work}: {name} {done.seconds:.2f} s ({done.cpu_s:.2f} s CPU), {done.peak_mb:.0f} MB")
    return runs


def _beside_rclone(name: str, work: str, runs: Runs, goal: float | None) -> Iterator[Row]:
    figure = Figure.quotient(*([each.seconds for each in runs[who]] for who in ("rclone", "photosync")))
    parts = {f"{who} s": [each.seconds for each in done] for who, done in runs.items()}
    parts |= {f"{who} CPU s": [each.cpu_s for each in done] for who, done in runs.items()}
    yield Row(name, work, figure, "of rclone's throughput", goal, at_least=True, parts=parts)
    parts = {f"{who} MB": [each.peak_mb for each in done] for who, done in runs.items()}
    yield Row(f"{name}/memory", work, _peak(runs["photosync"]), "MB", _MOST_MB, parts=parts)


def _peak(runs: Sequence[Measured]) -> Figure:
    return Figure.of(*(each.peak_mb for each in runs))


def _library(folder: Path, items: int, size_bytes: int) -> Sandbox:
    sandbox = Sandbox(folder)
    sandbox.configure({})
    make_library(sandbox, items, size_bytes)
    return sandbox


def _configure(sandbox: Sandbox, name: str, settings: object) -> None:
    """Make it the one copy of the configuration."""
    content = yaml.safe_load(sandbox.config.read_text(encoding="utf-8"))
    sandbox.config.write_text(yaml.safe_dump({**content, "copies": {name: settings}}), encoding="utf-8")


# Each fills an empty place and clears it again


def _copy_to_store(sandbox: Sandbox, server: rclone.S3Server, place: str) -> Measured:
    _configure(sandbox, place, server.settings(place))
    done = photosync(sandbox, "copy", "-q")
    _check_and_remove(server.folder(place), sandbox)
    return done


def _rclone_to_store(sandbox: Sandbox, server: rclone.S3Server, place: str) -> Measured:
    done = server.copy(sandbox.library, server.address(place), sandbox.folder)
    _check_and_remove(server.folder(place), sandbox)
    return done


def _copy_to_folder(sandbox: Sandbox, place: str) -> Measured:
    folder = sandbox.folder / place
    folder.mkdir()
    _configure(sandbox, place, str(folder))
    done = photosync(sandbox, "copy", "-q")
    _check_and_remove(folder, sandbox)
    return done


def _rclone_to_folder(sandbox: Sandbox, place: str) -> Measured:
    folder = sandbox.folder / place
    done = rclone.copy(sandbox.library, folder, sandbox.folder)
    _check_and_remove(folder, sandbox)
    return done


def _cp(sandbox: Sandbox, place: str) -> Measured:
    folder = sandbox.folder / place
    command = 'cp -a "$0" "$1" && sync -f "$1"'
    done = run(["sh", "-c", command, str(sandbox.library), str(folder)], sandbox.folder, {"PATH": os.environ["PATH"]})
    _check_and_remove(folder, sandbox)
    return done


def _restored(sandbox: Sandbox, place: str) -> Measured:
    folder = sandbox.folder / place
    done = photosync(sandbox, "restore", "--from", "copy", "--to", str(folder), "-q")
    _check_and_remove(folder, sandbox)
    return done


def _verified(sandbox: Sandbox, _: str) -> Measured:
    return photosync(sandbox, "verify", "--copy", "copy", "-q")


def _rclone_back(sandbox: Sandbox, server: rclone.S3Server, place: str) -> Measured:
    folder = sandbox.folder / place
    done = server.copy(server.address("copy"), folder, sandbox.folder)
    _check_and_remove(folder, sandbox)
    return done


def _check_and_remove(folder: Path, sandbox: Sandbox) -> None:
    """Fail unless the copy has what the library has."""
    lines = (sandbox.library / SUMS).read_text(encoding="utf-8")
    check = ["sha256sum", "-c", "--quiet", "--strict", "-"]
    if subprocess.run(check, cwd=folder, input=lines, text=True, check=False).returncode:
        raise BenchmarkError(f"the copy in {folder} is not what the library has")
    shutil.rmtree(folder)
