"""A run that is scheduled, and how the program is started for it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from photosync.errors import PhotosyncError, UsageError


class SchedulerError(UsageError):
    """The system's scheduler is missing, or refuses."""


@dataclass(frozen=True, slots=True)
class Run:
    """What is started."""

    name: str
    """One run of this name is scheduled at most: `pull`, `pull-amazon`, `verify`."""
    command: Sequence[str]
    """The program, and its arguments."""
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A run that a scheduler has."""

    name: str
    scheduler: str
    """`cron` or `systemd`."""
    when: str
    command: str

    def as_json(self) -> dict[str, object]:
        """For `schedule show`."""
        return {"name": self.name, "scheduler": self.scheduler, "when": self.when, "command": self.command}


def name_of(arguments: Sequence[str]) -> str:
    """The name of a run: the words before the first option."""
    words: list[str] = []
    for each in arguments:
        if each.startswith("-"):
            break
        words.append(re.sub(r"[^\w.-]", "-", each, flags=re.ASCII))
    return "-".join(words)


def shell_line(run: Run) -> str:
    """The command line for a shell."""
    variables = [f"{name}={shlex.quote(value)}" for name, value in run.environment.items()]
    return " ".join([*variables, shlex.join(run.command)])


def failed(what: str, why: str) -> PhotosyncError:
    """The error of a scheduler's own command."""
    return SchedulerError(f"{what}: {' '.join(why.split()) or 'it gave no reason'}. Nothing was changed.")
