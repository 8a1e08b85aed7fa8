"""The files that hold secrets: the configuration, cookies, tokens. Nobody else should be able to read them."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from photosync.errors import Exit
from photosync.jobs.doctor.check import Check, Result


def secret_checks(state: Path, readable: Iterable[Path]) -> Iterator[Check]:
    """`readable`: files of the user with secrets that others can read. `state`: the program's own folder."""
    found = [*readable, *_readable_below(state)]
    for path in found:
        text = f"{path} has secrets, and other users of this computer can read it"
        yield Check("secrets", Result.WARNING, text, f"Protect it with: chmod 600 {shlex.quote(str(path))}")
    if not found:
        yield Check("secrets", Result.OK, "no file with secrets can be read by other users")
    above = next(each for each in (state, *state.parents) if os.path.lexists(each))
    if not os.access(above, os.W_OK | os.X_OK):
        text = f"photosync's state folder {state} cannot be written: tokens cannot be renewed"
        advice = "Give yourself the right to write there, or name another folder with PHOTOSYNC_STATE."
        yield Check("secrets", Result.ERROR, text, advice, exit=Exit.DESTINATION)


def _readable_below(state: Path) -> Iterator[Path]:
    if os.name != "posix":  # no modes
        return
    for folder, _, names in os.walk(state / "accounts"):
        for path in (Path(folder, name) for name in sorted(names)):
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode) and mode & (stat.S_IRGRP | stat.S_IROTH) and path.suffix != ".lock":
                yield path
