"""`failures`: what failed, why, since when, how often it was tried, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Argument

from photosync.cli.command import command
from photosync.cli.options import GeneralOptions
from photosync.cli.output import print_json, print_line, print_table

if TYPE_CHECKING:
    from photosync.catalog import CatalogEntry


@command
def show_failures(
    *,
    account: Annotated[
        str | None, Argument(metavar="ACCOUNT", help="The account's name; without it, every account.")
    ] = None,
    general: GeneralOptions,
) -> None:
    """Show what failed, why, since when, and what to do."""
    from photosync.cli.opening import library_of, load_config, open_catalog
    from photosync.jobs.failures import failure_json

    config = load_config(general)
    with open_catalog(library_of(general, config)) as catalog:
        recorded = catalog.failures.accounts()  # also of accounts that the configuration has no longer
        if account is None:
            accounts = list(dict.fromkeys((*config.accounts, *recorded)))
        else:
            if account not in recorded:
                config.check_name(account)
            accounts = [account]
        entries = [entry for name in accounts for entry in catalog.failures.of(name)]
        if general.json:
            for each in entries:
                print_json(failure_json(each))
        elif entries:
            _show(entries)
        elif not general.quiet:
            print_line("nothing failed")


def _show(entries: list[CatalogEntry]) -> None:
    from photosync.jobs.failures import advice_for

    headings = ["ACCOUNT", "SINCE", "LAST", "TRIES", "REASON", "ITEM"]
    print_table(headings, [_row(each) for each in entries])
    for reason, advice in {each.reason: advice_for(each.reason) for each in entries}.items():
        if advice is not None:
            print_line(f"{reason}: {advice}")
    print_line("`photosync why ID` tells more about one; its id is in --json.")


def _row(entry: CatalogEntry) -> list[str]:
    name = entry.item.name or entry.id
    return [entry.account, _day(entry.failed_since), _day(entry.failed_at), str(entry.tries), entry.reason or "", name]


def _day(time: str | None) -> str:
    return time[:10] if time else "-"
