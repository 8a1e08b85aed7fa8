"""docs/notebook.ipynb runs from the beginning to the end, and shows its bars."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from photosync.testing.command import Sandbox

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebook.ipynb"
_RUN = """
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], 4)
nbclient.NotebookClient(notebook, timeout=240, kernel_name="python3").execute()
nbformat.write(notebook, sys.argv[2])
"""


def cells(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [each for each in found if each["cell_type"] == "code"]


def test_it_is_kept_without_results() -> None:
    assert len(cells(NOTEBOOK)) > 8
    assert [each for each in cells(NOTEBOOK) if each["outputs"] or each["execution_count"]] == []


@pytest.mark.slow  # a kernel is started, with pandas
def test_it_runs(tmp_path: Path) -> None:
    sandbox, executed = Sandbox(tmp_path), tmp_path / "executed.ipynb"
    subprocess.run(
        [sys.executable, "-c", _RUN, str(NOTEBOOK), str(executed)], env=sandbox.environment(), cwd=tmp_path, check=True
    )
    outputs = ["".join(out["data"]["text/plain"]) for cell in cells(executed) for out in cell["outputs"]]
    assert any(each.startswith("amazon: ████████████████████ 10 of 10, ") for each in outputs)
    assert "(10, 0, <Exit.OK: 0>)" in outputs
    assert "(30, 10)" in outputs
    assert "[('trash', 2), ('restore', 2), ('album create', 6)]" in outputs
    assert not (sandbox.home / ".local" / "state" / "photosync").exists()
