"""Makes a function a command: its options, its logs, and the exit status that it ends with."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, get_origin, get_type_hints

import typer
from typer.models import OptionInfo

from photosync import __version__
from photosync.cli.interruption import Terminated, terminable
from photosync.cli.options import GeneralOptions
from photosync.cli.output import FILE_LOG, finish_output, print_error, print_failure
from photosync.errors import Exit, PhotosyncError

_KEYWORD_ONLY = inspect.Parameter.KEYWORD_ONLY
_CONTEXT = inspect.Parameter("invocation", _KEYWORD_ONLY, annotation=typer.Context)


def command(function: Callable[..., Exit | None]) -> Callable[..., None]:
    """Make `function` a command for typer. Its parameters are keyword-only, and one of them is `general`.

    A parameter whose type is a dataclass becomes one option per field that is annotated with one. What the function
    returns is the exit status, None for OK. An error that it raises is shown, and ends the process with the exit status
    of its kind.
    """
    hints = get_type_hints(function, include_extras=True)
    groups = {name: hint for name, hint in hints.items() if isinstance(hint, type) and is_dataclass(hint)}
    parameters = [_CONTEXT]
    for each in inspect.signature(function).parameters.values():
        if each.name in groups:
            parameters += _parameters_of(groups[each.name])
        else:
            parameters.append(each.replace(annotation=hints[each.name]))

    @functools.wraps(function)
    def run(invocation: typer.Context, **values: Any) -> None:
        for name, group in groups.items():
            values[name] = group(**{each.name: values.pop(each.name) for each in _parameters_of(group)})
        general: GeneralOptions = values["general"].added_to(invocation.obj)
        if (
            invocation.invoked_subcommand is not None
        ):  # these options stand before the name of a command, which comes next
            invocation.obj = general
            return
        with ExitStack() as stack:
            status = _status_of(lambda: _start_log(stack, general))
            status = status or _status_of(lambda: function(**{**values, "general": general}))
            status = status or _status_of(finish_output)
            FILE_LOG.info("ends with exit %d (%s)", status, status.word)
        if status:
            raise typer.Exit(int(status))

    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


@functools.cache
def _parameters_of(group: type[Any]) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    found = [each for each in fields(group) if get_origin(hints[each.name]) is Annotated]
    for each in found:
        declared = hints[each.name].__metadata__[0]
        if isinstance(declared, OptionInfo):
            declared.rich_help_panel = declared.rich_help_panel or getattr(group, "heading", None)
    return [
        inspect.Parameter(each.name, _KEYWORD_ONLY, default=each.default, annotation=hints[each.name]) for each in found
    ]


def _start_log(stack: ExitStack, general: GeneralOptions) -> None:
    from photosync.cli import logs

    stack.enter_context(logs.written(general))
    FILE_LOG.info("photosync %s: %s", __version__, " ".join(sys.argv[1:]))
    FILE_LOG.info("Python %d.%d.%d, %s", *sys.version_info[:3], sys.platform)


def _status_of(work: Callable[[], Exit | None]) -> Exit:
    """The exit status of `work`; its errors are shown."""
    try:
        with terminable():
            return work() or Exit.OK
    except PhotosyncError as error:
        print_failure(error)
        return error.exit
    except Terminated:
        return Exit.TERMINATED
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except (typer.Exit, typer.TyperException):
        raise
    except Exception as error:  # noqa: BLE001 - a bug is told, and its trace kept
        from photosync.cli.logs import bug_told

        print_error(bug_told(error))
        return Exit.INTERNAL
