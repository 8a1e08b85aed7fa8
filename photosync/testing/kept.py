"""`python -m photosync.testing.kept FOLDER SEED`: all simulated services, until `FOLDER/services.json` is removed.

For `photosync demo --keep`. The folder is for the user alone. This process writes there:

- `services.json`: the services, and the settings of an account at each.
- a folder for each service, with the files that these settings name.

It holds `FOLDER/lock` while it runs, so that there is one such process, and a line on standard output says when the
services answer. The ports are the same at each start, where they are free: a configuration stays good.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from filelock import Timeout

from photosync import private_files
from photosync.file_systems import Lock
from photosync.testing.faults import Fault
from photosync.testing.plugins import simulator_named, simulator_names
from photosync.testing.simulator import Simulator

SERVICES = "services.json"
ITEMS = 300
LATENCY_S = 0.02
"""Without it no progress would be shown."""
_FIRST_PORT = 27010
"""Below those that systems give to connections."""
_PORTS_EACH = 10
_LOOK_EVERY_S = 0.3
_LOCK_WAIT_S = 2.0
"""Whoever asks whether the services run holds the lock for a moment."""
_STARTS_WITHIN_S = 20.0


def main(arguments: Sequence[str]) -> int:
    """Serve until the file is removed, or until SIGTERM."""
    folder, seed = Path(arguments[0]), int(arguments[1])
    private_files.make_folder(folder)
    try:
        with Lock(folder / "lock", timeout_s=_LOCK_WAIT_S, mode=0o600).held():
            _serve(folder, seed)
    except Timeout:  # another such process serves, or is about to
        _await(folder / SERVICES)
        _say_ready()
    return 0


def _await(path: Path) -> None:
    end = time.monotonic() + _STARTS_WITHIN_S
    while not path.exists() and time.monotonic() < end:
        time.sleep(_LOOK_EVERY_S)


def _serve(folder: Path, seed: int) -> None:
    stopped = threading.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: stopped.set())
    services = folder / SERVICES
    with ExitStack() as stack:
        running: list[Simulator] = []
        for number, name in enumerate(simulator_names()):
            running.append(_started(name, seed, _FIRST_PORT + _PORTS_EACH * number))
            stack.callback(running[-1].stop)
        described = [_described(each, folder) for each in running]
        private_files.write(services, json.dumps({"services": described}, indent=1).encode())
        stack.callback(services.unlink, missing_ok=True)
        _say_ready()
        while services.exists() and not stopped.is_set():
            stopped.wait(_LOOK_EVERY_S)


def _started(name: str, seed: int, port: int) -> Simulator:
    try:
        simulator = simulator_named(name)(items=ITEMS, seed=seed, size="demo", port=port).start()
    except RuntimeError:  # the port is taken
        simulator = simulator_named(name)(items=ITEMS, seed=seed, size="demo").start()
    simulator.faults.latency = Fault(value=LATENCY_S)
    return simulator


def _described(simulator: Simulator, folder: Path) -> dict[str, object]:
    settings = {key: _kept(value, folder / simulator.provider) for key, value in simulator.account_settings().items()}
    return {"provider": simulator.provider, "url": simulator.url, "items": ITEMS, "settings": settings}


def _kept(value: object, folder: Path) -> object:
    """A file that a setting names is copied: the simulator deletes its own when it ends."""
    if not isinstance(value, str) or not Path(value).is_file():
        return value
    private_files.make_folder(folder)
    copy = folder / Path(value).name
    shutil.copyfile(value, copy)
    copy.chmod(0o600)
    return str(copy)


def _say_ready() -> None:
    """Tell the process that waits, which then ends; nobody reads the output after that."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
