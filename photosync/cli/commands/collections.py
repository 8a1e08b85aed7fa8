"""`collections`: a line an album, frame or folder."""

from __future__ import annotations

from photosync import config
from photosync.cli import output
from photosync.cli.general import General
from photosync.cli.opening import opened_account
from photosync.errors import UsageError
from photosync.provider import HasCollections


def list_collections(general: General, name: str) -> None:
    """`collections`: a line an album, frame or folder."""
    configured = config.load(general.config).account(name)
    with opened_account(general, configured) as account:
        provider = account.provider
        if not isinstance(provider, HasCollections):
            raise UsageError(f"account '{name}': {provider.facts.title} has no collections")
        found = list(provider.collections())
    if general.json:
        for each in found:
            output.print_json(
                {"account": name, "id": each.id, "name": each.name, "kind": each.kind, "count": each.count}
            )
        return
    rows = [[each.name, "-" if each.count is None else str(each.count), each.id] for each in found]
    output.print_table(["NAME", "ITEMS", "ID"], rows)
