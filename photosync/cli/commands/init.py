"""`init`: makes the first configuration."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

from typer import Option

from photosync.cli.command import command
from photosync.cli.options import GeneralOptions
from photosync.cli.output import print_error, print_json, print_line
from photosync.errors import ConfigError, DestinationError, Exit, PhotosyncError, UsageError

if TYPE_CHECKING:
    from photosync.cli.set_up.new_configuration import NewConfiguration
    from photosync.provider import ConvertedAccount

_MOST_BYTES = 1024 * 1024
_LIBRARY = "library: ~/Pictures/photosync  # where the photos go; a frame with a path has its own folder"


@command
def init(
    *,
    answers: Annotated[
        Path | None, Option("--answers", metavar="FILE", help="Ask nothing: a file has the answers.")
    ] = None,
    no_test: Annotated[bool, Option("--no-test", help="With --answers: contact no service.")] = False,
    example: Annotated[
        bool, Option("--example", help="Show the example configuration, or write it with --to.")
    ] = False,
    from_file: Annotated[
        Path | None, Option("--from", metavar="FILE", help="The other program's configuration: credentials.ini.")
    ] = None,
    to_file: Annotated[
        Path | None, Option("--to", metavar="FILE", help="The file to make; by default the usual configuration.")
    ] = None,
    replace: Annotated[
        bool, Option("--replace", help="Replace a configuration that exists; it is kept beside it.")
    ] = False,
    general: GeneralOptions,
) -> Exit:
    """Make the first configuration: ask for everything, and try each account."""
    if sum((answers is not None, example, from_file is not None)) > 1:
        raise UsageError("--answers, --example and --from contradict each other: use one of them")
    if no_test and answers is None:
        raise UsageError("--no-test goes with --answers alone")
    if example:
        return _example(general, to_file, replace=replace)
    if from_file is not None:
        return _convert(general, from_file, to_file)
    target = _target(general, to_file)
    if answers is not None:
        return _from_answers(general, answers, target, replace=replace, is_tried=not no_test)
    return _ask(general, target, replace=replace)


def _target(general: GeneralOptions, to_file: Path | None) -> Path:
    """The file to make. It is never the configuration of the demo, which the demo writes."""
    from photosync.cli.kept_services import configuration as of_the_demo
    from photosync.user_folders import configuration_file, expanded, usual_configuration_file

    if (named := to_file or general.config) is not None:
        return expanded(named).absolute()
    usual = configuration_file().absolute()
    return usual_configuration_file() if usual == of_the_demo().absolute() else usual


def _example(general: GeneralOptions, to_file: Path | None, *, replace: bool) -> Exit:
    from photosync.cli.set_up.new_configuration import example_text, write
    from photosync.user_folders import expanded

    text = example_text()
    if to_file is None:
        for line in text.splitlines():
            print_line(line)
        return Exit.OK
    target = expanded(to_file).absolute()
    write(target, text, replace=replace)
    if general.json:
        print_json({"config": str(target)})
    elif not general.quiet:
        print_line(f"{target} is written, readable for you alone. Change it to what you have, and try: photosync pull")
    return Exit.OK


def _from_answers(general: GeneralOptions, path: Path, target: Path, *, replace: bool, is_tried: bool) -> Exit:
    """Write what the file says, and try each account: one that fails stops no other."""
    from photosync.cli.set_up import answers
    from photosync.cli.set_up.new_configuration import check_target, write
    from photosync.cli.set_up.trying import checked, found_at
    from photosync.user_folders import expanded

    path = expanded(path).absolute()
    given = answers.read(path, general.library)
    check_target(target, replace=replace)
    read = checked(given.new, target, f"--answers: {path}")
    write(target, given.new.text, replace=replace)
    found: dict[str, str | None] = dict.fromkeys(read.accounts)
    statuses = [Exit.OK]
    for name in read.accounts if is_tried else ():
        try:
            found[name] = found_at(read, name, given.sign_ins.get(name))
        except PhotosyncError as error:
            print_error(str(error))
            statuses.append(error.exit)
        else:
            if not (general.json or general.quiet):
                print_line(f"{name}: {found[name]}")
    _show_end(general, target, given.new, found)
    return Exit.worst(statuses)


def _ask(general: GeneralOptions, target: Path, *, replace: bool) -> Exit:
    from photosync.cli import kept_services
    from photosync.cli.set_up.asking import Asking
    from photosync.cli.set_up.new_configuration import check_target, is_there, write
    from photosync.cli.terminal import Terminal

    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            "init asks questions, and nobody can answer here: standard input is no terminal. Run it in a terminal, or "
            "name a file with the answers: photosync init --answers FILE. The example, to edit by hand: photosync init "
            "--example --to FILE. From the configuration of an older program: photosync init --from credentials.ini "
            "(of aura-frame-downloader)"
        )
    terminal = Terminal()
    if is_there(target) and not replace:
        question = f"{target} exists. Replace it? The present one is kept beside it, as {target.name}.bak [y/N]"
        replace = (terminal.ask(question) or "").strip().lower() in ("y", "yes")
        if not replace:
            terminal.show("Nothing was changed. To make another file: photosync init --to FILE")
            return Exit.OK
    check_target(target, replace=replace)
    conversation = Asking(target, terminal, kept_services.running(), general.library)
    new = conversation.run()
    write(target, new.text, replace=replace)
    _show_end(general, target, new, conversation.found)
    return Exit.OK


def _show_end(general: GeneralOptions, target: Path, new: NewConfiguration, found: Mapping[str, str | None]) -> None:
    steps = _next_steps(new, found, target)
    if general.json:
        print_json({"config": str(target), "accounts": list(found), "found": dict(found), "next": steps})
    elif not general.quiet:
        print_line("")
        print_line(f"{target} is written, readable for you alone. Next:")
        print_line("")
        for step in steps:
            print_line(f"    {step}")


def _next_steps(new: NewConfiguration, found: Mapping[str, str | None], target: Path) -> Sequence[str]:
    """The commands to run: signing in where that is left, then the first download."""
    from photosync.plugins import plugins
    from photosync.user_folders import configuration_file

    option = "" if target == configuration_file().absolute() else f" --config {quote(str(target))}"
    installed = plugins()
    steps = [f"photosync login {quote(name)}" for name, has in found.items() if has is None]
    picking = [
        each.name for each in new.accounts if installed[str(each.settings["provider"])].load().facts.needs_picking
    ]
    if len(picking) < len(new.accounts):
        steps.append("photosync pull")
    steps += [f"photosync pick {quote(name)}" for name in picking]
    return [f"{step}{option}" for step in steps]


def _convert(general: GeneralOptions, from_file: Path, to_file: Path | None) -> Exit:
    from photosync import private_files
    from photosync.user_folders import configuration_file, expanded

    source = expanded(from_file)
    target = (expanded(to_file) if to_file else configuration_file()).absolute()
    if target.exists() or target.is_symlink():
        raise UsageError(f"{target} exists, and is not changed. Name another file with --to")
    account = _converted(source)
    indented = "\n".join(f"  {line}" if line else "" for line in account.yaml.splitlines())
    content = f"# Made of {source} by photosync init.\n\n{_LIBRARY}\n\naccounts:\n{indented}\n"
    try:
        private_files.create(target, content.encode())
    except FileExistsError as error:
        raise UsageError(f"{target} exists, and is not changed. Name another file with --to") from error
    except OSError as error:
        raise DestinationError(f"cannot write {target}: {error.strerror}") from error
    if general.json:
        print_json({"config": str(target), "from": str(source), "accounts": [account.name]})
    elif not general.quiet:
        print_line(f"{target} is written, readable for you alone: it has the password of {source}. Look through it.")
        named = f" --config {quote(str(to_file))}" if to_file else ""
        print_line(f"Then try: {account.next_step}{named}")
    return Exit.OK


def _converted(source: Path) -> ConvertedAccount:
    """What the first provider that knows the file makes of it."""
    from photosync.plugins import plugins
    from photosync.provider import ConvertsConfiguration

    try:
        with source.open("rb") as file:
            text = file.read(_MOST_BYTES).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"--from: {source} cannot be read: {getattr(error, 'strerror', None) or 'not text'}"
        ) from error
    for plugin in plugins().values():
        try:
            provider = plugin.load()
        except ConfigError:
            continue
        if issubclass(provider, ConvertsConfiguration):
            try:
                found = provider.converted(text, source)
            except ValueError as error:
                raise UsageError(f"--from: {source} {error}") from error
            if found is not None:
                return found
    raise UsageError(
        f"--from: {source} is no configuration of a program that is known here: expected credentials.ini of "
        "aura-frame-downloader, with a section [login]"
    )
