"""The help of one command: its options in named groups, examples, and the address of its page.

Written as plain text, not with rich: to import that takes longer than all the rest of `--help`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

ARGUMENTS = "Arguments"
SELECTION = "Selection"
OWN = "Options"
PLACES = "Where files go"
LIMITS = "Limits"
GENERAL = "Configuration and output"
_ORDER = (ARGUMENTS, SELECTION, OWN, PLACES, LIMITS, GENERAL)
"""The groups of options, as they stand in the help."""
_MOST_SHOWN = 100_000
"""A larger bound only protects the program; nobody needs to read it."""
_WORDS = {"str": "TEXT", "int": "N", "path": "PATH", "Path": "PATH"}


class CommandHelp(TyperCommand):
    """A command with its help in our form."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """`[OPTIONS] ACCOUNT PATH...`: what is in brackets may be left out."""
        arguments = [each for each in self.get_params(ctx) if isinstance(each, TyperArgument) and not each.hidden]
        return ["[OPTIONS]", *map(_in_usage, arguments)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments and the groups of options."""
        write_options(self, ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the examples and the address."""
        write_examples(ctx, formatter)


class GroupHelp(TyperGroup):
    """A group of commands, such as `album`."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the commands alone: each one shows its options."""
        self.format_commands(ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the examples and the address."""
        write_examples(ctx, formatter)


def write_options(described: Any, ctx: Any, formatter: Any) -> None:
    """The arguments and the groups of options of a command."""
    for heading, parameters in grouped(described.get_params(ctx)):
        with formatter.section(heading):
            formatter.write_dl([(names(each, ctx), explained(each)) for each in parameters])


def write_examples(ctx: Any, formatter: Any) -> None:
    """The examples of the context's command, and the address of its page."""
    from photosync.cli.examples import of_command
    from photosync.documents import page_url

    about = of_command(command_name(ctx))
    with formatter.section("Examples"):
        for line in about.examples:
            formatter.write(f"  {line}\n")
    formatter.write_paragraph()
    formatter.write(f"More: {page_url(about.page)}\n")


def command_name(ctx: Any) -> str:
    """`album create`; the program itself is ''."""
    parts: list[str] = []
    while ctx.parent is not None:
        parts.insert(0, ctx.info_name)
        ctx = ctx.parent
    return " ".join(parts)


def grouped(parameters: Iterable[Any]) -> Iterator[tuple[str, list[Any]]]:
    """The parameters that are shown, in their groups."""
    groups: dict[str, list[Any]] = {heading: [] for heading in _ORDER}
    for each in parameters:
        if not each.hidden:
            groups[_group_of(each)].append(each)
    return ((heading, members) for heading, members in groups.items() if members)


def _group_of(parameter: Any) -> str:
    if isinstance(parameter, TyperArgument):
        return ARGUMENTS
    if parameter.name == "help":
        return GENERAL
    return str(parameter.rich_help_panel or OWN)


def names(parameter: Any, ctx: Any) -> str:
    """`ACCOUNT`; `-q, --quiet`; `--limit N`."""
    if isinstance(parameter, TyperArgument):
        return _value(parameter, ctx)
    options = ", ".join(sorted(parameter.opts, key=len))
    takes_value = isinstance(parameter, TyperOption) and not (parameter.is_flag or parameter.count)
    return f"{options} {_value(parameter, ctx)}" if takes_value else options


def _value(parameter: Any, ctx: Any) -> str:
    """The word for the value: typer's own is the Python type."""
    if parameter.metavar:
        return str(parameter.metavar)
    kind = str(parameter.display_type(ctx)).strip("<>")
    return _WORDS.get(kind, kind)


def _in_usage(argument: Any) -> str:
    name = str(argument.metavar or argument.name.upper())
    more = "..." if argument.nargs != 1 else ""
    return f"{name}{more}" if argument.required else f"[{name}]{more}"


def explained(parameter: Any) -> str:
    """The text of a parameter, with the bounds of its value and what it usually is."""
    least, most, usual = parameter.min, parameter.max, parameter.default
    notes = [f"{least} to {most}"] if least is not None and most is not None and most <= _MOST_SHOWN else []
    if type(usual) in (int, str) and not getattr(parameter, "count", False):
        notes.append(f"usually {usual}")
    return " ".join(filter(None, [parameter.help, f"({', '.join(notes)})" if notes else None]))
