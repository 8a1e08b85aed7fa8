"""The user's crontab: a marked block for each run. All other lines stay as they are, byte for byte."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator

from photosync.jobs.schedule.scheduled import Run, Scheduled, SchedulerError, failed, shell_line

_BEGIN = re.compile(rb"# photosync ([\w.-]+): begin\b.*")
_TIMEOUT_S = 60


def is_there() -> bool:
    """Whether this system has cron."""
    return shutil.which("crontab") is not None


def block(run: Run, fields: str) -> str:
    """The lines of a run."""
    command = shell_line(run)
    if not command.isprintable():
        raise SchedulerError("a line of a crontab cannot have such a name; use another path, or --systemd")
    # `%` would be a new line.
    line = f"{fields} {command}".replace("%", "\\%")
    return f"# photosync {run.name}: begin (made by: photosync schedule install)\n{line}\n# photosync {run.name}: end\n"


def installed() -> list[Scheduled]:
    """The runs in the crontab."""
    return [found for found, _, _ in _blocks(_read())]


def install(run: Run, fields: str) -> None:
    """Add the run, or replace the one of its name. Raises `SchedulerError`."""
    before = _read()
    rest = _without(before, run.name)
    end = b"" if not rest or rest.endswith(b"\n") else b"\n"
    _write(rest + end + block(run, fields).encode())


def remove(name: str) -> None:
    """Remove a run. Raises `SchedulerError`."""
    _write(_without(_read(), name))


def _without(content: bytes, name: str) -> bytes:
    for found, begin, end in reversed(list(_blocks(content))):
        if found.name == name:
            content = content[:begin] + content[end:]
    return content


def _blocks(content: bytes) -> Iterator[tuple[Scheduled, int, int]]:
    """The runs, each with the place of its block."""
    position, lines = 0, content.splitlines(keepends=True)
    inside: tuple[str, int, list[str]] | None = None
    for line in lines:
        begin = _BEGIN.fullmatch(line.rstrip(b"\r\n"))
        position += len(line)
        if inside is None:
            if begin:
                inside = (begin[1].decode(), position - len(line), [])
        elif line.strip() == f"# photosync {inside[0]}: end".encode():
            name, start, held = inside
            fields = (held[0] if held else "").split(maxsplit=5)
            when, command = " ".join(fields[:5]), "".join(fields[5:]).replace("\\%", "%")
            yield Scheduled(name, "cron", when, command), start, position
            inside = None
        elif begin:
            break
        else:
            inside[2].append(line.decode(errors="replace").strip())
    if inside is not None:
        raise SchedulerError(
            f"the crontab has '# photosync {inside[0]}: begin' without its end, so its lines are not told from "
            "yours. Remove them with: crontab -e"
        )


def _read() -> bytes:
    done = subprocess.run(["crontab", "-l"], capture_output=True, timeout=_TIMEOUT_S, check=False)  # noqa: S607
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode(errors="replace")
    if "no crontab" in said.lower() or not said.strip():
        return b""
    raise failed("the crontab cannot be read", said)


def _write(content: bytes) -> None:
    done = subprocess.run(
        ["crontab", "-"],  # noqa: S607
        input=content,
        capture_output=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        raise failed("the crontab cannot be written", done.stderr.decode(errors="replace"))
