"""How simulators are found: by the name of their provider, in the entry point group `photosync.simulators`."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points

from photosync.testing.simulator import Simulator

GROUP = "photosync.simulators"


def simulator_names() -> list[str]:
    """The simulators that are installed."""
    return sorted(entry.name for entry in entry_points(group=GROUP))


def simulator_named(name: str) -> type[Simulator]:
    """The simulator of a provider, or `package.module:Class` for one that no entry point names.

    Raises `LookupError` where there is none, and `TypeError` for what is no simulator.
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
