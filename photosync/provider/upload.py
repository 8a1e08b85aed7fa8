"""Uploading files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable

from photosync.errors import ItemError
from photosync.model import CaptureTime, Digest, Item, Kind
from photosync.provider.sign_in import Interaction


class FileToUpload(Protocol):
    """A file on its way up. The core gives it; every byte that is read through `open` counts as progress."""

    @property
    def path(self) -> Path:
        """Where it lies, for a program that has to read more than its bytes. Nobody changes it."""

    @property
    def name(self) -> str:
        """What it is to be called at the service."""

    @property
    def folder(self) -> tuple[str, ...]:
        """The folders around it, the outermost first, beginning where the user's push begins; often none."""

    @property
    def kind(self) -> Kind:
        """By its content."""

    @property
    def mime(self) -> str:
        """Its media type, by its content: `image/jpeg`; `application/octet-stream` where nobody knows."""

    @property
    def size_bytes(self) -> int:
        """How many bytes `open` gives."""

    @property
    def modified(self) -> datetime:
        """The file's own time, an aware one."""

    def taken(self) -> CaptureTime | None:
        """When it was taken, by what the file says; it is read on demand."""

    def digest(self) -> Digest:
        """Its hashes. The file is read for them unless it has been read to its end through `open`."""

    def open(self) -> BinaryIO:
        """Its bytes from the beginning; it can be called again, and `seek` works. Raises `ItemError` if the file is
        not what it was when the push began."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A file whose bytes are at the service."""

    file: FileToUpload
    item: Item | None = None
    """What became of it, where the service has told already."""
    token: str = ""
    """What the provider needs to finish it."""
    was_there: bool = False
    """The service had this content before, so that nothing was sent or what was sent is not kept."""


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """What a push asks of a provider."""

    collection: str | None = None
    """Where to: an id, or a name as the user typed it."""
    resize: bool = False
    """Send a reduced copy of what is too large."""
    dry_run: bool = False
    """Nothing at the service may be changed, nor made: only `find` is called."""


class Uploader(Protocol):
    """One push. `find` and `send` are called from several threads, the rest from one at a time.

    A file goes: `find`; and where that gives None, `prepare` with its batch, `send`, `finish` with its batch. What
    `find` gave goes to `finish` with its batch as well, so that it can join a collection.
    """

    @property
    def destination(self) -> str:
        """A word for where files go, the same in every run. What was pushed to one is not known at another; empty where
        the service holds a content only once."""

    @property
    def batch(self) -> int:
        """So many files are prepared together, and finished together; 1 where nothing is gained by waiting."""

    @property
    def wait_s(self) -> float:
        """How long at least a file is looked for whose bytes were all sent and whose answer was lost, before it is sent
        again. Large files get more time."""

    def find(self, file: FileToUpload) -> Item | None:
        """What the service has of this content already. Asks again each time, and changes nothing.

        Raises `ItemError` for a file that the service would refuse: too large, of a kind that it does not take.
        """

    def prepare(self, files: Sequence[FileToUpload]) -> None:
        """Make what has to be there before these are sent: folders, for example. An `ItemError` concerns them all."""

    def send(self, file: FileToUpload) -> Sent:
        """Bring the bytes of one file up. What was sent is checked against what the service says that it has.

        Raises `ItemError`, and of those `NameTakenError` for another content under this name, which the core may answer
        with the same file under another name, and `StorageFullError`. `LostAnswerError` makes the core look with
        `find`, and send again where there is nothing.
        """

    def finish(self, sent: Sequence[Sent]) -> Sequence[Sent | ItemError]:
        """Make items of these, and put them where they belong. The answers are in the order of `sent`, and each `Sent`
        among them has its item."""


@runtime_checkable
class SupportsUpload(Protocol):
    """May: files go up. `ServiceFacts.upload` says how."""

    def uploader(self, request: UploadRequest) -> Uploader:
        """Begin a push; what has to be asked first is asked now.

        Raises `UsageError` for a request that cannot be met.
        """


@runtime_checkable
class HasUploadPermission(Protocol):
    """May: uploads take a permission of their own, which a person gives when it is wanted for the first time."""

    def needs_upload_permission(self) -> bool:
        """Whether a person has to be asked, as far as can be told without asking the service."""

    def permit_upload(self, interaction: Interaction) -> str:
        """Have the person permit it, keep what was obtained, and say in a few words as whom."""
