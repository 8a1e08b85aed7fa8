"""The options that every command takes, before or after its name, and what ends a command."""

# No `from __future__ import annotations` here: typer reads the annotations of the functions that are made below.

import functools
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from photosync.errors import Exit, PhotosyncError


@dataclass(frozen=True)
class General:
    """The values of the options that every command takes."""

    config: Path | None = None
    library: Path | None = None
    json: bool = False
    verbose: int = 0
    quiet: bool = False
    log_file: Path | None = None
    no_color: bool = False


_OPTIONS: dict[str, Any] = {
    "config": Annotated[Path | None, typer.Option("--config", metavar="FILE", help="The configuration to use.")],
    "library": Annotated[Path | None, typer.Option("--library", metavar="FOLDER", help="Where the photos go.")],
    "json": Annotated[bool, typer.Option("--json", help="Results as JSON, one object a line.")],
    "verbose": Annotated[int, typer.Option("-v", "--verbose", count=True, help="Say more; -vv says everything.")],
    "quiet": Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing when all is well.")],
    "log_file": Annotated[Path | None, typer.Option("--log-file", metavar="FILE", help="Write a log there too.")],
    "no_color": Annotated[bool, typer.Option("--no-color", help="No colours; NO_COLOR does the same.")],
}
_PARAMETERS = [
    inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=getattr(General(), name), annotation=annotation)
    for name, annotation in _OPTIONS.items()
]
_CONTEXT = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)


def with_general(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the general options; it gets them as one value, its first argument."""
    _, *own = inspect.signature(function).parameters.values()

    @functools.wraps(function)
    def command(**values: Any) -> None:
        context: typer.Context = values.pop("context")
        given = {name: values.pop(name) for name in _OPTIONS}
        before = context.obj or General()
        general = replace(before, **{name: value for name, value in given.items() if value != getattr(General(), name)})
        if context.invoked_subcommand is not None:
            context.obj = general
        _end_well(lambda: function(general, **values))

    parameters = [_CONTEXT, *(each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own), *_PARAMETERS]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    return command


def _end_well(action: Callable[[], None]) -> None:
    try:
        action()
    except PhotosyncError as error:
        complain(str(error))
        raise typer.Exit(int(error.exit)) from error
    except KeyboardInterrupt:
        raise typer.Exit(int(Exit.INTERRUPTED)) from None
    except BrokenPipeError:
        _silence_stdout()
        raise typer.Exit(int(Exit.OK)) from None
    except (typer.Exit, typer.TyperException):
        raise
    except Exception as error:
        import logging  # noqa: PLC0415

        logging.getLogger("photosync").exception("a bug")
        complain(f"a bug in photosync: {type(error).__name__}. Its trace is in the log; please report it.")
        raise typer.Exit(int(Exit.INTERNAL)) from error


def _silence_stdout() -> None:
    """Whoever read our output has left; nobody has to hear of it."""
    sys.stdout = None


def complain(message: str) -> None:
    """Tell the user on standard error what went wrong."""
    sys.stderr.write(f"photosync: {message}\n")
