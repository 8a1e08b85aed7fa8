"""One item's content: downloaded, proved, mended. What runs in a worker; the file gets its name elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from photosync import metadata
from photosync.errors import ItemError, Reason, TemporaryError
from photosync.jobs.account import Account
from photosync.jobs.pull.location import account_folder, fitting_name
from photosync.library import Library, PartialFile, digest_of
from photosync.library.partial import disk_error
from photosync.model import Digest, Item, Kind
from photosync.provider import HasLegacyFiles

MAX_TRIES = 3
"""So often is a content that fails its proof asked for; more often would not make it true."""
_WORTH_ANOTHER_TRY = frozenset({Reason.HASH_MISMATCH, Reason.SIZE_MISMATCH, Reason.TRUNCATED, Reason.NOT_MEDIA})


@dataclass(frozen=True, slots=True)
class Order:
    """An item whose content is wanted."""

    item: Item
    outside: str
    """Empty for the library, else the folder outside in which the item has its place."""
    adoptable: tuple[Path, ...] = ()
    """Files that nobody knows, where this item's would go: what a crash, or another program, may have left."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """The content lay there already, and is what the provider has."""

    order: Order
    path: Path
    digest: Digest


@dataclass(frozen=True, slots=True)
class Fetched:
    """The content is on the disk, under a name of its own."""

    order: Order
    delivered: Digest
    stored_size: int
    stored_sha256: str
    mended: metadata.FixResult
    name: str
    """What the file is to be called."""
    replaced: Path | None = None
    """A file of another program that claims to be the item and is not sound; the new one takes its name."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The content could not be brought."""

    order: Order
    error: ItemError | TemporaryError


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Does orders; several threads share it."""

    account: Account
    library: Library
    settings: metadata.Settings
    on_bytes: Callable[[int], None]

    def __call__(self, order: Order) -> Fetched | Adopted | Failed:
        """Bring one item. Sign-in errors, a full disk and a cancelled run are raised: they concern the whole run."""
        try:
            older = self._older(order)
            return self._adopt(order, older) or self._fetch(order, older[0] if older else None)
        except (ItemError, TemporaryError) as error:
            return Failed(order, error)

    def _older(self, order: Order) -> list[Path]:
        """Those of the adoptable files that the provider knows as another program's."""
        provider = self.account.provider
        if not order.adoptable or not isinstance(provider, HasLegacyFiles):
            return []
        folder = account_folder(self.library, self.account.name, order.outside)
        return [path for path in provider.legacy_files(order.item, folder) if path in order.adoptable]

    def _adopt(self, order: Order, older: list[Path]) -> Adopted | None:
        item, provider = order.item, self.account.provider
        for path in order.adoptable:
            if path in older and isinstance(provider, HasLegacyFiles) and provider.is_sound(item, path):
                return Adopted(order, path, digest_of(path))
            if item.size_bytes not in (None, path.stat().st_size):
                continue
            digest = digest_of(path)
            if item.md5 == digest.md5:
                return Adopted(order, path, digest)
        return None

    def _fetch(self, order: Order, replaced: Path | None) -> Fetched:
        partial = self.library.partial(
            order.outside, self.account.name, partial_key(order.item), order.item.md5 is not None, self.on_bytes
        )
        try:
            delivered = self._download(order.item, partial)
        except BaseException:
            partial.abandon()
            raise
        partial.close()
        try:
            mended = self._fix(order.item, partial.path, delivered)
            size_bytes = mended.path.stat().st_size
        except OSError as error:
            raise disk_error(error, Path(error.filename or partial.path)) from error
        stored_sha256 = mended.sha256 or delivered.sha256
        return Fetched(order, delivered, size_bytes, stored_sha256, mended, self._name(order.item, mended), replaced)

    def _fix(self, item: Item, path: Path, delivered: Digest) -> metadata.FixResult:
        """What is missing is filled in; the way back is on the disk before anybody sees the mended file."""
        mended = metadata.fix(path, metadata.Given.of(item, delivered.sha256), self.settings, path.parent)
        if mended.undo is not None and mended.sha256 is not None:
            self.library.undo.keep(mended.sha256, delivered.sha256, mended.undo)
        if mended.path != path:
            path.unlink()
        if mended.file_time is not None:
            metadata.set_file_time(mended.path, mended.file_time)
        return mended

    def _name(self, item: Item, mended: metadata.FixResult) -> str:
        if self.account.provider.facts.content_names:
            return fitting_name(item.name, mended.format)
        return item.name

    def _download(self, item: Item, partial: PartialFile) -> Digest:
        for tries in range(1, MAX_TRIES + 1):
            try:
                if not partial.provable or partial.offset != item.size_bytes:
                    self.account.provider.download(item, partial)
                delivered = partial.finish()
                check_content(item, delivered, partial.head)
            except ItemError as error:
                if error.reason not in _WORTH_ANOTHER_TRY:
                    raise
                partial.restart()
                if tries == MAX_TRIES:
                    raise ItemError(f"{error} after {tries} tries", error.reason) from error
            else:
                return delivered
        raise AssertionError("unreachable")


def partial_key(item: Item) -> str:
    """Names a partial file: another content of the same item gets another one."""
    return f"{item.id}\0{item.md5}\0{item.size_bytes}\0{item.revision}"


def check_content(item: Item, delivered: Digest, head: bytes) -> None:
    """Raise `ItemError` unless the bytes are what the provider said they would be."""
    if item.size_bytes is not None and delivered.size_bytes != item.size_bytes:
        raise ItemError(
            f"{delivered.size_bytes} bytes came in place of the {item.size_bytes} listed", Reason.SIZE_MISMATCH
        )
    if item.md5 is not None:
        if delivered.md5 != item.md5:
            raise ItemError("md5 differs from the provider's", Reason.HASH_MISMATCH)
        return
    if delivered.size_bytes == 0 and item.size_bytes != 0:
        raise ItemError("the content is empty", Reason.TRUNCATED)
    if item.kind is not Kind.OTHER and metadata.looks_like_text(head):
        raise ItemError("a page of text came in place of a picture", Reason.NOT_MEDIA)
