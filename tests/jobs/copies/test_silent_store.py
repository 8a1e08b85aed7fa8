"""A store that does not answer: the request is sent again, and an interrupted command ends at once."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from photosync.errors import Exit
from photosync.testing.command import Sandbox
from tests.jobs.copies.places import NAME, Place, S3Server, copied
from tests.jobs.copies.store_proxy import Action, Answer, Ask, Operation, Request, StoreFault, StoreProxy, refuse

pytestmark = pytest.mark.slow  # a real server, and real time-outs
COPY, VERIFY, RESTORE = ("copy",), ("verify", "--copy", NAME), ("restore", "--from", NAME, "--to")
BROKEN = refuse(500, "InternalError")


@pytest.fixture
def proxy(s3: S3Server) -> Iterator[StoreProxy]:
    with StoreProxy(s3.endpoint) as running:
        yield running


@pytest.fixture
def place(s3: S3Server, proxy: StoreProxy, tmp_path: Path) -> Place:
    there = s3.place(f"silent-{abs(hash(tmp_path.name))}")
    assert isinstance(there.settings, dict)
    return replace(there, settings=there.settings | {"endpoint": proxy.endpoint, "timeout": "1s"})


@pytest.fixture
def silent() -> Iterator[Action]:
    """No answer until the end of the test."""
    ended = Event()

    def wait(_request: Request, _ask: Ask) -> Answer | None:
        ended.wait(60)
        return None

    yield wait
    ended.set()


@pytest.mark.parametrize(
    ("operation", "command"), [("LIST", COPY), ("LIST", VERIFY), ("GET", VERIFY), ("GET", RESTORE)]
)
def test_an_answer_that_does_not_come_is_asked_for_again(
    sandbox: Sandbox, place: Place, proxy: StoreProxy, silent: Action, operation: Operation, command: tuple[str, ...]
) -> None:
    if command != COPY:
        assert copied(sandbox).exit == 0
    with proxy.failing(fault := StoreFault(silent, [operation], times=1)):
        result = sandbox.run(*with_target(command, sandbox))
    assert fault.fired
    assert result.exit == 0, result
    assert place.files()


@pytest.mark.parametrize("is_silent", [True, False])
@pytest.mark.parametrize(
    ("operation", "command"), [("LIST", COPY), ("PUT", COPY), ("LIST", VERIFY), ("GET", VERIFY), ("GET", RESTORE)]
)
def test_an_interrupted_command_ends_soon(
    sandbox: Sandbox,
    place: Place,
    proxy: StoreProxy,
    silent: Action,
    operation: Operation,
    command: tuple[str, ...],
    *,
    is_silent: bool,
) -> None:
    assert isinstance(place.settings, dict)
    replace(place, settings=place.settings | {"timeout": "5m", "retry_budget": "1h"}).configure(sandbox)
    if command != COPY:
        assert copied(sandbox).exit == 0
    proxy.requests = []
    with proxy.failing(StoreFault(silent if is_silent else BROKEN, [operation])):
        run = sandbox.start(*with_target(command, sandbox))
        while not proxy.counts[operation]:
            time.sleep(0.02)
        began = time.monotonic()
        run.send_signal(signal.SIGINT)
        stdout, stderr = run.communicate(timeout=60)
    assert run.returncode == Exit.INTERRUPTED, stdout + stderr
    assert time.monotonic() - began < 20, "10 s, and some more for a busy computer"
    assert sandbox.run(*with_target(command, sandbox)).exit == 0


def with_target(command: tuple[str, ...], sandbox: Sandbox) -> tuple[str, ...]:
    return (*command, str(sandbox.folder / "new/library")) if command == RESTORE else command
