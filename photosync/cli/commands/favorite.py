"""`favorite`: items at a service become favourites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Option

from photosync.cli.change import ChangeRun, Ids, wanted_items
from photosync.cli.command import command
from photosync.cli.options import AccountName, ChangeOptions, FilterOptions, GeneralOptions
from photosync.errors import Exit

if TYPE_CHECKING:
    from photosync.catalog import Catalog
    from photosync.jobs.account import Account
    from photosync.jobs.change.change import Action, Target
    from photosync.library import Library


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
    wanted = wanted_items(ids, selection)

    def prepare(opened: Account, _library: Library, catalog: Catalog) -> tuple[Action, list[Target]]:
        action = Favorite(opened, catalog, on=not off)
        return action, action.targets(wanted(opened))

    question = "Make {what} of {account} favourites no longer?" if off else "Make {what} of {account} favourites?"
    return run.finish(question, check_marks_favorites, prepare)
