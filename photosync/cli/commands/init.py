"""`init`: makes a configuration out of that of another program."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

from typer import Option

from photosync.cli.command import command
from photosync.cli.options import GeneralOptions
from photosync.cli.output import print_json, print_line
from photosync.errors import ConfigError, DestinationError, UsageError

if TYPE_CHECKING:
    from photosync.provider import ConvertedAccount

_MOST_BYTES = 1024 * 1024
_LIBRARY = "library: ~/Pictures/photosync  # where the photos go; a frame with a path has its own folder"


@command
def init(
    *,
    from_file: Annotated[
        Path | None, Option("--from", metavar="FILE", help="The other program's configuration: credentials.ini.")
    ] = None,
    to_file: Annotated[
        Path | None, Option("--to", metavar="FILE", help="The file to make; by default the usual configuration.")
    ] = None,
    general: GeneralOptions,
) -> None:
    """Make a configuration out of that of an older program."""
    from photosync import private_files
    from photosync.user_folders import configuration_file, expanded

    if from_file is None:
        raise UsageError(
            "init converts the configuration of an older program: photosync init --from credentials.ini (of "
            "aura-frame-downloader). To write a new one, begin with config.example.yaml"
        )
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
