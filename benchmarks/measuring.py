"""Runs the real command and prints its time, requests and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

from photosync.testing.command import Sandbox


@dataclass(frozen=True, slots=True)
class Measured:
    """A run of the command."""

    seconds: float
    summary: Mapping[str, object]


def measure(sandbox: Sandbox, title: str, *arguments: str) -> Measured:
    """Run `photosync ARGUMENTS -q`, and print its time, its requests and its peak memory. It must succeed."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "photosync", *arguments, "-q", "--json", "--config", str(sandbox.config)],
        env=sandbox.environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    if status != 0:
        sys.exit(f"{title} ended with {os.waitstatus_to_exitcode(status)}: {output[-2000:]}")
    summary = json.loads(output.splitlines()[-1])
    requests = f"{summary['requests']:>7} requests" if "requests" in summary else ""
    print(f"{title:40} {seconds:8.2f} s   {requests:16}   {used.ru_maxrss / 1000:6.0f} MB peak", flush=True)
    return Measured(seconds, summary)
