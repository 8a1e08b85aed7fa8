"""The base of all simulators, and the contract suite that every provider passes.

A part of the product: `photosync demo` uses it, and so do the authors of plugins. It offers:

- `Simulator`: a service on loopback, in a thread; a provider's simulator subclasses it and defines its routes.
- `SimulatedLibrary`, `ExpectedItem`, `ItemTraits`: the photos of the simulated service, generated when needed.
- `Faults`, `Fault`: switches for everything that can go wrong at a service.
- `SimulatorProcess`: the same in a separate process (`python -m photosync.testing amazon --items 100000`).
- `photosync.testing.command`: runs the real `photosync` in a separate process.
- `photosync.testing.contract`: the suite; it needs pytest, so this module does not import it.

A simulator is found through the entry point group `photosync.simulators`, under its provider's name.
"""

from photosync.testing.faults import Fault, Faults
from photosync.testing.library import ExpectedItem, ItemTraits, SimulatedLibrary
from photosync.testing.plugins import simulator_named
from photosync.testing.process import SimulatorProcess
from photosync.testing.request_log import RequestRecord
from photosync.testing.routes import Route
from photosync.testing.simulator import Simulator

__all__ = [
    "ExpectedItem",
    "Fault",
    "Faults",
    "ItemTraits",
    "RequestRecord",
    "Route",
    "SimulatedLibrary",
    "Simulator",
    "SimulatorProcess",
    "simulator_named",
]
