"""`facets`: a line per value by which the service's search can select."""

from __future__ import annotations

from typing import Annotated

from typer import Argument

from photosync.cli.command import command
from photosync.cli.options import AccountName, GeneralOptions
from photosync.cli.output import print_json, print_table


@command
def show_facets(
    *,
    account: AccountName,
    category: Annotated[
        str | None, Argument(metavar="CATEGORY", help="Only these: things, location, people, …")
    ] = None,
    general: GeneralOptions,
) -> None:
    """Show people, places, things and times as the service knows them, to be used with --query."""
    from photosync.cli.opening import load_config, open_account
    from photosync.jobs.facets import facet_json, facets_of

    with open_account(load_config(general).account(account)) as opened:
        found = list(facets_of(opened, category))
    if general.json:
        for each in found:
            print_json(facet_json(account, each))
        return
    rows = [
        [each.category, "-" if each.count is None else str(each.count), each.query or each.value, each.name or ""]
        for each in found
    ]
    print_table(["CATEGORY", "ITEMS", "QUERY", "NAME"], rows)
