"""`demo`: the real program against simulated services on this machine, into a real folder."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path

import typer
import yaml

from photosync import config
from photosync.cli import output
from photosync.cli.commands import pick as picking
from photosync.cli.commands import pull as pulling
from photosync.cli.commands.status import show_status
from photosync.cli.general import General
from photosync.cli.options import Wish
from photosync.errors import Exit
from photosync.library import SUMS_NAME
from photosync.testing import Fault, Simulator, simulator_named

ITEMS = 300
LATENCY_S = 0.02
"""A service that answered at once would be no demonstration."""


def demo(general: General, seed: int) -> None:
    """Pull from every simulated service, twice, and show what is there."""
    library = (general.library or Path("photosync-demo")).absolute()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="photosync-demo-")))
        os.environ["PHOTOSYNC_STATE"] = str(folder / "state")  # the demo leaves nothing but its library
        settings: dict[str, object] = {}
        for name in sorted(entry.name for entry in entry_points(group="photosync.simulators")):
            simulator = stack.enter_context(_simulator(name, seed))
            settings[name] = simulator.account_settings()
            output.print_line(f"A simulated {name} with {ITEMS} photos and videos answers at {simulator.url}.")
        file = folder / "config.yaml"
        file.write_text(yaml.safe_dump({"library": str(library), "accounts": settings}), encoding="utf-8")
        status = _show(replace(general, config=file, library=library), library)
    raise typer.Exit(int(status))


def _simulator(name: str, seed: int) -> Simulator:
    simulator = simulator_named(name)(items=ITEMS, seed=seed, size="demo")
    simulator.faults.latency = Fault(value=LATENCY_S)
    return simulator


def _show(general: General, library: Path) -> Exit:
    pull = pulling.Request(account=None, wish=Wish())
    output.print_line("\n$ photosync pull")
    first = pulling.pull_accounts(general, pull)
    picked = [_pick(general, name) for name in _accounts_to_pick(general)]
    output.print_line("\n$ photosync pull          # again: nothing is new, so hardly anything is asked")
    second = pulling.pull_accounts(general, pull)
    output.print_line("\n$ photosync status")
    show_status(general)
    _show_folders(library)
    output.print_line(f"\nThe pictures are in {library}. Any machine can check them, without photosync:")
    output.print_line(f"\n    cd {library} && sha256sum -c --quiet {SUMS_NAME}")
    return Exit.worst([first, *picked, second])


def _accounts_to_pick(general: General) -> list[str]:
    configured = config.load(general.config).accounts.values()
    return [account.name for account in configured if account.provider.facts.needs_picking]


def _pick(general: General, name: str) -> Exit:
    """Here a person would pick; the simulated service does it by itself after a few looks."""
    output.print_line(f"\n$ photosync pick {name}")
    request = pulling.Request(account=name, wish=Wish())
    return picking.pick_account(general, picking.PickRequest(request, browser=False))


def _show_folders(library: Path) -> None:
    output.print_line("")
    for account in sorted(path for path in library.iterdir() if path.is_dir() and not path.name.startswith(".")):
        for folder in sorted(path for path in account.iterdir() if path.is_dir()):
            files = sum(1 for path in folder.rglob("*") if path.is_file())
            output.print_line(f"{folder.relative_to(library)}/  {files} files")
