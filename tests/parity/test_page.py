"""docs/parity.md: every row has a command and a call that exist, and a test that does what the row says."""

from __future__ import annotations

import ast
import re
import shlex
from functools import cache
from pathlib import Path

import typer

from photosync.cli.app import COMMANDS
from tests.cli.command_lines import parse
from tests.parity.python_calls import problem

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "tests" / "parity" / "rows.tsv").read_text(encoding="utf-8")
"""The test of each row of the page: it does what the row says, and looks at the simulator afterwards."""
TESTS = [tuple(line.split("\t")) for line in TABLE.splitlines()[1:]]
PAGE = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8")
ROWS = 182
_CODE = re.compile(r"`([^`]+)`")


def rows() -> list[list[str]]:
    """The section and the cells of each row."""
    section, found = "", []
    for line in PAGE.splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif line.startswith("| ") and not line.startswith(("| what", "| ---")):
            cells = [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            found.append([section, *cells])
    return found


def test_every_row_is_there_in_its_place_and_says_something() -> None:
    found = rows()
    assert [(section, cells[0]) for section, *cells in found] == [(section, what) for section, what, _ in TESTS]
    assert len(found) == ROWS
    assert [cells for cells in found if len(cells) != 4 or not all(cells)] == []


def _commands() -> list[str]:
    return [code for _, _, command, _ in rows() for code in _CODE.findall(command)]


def test_every_command_can_be_typed() -> None:
    lines = [code for code in _commands() if code.split()[0] in COMMANDS or code.startswith("--")]
    assert len(lines) > ROWS / 2
    problems = []
    for line in lines:
        try:
            parse(shlex.split(line))
        except typer.Exit:  # --help
            continue
        except (typer.TyperException, IndexError) as error:
            problems.append(f"{line}: {error}")
    assert problems == []


def test_what_is_no_command_is_a_key_a_word_or_another_program() -> None:
    documents = [
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "photosync").rglob("*.py"),
        *(ROOT / "providers").rglob("*.py"),
    ]
    texts = [path.read_text(encoding="utf-8") for path in documents if path.name != "parity.md"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    others = [code for code in _commands() if code.split()[0] not in COMMANDS and not code.startswith("--")]
    unknown = []
    for code in others:
        first, *rest = code.split()
        if first == "make":
            assert re.search(rf"^{rest[0]}:", makefile, re.MULTILINE), code
        elif first != "pip" and not any(code.rstrip(":") in text for text in texts):
            unknown.append(code)
    assert unknown == []


def test_every_call_exists() -> None:
    calls = [code for *_, python in rows() for code in _CODE.findall(python)]
    assert len(calls) > ROWS / 2
    assert list(filter(None, map(problem, calls))) == []


def test_a_call_that_is_wrong_is_found() -> None:
    for wrong in ("amazon.lst()", "amazon.list(yaer=2023)", "amazon.albums.crate()", "ps.account('a').pull(fll=True)"):
        assert problem(wrong)


@cache
def _tests_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}


def test_every_row_has_a_test() -> None:
    named = [test.partition("::") for *_, test in TESTS]
    assert [path + name for path, _, name in named if name not in _tests_of(path)] == []
