"""The command line: parses, calls one job, shows its result. Nothing imports it.

A new command is a function in `commands/NAME.py`, decorated with `command`, and a line in `app`. `--help` is quick:
what takes long to import (configuration, jobs, providers) is imported inside functions, or by a module that is itself
imported inside a function (`opening`, `logs`).
"""

import gc
import os
import sys
from typing import NoReturn

from photosync.errors import ConfigError, Exit


def main() -> None:
    """The command `photosync`."""
    if crash := os.environ.get("PHOTOSYNC_CRASH_AT"):  # a hook for developers: see CONTRIBUTING.md
        from photosync.crash_hook import crash_at

        crash_at(crash)

    from photosync.cli.streams import open_closed_streams, use_utf_8_names

    # Modules and rows of the catalog are many objects and no garbage; to look for some costs a short run 5 %.
    gc.set_threshold(20_000)
    open_closed_streams()
    use_utf_8_names()

    if shell := os.environ.get("PHOTOSYNC_COMPLETE"):  # set by the script of `photosync completion`
        from photosync.cli.completion import answer

        answer(shell, sys.argv[1:])
        return

    from photosync.cli.app import app, register

    try:
        register(sys.argv[1:])
    except ConfigError as error:  # a variable of the environment that is read when modules are loaded
        _refuse(error)
    app()


def _refuse(error: Exception) -> NoReturn:
    sys.stderr.write(f"photosync: {error}\n")
    sys.exit(Exit.USAGE)
