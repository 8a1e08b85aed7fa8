"""A batch: files that are prepared together, sent one by one, and finished together."""

from __future__ import annotations

from dataclasses import dataclass, field

from photosync.jobs.push.local_file import LocalFile
from photosync.provider import Sent

MAX_BATCH_BYTES = 500_000_000
"""A batch with more than this takes no more files: sent and unfinished content can be lost."""


@dataclass(slots=True)
class Batch:
    """Files that are prepared and finished together, at most `max_files`."""

    max_files: int
    to_send: list[LocalFile] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    """Files whose content is at the service: sent, or there before."""
    under_way: int = 0
    """The number of files that workers still have."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to send and nothing to finish."""
        return not (self.to_send or self.sent)

    @property
    def is_full(self) -> bool:
        """Whether it takes no more; files to send and files only to finish count separately."""
        files = max(len(self.to_send), len(self.sent))
        return files >= self.max_files or sum(file.size_bytes for file in self.to_send) >= MAX_BATCH_BYTES
