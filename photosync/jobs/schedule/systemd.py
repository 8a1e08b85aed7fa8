"""Timers of systemd for this user: a service and a timer for each run, in `~/.config/systemd/user`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from photosync import documents, private_files
from photosync.jobs.schedule.scheduled import Run, Scheduled, SchedulerError, failed
from photosync.jobs.schedule.timetable import Timetable
from photosync.user_folders import expanded

_MARK = "# Made by: photosync schedule install"
_TIMEOUT_S = 60


def is_there() -> bool:
    """Whether this system has a running systemd for this user."""
    return shutil.which("systemctl") is not None and _systemctl("show-environment").returncode == 0


def folder() -> Path:
    """Where the user's units are."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or expanded("~/.config"), "systemd", "user")


def units(run: Run, when: Timetable) -> dict[str, str]:
    """The content of each file, by its name."""
    environment = "".join(f"Environment={_quoted(f'{name}={value}')}\n" for name, value in run.environment.items())
    head = f"{_MARK}\n[Unit]\nDescription=photosync: {run.name}\nDocumentation={documents.page_url('automation')}\n"
    service = (
        f"{head}\n[Service]\nType=oneshot\n{environment}ExecStart={' '.join(_escaped(each) for each in run.command)}\n"
        # Another run is going on, or a limit was reached cleanly.
        "SuccessExitStatus=7 8\nNice=10\n"
    )
    timer = (
        f"{head}\n[Timer]\nOnCalendar={when.calendar()}\nRandomizedDelaySec={when.jitter_min}min\n"
        "FixedRandomDelay=true\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n"
    )
    return {f"photosync-{run.name}.service": service, f"photosync-{run.name}.timer": timer}


def _quoted(text: str) -> str:
    """For a value in a unit file: https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html"""
    if not text.isprintable():
        raise SchedulerError("a unit of systemd cannot have such a name; use another path, or --cron")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return escaped if re.fullmatch(r"[\w@%+=:,./-]+", escaped, re.ASCII) else f'"{escaped}"'


def _escaped(argument: str) -> str:
    """For `ExecStart`, which replaces variables too."""
    return _quoted(argument).replace("$", "$$")


def installed() -> list[Scheduled]:
    """The runs that have a timer of ours."""
    found = []
    for timer in sorted(folder().glob("photosync-*.timer")):
        with suppress(OSError, UnicodeDecodeError):
            text, service = timer.read_text(), timer.with_suffix(".service").read_text()
            if text.startswith(_MARK):
                name = timer.stem.removeprefix("photosync-")
                found.append(Scheduled(name, "systemd", _value("OnCalendar", text), _value("ExecStart", service)))
    return found


def _value(key: str, unit: str) -> str:
    match = re.search(rf"^{key}=(.*)$", unit, re.MULTILINE)
    return match[1].replace("%%", "%").replace("$$", "$") if match else ""


def install(run: Run, when: Timetable) -> None:
    """Write the units of the run, and start its timer. Raises `SchedulerError`."""
    files = {folder() / name: content for name, content in units(run, when).items()}
    for path in files:
        if path.exists() and not path.read_text(errors="replace").startswith(_MARK):
            raise SchedulerError(f"{path} is not of photosync, and is not changed. Move it away, or use --cron")
    try:
        for path, content in files.items():
            private_files.write(path, content.encode())
    except OSError as error:
        raise SchedulerError(f"{folder()} cannot be written: {error.strerror}") from error
    _checked("the timer cannot be started", ["daemon-reload"], ["enable", "--now", f"photosync-{run.name}.timer"])


def remove(name: str) -> None:
    """Stop the timer of a run, and remove its units. Raises `SchedulerError`."""
    timer = folder() / f"photosync-{name}.timer"
    _checked("the timer cannot be stopped", ["disable", "--now", timer.name])
    for each in (timer, timer.with_suffix(".service")):
        each.unlink(missing_ok=True)
    _checked("the units cannot be read again", ["daemon-reload"])


def _checked(what: str, *commands: Sequence[str]) -> None:
    for each in commands:
        done = _systemctl(*each)
        if done.returncode != 0:
            raise failed(what, done.stderr.decode(errors="replace"))


def _systemctl(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = ["systemctl", "--user", *arguments]
    return subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=False)  # noqa: S603
