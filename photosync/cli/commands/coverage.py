"""`coverage`: what only one account has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from typer import Option

from photosync.cli.command import command
from photosync.cli.known_accounts import Accounts, checked
from photosync.cli.options import GeneralOptions
from photosync.cli.output import print_json, print_line, print_table
from photosync.units import format_size

if TYPE_CHECKING:
    from photosync.catalog import ItemsInCopies


@command
def show_coverage(
    *,
    accounts: Accounts = None,
    items: Annotated[bool, Option("--items", help="Each item too whose content no other account has.")] = False,
    general: GeneralOptions,
) -> None:
    """Show how much of what is saved only one account has, how much another one has too, and how much copies have."""
    from photosync.cli.opening import library_of, load_config, open_catalog
    from photosync.jobs.contents import coverage_json, only_json

    config = load_config(general)
    library = library_of(general, config)
    copies: dict[str, ItemsInCopies] = {}
    with open_catalog(library) as catalog:
        names = checked(config, accounts)
        if items:
            for item in catalog.contents.only_in_one(names):
                if general.json:
                    print_json(only_json(item))
                else:
                    print_line(f"{item.account}: {item.location} ({item.id})")
        found = catalog.contents.coverage(names)
        if config.copies:
            from photosync.jobs.copy.state import items_in_copies

            copies |= items_in_copies(config.copy_addresses, library, catalog, names)
    if general.json:
        for each in found:
            print_json(coverage_json(each, copies.get(each.account)))
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
    for account, counts in copies.items():
        print_line(f"{account}: {_counted(counts.in_copies, 'copy', 'copies')}")
        print_line(f"{account}: {_counted(counts.in_verified_copies, 'verified copy', 'verified copies')}")


def _counted(counts: Sequence[int], one: str, several: str) -> str:
    """`5 items in no copy, 2 in 1 copy, 11998 in 2 copies`."""
    none, *others = counts
    words = [f"{count} in {number} {one if number == 1 else several}" for number, count in enumerate(others, 1)]
    return ", ".join([f"{none} item{'' if none == 1 else 's'} in no {one}", *words])
