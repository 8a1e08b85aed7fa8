"""`hide`: items at a service are hidden from its usual view."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from typer import Option

from photosync.cli.change import ChangeRun, Ids, changing_items, wanted_items
from photosync.cli.command import command
from photosync.cli.options import AccountName, ChangeOptions, FilterOptions, GeneralOptions
from photosync.errors import Exit


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
    prepare = changing_items(partial(Hide, on=not off), wanted_items(ids, selection))
    question = "Show {what} of {account} again?" if off else "Hide {what} of {account}?"
    return run.finish(question, check_hides_items, prepare)
