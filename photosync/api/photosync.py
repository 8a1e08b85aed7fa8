"""The user's configuration, opened for a program: `photosync.open()`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from photosync import config
from photosync.api.photosync_copies import PhotosyncCopies
from photosync.api.photosync_files import PhotosyncFiles
from photosync.api.photosync_looks import PhotosyncLooks

if TYPE_CHECKING:
    from photosync.api.account import PhotosyncAccount


def open(  # noqa: A001 - as in `photosync.open()`
    path: str | Path | None = None, library: str | Path | None = None
) -> Photosync:
    """The configuration at `path`; by default `$PHOTOSYNC_CONFIG`, or that in the user's configuration folder.

    `library`: the folder with the photos, in place of the configuration's. Nothing is contacted or written yet.
    Raises `ConfigError`.
    """
    return Photosync(config.load(Path(path) if path is not None else None), Path(library) if library else None)


class Photosync(PhotosyncLooks, PhotosyncFiles, PhotosyncCopies):
    """A configuration and its library; from `photosync.open()`. A context manager, for one thread at a time.

    No lock is held between calls: one that writes has the library's lock until it returns, like the command, and
    raises `LockedError` while another run has it.
    """

    @property
    def accounts(self) -> Mapping[str, PhotosyncAccount]:
        """The accounts of the configuration, by their names."""
        return {name: self.account(name) for name in self.config.accounts}

    def account(self, name: str) -> PhotosyncAccount:
        """The account of this name. Raises `ConfigError` if there is none, or if it cannot be used."""
        from photosync.api.account import PhotosyncAccount

        return PhotosyncAccount(self, self.config.account(name))

    def status(self) -> list[dict[str, object]]:
        """For each account, then for each copy, what `photosync status --json` prints."""
        return [*(account.status() for account in self.accounts.values()), *self.copies()]
