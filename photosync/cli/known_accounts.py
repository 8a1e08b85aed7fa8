"""The accounts that a command on the library is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from typer import Argument

if TYPE_CHECKING:
    from photosync.config import Config

Accounts = Annotated[
    list[str] | None, Argument(metavar="ACCOUNT", help="The accounts to compare; without one, all of them.")
]


def checked(config: Config, accounts: Sequence[str] | None) -> list[str]:
    """The named accounts. Raises `ConfigError` for one that is not in the configuration."""
    for name in accounts or ():
        config.check_name(name)
    return list(accounts or ())
