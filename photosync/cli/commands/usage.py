"""`usage`: how much storage is used, a line per type of content."""

from __future__ import annotations

from photosync.cli.command import command
from photosync.cli.options import AccountName, GeneralOptions
from photosync.cli.output import print_json, print_table
from photosync.units import format_size


@command
def show_usage(*, account: AccountName, general: GeneralOptions) -> None:
    """Show how much storage an account uses."""
    from photosync.cli.opening import load_config, open_account
    from photosync.jobs.usage import usage_json, usage_of

    with open_account(load_config(general).account(account)) as opened:
        used = usage_of(opened)
    if general.json:
        for each in used:
            print_json(usage_json(account, each))
        return
    print_table(
        ["TYPE", "ITEMS", "SIZE", "BILLABLE"],
        [[each.type, str(each.count), format_size(each.size_bytes), _shown(each.billable_bytes)] for each in used],
    )


def _shown(size_bytes: int | None) -> str:
    return "-" if size_bytes is None else format_size(size_bytes)
