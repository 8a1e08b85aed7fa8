"""One item's content: downloaded, verified, fixed. Runs in a worker; `location` and `save` do the other steps."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from photosync import metadata
from photosync.catalog import CatalogEntry
from photosync.errors import ItemError, PhotosyncError, Reason, TemporaryError
from photosync.jobs.account import Account
from photosync.jobs.pull.adopt import Claims, ExistingFile, ListedFile, existing_file, file_by_size
from photosync.jobs.pull.verify import Verification, VerificationError, Verified
from photosync.library import Library, PartialFile, SizeBound
from photosync.library.disk_errors import disk_error
from photosync.library.own_folders import fix_workspace
from photosync.model import Digest, Item, Proof

MAX_ATTEMPTS = 3
"""The maximum number of downloads of a content that fails its verification."""
_log = logging.getLogger(__name__)
_WRONG_CONTENT = frozenset({Reason.HASH_MISMATCH, Reason.SIZE_MISMATCH, Reason.NOT_MEDIA, Reason.TOO_LARGE})


@dataclass(frozen=True, slots=True)
class DownloadTask:
    """An item to download."""

    item: Item
    entry: CatalogEntry | None
    """The item's entry in the catalog."""
    root: str
    """The root of its location."""
    adoptable: tuple[Path, ...] = ()
    """Files that are not in the catalog and may be the item's: left by a crash or another program."""
    legacy: tuple[Path, ...] = ()
    """Files that another program saved as this item, according to the provider."""
    listed: ListedFile | None = None
    """The file of an item without a hash, according to SHA256SUMS; where nothing may be downloaded."""


@dataclass(frozen=True, slots=True)
class AdoptedFile:
    """An existing file that has the provider's content."""

    task: DownloadTask
    file: ExistingFile
    fixed: metadata.FixResult | None = None
    """The data for its sidecar: a run may have been killed between the file and its sidecar."""
    content_identifier: str | None = None
    """Apple's, of a half of a live photo."""


@dataclass(frozen=True, slots=True)
class NotHere:
    """No file in the library has the provider's content, and none may be downloaded."""

    task: DownloadTask


@dataclass(frozen=True, slots=True)
class Downloaded:
    """The content is on the disk, as a partial file."""

    task: DownloadTask
    delivered: Digest
    fixed: metadata.FixResult
    stored_size: int
    stored_sha256: str
    proof: Proof
    replaced: Path | None = None
    """A damaged file of the item from another program; the new one gets its name."""
    notes: tuple[str, ...] = ()
    """What the user should know about the content."""


@dataclass(frozen=True, slots=True)
class DownloadFailure:
    """The content could not be downloaded."""

    task: DownloadTask
    error: ItemError | TemporaryError


Result = Downloaded | AdoptedFile | NotHere | DownloadFailure


