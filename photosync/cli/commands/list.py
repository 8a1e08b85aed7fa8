"""`list`: what the provider or the library has, a line an item."""

from __future__ import annotations

from collections.abc import Iterator

from photosync import config
from photosync.cli import output
from photosync.cli.general import General
from photosync.cli.opening import opened_account, opened_catalog
from photosync.cli.options import Wish, checked_selection
from photosync.errors import UsageError
from photosync.jobs.list import Row, listed
from photosync.jobs.list import saved as saved_rows
from photosync.units import format_size


def list_items(general: General, name: str, wish: Wish, saved: bool) -> None:
    """`list`: a line an item."""
    configured = config.load(general.config)
    account_config = configured.account(name)
    with opened_catalog(general, configured) as catalog:
        if saved:
            wanted = [*([wish.collection] if wish.collection else []), *(wish.albums or [])]
            _show(general, name, saved_rows(catalog, name, wish.selection(), wanted))
            return
        with opened_account(general, account_config) as account:
            if account.provider.facts.needs_picking:
                raise UsageError(
                    f"account '{name}': its provider lists nothing before a person picks: photosync pick {name}"
                )
            selection, collections = checked_selection(wish, account)
            _show(general, name, listed(account, catalog, selection, collections))


def _show(general: General, account: str, rows: Iterator[Row]) -> None:
    for row in rows:
        if general.json:
            output.print_json(_item_json(account, row))
        else:
            item = row.item
            taken = item.taken.isoformat() if item.taken else "-"
            size = format_size(item.size_bytes) if item.size_bytes is not None else "-"
            output.print_line(f"{row.state:7}  {taken:19}  {size:>9}  {item.name or item.id}")


def _item_json(account: str, row: Row) -> dict[str, object]:
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
    }
