"""`python -m photosync.testing amazon --items 100000 --seed 1 latency=0.05`: a simulator in a separate process.

Prints one line of JSON on standard output (`url`, and `account`: the settings below `accounts: NAME:` in a
configuration), then serves until SIGTERM, SIGINT or the end of a pipe on standard input.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import stat
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from photosync.testing.plugins import simulator_named
from photosync.testing.simulator import Simulator


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until stopped."""
    parser = _parser()
    options = parser.parse_intermixed_args(arguments)  # faults may follow options
    try:
        simulator = _simulator(options)
    except (LookupError, ImportError, ValueError, TypeError, OSError) as error:
        parser.error(str(error))
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    _watch_input(stopped)
    with simulator:
        line = json.dumps(
            {"url": simulator.url, "provider": simulator.provider, "account": simulator.account_settings()}
        )
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        stopped.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m photosync.testing", description="A simulated service on loopback.")
    parser.add_argument("name", help="a provider's name, or package.module:Class")
    parser.add_argument("faults", nargs="*", metavar="FAULT=VALUE", help="latency=0.05, throttle=1:times=3:on=list, …")
    parser.add_argument("--items", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", choices=("small", "demo"), default="small", help="of the pictures")
    parser.add_argument("--years", type=_years, default=range(2016, 2026), help="such as 2016-2025 or 2023")
    parser.add_argument("--hostile", action="store_true", help="some file names are traps")
    parser.add_argument("--no-gaps", action="store_true", help="every item has all its data")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--strict", action="store_true", default=None, help="refuse undocumented forms of requests")
    parser.add_argument("--plan", type=Path, metavar="FILE", help="several faults at a time, as JSON: Faults.set_plan")
    return parser


def _years(text: str) -> Sequence[int]:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def _simulator(options: argparse.Namespace) -> Simulator:
    simulator = simulator_named(options.name)(
        items=options.items,
        seed=options.seed,
        size=options.size,
        years=options.years,
        hostile=options.hostile,
        gaps=not options.no_gaps,
        port=options.port,
        strict=options.strict,
    )
    for word in options.faults:
        name, _, value = word.partition("=")
        simulator.faults.set(name, value)
    if options.plan is not None:
        simulator.faults.set_plan(json.loads(options.plan.read_text(encoding="utf-8")))
    return simulator


def _watch_input(stopped: threading.Event) -> None:
    """Stop when the parent process has ended. Only a pipe shows that: /dev/null is always at its end."""
    mode = os.fstat(0).st_mode
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return

    def watch() -> None:
        while os.read(0, 4096):
            pass
        stopped.set()

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
