"""What a copy's place can do: the same for an object store and for a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol


class WrongContentError(Exception):
    """A file does not have the content that it has to have, so it was not stored."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file in a copy."""

    path: str
    """Relative to the copy, with `/`."""
    size_bytes: int
    tag: str
    """Changes with the content: an object's ETag without its quotation marks, or a file's size and time."""


class CopyStore(Protocol):
    """A place for a copy. Paths are relative to it. Methods are called from several threads.

    Each method raises the errors of `photosync.errors`: `SignInError` for credentials that are refused,
    `DestinationError` if the place is not there or has no space left, else `TemporaryError`.
    """

    address: str
    """Where it is; the same text for the same configured place. Has no secret."""
    has_content_tags: bool
    """Whether a tag changes with the content alone; that of a folder's file changes when the file is touched too."""

    def files(self) -> Iterator[Stored]:
        """All files, from a listing: one request for 1,000 files. Nothing that is no regular file."""

    def remove_unfinished(self) -> None:
        """Remove what runs that were killed left: of those that the listing has met."""

    def write(
        self,
        path: str,
        size_bytes: int,
        content: Iterator[bytes],
        modified_ns: int,
        *,
        is_new: bool,
        keep_as: str | None,
        md5: Callable[[], str] | None = None,
    ) -> str:
        """Store a content under a path, in one step and durably, and return its tag.

        `modified_ns`: the file's modification time, in nanoseconds since 1970; it is kept with the content.
        `is_new`: the listing has nothing under this path, so anything that is there is not replaced. `keep_as`: what is
        there is kept under this path, which nothing has. `md5`: of the content, once it has been taken to its end, if
        the caller computes it.

        Nothing is stored, and the error is raised, if `content` raises one. A content that has arrived otherwise than
        it was sent raises `WrongContentError`; what the place does not take, such as a name, `ItemError`.
        """

    def read(self, path: str, on_time: Callable[[int], object] = lambda _: None) -> Iterator[bytes]:
        """The content of a file. `on_time` gets its modification time, if it is known.

        Raises `FileNotFoundError`, and `ItemError` if this file alone cannot be read.
        """
