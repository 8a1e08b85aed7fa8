"""`demo`: the real program against simulated services on this machine, into a real folder."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

from typer import Option

from photosync.cli.command import command
from photosync.cli.commands.pick import PickRun
from photosync.cli.commands.pull import PullRun
from photosync.cli.commands.status import print_status
from photosync.cli.options import GeneralOptions
from photosync.cli.output import print_json, print_line
from photosync.cli.terminal import Terminal
from photosync.errors import Exit, UsageError

if TYPE_CHECKING:
    from photosync.testing import Simulator

LIBRARY = Path("photosync-demo")


@command
def demo(
    *,
    seed: Annotated[int, Option("--seed", metavar="N", help="Another seed makes other pictures.")] = 2023,
    keep: Annotated[
        bool, Option("--keep", help="Leave the services running, with a configuration to try everything on them.")
    ] = False,
    stop: Annotated[bool, Option("--stop", help="End the services that --keep left running.")] = False,
    general: GeneralOptions,
) -> Exit:
    """Try everything on simulated services, without an account or a network."""
    from photosync.cli import kept_services

    if keep and stop:
        raise UsageError("--keep and --stop contradict each other: use one of them")
    if stop:
        return _stop(general)
    kept_services.check_simulators()
    return _keep(general, seed) if keep else _show_everything(general, seed)


def _show_everything(general: GeneralOptions, seed: int) -> Exit:
    import tempfile
    from importlib.metadata import entry_points

    import yaml

    from photosync.testing.kept import ITEMS

    library = (general.library or LIBRARY).absolute()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="photosync-demo-")))
        os.environ["PHOTOSYNC_STATE"] = str(folder / "state")  # the demo leaves nothing but its library
        accounts: dict[str, object] = {}
        for name in sorted(entry.name for entry in entry_points(group="photosync.simulators")):
            simulator = stack.enter_context(_simulator(name, seed))
            accounts[name] = simulator.account_settings()
            print_line(f"A simulated {name} with {ITEMS} photos and videos answers at {simulator.url}.")
        config = folder / "config.yaml"
        config.touch(mode=0o600)
        config.write_text(yaml.safe_dump({"library": str(library), "accounts": accounts}), encoding="utf-8")
        return _pull_and_show(replace(general, config=config, library=library), library)


def _keep(general: GeneralOptions, seed: int) -> Exit:
    from photosync.cli import kept_services

    config = kept_services.configuration()
    services = kept_services.running()
    if not services or not config.exists():
        services = services or kept_services.start(seed)
        kept_services.write_configuration(services, (general.library or LIBRARY).absolute())
    if general.json:
        print_json({"config": str(config), "services": {each.account: each.url for each in services}})
        return Exit.OK
    for each in services:
        print_line(f"A simulated {each.provider} with {each.items} photos and videos answers at {each.url}.")
    first = services[0].account
    for line in _NEXT.format(config=quote(str(config)), first=first).splitlines():
        print_line(line)
    return Exit.OK


_NEXT = """
They run until `photosync demo --stop`, or until this computer is shut down. To try the program on them:

    export PHOTOSYNC_CONFIG={config}
    photosync pull {first} --year 2023
    photosync status

To set it up as you would for the real services, which asks for everything:

    photosync init"""


def _stop(general: GeneralOptions) -> Exit:
    from photosync.cli import kept_services

    was_running = kept_services.stop()
    if general.json:
        print_json({"stopped": was_running})
    elif not general.quiet:
        print_line(
            f"The simulated services have ended. Their configuration stays in {kept_services.folder()}"
            if was_running
            else "No simulated services were running."
        )
    return Exit.OK


def _simulator(name: str, seed: int) -> Simulator:
    from photosync.testing import Fault, simulator_named
    from photosync.testing.kept import ITEMS, LATENCY_S

    simulator = simulator_named(name)(items=ITEMS, seed=seed, size="demo")
    simulator.faults.latency = Fault(value=LATENCY_S)
    return simulator


def _pull_and_show(general: GeneralOptions, library: Path) -> Exit:
    from photosync.cli.opening import load_config
    from photosync.jobs.pull.pick import PickOptions
    from photosync.library import SUMS_NAME

    print_line("")
    print_line("$ photosync pull")
    statuses = [PullRun(general).pull()]
    for name, account in load_config(general).accounts.items():
        if account.provider.facts.needs_picking:  # the simulated service picks by itself after a few requests
            print_line("")
            print_line(f"$ photosync pick {name}")
            run = PullRun(general, name, command="pick")
            statuses.append(PickRun(run, Terminal(browser=False), PickOptions()).pick())
    print_line("")
    print_line("$ photosync pull          # again: nothing is new, so hardly anything is asked")
    statuses.append(PullRun(general).pull())
    print_line("")
    print_line("$ photosync status")
    print_status(general)
    _show_folders(library)
    print_line("")
    print_line(f"The pictures are in {library}. Any machine can check them, without photosync:")
    print_line("")
    print_line(f"    cd {library} && sha256sum -c --quiet {SUMS_NAME}")
    print_line("")
    print_line("Next, on simulated services that stay: photosync demo --keep")
    print_line("With your own accounts: photosync init")
    return Exit.worst(statuses)


def _show_folders(library: Path) -> None:
    print_line("")
    for account in sorted(path for path in library.iterdir() if path.is_dir() and not path.name.startswith(".")):
        for folder in sorted(path for path in account.iterdir() if path.is_dir()):
            files = sum(1 for path in folder.rglob("*") if path.is_file())
            print_line(f"{folder.relative_to(library)}/  {files} files")
