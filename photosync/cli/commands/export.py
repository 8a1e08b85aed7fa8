"""`export`: the catalog as a table, for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument

from photosync.cli.command import command
from photosync.cli.options import GeneralOptions
from photosync.cli.output import print_json, print_line


@command
def export(
    *,
    path: Annotated[
        Path, Argument(metavar="FILE", help="Ends with .parquet, .csv or .jsonl; replaced if it is there.")
    ],
    general: GeneralOptions,
) -> None:
    """Write what the library has to a table: a row an item."""
    from photosync.cli.opening import library_of, load_config, open_catalog
    from photosync.jobs.export.export import export as write
    from photosync.user_folders import expanded

    config = load_config(general, required=general.library is None)
    target = expanded(path)
    with open_catalog(library_of(general, config)) as catalog:
        number = write(catalog, target)
    if general.json:
        print_json({"command": "export", "path": str(target), "items": number})
    elif not general.quiet:
        print_line(f"{target}: {number:,} {'item' if number == 1 else 'items'}")
