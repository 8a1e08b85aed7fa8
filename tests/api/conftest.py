"""A user of the Python API: a script in a process of its own, with the configuration of a sandbox."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator


@dataclass(frozen=True, slots=True)
class Script:
    """Runs Python code of which `photosync`, `ps` (opened) and `amazon` (the account) are known."""

    sandbox: Sandbox

    def start(self, code: str, *, account: str = "amazon", before: str = "") -> subprocess.Popen[str]:
        """Start the code and do not wait for it. `before`: what comes before it, at the top."""
        text = f"""
import json, photosync
def show(**values): print(json.dumps(values), flush=True)
with photosync.open({str(self.sandbox.config)!r}) as ps:
    {account} = ps.account("{account}")
    {before}
{textwrap.indent(textwrap.dedent(code), "    ")}
"""
        # A shell that starts a process in the background lets it ignore SIGINT.
        restore = signal.getsignal(signal.SIGINT)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return subprocess.Popen(
                [sys.executable, "-c", text],
                env=self.sandbox.environment(),
                cwd=self.sandbox.folder,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        finally:
            signal.signal(signal.SIGINT, restore)

    def __call__(self, code: str, *, account: str = "amazon", before: str = "") -> dict[str, Any]:
        """The values that the code shows last; it has to succeed."""
        process = self.start(code, account=account, before=before)
        stdout, stderr = process.communicate(timeout=120)
        assert process.returncode == 0, stderr
        shown: dict[str, Any] = json.loads(stdout.splitlines()[-1])
        return shown


@pytest.fixture
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=12, seed=3, years=(2022, 2023)) as running:
        yield running


@pytest.fixture
def sandbox(tmp_path: Path, simulator: AmazonSimulator) -> Sandbox:
    made = Sandbox(tmp_path)
    made.configure({"amazon": simulator.account_settings()}, retry_budget="50s")
    return made


@pytest.fixture
def script(sandbox: Sandbox) -> Script:
    return Script(sandbox)
