"""The contract suite against the simulated Aura."""

from __future__ import annotations

from pathlib import Path

from photosync.testing import Simulator
from photosync.testing.contract import ProviderContract
from photosync_aura.simulator import MOST_A_PAGE, AuraSimulator


class TestAuraContract(ProviderContract):
    """Aura names an md5 that its hosts need not give back, so wrong bytes are a note."""

    simulator_type = AuraSimulator
    has_hashes = False
    most_a_page = MOST_A_PAGE

    def make_simulator(self, items: int, **traits: object) -> Simulator:
        return AuraSimulator(items=items, most_a_page=self.most_a_page, **traits)  # type: ignore[arg-type]

    def test_expired_sign_in_in_mid_run(self, tmp_path: Path) -> None:
        # Media hosts want no sign-in, so only a listing of many pages leaves time for one to expire.
        self.most_a_page = 2
        super().test_expired_sign_in_in_mid_run(tmp_path)
