"""A library made by the version before the redesign: the same commands give the same JSON and the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest

from tests.compatibility.record import command_lines, file_name, story_steps, usage_errors
from tests.compatibility.steps import STORIES
from tests.compatibility.world import GOLDEN


@pytest.mark.parametrize("story", STORIES)
def test_every_command_does_what_it_did(story: str, tmp_path: Path) -> None:
    names = []
    for name, step in story_steps(story, tmp_path.resolve()):
        assert step == known(f"{story}/{file_name(name)}"), f"{story}: {name}"  # later steps build on it
        names.append(file_name(name))
    assert names == sorted(path.name for path in (GOLDEN / story).iterdir())


def test_a_usage_error_has_the_same_exit_status(tmp_path: Path) -> None:
    assert dict(usage_errors(tmp_path.resolve())) == known(file_name("usage errors"))


def test_every_command_takes_the_same_arguments_and_options(tmp_path: Path) -> None:
    assert dict(command_lines(tmp_path.resolve())) == known(file_name("command lines"))


def known(name: str) -> Mapping[str, object]:
    """What the version before did."""
    return cast("Mapping[str, object]", json.loads((GOLDEN / name).read_text(encoding="utf-8")))
