"""Writes logs to standard error, as selected by `-v`, and to the log file; both without secrets."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from photosync.cli.options import GeneralOptions
from photosync.transport import Redactor

REDACTOR = Redactor()
"""The secrets of all accounts that this process opens."""


@contextmanager
def written(general: GeneralOptions) -> Iterator[None]:
    """Write logs until the context is left."""
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(general.verbose, 2)]
    screen = logging.StreamHandler()
    screen.setLevel(logging.ERROR if general.quiet else level)
    handlers: list[logging.Handler] = [screen]
    if general.log_file is not None:
        file = logging.FileHandler(general.log_file, encoding="utf-8")
        file.setLevel(min(level, logging.INFO))
        handlers.append(file)
    root = logging.getLogger()
    level_before = root.level
    for handler in handlers:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        handler.addFilter(REDACTOR.clean_record)
        root.addHandler(handler)
    root.setLevel(min(handler.level for handler in handlers))
    # Its debug lines have whole addresses, which may be permissions. The transport logs each request without them.
    logging.getLogger("urllib3").setLevel(logging.INFO)
    try:
        yield
    finally:
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()
        root.setLevel(level_before)
