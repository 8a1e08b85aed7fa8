"""`coverage`: what only one account has."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from photosync.cli.command import command
from photosync.cli.known_accounts import Accounts, checked
from photosync.cli.options import GeneralOptions
from photosync.cli.output import print_json, print_line, print_table
from photosync.units import format_size


@command
def show_coverage(
    *,
    accounts: Accounts = None,
    items: Annotated[bool, Option("--items", help="Each item too whose content no other account has.")] = False,
    general: GeneralOptions,
) -> None:
    """Show how much of what is saved only one account has, and how much another one has too."""
    from photosync.cli.opening import library_of, load_config, open_catalog
    from photosync.jobs.contents import coverage_json, only_json

    config = load_config(general)
    with open_catalog(library_of(general, config)) as catalog:
        names = checked(config, accounts)
        if items:
            for item in catalog.contents.only_in_one(names):
                if general.json:
                    print_json(only_json(item))
                else:
                    print_line(f"{item.account}: {item.location} ({item.id})")
        found = catalog.contents.coverage(names)
    if general.json:
        for each in found:
            print_json(coverage_json(each))
        return
    print_table(
        ["ACCOUNT", "ITEMS", "ONLY THERE", "SIZE", "ALSO ELSEWHERE"],
        [
            [
                each.account,
                str(each.items),
                str(each.only_here),
                format_size(each.only_here_bytes),
                str(each.items - each.only_here),
            ]
            for each in found
        ],
    )
