"""Batches: files that are prepared together, sent one by one, and finished together."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from photosync.jobs.push.local_file import LocalFile
from photosync.provider import Sent

MAX_BATCH_BYTES = 500_000_000
"""A batch with more than this takes no more files: what is sent and not finished can be lost."""


@dataclass(slots=True)
class Batch:
    """Files that are prepared and finished together."""

    to_send: list[LocalFile] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    """Files whose content is at the service: sent, or there before."""
    under_way: int = 0
    size_bytes: int = 0


class Batches:
    """The batch that is being filled, and those that are being sent."""

    def __init__(self, max_files: int) -> None:
        self._max_files = max_files
        self._open = Batch()
        self._under_way: dict[Path, Batch] = {}

    @property
    def is_waiting(self) -> bool:
        """Whether files wait for the open batch to be sent."""
        return bool(self._open.to_send or self._open.sent)

    @property
    def is_full(self) -> bool:
        """Whether the open batch takes no more; files to send and files only to finish count separately."""
        files = max(len(self._open.to_send), len(self._open.sent))
        return files >= self._max_files or self._open.size_bytes >= MAX_BATCH_BYTES

    def add(self, file: LocalFile) -> None:
        """Let the next batch send `file`."""
        self._open.to_send.append(file)
        self._open.size_bytes += file.size_bytes

    def add_to_finish(self, sent: Sent) -> None:
        """Let the next batch finish a file whose content is there already."""
        self._open.sent.append(sent)

    def take(self) -> Batch:
        """Close the open batch."""
        batch, self._open = self._open, Batch()
        return batch

    def begin(self, batch: Batch) -> None:
        """The files of `batch` are being sent from now on."""
        batch.under_way = len(batch.to_send)
        self._under_way |= dict.fromkeys((file.path for file in batch.to_send), batch)

    def end(self, file: LocalFile, sent: Sent | None) -> Batch | None:
        """The file is no longer under way; `sent` if it arrived. Returns its batch if that is complete now."""
        batch = self._under_way.pop(file.path)
        batch.under_way -= 1
        if sent is not None:
            batch.sent.append(sent)
        return None if batch.under_way else batch

    def unfinished(self) -> list[Batch]:
        """The batches that are under way and have files that arrived."""
        return [batch for batch in {id(each): each for each in self._under_way.values()}.values() if batch.sent]
