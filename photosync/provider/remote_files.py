"""Files and folders at a service that has them: found by id or path, and changed one at a time.

`RemoteFiles` is what every such service can do; an object may have the methods of the other protocols as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from photosync.provider.optional import FileOrFolder
from photosync.provider.upload import FileToUpload


@runtime_checkable
class HasRemoteFiles(Protocol):
    """Optional: files and folders that can be changed by themselves."""

    def remote_files(self) -> RemoteFiles:
        """The files and folders; nothing is sent. Raises `SignInError` for a sign-in that may not change anything."""


@runtime_checkable
class RemoteFiles(Protocol):
    """The files and folders of an account. Each change returns what is there afterwards, or raises `ItemError`; its
    `NameTakenError` where another file or folder has the name."""

    def locate(self, text: str) -> FileOrFolder | None:
        """What an id or a path stands for now, such as `Pictures/2016/IMG_1.JPG`; also what is in the trash, by its id.

        None if there is nothing.
        """

    def check_name(self, name: str) -> str | None:
        """Why the service refuses files and folders of this name, a sentence; None: it does not."""

    def make_folder(self, path: Sequence[str]) -> FileOrFolder:
        """Create a folder and those above it, as far as they are missing."""

    def rename(self, file: FileOrFolder, name: str) -> FileOrFolder:
        """Give it another name, in all of its folders."""


@runtime_checkable
class MovesFiles(RemoteFiles, Protocol):
    """Optional: a file or folder can be put into another folder, and into several at once."""

    def move(self, file: FileOrFolder, before: str, after: FileOrFolder) -> FileOrFolder:
        """Take it out of the folder of the id `before`, and put it into `after`; its other folders stay."""

    def is_below(self, folder: FileOrFolder, other: FileOrFolder) -> bool:
        """Whether `folder` is the folder `other`, or lies in it or in a folder below it."""

    def add_to_folder(self, file: FileOrFolder, folder: FileOrFolder) -> FileOrFolder:
        """Put it into one more folder."""

    def remove_from_folder(self, file: FileOrFolder, folder: FileOrFolder) -> FileOrFolder:
        """Take it out of one of its several folders."""


@runtime_checkable
class DescribesFiles(RemoteFiles, Protocol):
    """Optional: descriptions and labels."""

    most_labels: int
    most_label_characters: int
    most_description_characters: int

    def describe(self, file: FileOrFolder, description: str) -> FileOrFolder:
        """Replace the description; an empty one removes it."""

    def label(self, file: FileOrFolder, labels: Sequence[str]) -> FileOrFolder:
        """Replace all labels."""


@runtime_checkable
class ReplacesContents(RemoteFiles, Protocol):
    """Optional: the content of a file can be replaced; the old one is gone then."""

    def overwrite(self, file: FileOrFolder, content: FileToUpload) -> FileOrFolder:
        """Replace the content; name, folders and labels stay.

        Raises `LostAnswerError` if it is not known whether it was replaced: it does no harm to do it again.
        """


@runtime_checkable
class FinishesUploads(RemoteFiles, Protocol):
    """Optional: a file whose upload the service takes for unfinished can be made available."""

    def make_available(self, file: FileOrFolder) -> FileOrFolder:
        """Show it as any other file."""


@runtime_checkable
class HasProperties(RemoteFiles, Protocol):
    """Optional: texts by key that a client program keeps with a file or folder."""

    def check_property(self, key: str, value: str) -> str | None:
        """Why the service refuses it, a sentence; None: it does not."""

    def properties(self, file: FileOrFolder, owner: str | None) -> Mapping[str, str]:
        """Those of the client of this name; None: of the client that made the file."""

    def set_property(self, file: FileOrFolder, owner: str | None, key: str, value: str) -> None:
        """Set one."""

    def delete_property(self, file: FileOrFolder, owner: str | None, key: str) -> None:
        """Delete one."""
