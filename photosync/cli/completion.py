"""What a shell offers when the user presses the tab key: commands, options, accounts, albums, layouts.

The shell's script (`commands/completion.py`) runs `photosync` with `PHOTOSYNC_COMPLETE=SHELL` and the words of the
command line, the last of which is not finished. The answer is a line for each word that fits: the word, a tab and a
text; or `:files`, for the shell's own completion of paths. It is quick, asks no service, and says nothing about errors.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from typing import Any

FILES = ":files"
Words = Mapping[str, str]
"""What can be written, and what it means."""

_LAYOUTS = ("flat", "years", "months", "days")
"""As `library.PRESETS`, which takes too long to import."""
_FIXED = {
    "--context": ("customer", "all", "family", "groups", "unknown"),
    "--layout": _LAYOUTS,
    "--sort": ("taken", "added", "name"),
    "--state": ("new", "saved", "changed", "failed", "pushed", "offsite", "gone"),
}


def answer(shell: str, words: Sequence[str]) -> None:
    """Print what fits to the last of these words."""
    from photosync.cli.shell_words import quoted, unquoted

    found: Words = {}
    asked = unquoted(shell, words or [""])
    with suppress(Exception, SystemExit), redirect_stdout(StringIO()):
        found = completions(asked)
    # What begins with a dash would be taken for an option.
    fit = [word for word in found if word.isprintable() and (word[:1] != "-" or asked[-1][:1] == "-")]
    lines = [f"{word if word == FILES else quoted(shell, word, words[-1])}\t{found[word]}\n" for word in fit]
    with suppress(OSError):
        sys.stdout.buffer.write("".join(lines).encode(errors="surrogateescape"))
        sys.stdout.flush()


def completions(words: Sequence[str]) -> Words:
    """The words that can stand in the place of the last one."""
    *before, begun = words
    if not before and not begun.startswith("-"):
        return _beginning(begun, _commands())
    last = before[-1] if before else ""
    parsed = before[:-1] if last.startswith("-") else before  # an option whose value is not there cannot be parsed
    context = _context_of([each for each in parsed if each != "--version"])
    option, equals, value = begun.partition("=")
    if equals and option.startswith("--"):
        found = _values(_option(context, option), context, value)
        return {f"{option}={word}" if word != FILES else word: text for word, text in found.items()}
    if begun.startswith("-") and "--" not in before:
        return _beginning(begun, _options(context))
    if (waiting := _option(context, last)) is not None:
        return _values(waiting, context, begun)
    if hasattr(context.command, "commands"):
        return _beginning(begun, _commands_in(context))
    return _values(_next_argument(context), context, begun)


def _beginning(begun: str, words: Words) -> Words:
    return {word: text for word, text in words.items() if word.startswith(begun)}


def _commands() -> Words:
    from photosync.cli.command_groups import GROUPS

    return {name: text for lines in GROUPS.values() for names, text in lines.items() for name in names}


def _commands_in(context: Any) -> Words:
    if context.parent is None:
        return _commands()
    return {name: each.get_short_help_str(70) for name, each in context.command.commands.items()}


def _context_of(arguments: list[str]) -> Any:
    """The parsed command line; its values are text, because typer needs pydantic to convert them.

    Raises `LookupError` for an unknown command.
    """
    from typer.main import get_command

    from photosync.cli.app import app, register

    register(arguments)
    context: Any = None
    name, found, rest = "photosync", get_command(app), list(arguments)
    while True:
        settings = {**found.context_settings, "resilient_parsing": True}
        context = found.context_class(found, info_name=name, parent=context, **settings)
        context.params, rest, _ = found.make_parser(context).parse_args(rest)
        if not (rest and hasattr(found, "commands")):
            return context
        name, *rest = rest
        found = found.commands[name]


def _shown(context: Any) -> Iterable[Any]:
    return (each for each in context.command.get_params(context) if not each.hidden)


def _options(context: Any) -> Words:
    return {max(each.opts, key=len): each.help or "" for each in _shown(context) if each.param_type_name == "option"}


def _option(context: Any, name: str) -> Any:
    """The option of this name if it takes a value."""
    for each in _shown(context):
        if each.param_type_name == "option" and name in each.opts and not (each.is_flag or each.count):
            return each
    return None


def _next_argument(context: Any) -> Any:
    arguments = (each for each in _shown(context) if each.param_type_name == "argument")
    return next((each for each in arguments if each.nargs == -1 or not context.params.get(each.name)), None)


def _values(parameter: Any, context: Any, begun: str) -> Words:
    """What a parameter can be, by the word that stands for it in the help."""
    if parameter is None:
        return {}
    from photosync.cli.help_page import names

    word = names(parameter, context).split()[-1]
    fixed = next((_FIXED[name] for name in parameter.opts if name in _FIXED), ())
    if fixed or (word.islower() and "|" in word):
        return _beginning(begun, dict.fromkeys(fixed or word.split("|"), ""))
    is_option = parameter.param_type_name == "option"
    if parameter.type_descriptor.is_path or word == "PATH" or (word == "FILE" and is_option):
        return {FILES: ""}
    of_word = _OF_WORDS.get("ALBUM" if "--album" in parameter.opts else word)
    return _beginning(begun, of_word(context)) if of_word else {}


def _accounts(context: Any) -> Words:
    from photosync.cli.known_names import accounts

    return accounts(_given(context, "config"))


def _collections(context: Any) -> Words:
    from photosync.cli.known_names import collections

    account = context.params.get("account")
    return collections(_given(context, "config"), _given(context, "library"), account) if account else {}


def _people(context: Any) -> Words:
    from photosync.cli.known_names import people

    account = context.params.get("account")
    return people(_given(context, "config"), _given(context, "library"), account) if account else {}


def _given(context: Any, option: str) -> Path | None:
    """A general option, which stands before or after the command's name."""
    while context is not None:
        if isinstance(value := context.params.get(option), str):
            return Path(value)
        context = context.parent
    return None


_OF_WORDS: Mapping[str, Callable[[Any], Words]] = {
    "ACCOUNT": _accounts,
    "ALBUM": _collections,
    "COLLECTION": _collections,
    "PERSON": _people,
    "COMMAND": lambda _: _commands(),
}
