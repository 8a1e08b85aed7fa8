"""`usage`: how much storage is used, a line per type of content."""

from __future__ import annotations

from photosync.cli.command import command
from photosync.cli.options import AccountName, GeneralOptions
from photosync.cli.output import print_json, print_line, print_table
from photosync.units import format_size


@command
def show_usage(*, account: AccountName, general: GeneralOptions) -> None:
    """Show how much storage an account uses, what of it is billable, and how much is allowed."""
    from photosync.cli.opening import load_config, open_account
    from photosync.jobs.usage import quota_json, quota_of, usage_json, usage_of

    with open_account(load_config(general).account(account)) as opened:
        used, quota = usage_of(opened), quota_of(opened)
    if general.json:
        for each in used:
            print_json(usage_json(account, each))
        if quota is not None:
            print_json(quota_json(account, quota))
        return
    print_table(
        ["TYPE", "ITEMS", "SIZE", "BILLABLE"],
        [[each.type, str(each.count), format_size(each.size_bytes), _shown(each.billable_bytes)] for each in used],
    )
    if quota is not None:
        print_line(f"allowed: {_shown(quota.size_bytes)}, free: {_shown(quota.available_bytes)}")


def _shown(size_bytes: int | None) -> str:
    return "-" if size_bytes is None else format_size(size_bytes)
