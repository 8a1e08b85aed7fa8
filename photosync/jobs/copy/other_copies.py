"""What the library does not have any more comes from its other copies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from photosync.errors import CancelledError, ItemError, PhotosyncError, Reason
from photosync.jobs.copy.fetch import Fetcher, WantedFile
from photosync.library.disk_errors import disk_errors
from photosync.library.own_folders import temporary_path


@dataclass(frozen=True, slots=True)
class OtherCopies:
    """The other copies of the configuration. Called by the workers."""

    fetcher: Fetcher
    workspace: Path
    """For the files that are fetched; nobody else uses it."""

    @contextmanager
    def fetched(self, path: str, sha256: str) -> Iterator[tuple[Path, str]]:
        """A file with this content for the time of the `with` block, and the copy that it is from.

        Raises `ItemError` if none of them has it right, or can be used, and `DestinationError` if this disk fails.
        """
        target = temporary_path(self.workspace)
        try:
            yield target, self._fetch(path, sha256, target)
        finally:
            target.unlink(missing_ok=True)

    def _fetch(self, path: str, sha256: str, target: Path) -> str:
        if not self.fetcher.copies:
            raise ItemError("no other copy is configured", Reason.NOT_FOUND)
        try:
            with disk_errors(target):
                return self.fetcher.fetch(WantedFile(path, sha256, target, self.workspace)).copy
        except (ItemError, CancelledError):
            raise
        except PhotosyncError as error:
            if not self.fetcher.are_all_unusable:
                raise  # of this disk
            raise ItemError(str(error), Reason.UNREACHABLE) from error
