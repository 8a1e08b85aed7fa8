"""`favorite`: items at a service become favourites."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from photosync.api import marks
from photosync.cli.change import ChangeRun, Ids, given_ids
from photosync.cli.command import command
from photosync.cli.options import AccountName, ChangeOptions, FilterOptions, GeneralOptions
from photosync.errors import Exit


@command
def favorite(
    *,
    account: AccountName,
    ids: Ids = None,
    selection: FilterOptions,
    off: Annotated[bool, Option("--off", help="They are favourites no longer.")] = False,
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Make items favourites at the service; --off ends that."""
    run = ChangeRun(general, "favorite", account, change)
    question = "Make {what} of {account} favourites no longer?" if off else "Make {what} of {account} favourites?"
    return run.finish(question, marks.favorite(given_ids(ids), selection, on=not off))
