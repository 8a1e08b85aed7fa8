"""docs/python.md is the table of all calls: each one exists as it stands there, and each command has one."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import get_type_hints

import photosync
from photosync.api.account import PhotosyncAccount
from photosync.api.albums import Albums
from photosync.api.keywords import Selecting
from photosync.api.people import People
from photosync.api.photosync import Photosync
from photosync.api.remote import Remote
from photosync.api.sessions import Sessions
from photosync.api.vault import Vault
from photosync.cli.app import COMMANDS

PAGE = Path(__file__).parents[2] / "docs" / "python.md"
OBJECTS: dict[str, object] = {
    "photosync": photosync,
    "ps": Photosync,
    "account": PhotosyncAccount,
    "account.albums": Albums,
    "account.people": People,
    "account.vault": Vault,
    "account.remote": Remote,
    "account.sessions": Sessions,
}
NOT_FOR_PROGRAMS = {
    "ps": {"library", "required_library", "catalog", "open_account", "reporting", "listing", "say", "config", "close"},
    "account": {"opened", "carry_out"},
}
"""What the parts of the API use of each other."""
_CALL = re.compile(r"`(?:(?P<object>[a-z.]*)\.)?(?P<name>[a-z_]+)(?:\((?P<keywords>[^`]*)\))?`")


@dataclass(frozen=True, slots=True)
class Call:
    """A call on the page."""

    owner: str
    name: str
    parameters: tuple[str, ...]

    @property
    def function(self) -> Callable[..., object]:
        found: Callable[..., object] = getattr(OBJECTS[self.owner], self.name)
        return found


def rows() -> Iterator[tuple[str, ...]]:
    """The cells of each row of a table with a column for commands."""
    is_table = False
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = tuple(cell.strip() for cell in line.strip("|").split(" | ")) if line.startswith("| ") else ()
        is_table = bool(cells) and (is_table or cells[1] == "command")
        if is_table and cells[1] != "command" and not cells[0].startswith("---"):
            yield cells


def calls() -> Iterator[Call]:
    for cells in rows():
        owner = ""
        for found in _CALL.finditer(cells[0]):
            owner = found["object"] or owner
            words = re.split(r"[,=()\"]+\s*|\s+", re.sub(r'=(None|"[^"]*"|\(\))', "=", found["keywords"] or ""))
            yield Call(owner, found["name"], tuple(word for word in words if word and word not in ("…", "**selecting")))


def test_every_call_exists_with_its_parameters() -> None:
    found = list(calls())
    assert len(found) > 60
    for call in found:
        function = call.function
        if not call.parameters:
            continue
        known = inspect.signature(function).parameters
        assert set(call.parameters) - {"id", "id_or_path", "path_or_id"} <= set(known), call


def test_every_public_call_is_on_the_page() -> None:
    found = {(call.owner, call.name) for call in calls()}
    for name, owner in OBJECTS.items():
        if owner is photosync:
            continue
        public = {each for each in dir(owner) if not each.startswith("_")} - NOT_FOR_PROGRAMS.get(name, set())
        named = {each for each in public if f"{name}.{each}" in OBJECTS}
        text = PAGE.read_text(encoding="utf-8")
        missing = [each for each in public - named if (name, each) not in found and f"`{name}.{each}`" not in text]
        assert missing == [], name


def test_every_selecting_keyword_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    paragraph = text[text.index("`selecting` are") :].split("\n\n", 1)[0]
    assert set(re.findall(r"`([a-z_]+)`", paragraph)) >= set(get_type_hints(Selecting))


def commands() -> set[str]:
    """Every command, and every one of a group."""
    found = set()
    for name, function in COMMANDS.items():
        command = getattr(import_module(f"photosync.cli.commands.{name}"), function)
        registered = getattr(command, "registered_commands", None)
        found |= {name} if registered is None else {f"{name} {each.name}" for each in registered}
    return found


def test_every_command_has_a_call_or_a_reason() -> None:
    words = {re.sub(r" -.*", "", word) for cells in rows() for word in re.findall(r"`([a-z -]+)`", cells[1])}
    text = PAGE.read_text(encoding="utf-8")
    without = set(re.findall(r"^- `([a-z ]+)`:", text[text.index("## Commands without a call") :], re.MULTILINE))
    missing = {each for each in commands() - words if not {each, each.partition(" ")[0]} & without}
    assert missing == set(), "docs/python.md: name their calls, or say why there is none"
    assert without <= {*COMMANDS} - words
