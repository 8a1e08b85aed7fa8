"""docs/retrying.md has the numbers that the code has."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

ROOT = Path(__file__).parents[2]
ROWS = [line.split(" | ") for line in (ROOT / "docs/retrying.md").read_text().splitlines() if line.startswith("| ")]
FILES = sorted({file for row in ROWS for file in re.findall(r"`(\w+/[\w/]+\.py)`", row[-1])})
NUMBERS = [
    (row[1], match[1], match[2]) for row in ROWS if (match := re.search(r"`(\w+/[\w/]+)\.py` `([\w.]+)`", row[-1]))
]


@pytest.mark.parametrize("file", FILES)
def test_each_file_is_there(file: str) -> None:
    assert (ROOT / file).is_file()


@pytest.mark.parametrize(("text", "file", "name"), NUMBERS, ids=[name for _, _, name in NUMBERS])
def test_each_number_is_the_codes(text: str, file: str, name: str) -> None:
    module = import_module(file.removeprefix("providers/").replace("/", "."))
    owner, _, field = name.rpartition(".")
    value = _default(vars(module)[owner], field) if owner else vars(module)[name]
    if isinstance(value, timedelta):
        value = value.total_seconds()
    assert float(re.findall(r"\d+(?:\.\d+)?", text)[0]) == value


def _default(owner: Any, field: str) -> object:
    if issubclass(owner, BaseModel):
        return owner.model_fields[field].default
    return {each.name: each.default for each in fields(owner)}[field]