@dataclass(frozen=True, slots=True)
class Downloader:
    """Carries out tasks; thread-safe."""

    account: Account
    library: Library
    settings: metadata.Settings
    claims: Claims
    on_bytes: Callable[[int], None]
    adopt_only: bool = False
    """Download nothing."""

    def __call__(self, task: DownloadTask) -> Result:
        """Download one item. Raises errors that concern the whole run: sign-in errors, a full disk, cancellation."""
        try:
            return self._adopt(task) or (NotHere(task) if self.adopt_only else self._download(task))
        except (ItemError, TemporaryError) as error:
            return DownloadFailure(task, error)
        except (OSError, PhotosyncError):
            raise
        except Exception as error:  # noqa: BLE001 - one photo must not keep all others away, now and in each later run
            _log.exception("a bug, at the item %s", task.item.id)
            text = f"a bug in photosync ({type(error).__name__}); its trace is in the log, please report it"
            return DownloadFailure(task, ItemError(text, Reason.INTERNAL))

    def _adopt(self, task: DownloadTask) -> AdoptedFile | None:
        if not task.adoptable and task.listed is None:
            return None
        undo, workspace = self.library.undo, self.library.workspace(task.root, self.account.name)
        file = existing_file(
            task.item,
            task.adoptable,
            legacy=task.legacy,
            provider=self.account.provider,
            undo=undo,
            workspace=workspace,
            claims=self.claims,
        )
        if file is None and task.listed is not None:
            file = file_by_size(task.item, task.listed, undo=undo, workspace=workspace, claims=self.claims)
        if file is None:
            return None
        is_left_alone = self.adopt_only or file.path in task.legacy
        fixed = None if is_left_alone else self._for_sidecar(task, file, workspace)
        identifier = None
        with suppress(OSError):
            identifier = metadata.content_identifier(file.path)
        return AdoptedFile(task, file, fixed, identifier)

    def _for_sidecar(self, task: DownloadTask, file: ExistingFile, workspace: Path) -> metadata.FixResult | None:
        """What belongs into the sidecar of a file. The file itself stays as it is."""
        given = metadata.Given.of(task.item, file.delivered.sha256)
        with suppress(OSError, ItemError), fix_workspace(workspace) as second_files:
            fixed = metadata.fix(file.path, given, self.settings, second_files)
            return fixed if fixed.sidecar is not None and fixed.path == file.path else None
        return None

    def _download(self, task: DownloadTask) -> Downloaded:
        item = task.item
        partial = self.library.partial(
            task.root,
            self.account.name,
            partial_key(item),
            provable=item.md5 is not None,
            bound=SizeBound.of(item),
            on_bytes=self.on_bytes,
        )
        try:
            delivered, verified = self._receive(item, partial)
        except BaseException:
            partial.abandon()
            raise
        try:
            fixed = self._fix(item, partial, delivered)
        except OSError as error:
            raise disk_error(error, Path(error.filename or partial.path)) from error
        finally:
            partial.close()
        replaced = next((path for path in task.adoptable if path in task.legacy), None)
        size_bytes, sha256 = delivered.size_bytes, delivered.sha256
        if fixed.undo is not None:
            size_bytes, sha256 = size_bytes - fixed.undo.growth, fixed.undo.stored_sha256
        return Downloaded(task, delivered, fixed, size_bytes, sha256, verified.proof, replaced, verified.notes)

    def _fix(self, item: Item, partial: PartialFile, delivered: Digest) -> metadata.FixResult:
        """Fill in missing metadata. File and undo record are on the disk before the file gets its name.

        What was delivered is synced only if it gets the name: a second file is synced by the fixer.
        """
        given = metadata.Given.of(item, delivered.sha256)
        fixed = metadata.fix(partial.path, given, self.settings, partial.path.parent)
        if fixed.undo is not None:
            self.library.undo.keep(fixed.undo.stored_sha256, delivered.sha256, fixed.undo.encode())
            partial.path.unlink()
        if fixed.capture_time.file_time is not None:
            metadata.set_file_time(fixed.path, fixed.capture_time.file_time)
        if fixed.undo is None:
            partial.finish()
        return fixed

    def _receive(self, item: Item, partial: PartialFile) -> tuple[Digest, Verified]:
        """The digest of the verified content, and how it was verified.

        The transport has its own tries: a body that it could not get whole is not requested again.
        """
        verification = Verification(item)
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                if not partial.provable or partial.offset != item.size_bytes:
                    self.account.provider.download(item, partial)
                delivered = partial.digest
                return delivered, verification.check(delivered, partial.path, partial.head)
            except ItemError as error:
                if not isinstance(error, VerificationError) and error.reason not in _WRONG_CONTENT:
                    raise  # what came is kept, to be resumed by a later run
                partial.restart()
                if error.reason is Reason.TOO_LARGE or (isinstance(error, VerificationError) and error.is_final):
                    raise
                if attempt == MAX_ATTEMPTS:
                    raise ItemError(f"{error} after {attempt} tries", error.reason) from error
        raise AssertionError("unreachable")


def partial_key(item: Item) -> str:
    """The key of an item's partial file: it differs for each content of the item."""
    return f"{item.id}\0{item.md5}\0{item.size_bytes}\0{item.revision}"
