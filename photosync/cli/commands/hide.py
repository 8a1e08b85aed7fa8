"""`hide`: items at a service are hidden from its usual view."""

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
def hide(
    *,
    account: AccountName,
    ids: Ids = None,
    selection: FilterOptions,
    off: Annotated[bool, Option("--off", help="Show them again.")] = False,
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Hide items from the usual view at the service; --off shows them again."""
    from photosync.jobs.change.marks import Hide, check_hides_items

    run = ChangeRun(general, "hide", account, change)
    wanted = wanted_items(ids, selection)

    def prepare(opened: Account, _library: Library, catalog: Catalog) -> tuple[Action, list[Target]]:
        action = Hide(opened, catalog, on=not off)
        return action, action.targets(wanted(opened))

    question = "Show {what} of {account} again?" if off else "Hide {what} of {account}?"
    return run.finish(question, check_hides_items, prepare)
