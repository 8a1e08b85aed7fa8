"""A service with faults of all kinds in between: one run brings everything, without help.

How much longer it takes is measured by `python -m benchmarks faults`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from photosync.testing.contract import ProviderContract
from photosync.testing.random_faults import random_faults
from tests.photosync_amazon import test_contract as amazon
from tests.photosync_aura import test_contract as aura
from tests.photosync_clouddrive import test_contract as clouddrive
from tests.photosync_google import test_contract as google

CONTRACTS: dict[str, type[ProviderContract]] = {
    "amazon": amazon.TestAmazonContract,
    "aura": aura.TestAuraContract,
    "clouddrive": clouddrive.TestCloudDriveContract,
    "google": google.TestGoogleContract,
}
HASHED = frozenset({"amazon", "clouddrive"})
"""Who lists the hash of each content."""
ITEMS = 300


@pytest.mark.slow  # hundreds of items, as 1 % of fewer is nothing
@pytest.mark.parametrize(("share", "seed"), [(0.01, 1), (0.03, 2), (0.03, 3)])
@pytest.mark.parametrize("provider", CONTRACTS)
def test_a_run_in_spite_of_random_faults_is_complete(provider: str, share: float, seed: int, tmp_path: Path) -> None:
    contract = CONTRACTS[provider]()
    with contract.user(tmp_path, ITEMS, gaps=False, seed=seed) as user:
        user.simulator.faults.set_plan(random_faults(share, wrong_bytes=provider in HASHED))
        result = user.pull_all()
        assert result.number("saved") == ITEMS
        faulty = [fault for _, fault in user.simulator.faults.plan if fault.fired]
        assert len(faulty) > 1, "the plan had no effect"
        user.simulator.faults.clear()
        if contract.lists_everything:
            assert user.pull_all("--full").number("saved") == 0
