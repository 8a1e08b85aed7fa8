"""Whether the library has an item, proved: the condition for everything that takes it away from the service."""

from __future__ import annotations

from photosync import clock
from photosync.catalog import Catalog, CatalogEntry
from photosync.errors import ItemError, Reason
from photosync.jobs.account import Account
from photosync.jobs.file_state import FileFault, fault_of
from photosync.jobs.verify.check_file import other_content, read, unreadable
from photosync.library import Library
from photosync.model import NOT_ORIGINAL, Item, Proof


class SavedItems:
    """Compares items at the service with the files of the library, by reading these now."""

    def __init__(self, account: Account, catalog: Catalog, library: Library) -> None:
        self._account = account
        self._catalog = catalog
        self._library = library

    def refusal(self, item: Item) -> ItemError | None:
        """Why it is not proved that the library has the content of `item`, as the service describes it now.

        None: the bytes that were delivered have the service's hash, and the file, which was read to its end just now,
        has the hash that it had when it was saved.
        """
        entry = self._catalog.entry(self._account.name, item.id)
        why = self._why_unproved(item, entry)
        if why is not None:
            return ItemError(f"{item.name or item.id} is not proved to be saved: {why}", Reason.NOT_SAVED)
        assert entry is not None
        fault = self._fault(entry)
        if fault is None:
            return None
        return ItemError(
            f"{item.name or item.id}: its file {entry.location} is not as it was saved: {fault.error}. "
            "Get it back first: photosync verify --repair",
            Reason.DAMAGED,
        )

    def _why_unproved(self, item: Item, entry: CatalogEntry | None) -> str | None:
        if entry is None:
            return "the library does not have it. Pull it first."
        if entry.location is None:
            return self._where_it_is(entry)
        if item.md5 is None:
            return "the service gives no hash of it to compare with."
        if entry.proved is Proof.REENCODED or NOT_ORIGINAL.intersection(item.notes):
            return "the service delivers a changed content, so the library does not have the original."
        is_other_size = item.size_bytes is not None and item.size_bytes != entry.delivered_size
        if item.md5 != entry.delivered_md5 or is_other_size:
            return "the service has another content now than the one that was saved. Pull it first."
        return None

    def _where_it_is(self, entry: CatalogEntry) -> str:
        """About an item whose file the library does not have."""
        if entry.offsite is not None:
            return f"only copies of the library have it. Bring it back first: photosync restore --id {entry.id}"
        if entry.was_pushed or self._catalog.push_records(item=(entry.account, entry.id)):
            return "it was uploaded from a file outside the library, which has no copy."
        return "it was never downloaded successfully. Pull it first."

    def _fault(self, entry: CatalogEntry) -> FileFault | None:
        """What is wrong with the file of an entry that has one."""
        assert entry.location is not None
        path = self._library.file(entry.location)
        if fault := fault_of(path, entry.stored_size):
            return fault
        try:
            reading = read(path, (), lambda _: clock.check(self._account.cancel))
        except OSError as error:
            return unreadable(error)
        is_same = (reading.sha256, reading.size_bytes) == (entry.stored_sha256, entry.stored_size)
        return None if is_same else other_content(path, is_sidecar=False)
