"""Manual pages: the text of the help, for `man`. Loaded for `help --man` alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from photosync import __version__
from photosync.cli.command_groups import GROUPS
from photosync.cli.examples import of_command
from photosync.cli.help_page import explained, grouped, names
from photosync.documents import page_url


def write(folder: Path) -> list[Path]:
    """Write a page for the program, for each command and for each command of a group. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in pages().items():
        path = folder / f"{name}.1"
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def pages() -> Mapping[str, str]:
    """The pages, by their names: `photosync-album-create`."""
    from typer.main import get_command

    from photosync.cli.app import app, register

    register([])  # all commands
    contexts = _contexts(get_command(app), "photosync")
    return {each.command_path.replace(" ", "-"): _page(each) for each in contexts}


def _contexts(command: Any, name: str, parent: Any = None) -> Iterator[Any]:
    settings = {**command.context_settings, "resilient_parsing": True}
    context = command.context_class(command, info_name=name, parent=parent, **settings)
    yield context
    for each, inner in getattr(command, "commands", {}).items():
        yield from _contexts(inner, each, context)


def _page(context: Any) -> str:
    path, help_ = context.command_path, " ".join((context.command.help or "").split())
    about = of_command(path.partition(" ")[2])
    name = path.replace(" ", "-")
    parts = [
        f'.TH {_escaped(name).upper()} 1 "" "photosync {__version__}" "photosync"\n.ad l',
        f".SH NAME\n{_escaped(name)} \\- {_escaped(help_.rstrip('.'))}",
        f".SH SYNOPSIS\n.B {_escaped(path)}\n{_escaped(' '.join(context.command.collect_usage_pieces(context)))}",
        f".SH DESCRIPTION\n{_escaped(help_)}",
        *_commands(context),
        *_options(context),
        ".SH EXAMPLES\n.nf\n" + "\n".join(map(_escaped, about.examples)) + "\n.fi",
        f".SH SEE ALSO\n{_escaped(page_url(about.page))}",
    ]
    return "\n".join(parts) + "\n"


def _commands(context: Any) -> Iterator[str]:
    """The commands of a group, or the groups of all commands."""
    if context.parent is None:
        for heading, lines in GROUPS.items():
            yield _section(heading, [(", ".join(each), text) for each, text in lines.items()])
    elif commands := getattr(context.command, "commands", {}):
        yield _section("Commands", [(name, each.help or "") for name, each in commands.items()])


def _options(context: Any) -> Iterator[str]:
    for heading, members in grouped(context.command.get_params(context)):
        yield _section(heading, [(names(each, context), explained(each)) for each in members])


def _section(heading: str, entries: list[tuple[str, str]]) -> str:
    return f".SH {_escaped(heading).upper()}\n" + "\n".join(
        f".TP\n.B {_escaped(name)}\n{_escaped(text)}" for name, text in entries
    )


def _escaped(text: str) -> str:
    """Text that roff shows as it is: see groff_char(7) and man(7)."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = "".join(each if each.isascii() else f"\\[u{ord(each):04X}]" for each in text)
    return re.sub(r"^(?=[.'])", r"\\&", text, flags=re.MULTILINE)
