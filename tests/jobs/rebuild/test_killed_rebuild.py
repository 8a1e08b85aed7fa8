"""A rebuild that is killed before any of its durable steps: the next one, or a pull, completes it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator

ITEMS = 4
_MOST_STEPS = 200


@pytest.mark.slow
@pytest.mark.parametrize("following", ["rebuild", "pull"])
@pytest.mark.parametrize("with_copy", [True, False], ids=["copy", "no copy"])
def test_a_killed_rebuild(tmp_path: Path, with_copy: bool, following: str) -> None:
    """Each step is one run; it stops at the first that has no such step."""
    with AmazonSimulator(items=ITEMS) as simulator:
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"account": simulator.account_settings()}, exif="fix")
        assert sandbox.run("pull", "account").exit == 0
        before, files = sorted(sandbox.run("list", "account", "--saved").stdout.splitlines()), sandbox.hashes()
        (sandbox.library / ".photosync" / "catalog.db").write_bytes(b"rubbish " * 1000)
        if not with_copy:
            (sandbox.library / ".photosync" / "catalog-copy.db").unlink()
        damaged = tmp_path / "damaged"
        shutil.copytree(sandbox.library, damaged)
        simulator.forget()
        for step in range(1, _MOST_STEPS):
            shutil.rmtree(sandbox.library)
            shutil.copytree(damaged, sandbox.library)
            killed = replace(sandbox, crash_at=str(step)).run("rebuild")
            if killed.exit == 0:
                assert step > ITEMS
                return
            if following == "pull" and sandbox.run("pull", "account").exit != 0:
                assert sandbox.run("rebuild").exit == 0, f"step {step}"  # the damaged catalog is still there
            elif following == "rebuild":
                assert sandbox.run("rebuild").exit == 0, f"step {step}"
            state = sorted(sandbox.run("list", "account", "--saved").stdout.splitlines()), sandbox.hashes()
            assert state == (before, files), f"step {step}"
            assert simulator.counts["content"] == 0, f"step {step}"
            assert not list((sandbox.library / ".photosync").glob(".*")), f"step {step}"
    raise AssertionError("the steps never end")
