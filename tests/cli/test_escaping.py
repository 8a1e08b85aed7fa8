"""Nothing that a service or a file name has reaches a terminal as it is. The real command."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Iterator

import pytest

from photosync.characters import is_visible
from photosync.cli.output import print_table
from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator

NASTY = (
    "clear\x1b[2J\x1b]0;title\x07.jpg",
    "c1\x9b31m.jpg",
    "line\nphotosync: all is well\r.jpg",
    "holiday\u202egpj.exe.jpg",
    "isolate\u2066\u2069\u200f\u061c.jpg",
    "zero\u200bwidth\ufeff.jpg",
    "[bold red]markup[/] [link=https://example.org]x[/link] :smile:.jpg",
    "line\u2028separator.jpg",
)


@pytest.fixture(scope="module")
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=0) as running:
        for name in NASTY:
            running.library.add(name=name)
        yield running


def on_a_terminal(sandbox: Sandbox, *arguments: str) -> str:
    """What the command writes to a terminal, without what only a program that draws bars writes."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "photosync", *arguments, "--config", str(sandbox.config)]
    environment = {**sandbox.environment(), "TERM": "dumb", "COLUMNS": "200"}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    written = b""
    while True:
        try:
            chunk = os.read(ours, 1 << 16)
        except OSError:  # EIO: the other end is closed
            break
        if not chunk:
            break
        written += chunk
    os.close(ours)
    process.wait()
    return written.decode().replace("\r\n", "\n")


def check(text: str) -> None:
    for line in text.split("\n"):
        assert all(map(is_visible, line)), repr(line)
        assert line != "photosync: all is well"


@pytest.mark.parametrize("has_terminal", [False, True])
def test_no_command_writes_what_a_service_named(
    sandbox: Sandbox, simulator: AmazonSimulator, *, has_terminal: bool
) -> None:
    simulator.faults.not_found = Fault(items={simulator.library.id_of(0), simulator.library.id_of(2)})
    commands = [
        *(["list", "amazon"], ["list", "amazon", "--json"], ["pull", "amazon", "--dry-run"]),
        *(["pull", "amazon", "--log-file", str(sandbox.folder / "log")], ["list", "amazon", "--saved"]),
        *(["pull", "amazon", "-vv"], ["pull", "amazon", "--json"], ["status"], ["collections", "amazon"]),
        *(["why", simulator.library.id_of(1)], ["list", "amazon", "\x1b[2J"], ["why", "\x1b[2J"]),
    ]
    shown = ""
    for command in commands[:5] if has_terminal else commands:
        if has_terminal:
            text = on_a_terminal(sandbox, *command)
        else:
            result = sandbox.run(*command)
            text = result.stdout + result.stderr
        check(text)
        shown += text
    check((sandbox.folder / "log").read_text(encoding="utf-8"))
    assert r"\x1b[2J" in shown
    assert r"holiday\u202egpj" in shown
    assert "[bold red]markup[/] [link=https://example.org]x[/link] :smile:" in shown


def test_nor_what_a_file_is_called(sandbox: Sandbox) -> None:
    photos = sandbox.folder / "photos"
    photos.mkdir()
    for number, name in enumerate((*NASTY, "caf\udce9.jpg")):
        content = (
            b"no photo" if number % 2 else b"\xff\xd8\xff\xe0\x00\x04xx\xff\xda\x00\x02x\xff\xd9" + bytes([number])
        )
        (photos / name.replace("/", "")).write_bytes(content)
    for command in (
        *(
            ["push", "amazon", str(photos), "--dry-run"],
            ["push", "amazon", str(photos)],
            ["fix", "--dry-run", str(photos)],
        ),
        *(
            ["fix", str(photos)],
            ["fix", str(photos), "--sidecar"],
            ["why", str(photos / NASTY[0])],
            ["fix", str(photos / "\x1b[2J")],
        ),
    ):
        result = sandbox.run(*command)
        assert result.exit in (0, 2, 3), result
        check(result.stdout + result.stderr)


def test_columns_fit_what_a_terminal_shows(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["NAME", "SIZE"], [["ab", "1"], ["日", "1"], ["re\u0301", "1"], ["\x1b", "1"]])
    # Before the number: 4 columns and 2 blanks. One character takes two columns, another none.
    assert [line.rindex("1") for line in capsys.readouterr().out.splitlines()[1:]] == [6, 5, 7, 6]
