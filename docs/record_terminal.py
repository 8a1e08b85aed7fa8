"""Record `docs/images/terminal.svg`: real commands on the simulated services, and what they print. `make recording`."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pty
import re
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from pathlib import Path

import yaml
from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

COMMANDS = (
    "photosync pull demo-amazon --year 2019",
    "photosync audit demo-amazon --year 2019",
    "photosync verify",
    "photosync status",
)
COLUMNS = 80
RECORDING = Path(__file__).parent / "images/terminal.svg"


def main() -> None:
    """Run the commands as a new user with an empty home would, and write the picture."""
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary).resolve()
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {"HOME": str(home), "PATH": programs, "LANG": "C.UTF-8", "TERM": "xterm-256color"}
        try:
            environment["PHOTOSYNC_CONFIG"] = _start_services(home, environment)
            outputs = [(command, _output(command, home, environment)) for command in COMMANDS]
        finally:
            subprocess.run(["photosync", "demo", "--stop", "--quiet"], env=environment, check=False)
    RECORDING.write_text(_picture(outputs), encoding="utf-8")


def _start_services(home: Path, environment: dict[str, str]) -> str:
    """A configuration with one of the kept services: the status of all four is longer than a screen."""
    kept = ["photosync", "demo", "--keep", "--json"]
    told = subprocess.run(kept, env=environment, cwd=home, check=True, stdout=subprocess.PIPE)
    settings = yaml.safe_load(Path(json.loads(told.stdout)["config"]).read_text(encoding="utf-8"))
    settings["accounts"] = {"demo-amazon": settings["accounts"]["demo-amazon"]}
    config = home / "config.yaml"
    config.touch(mode=0o600)
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return str(config)


def _output(command: str, home: Path, environment: dict[str, str]) -> str:
    """What the command prints on a terminal. Progress, which goes to standard error, is not in the picture."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, COLUMNS))
    with subprocess.Popen(command.split(), env=environment, cwd=home, stdout=theirs) as running:
        os.close(theirs)
        text = b"".join(_pieces(ours))
    os.close(ours)
    if running.returncode:
        sys.exit(f"{command}: exit {running.returncode}")
    return text.decode().replace("\r\n", "\n").replace(str(home), "~").rstrip()


def _pieces(terminal: int) -> Iterator[bytes]:
    """What is written to the terminal, until nobody has it open: Linux tells that by an error."""
    with contextlib.suppress(OSError):
        while piece := os.read(terminal, 65536):
            yield piece


def _picture(outputs: list[tuple[str, str]]) -> str:
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for command, output in outputs:
        console.print(Text.assemble(("$ ", "green"), (command, "bold")))
        console.print(Text.from_ansi(f"{output}\n"))
    picture = console.export_svg(title="photosync", theme=DIMMED_MONOKAI, unique_id="terminal")
    # Without the font that every reader would fetch from another host.
    return re.sub(r"@font-face {.*?}\s*", "", picture, flags=re.DOTALL)


if __name__ == "__main__":
    main()
