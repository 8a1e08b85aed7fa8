"""The messages in the tables of the documents are messages of the program."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "docs" / f"{name}.md" for name in ("troubleshooting", "amazon", "aura", "clouddrive", "google")]
OF_OTHERS = ("Error 400", "Error 401", "Error 403", "deleted_client", "admin_policy_enforced", "org_internal", "429")
"""Shown by a service's own page, or by the service in its answer."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_message_of_a_page_is_one_of_the_program(page: Path) -> None:
    quoted = list(_quoted(page.read_text(encoding="utf-8")))
    assert page.stem == "aura" or quoted  # the page of Aura has headings in place of a table
    assert [message for message in quoted if not _is_shown(message)] == []


def _quoted(text: str) -> Iterator[str]:
    """The messages in the first column of the tables that begin with `message`."""
    for table in re.findall(r"^\| message \|.*\n\| --- .*\n((?:\|.*\n)+)", text, re.MULTILINE):
        for row in table.splitlines():
            yield from re.findall(r"`([^`]+)`", row.split(" | ")[0])


def _is_shown(message: str) -> bool:
    if message.startswith(OF_OTHERS):
        return True
    parts = [part.strip() for part in message.split("…") if part.strip()]
    return any(all(part in text for part in parts) for text in _texts())


@cache
def _texts() -> list[str]:
    """All texts in the program's code; the values in them are `…`."""
    files = [*(ROOT / "photosync").rglob("*.py"), *(ROOT / "providers").rglob("*.py")]
    return [text for file in files for text in _of_tree(ast.parse(file.read_text(encoding="utf-8")))]


def _of_tree(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
