"""A person at a terminal: reads what the command shows, and types."""

from __future__ import annotations

import os
import pty
import select
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_WAIT_S, _WAITS = 5, 12
"""A program that shows nothing for so long, so many times, hangs."""
_CTRL_C = "\x03"


def talk(
    arguments: Sequence[str],
    answers: Sequence[tuple[str, str | Callable[[], str]]],
    *,
    folder: Path,
    environment: Mapping[str, str],
) -> tuple[int, str]:
    """Run `photosync ARGUMENTS` on a terminal: after each text that it shows, type the answer, or what a function says.

    Returns the exit status, and all that was shown.
    """
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execve(sys.executable, [sys.executable, "-m", "photosync", *arguments], dict(environment))
    shown, read, waits = b"", 0, 0
    todo = list(answers)
    while waits < _WAITS:
        if not select.select([terminal], [], [], _WAIT_S)[0]:
            waits += 1
            if answers and not todo and answers[-1][1] == _CTRL_C:
                # One that comes just before the program reads is not noticed.
                os.write(terminal, _CTRL_C.encode())
            continue
        waits = 0
        try:
            part = os.read(terminal, 4096)
        except OSError:  # the end of the other side
            break
        shown += part
        while todo and todo[0][0].encode() in shown[read:]:
            mark, answer = todo.pop(0)
            read = shown.index(mark.encode(), read) + len(mark)
            os.write(terminal, (answer if isinstance(answer, str) else answer()).encode())
    os.close(terminal)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    said = shown.decode().replace("\r\n", "\n")
    assert not todo, f"never shown: {todo[0][0]}\n{said}"
    return status, said
