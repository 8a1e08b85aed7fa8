"""The benchmarks' service in a process of its own, and the check that it was not what limited a measurement."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self, cast

from benchmarks.contents import item_id
from photosync.testing.command import Sandbox

_STOP_TIMEOUT_S = 20.0
_FLOOR_RUNS = 3
_LEAST_TIMES_FLOOR = 1.3
"""A run that is closer to the floor measures the service."""
_MOST_BUSY = 0.95
"""The part of a core that the service may use during a run: it has one thread."""


@dataclass(frozen=True, slots=True)
class Floor:
    """How fast the service alone is, for a client that throws everything away."""

    seconds: float
    service_cpu_s: float

    def problem(self, seconds: float, service_cpu_s: float) -> str:
        """Why a run says nothing of the program, or ''.

        `seconds` are those in which it asked the service, and `service_cpu_s` what the service used meanwhile.
        """
        busy = service_cpu_s / seconds
        if seconds < self.seconds * _LEAST_TIMES_FLOOR:
            return f"the service alone needs {self.seconds:.2f} s of the {seconds:.2f} s"
        if busy > _MOST_BUSY:
            return f"the service was busy for {busy:.0%} of the {seconds:.2f} s"
        return ""


class BenchmarkError(Exception):
    """A benchmark cannot be measured, or what was measured did not do its work."""


class Service:
    """`python -m benchmarks.fast_service …` as a context manager."""

    def __init__(self, **options: float) -> None:
        """The options of the command: `items=1200, latency=0.05`."""
        self._options = [f"--{name}={value}" for name, value in options.items() if value]
        self._process: subprocess.Popen[str] | None = None
        self.url = self.content_url = self.certificate = ""
        self.account: dict[str, object] = {}

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "benchmarks.fast_service", *self._options]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._process = process
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            self.__exit__()
            raise BenchmarkError(f"the service did not start: it ended with {process.returncode}")
        words = json.loads(line)
        self.url, self.content_url, self.account = words["url"], words["content"], words["account"]
        self.certificate = words["certificate"]
        self._secured = ssl.create_default_context(cafile=self.certificate)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        try:
            process.communicate(timeout=_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()

    def sandbox(self, folder: Path) -> Sandbox:
        """A user of the service, with default settings."""
        sandbox = Sandbox(folder)
        sandbox.configure({"amazon": self.account}, exif="fix")
        return sandbox

    def redirect_url(self, number: int) -> str:
        """Where the download of an item begins."""
        return f"{self.url}/drive/v1/nodes/{item_id(number)}/contentRedirection"

    def forget(self) -> None:
        """Begin to count anew."""
        self._get("/_counts?forget")

    @property
    def counts(self) -> Mapping[str, float]:
        """What happened since `forget`; `seconds` is from the first request to the last, `cpu_s` since the start."""
        return cast("Mapping[str, float]", self._get("/_counts"))

    @property
    def md5s(self) -> Mapping[str, str]:
        """The hash of each content, and that of the same without Exif."""
        return cast("Mapping[str, str]", self._get("/_md5"))

    def _get(self, path: str) -> object:
        with urllib.request.urlopen(self.url + path, context=self._secured, timeout=60) as response:
            return json.load(response)

    def floor(self, targets: Iterable[str], connections: int) -> Floor:
        """Ask for the targets, one line for each job, by `python -m benchmarks.floor`: the best of three times."""
        text = "\n".join(targets)
        return min((self._asked(text, connections) for _ in range(_FLOOR_RUNS)), key=lambda each: each.seconds)

    def _asked(self, text: str, connections: int) -> Floor:
        before = self.counts["cpu_s"]
        command = [sys.executable, "-m", "benchmarks.floor", self.url, self.certificate, str(connections)]
        done = subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True)
        return Floor(float(done.stdout), self.counts["cpu_s"] - before)
