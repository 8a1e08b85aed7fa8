"""The model: what is at the service, what should be in the library, and what is always true of them."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from photosync.errors import Exit
from photosync.testing.command import OWN_FOLDER, SUMS, Result, Sandbox
from photosync.testing.faults import Fault
from photosync.testing.library import foreign_photos
from photosync.testing.simulator import Simulator

ACCOUNT = "account"
FAULTS: Mapping[str, tuple[str, Fault]] = {
    "unreachable": ("drop", Fault()),
    "soon unreachable": ("drop", Fault(after=4)),
    "without contents": ("not_found", Fault()),
    "without the second content": ("not_found", Fault(after=1, times=1)),
    "other bytes": ("wrong_bytes", Fault()),
    "busy": ("busy", Fault(times=1)),
}
"""What is the matter with the service while a command runs."""
pick = st.randoms(use_true_random=False)
mishaps = st.one_of(*[st.none()] * 4, st.integers(1, 60), st.sampled_from(sorted(FAULTS)))
"""A command is killed before one of its durable steps, or the service fails; it is run again later."""
meanwhile = st.sampled_from(("", "verify", "verify --repair", "rebuild", "status", f"audit {ACCOUNT}"))
"""What is run before that."""


def md5_of(path: Path) -> str:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


MADE_FILES = frozenset({"albums.json", "people.json"})
"""Made from the catalog, and listed too."""


class LibraryModel(RuleBasedStateMachine):
    """One user with one account."""

    service: ClassVar[type[Simulator]]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.simulator = self.service(items=0, gaps=False)
        self.closing = ExitStack()
        self.closing.enter_context(self.simulator)
        self.sandbox = Sandbox(self.folder)
        self.configure()
        self.photos = foreign_photos()
        self.counter = 0
        self.remote: dict[str, str] = {}
        """The content of each item at the service: md5 by id."""
        self.delivered: dict[str, str] = {}
        """The content that came of each saved item."""
        self.stored: dict[str, str] = {}
        """The content that its file should have: it may have been fixed."""
        self.paths: dict[str, str] = {}
        """Where it should be."""
        self.gone: set[str] = set()
        self.pushed: dict[str, str] = {}
        """The contents of the user's own files outside the library, by the id that they got."""
        self.disk: dict[str, str] = {}
        """Every file in the library: md5 by path."""
        self.made: set[str] = set()
        """Contents that somebody made in the library; they must be somewhere in it for ever."""
        self.without_undo: dict[str, str] = {}
        """Fixed contents whose undo record is damaged: md5 by id."""
        self.is_list_right = True

    def teardown(self) -> None:
        self.closing.close()
        shutil.rmtree(self.folder)

    def configure(self, **defaults: object) -> None:
        self.sandbox.configure({ACCOUNT: self.simulator.account_settings()}, **defaults)

    # Files

    @property
    def backup(self) -> Path:
        """An older copy of the library, if there is one."""
        return self.folder / "backup"

    def file(self, path: str) -> Path:
        return self.sandbox.library / path

    def own_photo(self) -> Path:
        """A new photo of the user outside the library."""
        self.counter += 1
        path = self.folder / f"mine {self.counter}.jpg"
        path.write_bytes(next(self.photos))
        return path

    def put(self, path: str) -> None:
        """Somebody made this content."""
        self.disk[path] = md5_of(self.file(path))
        self.made.add(self.disk[path])

    def on_disk(self) -> Iterator[str]:
        return (self.relative(path) for path in self.sandbox.files() if not path.is_symlink())

    def links(self) -> set[str]:
        """The symbolic links in the library."""
        links = {self.relative(path) for path in self.sandbox.library.rglob("*") if path.is_symlink()}
        return {path for path in links if not path.startswith(OWN_FOLDER)}

    def relative(self, path: Path) -> str:
        return path.relative_to(self.sandbox.library).as_posix()

    def contents(self, folder: Path) -> set[str]:
        """The contents of all files below a folder, the program's own too."""
        paths = (Path(parent, name) for parent, _, names in os.walk(folder) for name in names)
        return {md5_of(path) for path in paths if path.is_file() and not path.is_symlink()}

    # What is wrong

    def damage(self) -> dict[str, str]:
        """What is wrong with files that should be there, by path."""
        wrong = {path: id_ for id_, path in self.paths.items() if self.disk.get(path) != self.stored[id_]}
        return {path: "damaged" if path in self.disk else "missing" for path in wrong}

    def unknown(self) -> dict[str, str]:
        """Files that nobody knows. One with the content of an absent file was moved, which that finding says."""
        lost = {self.stored[id_] for id_, path in self.paths.items() if not os.path.lexists(self.file(path))}
        return {path: "unknown" for path in self.not_saved() if self.disk.get(path) not in lost}

    def not_saved(self) -> set[str]:
        """The files and links that no item has."""
        return (self.disk.keys() | self.links()) - set(self.paths.values())

    def lost_undo_records(self) -> set[str]:
        """The items whose files cannot be undone, unless they got another content since."""
        return {id_ for id_, content in self.without_undo.items() if self.stored[id_] == content}

    def sound_files(self) -> list[str]:
        lost = self.lost_undo_records()
        sound = (id_ for id_, path in self.paths.items() if self.disk.get(path) == self.stored[id_])
        return sorted(id_ for id_ in sound if id_ not in lost)

    # Commands

    def run(self, *arguments: str, mishap: int | str | None = None, meanwhile: str = "") -> Result:
        """Run a command; with a mishap, the run before that one has it."""
        if mishap is not None:
            self.run_with(mishap, *arguments)
            if meanwhile and not (meanwhile == "verify --repair" and self.damage()):  # it would put that right
                self.end_of(self.sandbox, *meanwhile.split())
        return self.end_of(self.sandbox, *arguments)

    def run_with(self, mishap: int | str, *arguments: str) -> None:
        if isinstance(mishap, int):
            self.end_of(replace(self.sandbox, crash_at=str(mishap)), *arguments)
            return
        switch, fault = FAULTS[mishap]
        setattr(self.simulator.faults, switch, replace(fault))
        self.configure(retry_budget="1s")
        self.end_of(self.sandbox, *arguments)
        self.configure()
        self.simulator.faults.clear()

    def end_of(self, sandbox: Sandbox, *arguments: str) -> Result:
        result = sandbox.run(*arguments)
        assert result.exit != Exit.INTERNAL, result
        assert "Traceback" not in result.stderr, result
        return result

    # What is always true

    @invariant()
    def the_disk_is_as_the_model_says(self) -> None:
        assert {path: md5_of(self.file(path)) for path in self.on_disk()} == self.disk

    @invariant()
    def nothing_that_somebody_made_is_lost(self) -> None:
        assert self.made <= self.contents(self.sandbox.library)

    @invariant()
    def the_list_has_what_was_saved(self) -> None:
        lines = self.file(SUMS).read_text().splitlines() if self.file(SUMS).exists() else []
        listed = {line[66:] for line in lines} - MADE_FILES
        assert not self.is_list_right or listed == set(self.paths.values())
