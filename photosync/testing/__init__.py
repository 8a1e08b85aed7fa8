"""What simulators of services are built from, and the contract suite that every provider passes.

A part of the product: `photosync demo` uses it, and so do the authors of plugins. It offers:

- `Simulator`: a service on loopback, in a thread; a provider's own simulator subclasses it and says its routes.
- `SimulatedLibrary`, `ExpectedItem`, `ItemTraits`: the photos that the simulated service holds, made on the fly.
- `Faults`, `Fault`: everything that goes wrong at a service, as switches.
- `SimulatorProcess`: the same in a process of its own (`python -m photosync.testing amazon --items 100000`).
- `photosync.testing.command`: runs the real `photosync` in a process of its own.
- `photosync.testing.contract`: the suite; it needs pytest, so it is not imported from here.

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
