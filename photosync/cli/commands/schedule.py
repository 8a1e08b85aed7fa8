"""`schedule`: lets cron or systemd run the program."""

from __future__ import annotations

import os
import random
import shlex
import shutil
import sys
import uuid
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from photosync.cli.command import command
from photosync.cli.options import DryRun, GeneralOptions
from photosync.cli.output import print_error, print_json, print_line, print_message, print_table
from photosync.errors import UsageError

if TYPE_CHECKING:
    from photosync.jobs.schedule.scheduled import Run, Scheduled
    from photosync.jobs.schedule.timetable import Timetable

schedule = typer.Typer(help="Let cron or systemd run photosync: show, install, remove.", rich_markup_mode=None)

ALLOWED = ("pull", "pick", "copy", "audit", "verify", "status", "export")
"""The commands that make sense without a person."""
_VARIABLES = ("PHOTOSYNC_STATE",)
"""Variables that a scheduled run needs as well; the configuration is named by an option."""

Cron = Annotated[bool, Option("--cron", help="In your crontab.")]
Systemd = Annotated[bool, Option("--systemd", help="As a timer of systemd for your user.")]


@schedule.command("show")
@command
def show(*, general: GeneralOptions) -> None:
    """Show what is scheduled."""
    found = _installed()
    if general.json:
        for each in found:
            print_json(each.as_json())
    elif found:
        print_table(
            ["NAME", "SCHEDULER", "WHEN", "COMMAND"],
            [[each.name, each.scheduler, each.when, each.command] for each in found],
        )
    elif not general.quiet:
        print_line("nothing is scheduled. For a pull every night: photosync schedule install")


@schedule.command("install")
@command
def install(
    *,
    words: Annotated[
        list[str] | None,
        Argument(metavar="COMMAND", help="What is run: pull, 'pull amazon', 'verify --sample 1%'. Usually: pull."),
    ] = None,
    every: Annotated[str | None, Option("--every", metavar="DURATION", help="How often: 30m, 6h, 1d, 1w.")] = None,
    at: Annotated[str | None, Option("--at", metavar="TIME", help="At this time of day, or a little later.")] = None,
    cron: Cron = False,
    systemd: Systemd = False,
    dry_run: DryRun = False,
    general: GeneralOptions,
) -> None:
    """Run a command regularly, at a time that differs a little from everybody else's."""
    from photosync.jobs.schedule.timetable import timetable

    arguments = _checked_command(words or ["pull"])
    run = _run(general, arguments)
    # Another time on each computer, and the same each time on this one, so that --dry-run shows what will be.
    chance = random.Random(f"{uuid.getnode()} {run.command}")  # noqa: S311 - no secret
    try:
        when = timetable(every, at, chance)
    except ValueError as error:
        raise UsageError(str(error)) from error
    scheduler = _scheduler(run, cron=cron, systemd=systemd, dry_run=dry_run)
    if scheduler == "systemd":
        shown = _install_timer(run, when, dry_run=dry_run)
    else:
        shown = _install_line(run, when.cron(chance), dry_run=dry_run)
    _tell(general, run, scheduler, shown, dry_run=dry_run)


@schedule.command("remove")
@command
def remove(
    *,
    name: Annotated[
        str | None, Argument(metavar="NAME", help="As `schedule show` lists it; without it, everything.")
    ] = None,
    dry_run: DryRun = False,
    general: GeneralOptions,
) -> None:
    """Remove what is scheduled; nothing else is changed."""
    from photosync.jobs.schedule import cron, systemd

    found = [each for each in _installed() if name in (None, each.name)]
    if name is not None and not found:
        known = ", ".join(each.name for each in _installed()) or "nothing"
        raise UsageError(f"'{name}' is not scheduled; scheduled: {known}")
    for each in found:
        if not dry_run:
            (systemd if each.scheduler == "systemd" else cron).remove(each.name)
        if general.json:
            print_json({**each.as_json(), "result": "would_remove" if dry_run else "removed"})
        elif not general.quiet:
            print_line(f"{'would be removed' if dry_run else 'removed'}: {each.name} ({each.scheduler})")
    if not found and not (general.json or general.quiet):
        print_line("nothing is scheduled")


def _installed() -> list[Scheduled]:
    from photosync.jobs.schedule import cron, systemd

    return [*(cron.installed() if cron.is_there() else []), *systemd.installed()]


