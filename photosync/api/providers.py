"""The installed plugins, and what each can do."""

from __future__ import annotations

import logging
from typing import TypedDict

from photosync.errors import ConfigError
from photosync.plugins import ProviderPlugin, abilities, plugins


class ProviderRow(TypedDict):
    """What `photosync providers --json` prints for a plugin."""

    name: str
    title: str
    distribution: str
    can: list[str]


_log = logging.getLogger("photosync.api")


def providers() -> list[ProviderRow]:
    """The plugins. One that cannot be loaded is left out, with a warning."""
    rows = []
    for plugin in plugins().values():
        try:
            rows.append(provider_json(plugin))
        except ConfigError as error:
            _log.warning("%s", error)
    return rows


def provider_json(plugin: ProviderPlugin) -> ProviderRow:
    """The object of the command line's contract. Raises `ConfigError` for a plugin that cannot be loaded."""
    provider = plugin.load()
    title, can = provider.facts.title, abilities(provider)
    return {"name": plugin.name, "title": title, "distribution": plugin.distribution, "can": can}
