"""Finds simulators by the name of their provider, in the entry point group `photosync.simulators`."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points

from photosync.testing.simulator import Simulator

GROUP = "photosync.simulators"


def simulator_names() -> list[str]:
    """The names of the installed simulators."""
    return sorted(entry.name for entry in entry_points(group=GROUP))


def simulator_named(name: str) -> type[Simulator]:
    """The simulator of a provider, or the one at `package.module:Class`, without an entry point.

    Raises `LookupError` if there is none, and `TypeError` if the object is not a simulator.
    """
    module, colon, attribute = name.partition(":")
    if colon:
        loaded: object = getattr(import_module(module), attribute)
    else:
        entry = next(iter(entry_points(group=GROUP, name=name)), None)
        if entry is None:
            known = ", ".join(simulator_names()) or "none"
            raise LookupError(f"no simulator is called '{name}'; installed: {known}")
        loaded = entry.load()
    if not (isinstance(loaded, type) and issubclass(loaded, Simulator)):
        raise TypeError(f"'{name}' is not a simulator: {loaded!r}")
    return loaded
