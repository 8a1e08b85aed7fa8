"""`usage`: how much storage is used, a line a type."""

from __future__ import annotations

from photosync import config
from photosync.cli import output
from photosync.cli.general import General
from photosync.cli.opening import opened_account
from photosync.errors import UsageError
from photosync.provider import HasUsage
from photosync.units import format_size


def show_usage(general: General, name: str) -> None:
    """`usage`: a line a type."""
    configured = config.load(general.config).account(name)
    with opened_account(general, configured) as account:
        provider = account.provider
        if not isinstance(provider, HasUsage):
            raise UsageError(f"account '{name}': {provider.facts.title} does not tell how much storage is used")
        used = provider.usage()
    if general.json:
        for each in used:
            output.print_json({"account": name, "type": each.type, "bytes": each.size_bytes, "count": each.count})
        return
    output.print_table(
        ["TYPE", "ITEMS", "SIZE"], [[each.type, str(each.count), format_size(each.size_bytes)] for each in used]
    )
