"""What `make fuzz` tries for minutes, for a moment: the seeds of each harness, and a few changes of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fuzz.harnesses import HARNESSES, MODULES

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", HARNESSES)
def test_the_seeds_of_a_harness_pass(name: str) -> None:
    for seed in HARNESSES[name].seeds():
        HARNESSES[name].check(seed)


@st.composite
def changed(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """A seed in which some bytes are others, missing, twice there, or more."""
    content = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        length = draw(st.sampled_from([0, 1, 1, 4, 16]))
        more = draw(st.one_of(st.binary(max_size=4), st.just(bytes(content[at : at + 20]))))
        content[at : at + length] = more
    return bytes(content)


# Those that read media are tried by tests/metadata/test_properties.py, and the connections of `answer` take their time.
@pytest.mark.parametrize("name", [name for name, module in MODULES.items() if module not in ("media_files", "answers")])
def test_changes_of_the_seeds_pass(name: str) -> None:
    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(changed(list(HARNESSES[name].seeds())))
    def check(content: bytes) -> None:
        HARNESSES[name].check(content)

    check()


@pytest.mark.slow  # a process that imports everything
def test_an_input_is_tried_again_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "input").write_bytes(b"{name}")
    command = [sys.executable, "-m", "fuzz", "layout", "--input", str(tmp_path / "input")]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
