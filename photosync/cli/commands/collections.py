"""`collections`: a line per album, frame or folder."""

from __future__ import annotations

from photosync.cli.command import command
from photosync.cli.options import AccountName, GeneralOptions
from photosync.cli.output import print_json, print_table


@command
def show_collections(*, account: AccountName, general: GeneralOptions) -> None:
    """Show an account's albums, frames or folders."""
    from photosync.cli.opening import load_config, open_account
    from photosync.jobs.collections import collection_json, collections_of

    with open_account(load_config(general).account(account)) as opened:
        found = collections_of(opened)
    if general.json:
        for each in found:
            print_json(collection_json(account, each))
        return
    rows = [[each.name, "-" if each.count is None else str(each.count), each.id] for each in found]
    print_table(["NAME", "ITEMS", "ID"], rows)