def _checked_command(words: Sequence[str]) -> list[str]:
    """The words of the command, which is parsed as if it were run. Raises `UsageError`."""
    from photosync.cli.app import COMMANDS

    try:
        arguments = shlex.split(words[0]) if len(words) == 1 else list(words)
    except ValueError as error:
        raise UsageError(f"'{words[0]}' is no command: {error}") from error
    arguments = arguments[1:] if arguments[:1] == ["photosync"] else arguments
    if not arguments or arguments[0] not in ALLOWED:
        named = arguments[0] if arguments else ""
        raise UsageError(f"'{named}' cannot be scheduled; expected one of {', '.join(ALLOWED)}, with its options")
    function = getattr(import_module(f"photosync.cli.commands.{arguments[0]}"), COMMANDS[arguments[0]])
    alone = typer.Typer(rich_markup_mode=None, add_completion=False)
    alone.command(arguments[0])(function)
    typer.main.get_command(alone).make_context(f"photosync {arguments[0]}", arguments[1:])
    return arguments


def _run(general: GeneralOptions, arguments: Sequence[str]) -> Run:
    """The program as it is started now, with the same configuration, library and log file."""
    from photosync.jobs.schedule.scheduled import Run, name_of
    from photosync.user_folders import configuration_file, expanded

    configuration = expanded(general.config) if general.config else configuration_file()
    options = ["-q", "--config", str(configuration.absolute())]
    for option, value in (("--library", general.library), ("--log-file", general.log_file)):
        options += [option, str(expanded(value).absolute())] if value is not None else []
    variables = {name: os.environ[name] for name in _VARIABLES if os.environ.get(name)}
    return Run(name_of(arguments), [*_program(), *options, *arguments], variables)


def _program() -> list[str]:
    """How this program is started by its whole path: cron has a short PATH."""
    started = Path(sys.argv[0])
    found = shutil.which(started.name) if started.name == sys.argv[0] else str(started.absolute())
    if found and started.name == "photosync" and os.access(found, os.X_OK):
        return [found]
    return [sys.executable, "-m", "photosync"]


def _scheduler(run: Run, *, cron: bool, systemd: bool, dry_run: bool) -> str:
    """`cron` or `systemd`: what was asked for, else what is there. Raises `UsageError`."""
    from photosync.jobs.schedule import cron as crontab
    from photosync.jobs.schedule import systemd as timers
    from photosync.jobs.schedule.scheduled import shell_line

    if cron and systemd:
        raise UsageError("--cron and --systemd name two schedulers: use one of them")
    if dry_run and (cron or systemd):
        return "cron" if cron else "systemd"
    if not cron and timers.is_there():
        chosen = "systemd"
    elif not systemd and crontab.is_there():
        chosen = "cron"
    elif dry_run:
        return "cron"
    else:
        missing = "no crontab" if cron else "no systemd for your user" if systemd else "neither cron nor systemd"
        line = shell_line(run)
        raise UsageError(f"this computer has {missing}. Let its own scheduler run this once a day: {line}")
    other = next((each for each in _installed() if each.name == run.name and each.scheduler != chosen), None)
    if other is not None and not dry_run:
        raise UsageError(
            f"'{run.name}' is scheduled with {other.scheduler} already, and would run twice. Remove it first: "
            f"photosync schedule remove {run.name}"
        )
    return chosen


def _install_timer(run: Run, when: Timetable, *, dry_run: bool) -> str:
    from photosync.jobs.schedule import systemd

    if not dry_run:
        systemd.install(run, when)
    files = systemd.units(run, when)
    return "\n".join(f"# {systemd.folder() / name}\n{content}" for name, content in files.items())


def _install_line(run: Run, fields: str, *, dry_run: bool) -> str:
    from photosync.jobs.schedule import cron

    if not dry_run:
        cron.install(run, fields)
    return cron.block(run, fields)


def _tell(general: GeneralOptions, run: Run, scheduler: str, shown: str, *, dry_run: bool) -> None:
    from photosync.cli.known_names import variables

    if general.json:
        found = next((each for each in ([] if dry_run else _installed()) if each.name == run.name), None)
        content = found.as_json() if found else {"name": run.name, "scheduler": scheduler}
        print_json({**content, "result": "would_install" if dry_run else "installed", "text": shown})
    elif dry_run:
        for line in shown.rstrip("\n").split("\n"):
            print_line(line)
    elif not general.quiet:
        print_line(f"'{run.name}' is scheduled with {scheduler}. To see it: photosync schedule show")
        if scheduler == "systemd":
            print_message("It runs while you are signed in. To have it run always: loginctl enable-linger")
    missing = variables(general.config)
    if missing:
        where = "a drop-in of the service (systemctl --user edit)" if scheduler == "systemd" else "the crontab"
        print_error(
            f"the configuration takes {', '.join(missing)} from the environment, which {scheduler} does not have: set "
            f"it in {where}, or use keyring:NAME or a file"
        )
