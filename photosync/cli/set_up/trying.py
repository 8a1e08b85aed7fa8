"""Signs in to a new account, and asks its service what it has."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from photosync import config
from photosync.cli.opening import open_account
from photosync.cli.set_up.new_configuration import NewConfiguration
from photosync.config import Config
from photosync.errors import ConfigError
from photosync.jobs.account import Account
from photosync.jobs.first_look import first_look


def checked(new: NewConfiguration, target: Path, named: str = "") -> Config:
    """The configuration as it would be read from `target`.

    Raises `ConfigError`; the file does not exist yet, so its message has `named` in place of the path and line.
    """
    try:
        return config.parsed(target, new.text)
    except ConfigError as error:
        place = re.compile(rf"{re.escape(str(target))}(:\d+)?: ")
        raise ConfigError(*(place.sub(f"{named}: " if named else "", each) for each in error.mistakes)) from error


def found_at(read: Config, name: str, sign_in: Callable[[Account], str] | None) -> str:
    """What the account has, after the sign-in. Raises the errors of the service and of the sign-in."""
    account = read.account(name)
    said = ""
    if sign_in is not None:
        with open_account(account) as opened:
            said = f"{sign_in(opened)}; "
    with open_account(account) as opened:  # again: it knows the new sign-in from its beginning
        return f"{said}{first_look(opened)}"
