"""SHA256SUMS of one root, kept in agreement with the catalog.

The catalog records how the list was left, and for how many files. A list that is being changed is marked before the
catalog changes; a run that finds the mark, another list or another number brings the list up to date.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from photosync.catalog import Catalog
from photosync.errors import DestinationError
from photosync.library import PROGRAM_FOLDER, SUMS_NAME, Library, sums
from photosync.library.disk_errors import file_error
from photosync.library.sums import SumsLine
from photosync.model import Location

_CHANGING = ""
_WITH_OTHERS = "+"
"""Follows the state of a list that has lines of the user too. It is not appended to: they may name the same path."""


class ListError(DestinationError):
    """The list alone cannot be written: it is a folder, protected or another user's. Photos can be saved."""


@dataclass(frozen=True, slots=True)
class SumsList:
    """The list of the files below a root."""

    library: Library
    catalog: Catalog
    root: str

    @property
    def is_current(self) -> bool:
        """Whether the list is as it was left, and the catalog has the same number of files."""
        recorded = self.catalog.sums.state(self.root)
        return recorded is not None and recorded.removesuffix(_WITH_OTHERS) == self._state()

    @property
    def can_be_appended_to(self) -> bool:
        """Whether new files can be appended: the list is current, and has lines of the program only."""
        is_plain = sums.is_plain(self.library.base(self.root))
        return is_plain and self.catalog.sums.state(self.root) == self._state()

    @property
    def is_there(self) -> bool:
        """Every root with files has SHA256SUMS or the program's folder; an empty mount point has neither."""
        base = self.library.base(self.root)
        return os.path.lexists(base / SUMS_NAME) or (base / PROGRAM_FOLDER).exists()

    def check_there(self) -> None:
        """Raise `DestinationError` if the root is gone: its disk may not be mounted."""
        if not self.is_there:
            raise DestinationError(
                f"the folder {self.library.base(self.root)} is gone: photos were saved there before. Is the disk "
                f"mounted? To have them brought there again, make a folder {PROGRAM_FOLDER} in it and run again."
            )

    def mark_changing(self) -> None:
        """Record that the list does not agree with the catalog. The caller holds the transaction of the change."""
        self.catalog.sums.set_state(self.root, _CHANGING)

    def append(self, since_run: int) -> None:
        """Add the files that this run saved."""
        base = self.library.base(self.root)
        with list_errors(base / SUMS_NAME):
            sums.append(base, (SumsLine.of(*each) for each in self.catalog.sums.lines(self.root, since_run)))
        self.catalog.sums.set_state(self.root, self._state())

    def replace(self, before: Set[SumsLine], after: Set[SumsLine]) -> bool:
        """As `append`, for lines in place of others. False: the list is not sorted, and has to be rewritten."""
        base = self.library.base(self.root)
        with list_errors(base / SUMS_NAME):
            if not sums.replace(base, before, after, base / PROGRAM_FOLDER):
                return False
        self.catalog.sums.set_state(self.root, self._state())
        return True

    def rewrite(self, note: Callable[[str], None] = lambda _: None) -> None:
        """Bring all lines of the program up to date. `note` gets a message for the user."""
        base, location = self.library.base(self.root), Location(self.root, SUMS_NAME)
        path = base / SUMS_NAME
        if os.path.lexists(path) and (path.is_symlink() or not (path.is_file() or path.is_dir())):
            with list_errors(path):
                self.library.to_trash(location)
            note(f"{path} was no regular file; it is in {PROGRAM_FOLDER}/trash now, and a new list was made")
        with list_errors(path):
            has_others = sums.rewrite(base, self.lines(), self.left(), base / PROGRAM_FOLDER)
        with self.catalog.transaction():
            self.catalog.sums.forget_left_files(self.root)
            self.catalog.sums.set_state(self.root, self._state() + _WITH_OTHERS * has_others)

    def lines(self) -> Iterator[SumsLine]:
        """The lines of all files that the catalog has below the root, in the order of their paths."""
        return (SumsLine.of(*each) for each in self.catalog.sums.lines(self.root))

    def left(self) -> set[SumsLine]:
        """Lines that the list may still have of files that are gone."""
        return {
            SumsLine.of(sha256, name)
            for sha256, name in self.catalog.sums.left_files(self.root)
            if not self.library.file(Location(self.root, name)).is_file()
        }

    def _state(self) -> str:
        return f"{sums.state(self.library.base(self.root))}:{self.catalog.sums.count(self.root)}"


def repair_lists(
    library: Library,
    catalog: Catalog,
    note: Callable[[str], None] = lambda _: None,
    folders: Collection[str] | None = None,
) -> None:
    """Bring every list up to date that a killed run, another program or an older version left incomplete.

    `folders`: of those outside the library, only the lists in these.
    Raises `ListError`, after all others are up to date.
    """
    roots = [each for each in catalog.roots() if not each or folders is None or each in folders]
    lists = [SumsList(library, catalog, root) for root in roots]
    update_each(partial(each.rewrite, note) for each in lists if each.is_there and not each.is_current)


def update_each(updates: Iterable[Callable[[], None]]) -> None:
    """Carry out all updates of lists. Raises the first `ListError`, after the others are done."""
    errors = []
    for update in updates:
        try:
            update()
        except ListError as error:
            errors.append(error)
    if errors:
        raise errors[0]


@contextmanager
def list_errors(path: Path) -> Iterator[None]:
    """An `OSError` about a list becomes a `ListError`, or the `DestinationError` of a failing disk."""
    try:
        yield
    except OSError as error:
        found = file_error(error, path)
        if isinstance(found, DestinationError):
            raise found from error
        raise ListError(
            f"cannot write the list {path}: {error.strerror or type(error).__name__}. No photo is affected. "
            "Make it a file that can be written, or move it away; the next run completes the list."
        ) from error
