"""A computer whose clock is wrong: the service's time decides which dates lie in the future.

Here the service's clock is set wrong instead, and the photos with it, which is the same for the program.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync.testing.plugins import simulator_named
from photosync.testing.receiving import Upload
from photosync.testing.simulator import Simulator
from tests.metadata.making import block, original, photo, text

WARNING = "The clock of this computer is wrong"
DAY_S = 86400.0


@pytest.fixture(params=["amazon", "clouddrive", "aura"])
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with simulator_named(request.param)(items=3) as running:
        yield running


@pytest.fixture
def amazon() -> Iterator[Simulator]:
    with simulator_named("amazon")(items=0) as running:
        yield running


def pulled(tmp_path: Path, simulator: Simulator, days: int) -> tuple[str, str]:
    """The path in the library of a photo that was taken `days` after today, and stderr."""
    taken = datetime.now(UTC).replace(tzinfo=None, microsecond=0) + timedelta(days=days)
    content = photo(block(exif=[original(f"{taken:%Y:%m:%d %H:%M:%S}"), text(0x9011, "+00:00")]))
    path = tmp_path / "source"
    path.write_bytes(content)
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    upload = Upload(path, len(content), md5, hashlib.sha256(content).hexdigest())
    simulator.library.receive(upload, name="x.jpg", taken=taken, missing=frozenset())
    sandbox = Sandbox(tmp_path)
    sandbox.configure({"amazon": simulator.account_settings()}, exif="fix")
    result = sandbox.run("pull", "amazon")
    assert result.exit == 0, result
    (saved,) = sandbox.library.rglob("x.jpg")
    expected = f"amazon/{taken:%Y/%m}/x.jpg"
    return ("" if saved == sandbox.library / expected else str(saved)), result.stderr


def test_no_photo_loses_its_date_on_a_computer_whose_clock_is_behind(tmp_path: Path, amazon: Simulator) -> None:
    amazon.faults.date = Fault(value=90 * DAY_S)
    elsewhere, stderr = pulled(tmp_path, amazon, days=83)
    assert elsewhere == ""
    assert stderr.count(WARNING) == 1


def test_a_date_in_the_future_is_doubted_on_a_computer_whose_clock_is_ahead(tmp_path: Path, amazon: Simulator) -> None:
    amazon.faults.date = Fault(value=-30 * DAY_S)
    elsewhere, stderr = pulled(tmp_path, amazon, days=-20)
    assert elsewhere != ""
    assert stderr.count(WARNING) == 1


@pytest.mark.parametrize("shift_s", [0.0, 3600.0, -20 * 365 * DAY_S])
def test_a_service_that_agrees_or_is_impossibly_old_says_nothing(
    tmp_path: Path, amazon: Simulator, shift_s: float
) -> None:
    amazon.faults.date = Fault(value=shift_s)
    elsewhere, stderr = pulled(tmp_path, amazon, days=-7)
    assert elsewhere == ""
    assert WARNING not in stderr


def test_one_answer_that_agrees_with_the_computer_settles_it(tmp_path: Path, amazon: Simulator) -> None:
    amazon.faults.date = Fault(value=90 * DAY_S, after=1)
    elsewhere, stderr = pulled(tmp_path, amazon, days=83)
    assert elsewhere != ""
    assert WARNING not in stderr


def test_every_service_tells_the_time(tmp_path: Path, simulator: Simulator) -> None:
    simulator.faults.date = Fault(value=90 * DAY_S)
    sandbox = Sandbox(tmp_path)
    sandbox.configure({"main": simulator.account_settings()})
    result = sandbox.run("pull", "main")
    assert (result.exit, result.stderr.count(WARNING)) == (0, 1)
