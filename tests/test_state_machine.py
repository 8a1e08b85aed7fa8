"""A user, a service and a library that change in any order, compared with a model in plain dictionaries.

Each rule does something that can happen to a library in years: items come, change, get another name and go at the
service; files are deleted, damaged, moved, exchanged and added on the disk; commands run, are killed, and find a
service that fails. After each, the library is what the model says, and nothing that the user has made is lost.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from photosync.testing.simulator import Simulator
from photosync_amazon.simulator import AmazonSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.state_machine.changes import LocalChanges
from tests.state_machine.commands import Checks, Fixes, Transfers

pytestmark = pytest.mark.slow  # 100 histories of a library

SERVICES: dict[str, type[Simulator]] = {"amazon": AmazonSimulator, "clouddrive": CloudDriveSimulator}
PARTS = 2
"""Of each service; they run side by side."""
EXAMPLES = int(os.environ.get("PHOTOSYNC_TEST_EXAMPLES", "100")) // (PARTS * len(SERVICES))
"""How many histories in each part, of 100 in all; `make test-nightly` runs 1,000."""
STEPS = 20


class LibraryMachine(Transfers, Fixes, Checks, LocalChanges):
    """All rules."""


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("part", range(PARTS))
def test_any_history(service: str, part: int, record_property: Callable[[str, object], None]) -> None:
    machine = seed(f"{service} {part}")(type(f"{service}{part}", (LibraryMachine,), {"service": SERVICES[service]}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # a failure says its steps; making them fewer takes very long
            suppress_health_check=list(HealthCheck),
        ),
    )
    record_property("state machine: histories", EXAMPLES)
