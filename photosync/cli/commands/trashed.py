"""`trashed`: what is in a service's trash, a line per item or folder."""

from __future__ import annotations

from photosync.cli.command import command
from photosync.cli.options import AccountName, GeneralOptions
from photosync.cli.output import is_read, print_json, print_line
from photosync.units import format_size


@command
def show_trashed(*, account: AccountName, general: GeneralOptions) -> None:
    """Show what is in the service's trash."""
    from photosync.cli.opening import library_of, load_config, open_account, open_catalog
    from photosync.jobs.change.trash import trashed, trashed_json

    config = load_config(general)
    configured = config.account(account)
    with open_catalog(library_of(general, config)) as catalog, open_account(configured) as opened:
        for found, row in trashed(opened, catalog):
            if not is_read():
                return
            if general.json:
                print_json(trashed_json(account, found, row))
            elif row is None:
                print_line(f"{'folder':7}  {'-':19}  {'-':>9}  {found.name}  {found.id}")
            else:
                taken = row.item.taken.isoformat() if row.item.taken else "-"
                size = format_size(row.item.size_bytes) if row.item.size_bytes is not None else "-"
                print_line(f"{row.state:7}  {taken:19}  {size:>9}  {found.name}  {found.id}")
