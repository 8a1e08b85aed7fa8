"""`hide`: items at a service are hidden from its usual view."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from photosync.api import marks
from photosync.cli.change import ChangeRun, Ids, given_ids
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
    run = ChangeRun(general, "hide", account, change)
    question = "Show {what} of {account} again?" if off else "Hide {what} of {account}?"
    return run.finish(question, marks.hide(given_ids(ids), selection, on=not off))
