"""`providers`: a line a plugin."""

from __future__ import annotations

from photosync.cli import output
from photosync.cli.general import General
from photosync.plugins import abilities, plugins


def list_providers(general: General) -> None:
    """`providers`: a line a plugin."""
    for name, plugin in plugins().items():
        provider = plugin.load()
        can = abilities(provider)
        if general.json:
            output.print_json(
                {"name": name, "title": provider.facts.title, "distribution": plugin.distribution, "can": can}
            )
        else:
            output.print_line(f"{name:12} {provider.facts.title:20} {plugin.distribution:24} {', '.join(can)}")
