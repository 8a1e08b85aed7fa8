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
    """A local file, created by the core; every byte that is read through `open` counts as progress."""

    @property
    def path(self) -> Path:
        """Its path, for code that needs more than its bytes. The file must not be changed."""

    @property
    def name(self) -> str:
        """Its name at the service."""

    @property
    def folder(self) -> tuple[str, ...]:
        """The names of its folders, the outermost first, relative to the folder that the user pushes; often none."""

    @property
    def kind(self) -> Kind:
        """Its kind, detected from its content."""

    @property
    def mime(self) -> str:
        """Its media type, from its content: `image/jpeg`; `application/octet-stream` if it is unknown."""

    @property
    def size_bytes(self) -> int:
        """The number of bytes from `open`."""

    @property
    def modified(self) -> datetime:
        """Its modification time, aware."""

    def taken(self) -> CaptureTime | None:
        """The capture time in the file, read on demand."""

    def digest(self) -> Digest:
        """Its hashes. The file is read to compute them unless it was read to its end through `open`."""

    def open(self) -> BinaryIO:
        """Its bytes from the beginning; it can be called again, and `seek` works.

        Raises `ItemError` if the file has changed since the push began.
        """


@dataclass(frozen=True, slots=True)
class Sent:
    """A file whose bytes are at the service."""

    file: FileToUpload
    item: Item | None = None
    """The resulting item, if the service has named it already."""
    token: str = field(default="", repr=False)
    """The provider's data for `finish`."""
    was_there: bool = False
    """The service had this content before: nothing was sent, or the sent bytes are not kept."""


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """A push's request to a provider."""

    collection: str | None = None
    """The destination: an id, or a name as the user wrote it."""
    resize: bool = False
    """Send a reduced copy of files that are too large."""
    dry_run: bool = False
    """Change nothing at the service: only `find` is called."""


class Uploader(Protocol):
    """One push. `find` and `send` are called from several threads, all others from one at a time.

    For each file: `find`; and if that returns None, `prepare` with its batch, `send`, `finish` with its batch. A result
    of `find` is passed to `finish` with its batch as well, so that it can be added to a collection.
    """

    @property
    def destination(self) -> str:
        """Identifies the destination, the same in every run. Files pushed to one are unknown at another; empty if
        the service stores a content only once."""

    @property
    def batch(self) -> int:
        """The number of files that are prepared and finished together; 1 if batches save no request."""

    @property
    def wait_s(self) -> float:
        """After all bytes were sent and the answer was lost: the minimum time during which `find` is called before
        the file is sent again. Large files get more time."""

    def find(self, file: FileToUpload) -> Item | None:
        """The item that has this content already. Asks the service each time, and changes nothing.

        Raises `ItemError` for a file that the service would refuse: too large, or of an unsupported kind.
        """

    def prepare(self, files: Sequence[FileToUpload]) -> None:
        """Create what must exist before these are sent, such as folders. An `ItemError` concerns all of them."""

    def send(self, file: FileToUpload) -> Sent:
        """Send the bytes of one file, and compare the hash or size in the service's answer.

        Raises `ItemError`; its `NameTakenError` for another content under this name, after which the core may try
        another name, and its `StorageFullError`. After a `LostAnswerError` the core calls `find`, and sends again if
        there is no item.
        """

    def finish(self, sent: Sequence[Sent]) -> Sequence[Sent | ItemError]:
        """Create items from these, and add them to their collection. The results are in the order of `sent`; each
        `Sent` among them has its item."""


@runtime_checkable
class SupportsUpload(Protocol):
    """Optional: accept files. `ServiceFacts.upload` has the details."""

    def uploader(self, request: UploadRequest) -> Uploader:
        """Begin a push; requests that must come first are sent now.

        Raises `UsageError` for a request that is not possible.
        """


@runtime_checkable
class HasUploadPermission(Protocol):
    """Optional: a separate permission for uploads, which the user gives when it is first needed."""

    def needs_upload_permission(self) -> bool:
        """Whether the user must be asked, as far as known without asking the service."""

    def permit_upload(self, interaction: Interaction) -> str:
        """Ask the user for the permission and store it; returns a short text about it."""
