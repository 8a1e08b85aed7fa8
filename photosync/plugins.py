"""Finds installed providers through their entry points."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

from photosync.errors import ConfigError
from photosync.provider.optional import HasCollections, HasUsage, SupportsCount
from photosync.provider.picking import SupportsPicking
from photosync.provider.required import Provider
from photosync.provider.sign_in import SupportsSignIn
from photosync.provider.upload import SupportsUpload

_log = logging.getLogger(__name__)
GROUP = "photosync.providers"


class ProviderPlugin:
    """A provider with an entry point. It is imported by `load`, not before."""

    def __init__(self, entry_point: EntryPoint) -> None:
        self.name = entry_point.name
        self._entry_point = entry_point

    @property
    def distribution(self) -> str:
        """The name and version of the distribution that the plugin is part of."""
        source = self._entry_point.dist
        return f"{source.name} {source.version}" if source else "unknown"

    def load(self) -> type[Provider]:
        """The provider's class. Raises `ConfigError` if its code fails."""
        try:
            loaded: type[Provider] = self._entry_point.load()
        except Exception as error:  # the code of a plugin can fail in any way
            _log.info("the provider '%s' cannot be loaded", self.name, exc_info=True)
            raise ConfigError(
                f"the provider '{self.name}' of {self.distribution} cannot be loaded: {type(error).__name__}: {error}. "
                "Update or remove that package."
            ) from error
        return loaded


def plugins() -> Mapping[str, ProviderPlugin]:
    """All providers that are installed, by name."""
    return {entry.name: ProviderPlugin(entry) for entry in sorted(entry_points(group=GROUP))}


def abilities(provider: type[Provider]) -> list[str]:
    """The abilities of `provider`: `list`, `download`, and a word for each optional protocol that it implements."""
    optional = {
        "upload": SupportsUpload,
        "collections": HasCollections,
        "usage": HasUsage,
        "count": SupportsCount,
        "pick": SupportsPicking,
        "login": SupportsSignIn,
    }
    return ["list", "download", *(word for word, protocol in optional.items() if issubclass(provider, protocol))]
