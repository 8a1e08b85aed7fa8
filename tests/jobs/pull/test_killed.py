"""A run that is killed has recorded what it saved: the next one brings only what was under way."""

from pathlib import Path

from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator


def test_what_was_saved_is_not_fetched_again(tmp_path: Path) -> None:
    with AmazonSimulator(items=0) as simulator:
        # Without a hash nothing proves that a file without a record is the item's
        simulator.library.add(30, missing=frozenset({"md5", "taken"}))
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"amazon": simulator.account_settings()})
        stall = simulator.faults.stall = Fault(value=600, after=20)
        process = sandbox.start("pull", "amazon", "--jobs", "1")
        try:
            assert simulator.wait_for(lambda: stall.fired >= 1)
        finally:
            process.kill()
            process.communicate()
        saved = len(sandbox.files())
        simulator.faults.clear()
        simulator.forget()
        assert sandbox.run("pull", "amazon").exit == 0
        fetched = [each for each in simulator.requests if each.kind == "content" and each.status in (200, 206)]
        assert saved >= 18
        assert len(fetched) <= 30 - saved + 1
        assert sandbox.hashes().total() == 30


def test_a_repair_removes_what_a_killed_run_left(tmp_path: Path) -> None:
    with AmazonSimulator(items=1) as simulator:
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"amazon": simulator.account_settings()})
        assert sandbox.run("pull", "amazon").exit == 0
        workspace = sandbox.library / ".photosync" / "partial" / ".photosync-fix-abcdefgh"
        workspace.mkdir(parents=True)
        (workspace / f".{'0' * 32}.new").write_bytes(b"half")
        assert sandbox.run("verify", "--repair").exit == 0
        assert not workspace.exists()
