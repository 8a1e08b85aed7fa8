"""`favorite`: items at a service become favourites."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from typer import Option

from photosync.cli.change import ChangeRun, Ids, changing_items, wanted_items
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
    from photosync.jobs.change.marks import Favorite, check_marks_favorites

    run = ChangeRun(general, "favorite", account, change)
    prepare = changing_items(partial(Favorite, on=not off), wanted_items(ids, selection))
    question = "Make {what} of {account} favourites no longer?" if off else "Make {what} of {account} favourites?"
    return run.finish(question, check_marks_favorites, prepare)
