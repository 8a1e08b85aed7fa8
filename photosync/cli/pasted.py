"""What the user copied elsewhere: from a file, from standard input, or pasted into the terminal."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from photosync.api.sign_in import MOST_BYTES, content_of
from photosync.cli.output import print_message

_CHUNK_BYTES = 64 * 1024
_END_OF_FILE = b"\x04"
_QUIET_S = 0.3
"""A paste comes in parts. An empty line ends it only if nothing follows for this time: what is pasted may have one."""


def from_file(name: str) -> bytes:
    """The content of a file; `-` is standard input. Raises `UsageError`."""
    if name == "-":
        return from_standard_input() or b""
    return content_of(name)


def from_standard_input() -> bytes | None:
    """All of it; None if there is nothing, as under cron."""
    if sys.stdin is None:
        return None
    return sys.stdin.buffer.read(MOST_BYTES + 1) or None


def from_terminal(how: str) -> bytes | None:
    """What is pasted into the terminal, up to an empty line or Ctrl-D. It is not shown, because it may be secret."""
    with _unbuffered() as is_unbuffered:
        print_message(f"{how}\n\nPaste, then press Enter twice (nothing is shown):")
        content = _pasted() if is_unbuffered else _lines()
    print_message(f"{len(content):,} characters were pasted.")
    return content if content.strip() else None


@contextmanager
def _unbuffered() -> Iterator[bool]:
    """Without lines and echo: in lines, a terminal takes 4,095 characters and loses the rest of a long one."""
    try:
        import termios
    except ImportError:  # Windows, whose console has no such limit
        yield False
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    changed = [*before[:6], [*before[6]]]
    changed[3] &= ~(termios.ICANON | termios.ECHO)
    changed[6][termios.VMIN], changed[6][termios.VTIME] = 1, 0
    # Not with TCSAFLUSH, which would discard what the user has typed ahead.
    termios.tcsetattr(terminal, termios.TCSADRAIN, changed)
    try:
        yield True
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _pasted() -> bytes:
    terminal = sys.stdin.fileno()
    content = bytearray()
    while len(content) <= MOST_BYTES:
        chunk = os.read(terminal, _CHUNK_BYTES)
        before, ends, _ = chunk.partition(_END_OF_FILE)
        content += before
        is_empty_line = content.endswith(b"\n\n") or not content.strip(b"\n")
        if not chunk or ends or (is_empty_line and not select.select([terminal], [], [], _QUIET_S)[0]):
            break
    return bytes(content)


def _lines() -> bytes:
    lines: list[str] = []
    while (line := sys.stdin.readline()).strip():
        lines.append(line)
    return "".join(lines).encode("utf-8", "surrogateescape")
