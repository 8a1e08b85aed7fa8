"""Uploading files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable

from photosync.errors import ItemError
from photosync.model import CaptureTime, Digest, Item, Kind
from photosync.provider.sign_in import Interaction


class FileToUpload(Protocol):
    """A local file, made by the core; every byte that is read through `open` counts as progress."""

    @property
    def path(self) -> Path:
        """Its path, for a program that has to read more than its bytes. The file must not be changed."""

    @property
    def name(self) -> str:
        """Its name at the service."""

    @property
    def folder(self) -> tuple[str, ...]:
        """The folders that it is in, the outermost first, relative to the folder that the user pushes; often none."""

    @property
    def kind(self) -> Kind:
        """By its content."""

    @property
    def mime(self) -> str:
        """Its media type, by its content: `image/jpeg`; `application/octet-stream` where it is unknown."""

    @property
    def size_bytes(self) -> int:
        """How many bytes `open` gives."""

    @property
    def modified(self) -> datetime:
        """Its modification time, aware."""

    def taken(self) -> CaptureTime | None:
        """The capture time in the file, which is read on demand."""

    def digest(self) -> Digest:
        """Its hashes. The file is read for them unless it has been read to its end through `open`."""

    def open(self) -> BinaryIO:
        """Its bytes from the beginning; it can be called again, and `seek` works.

        Raises `ItemError` if the file has changed since the push began.
        """


@dataclass(frozen=True, slots=True)
class Sent:
    """A file whose bytes are at the service."""

    file: FileToUpload
    item: Item | None = None
    """The item that it became, where the service has told already."""
    token: str = field(default="", repr=False)
    """What the provider needs to finish it."""
    was_there: bool = False
    """The service had this content before: nothing was sent, or what was sent is not kept."""


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """What a push asks of a provider."""

    collection: str | None = None
    """The destination: an id, or a name as the user typed it."""
    resize: bool = False
    """Send a reduced copy of what is too large."""
    dry_run: bool = False
    """Nothing at the service may be changed: only `find` is called."""


class Uploader(Protocol):
    """One push. `find` and `send` are called from several threads, the rest from one at a time.

    For each file: `find`; and where that returns None, `prepare` with its batch, `send`, `finish` with its batch. What
    `find` returned goes to `finish` with its batch as well, so that it can join a collection.
    """

    @property
    def destination(self) -> str:
        """Identifies the destination, the same in every run. Files pushed to one are unknown at another; empty where
        the service keeps a content only once."""

    @property
    def batch(self) -> int:
        """How many files are prepared together, and finished together; 1 where batches save no request."""

    @property
    def wait_s(self) -> float:
        """When all bytes were sent and the answer was lost: how long `find` is asked, at least, before the file is
        sent again. Large files get more time."""

    def find(self, file: FileToUpload) -> Item | None:
        """The item that has this content already. Asks the service each time, and changes nothing.

        Raises `ItemError` for a file that the service would refuse: too large, of a kind that it does not take.
        """

    def prepare(self, files: Sequence[FileToUpload]) -> None:
        """Make what has to exist before these are sent: folders, for example. An `ItemError` concerns them all."""

    def send(self, file: FileToUpload) -> Sent:
        """Send the bytes of one file, and compare the hash or size that the service answers with.

        Raises `ItemError`; its `NameTakenError` for another content under this name, after which the core may try
        another name, and its `StorageFullError`. After a `LostAnswerError` the core asks `find`, and sends again where
        there is nothing.
        """

    def finish(self, sent: Sequence[Sent]) -> Sequence[Sent | ItemError]:
        """Make items of these, and put them into their collection. The results are in the order of `sent`; each `Sent`
        among them has its item."""


@runtime_checkable
class SupportsUpload(Protocol):
    """May: take files. `ServiceFacts.upload` says how."""

    def uploader(self, request: UploadRequest) -> Uploader:
        """Begin a push; requests that have to come first are sent now.

        Raises `UsageError` for a request that cannot be met.
        """


@runtime_checkable
class HasUploadPermission(Protocol):
    """May: a permission for uploads alone, which the user gives when it is needed for the first time."""

    def needs_upload_permission(self) -> bool:
        """Whether a person has to be asked, as far as can be told without asking the service."""

    def permit_upload(self, interaction: Interaction) -> str:
        """Ask the user for the permission and keep it; returns a few words about what was permitted."""
