"""`tree`: the folders of an account, a line each."""

from __future__ import annotations

from photosync.cli.command import command
from photosync.cli.options import AccountName, GeneralOptions
from photosync.cli.output import print_json, print_line


@command
def show_tree(*, account: AccountName, general: GeneralOptions) -> None:
    """Show the folders of an account as a tree, with the number of files in each."""
    from photosync.cli.opening import load_config, open_account
    from photosync.jobs.show import folder_json, folders_of

    with open_account(load_config(general).account(account)) as opened:
        found = folders_of(opened)
    for each in found:
        if general.json:
            print_json(folder_json(account, each))
        else:
            count = "" if each.count is None else f"  ({each.count})"
            print_line(f"{'    ' * len(each.path)}{each.path[-1] if each.path else '/'}{count}")
