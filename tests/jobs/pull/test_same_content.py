"""Items with the same content and name each get a file of their own, also those that are recorded together."""

import hashlib
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync.testing.receiving import Upload
from photosync_amazon.simulator import AmazonSimulator

COPIES = 30


@pytest.mark.parametrize("has_log", [True, False])
def test_each_gets_a_file(tmp_path: Path, *, has_log: bool) -> None:
    with AmazonSimulator(items=1) as simulator:
        (first,) = simulator.library.expected()
        content = simulator.library.content_of(first.id)
        (tmp_path / "photo.jpg").write_bytes(content)
        md5, sha256 = hashlib.md5(content, usedforsecurity=False).hexdigest(), hashlib.sha256(content).hexdigest()
        upload = Upload(tmp_path / "photo.jpg", len(content), md5, sha256)
        for _ in range(COPIES):
            # Only the content has the date: the locations are not those that were expected when the listing was read
            simulator.library.receive(upload, name="IMG_1.jpg", missing=frozenset({"taken"}))
        simulator.faults.latency = Fault(value=0.1, on="content")  # contents come in bursts, and are recorded together
        sandbox = Sandbox(tmp_path / "user")
        sandbox.configure({"amazon": simulator.account_settings()})
        if not has_log:  # as on a network file system: the catalog is written in batches then
            (sandbox.library / ".photosync" / "catalog.db-shm").mkdir(parents=True)
        result = sandbox.run("pull", "amazon", "--jobs", "16")
        assert (result.exit, result.number("saved")) == (0, COPIES + 1), result
        assert len(sandbox.files()) == COPIES + 1
        assert sandbox.run("pull", "amazon").number("saved") == 0


def test_a_file_that_is_adopted_keeps_its_location(tmp_path: Path) -> None:
    """A name that differs in capital letters alone is the same one, whatever the file system says."""
    taken = datetime(2021, 7, 6, 18, 22, 1)
    with AmazonSimulator(items=0) as simulator:
        simulator.library.add(name="IMG_1.JPG", taken=taken)
        sandbox = Sandbox(tmp_path / "user")
        sandbox.configure({"amazon": simulator.account_settings()})
        assert sandbox.run("pull", "amazon").exit == Exit.OK
        for path in (sandbox.library / ".photosync").glob("catalog*.db"):
            path.unlink()
        simulator.library.add(name="img_1.jpg", taken=taken)  # the newest comes first
        result = sandbox.run("pull", "amazon")
        assert result.exit == Exit.OK, result
        assert sandbox.hashes() == Counter(item.md5 for item in simulator.library.expected())
        assert len({str(path).casefold() for path in sandbox.files()}) == 2
