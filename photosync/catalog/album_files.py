"""The part of the catalog about the folders of albums: which links and copies are in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from photosync.catalog.connection import CatalogConnection
from photosync.model import Location

BEING_CHANGED = 0
"""In place of a run."""
_LAST = "\U0010ffff"
"""Follows every other character in SQLite's order of texts."""
_PAGE = 1000


class AlbumFileForm(StrEnum):
    """How a photo is in the folder of an album."""

    SYMLINK = "symlink"
    HARDLINK = "hardlink"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class AlbumFile:
    """A link to a photo, or a copy of it. It need not be there yet."""

    path: str
    """Relative to the library."""
    account: str
    id: str
    """The photo's item."""
    target: str
    """The photo's file, relative to the library."""
    form: AlbumFileForm
    sha256: str
    """Of the photo's file."""

    @property
    def key(self) -> str:
        """Equal for paths that some file system takes for one."""
        return Location("", self.path).key


class AlbumFiles:
    """Part of a `Catalog`; shares its connection and its transactions."""

    def __init__(self, connection: CatalogConnection) -> None:
        self._connection = connection

    # The state of an account's folders

    def state(self, account: str) -> tuple[AlbumFileForm, int] | None:
        """The form of the files, and the last run whose changes the folders have; None without folders."""
        row = self._connection.execute(
            "SELECT form, made_run FROM album_folders WHERE account = ?", (account,)
        ).fetchone()
        return None if row is None else (AlbumFileForm(row[0]), row[1])

    def set_state(self, account: str, form: AlbumFileForm, made_run: int) -> None:
        """Record the state; `BEING_CHANGED` before anything is changed."""
        self._connection.execute("INSERT OR REPLACE INTO album_folders VALUES (?, ?, ?)", (account, form, made_run))

    def forget_state(self, account: str) -> None:
        """The account has no folders any more."""
        self._connection.execute("DELETE FROM album_folders WHERE account = ?", (account,))

    # The files

    def below(self, folder: str) -> Iterator[AlbumFile]:
        """The files in a folder and those in it, by their paths. Rows may change during the iteration."""
        after = f"{Location('', folder).key}/"
        last = after + _LAST
        while rows := self._connection.execute(
            """SELECT path_key, path, account, id, target, form, sha256 FROM album_files
               WHERE outside = '' AND path_key > ? AND path_key < ? ORDER BY path_key LIMIT ?""",
            (after, last, _PAGE),
        ).fetchall():
            for after, path, account, id_, target, form, sha256 in rows:  # noqa: B007 - the last one counts
                yield AlbumFile(path, account, id_, target, AlbumFileForm(form), sha256)

    def record(self, files: Iterable[AlbumFile]) -> None:
        """Record files, before they are made."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO album_files VALUES ('', ?, ?, ?, ?, ?, ?, ?)",
            [(each.path, each.key, each.account, each.id, each.target, each.form, each.sha256) for each in files],
        )

    def forget(self, files: Iterable[AlbumFile]) -> None:
        """Forget files, after they were removed."""
        self._connection.executemany(
            "DELETE FROM album_files WHERE outside = '' AND path_key = ?", [(each.key,) for each in files]
        )
