"""`duplicates`: the same bytes in several accounts, or several times in one."""

from __future__ import annotations

from photosync.cli.command import command
from photosync.cli.known_accounts import Accounts, checked
from photosync.cli.options import GeneralOptions
from photosync.cli.output import print_json, print_line
from photosync.units import format_size


@command
def show_duplicates(*, accounts: Accounts = None, general: GeneralOptions) -> None:
    """Show the contents that several saved items have, in one account or in several."""
    from photosync.cli.opening import library_of, load_config, open_catalog
    from photosync.jobs.contents import duplicate_json

    config, contents, more_bytes = load_config(general), 0, 0
    with open_catalog(library_of(general, config)) as catalog:
        for items in catalog.contents.duplicates(checked(config, accounts)):
            contents += 1
            more_bytes += items[0].size_bytes * (len(items) - 1)
            if general.json:
                print_json(duplicate_json(items))
                continue
            print_line(f"{len(items)} times {format_size(items[0].size_bytes)}:")
            for each in items:
                where = ", only in copies of the library" if each.is_offsite else ""
                print_line(f"  {each.account}: {each.location} ({each.id}){where}")
    if not general.json and not general.quiet:
        saved = f", {format_size(more_bytes)} more than once" if contents else ""
        print_line(f"{contents:,} contents are there several times{saved}")
