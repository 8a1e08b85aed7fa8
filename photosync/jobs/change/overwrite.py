"""Replaces the content of a file at a service. The old content is gone then, so the library must have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from photosync import clock
from photosync.errors import ItemError, LostAnswerError, Reason
from photosync.jobs.change.change import Target
from photosync.jobs.change.remote import OfFiles
from photosync.jobs.change.saved import SavedItems
from photosync.jobs.push.local_file import LocalFile
from photosync.provider import FileOrFolder, ReplacesContents

_LOOK_AGAIN_S = (1.0, 4.0, 15.0)
"""How long to wait after each lost answer; the content is sent once more than that."""


@dataclass(slots=True)
class Overwrite(OfFiles):
    """Replaces the content of files by that of a local file, which may be empty."""

    files: ReplacesContents
    content: LocalFile
    saved: SavedItems
    even_if_not_saved: bool = False
    command: str = "overwrite"

    def __post_init__(self) -> None:
        self.word = self.command

    def targets(self, texts: Sequence[str]) -> list[Target]:
        """What these ids or paths stand for. Raises `ItemError` if the local file cannot be read."""
        self.detail = self.content.digest().sha256
        return OfFiles.targets(self, texts)

    def _refusal_of_state(self, found: FileOrFolder) -> ItemError | None:
        if found.item is None and not found.is_permanent:
            return ItemError(f"{found.name} is a folder, and has no content", Reason.REFUSED)
        return OfFiles._refusal_of_state(self, found)

    def _is_done(self, found: FileOrFolder) -> bool:
        digest, item = self.content.digest(), found.item
        return item is not None and item.md5 == digest.md5 and item.size_bytes in (None, digest.size_bytes)

    def refusal(self, target: Target) -> ItemError | None:
        """Why it is not proved that the library has the old content; an empty one is no loss."""
        if self.even_if_not_saved or target.item is None or target.item.size_bytes == 0:
            return None
        return self.saved.refusal(target.item)

    def _change(self, target: Target) -> None:
        """Replace it. After a lost answer the service is asked what it has, before the content is sent again."""
        for pause_s in (*_LOOK_AGAIN_S, None):
            try:
                self.files.overwrite(self.found[target.id], self.content)
            except LostAnswerError:
                if pause_s is None:
                    raise
                clock.wait(self.account.cancel, pause_s)
                found = self.files.locate(target.id)
                if found is not None and self._is_done(found):
                    return
            else:
                return
