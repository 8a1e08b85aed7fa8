"""`providers`: a line per plugin."""

from __future__ import annotations

from photosync.cli.command import command
from photosync.cli.options import GeneralOptions
from photosync.cli.output import print_error, print_json, print_line
from photosync.errors import ConfigError


@command
def show_providers(*, general: GeneralOptions) -> None:
    """Show the installed providers and what they can do."""
    from photosync.plugins import abilities, plugins

    for name, plugin in plugins().items():
        try:
            provider = plugin.load()
        except ConfigError as error:
            print_error(str(error))
            continue
        title, can = provider.facts.title, abilities(provider)
        if general.json:
            print_json({"name": name, "title": title, "distribution": plugin.distribution, "can": can})
        else:
            print_line(f"{name:12} {title:20} {plugin.distribution:24} {', '.join(can)}")
