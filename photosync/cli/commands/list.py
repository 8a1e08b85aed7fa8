"""`list`: what the provider or the library has, a line per item."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from typer import Option

from photosync.cli.command import command
from photosync.cli.options import AccountName, GeneralOptions, SelectionOptions
from photosync.cli.output import is_read, print_json, print_line
from photosync.cli.selection import checked_selection, selection_of
from photosync.units import format_size

if TYPE_CHECKING:
    from photosync.jobs.list import ListedItem


@command
def list_items(
    *,
    account: AccountName,
    selection: SelectionOptions,
    saved: Annotated[bool, Option("--saved", help="What the library has, without asking the provider.")] = False,
    general: GeneralOptions,
) -> None:
    """Show what the provider has."""
    from photosync.cli.opening import library_of, load_config, open_account, open_catalog
    from photosync.jobs import list as job

    config = load_config(general)
    configured = config.account(account)
    with open_catalog(library_of(general, config)) as catalog:
        if saved:
            _show(general, account, job.saved(catalog, account, selection_of(selection), selection.collections))
            return
        with open_account(configured) as opened:
            job.check_can_list(opened)
            _show(general, account, job.listed(opened, catalog, *checked_selection(selection, opened)))


def _show(general: GeneralOptions, account: str, rows: Iterable[ListedItem]) -> None:
    for row in rows:
        if not is_read():
            return
        if general.json:
            print_json(_as_json(account, row))
        else:
            item = row.item
            taken = item.taken.isoformat() if item.taken else "-"
            size = format_size(item.size_bytes) if item.size_bytes is not None else "-"
            print_line(f"{row.state:7}  {taken:19}  {size:>9}  {item.name or item.id}")


def _as_json(account: str, row: ListedItem) -> dict[str, object]:
    item = row.item
    return {
        "account": account,
        "id": item.id,
        "name": item.name,
        "kind": item.kind.value,
        "taken": item.taken.isoformat() if item.taken else None,
        "size": item.size_bytes,
        "md5": item.md5 or item.md5_hint,
        "width": item.width,
        "height": item.height,
        "favorite": item.favorite,
        "collections": list(item.collections),
        "state": row.state.value,
        "path": row.path,
        **({"proof": row.proof} if row.proof else {}),
    }
