"""`providers`: a line per plugin."""

from __future__ import annotations

from photosync.cli.command import command
from photosync.cli.options import GeneralOptions
from photosync.cli.output import print_error, print_json, print_line
from photosync.errors import ConfigError


@command
def show_providers(*, general: GeneralOptions) -> None:
    """Show the installed providers and what they can do."""
    from photosync.api.providers import provider_json
    from photosync.plugins import plugins

    for name, plugin in plugins().items():
        try:
            row = provider_json(plugin)
        except ConfigError as error:
            print_error(str(error))
            continue
        if general.json:
            print_json(row)
        else:
            print_line(f"{name:12} {row['title']:20} {row['distribution']:24} {', '.join(row['can'])}")
