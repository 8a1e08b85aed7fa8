"""`list`: what the provider or the library has, a line per item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, closing
from typing import TYPE_CHECKING, Annotated

from typer import Option

from photosync.api.selection import selection_of
from photosync.cli.command import command
from photosync.cli.ids import with_ids_read
from photosync.cli.options import AccountName, GeneralOptions, SelectionOptions
from photosync.cli.output import is_read, print_error, print_json, print_line, print_table
from photosync.errors import Exit, ItemError
from photosync.model import Period
from photosync.units import format_size

if TYPE_CHECKING:
    from photosync.jobs.account import Account
    from photosync.jobs.list import ListedItem


@command
def list_items(
    *,
    account: AccountName,
    selection: SelectionOptions,
    saved: Annotated[bool, Option("--saved", help="What the library has, without asking the provider.")] = False,
    states: Annotated[
        list[str] | None,
        Option("--state", metavar="STATE", help="Only new, saved, changed, failed, pushed, offsite, gone; repeatable."),
    ] = None,
    group_by: Annotated[
        Period | None, Option("--group-by", help="Only how many there are of each day, month or year.")
    ] = None,
    general: GeneralOptions,
) -> Exit:
    """Show what the provider has."""
    from photosync.api.listing import checked_states, grouped, listed
    from photosync.cli.opening import library_of, load_config, open_account, open_catalog

    selection, missing = with_ids_read(selection), list[ItemError]()
    selection_of(selection)
    wanted = checked_states(states or [], saved=saved)
    config = load_config(general)
    config.check_name(account)

    def open_() -> AbstractContextManager[Account]:
        return open_account(config.account(account))

    def note_missing(error: ItemError) -> None:
        missing.append(error)
        print_error(str(error))

    with (
        open_catalog(library_of(general, config)) as catalog,
        closing(listed(account, open_, catalog, selection, wanted, saved=saved, missing=note_missing)) as rows,
    ):
        if group_by is None:
            _show(general, account, rows)
        else:
            counts = grouped(account, open_, catalog, selection, group_by, wanted, saved=saved, missing=note_missing)
            _show_counts(general, account, counts)
    return Exit.PARTIAL if missing else Exit.OK


def _show_counts(general: GeneralOptions, account: str, counts: Mapping[str | None, int]) -> None:
    if general.json:
        for period, count in counts.items():
            print_json({"account": account, "group": period, "count": count})
    else:
        print_table(["TAKEN", "ITEMS"], [[period or "-", str(count)] for period, count in counts.items()])


def _show(general: GeneralOptions, account: str, rows: Iterable[ListedItem]) -> None:
    from photosync.jobs.item_record import ItemRecord

    for row in rows:
        if not is_read():
            return
        if general.json:
            print_json(ItemRecord.of(account, row).as_json())
        else:
            item = row.item
            taken = item.taken.isoformat() if item.taken else "-"
            size = format_size(item.size_bytes) if item.size_bytes is not None else "-"
            print_line(f"{row.state:7}  {taken:19}  {size:>9}  {item.name or item.id}")
