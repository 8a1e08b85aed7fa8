"""`trash`: files and folders at a service go to its trash, if the library has them."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from photosync.api.trash import trash as asked_trash
from photosync.cli.change import ChangeRun, Ids, given_ids
from photosync.cli.command import command
from photosync.cli.options import AccountName, ChangeOptions, FilterOptions, GeneralOptions
from photosync.errors import Exit

EvenIfNotSaved = Annotated[
    bool, Option("--even-if-not-saved", help="Also what is not proved to be in the library: it may be lost for good.")
]


@command
def trash(
    *,
    account: AccountName,
    ids: Ids = None,
    selection: FilterOptions,
    even_if_not_saved: EvenIfNotSaved = False,
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Move items or folders to the service's trash, if the library is proved to have them."""
    run = ChangeRun(general, "trash", account, change)
    asked = asked_trash(given_ids(ids), selection, even_if_not_saved=even_if_not_saved)
    return run.finish("Trash {what} of {account}?", asked)
