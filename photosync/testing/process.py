"""A simulator in a separate process, for tests that measure memory or must not share the interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Self, cast

from photosync.testing.control import expected_item
from photosync.testing.library import ExpectedItem

_STOP_TIMEOUT_S = 20.0
_ANSWER_TIMEOUT_S = 120.0


class SimulatorProcess:
    """`python -m photosync.testing NAME …` as a context manager.

    >>> with SimulatorProcess("amazon", "--items", "100000", "latency=0.05") as service:  # doctest: +SKIP
    ...     service.account_settings
    ...     service.steer(faults={"throttle": {"value": 1, "times": 3}}, add={"count": 5})
    """

    def __init__(self, name: str, *arguments: str) -> None:
        """`name` is a provider's, or `package.module:Class`; `arguments` are those of the command."""
        self._command = [sys.executable, "-m", "photosync.testing", name, *arguments]
        self._process: subprocess.Popen[str] | None = None
        self.url = ""
        self.account_settings: dict[str, object] = {}

    def __enter__(self) -> Self:
        process = subprocess.Popen(  # noqa: S603  # our own interpreter
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        self._process = process
        if not line:
            self.__exit__()
            raise RuntimeError(f"the simulator did not start: it ended with {process.returncode}")
        words = json.loads(line)
        self.url, self.account_settings = words["url"], words["account"]
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is None:
            return
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._process = None

    @property
    def pid(self) -> int:
        """Of the process."""
        assert self._process is not None
        return self._process.pid

    def steer(self, **changes: object) -> list[str]:
        """Post what `control` describes (`faults`, `plan`, `add`, …); returns the ids of added items."""
        body = json.dumps(changes).encode()
        request = urllib.request.Request(  # noqa: S310  # loopback
            f"{self.url}/_simulator", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=_ANSWER_TIMEOUT_S) as response:  # noqa: S310
            return cast("list[str]", json.load(response)["added"])

    @property
    def counts(self) -> Mapping[str, int]:
        """As `Simulator.counts`."""
        with urllib.request.urlopen(f"{self.url}/_simulator", timeout=_ANSWER_TIMEOUT_S) as response:  # noqa: S310
            return cast("Mapping[str, int]", json.load(response)["counts"])

    def expected(self) -> Iterator[ExpectedItem]:
        """As `SimulatedLibrary.expected`."""
        address = f"{self.url}/_simulator/expected"
        with urllib.request.urlopen(address, timeout=_ANSWER_TIMEOUT_S) as response:  # noqa: S310
            yield from map(expected_item, response)
