"""What a job reports: events while it runs, a summary at the end."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Protocol

from photosync.errors import Exit, PhotosyncError

MAX_ERRORS = 1000
"""The number of failures that are listed; further ones are only counted."""


class Reporter(Protocol):
    """Gets the events of a run. Its methods are called from several threads."""

    def listed(self, seen: int, total: int | None) -> None:
        """The number of items listed so far, and the service's total if known."""

    def wanted(self, count: int, size_bytes: int) -> None:
        """More files will be transferred, of this size as far as it is known."""

    def expected(self, count: int | None) -> None:
        """The number of files that will be transferred in all, as far as it is known now; None: it is not.

        A job that does not call it knows all files at its beginning.
        """

    def received(self, size_bytes: int) -> None:
        """More bytes were transferred."""

    def saved(self, name: str, path: str) -> None:
        """A file was saved; in a dry run, it would be."""

    def failed(self, name: str, message: str, *, is_known: bool = False) -> None:
        """An item failed. `is_known`: the user was told of it already, today."""

    def note(self, message: str) -> None:
        """Information for the user that is not a failure."""


@dataclass(frozen=True, slots=True)
class ItemFailure:
    """The failure of one item."""

    id: str
    name: str
    reason: str
    error: str


@dataclass(slots=True)
class Summary:
    """The totals of one run for one account: listed = unchanged + filtered + saved + failed."""

    command: str
    account: str
    collection: str | None = None
    listed: int = 0
    unchanged: int = 0
    filtered: int = 0
    saved: int = 0
    fixed: int = 0
    failed: int = 0
    gone: int = 0
    size_bytes: int = 0
    seconds: float = 0.0
    requests: int = 0
    retries: int = 0
    complete: bool = False
    exit: Exit = Exit.OK
    errors: list[ItemFailure] = field(default_factory=list)
    dry_run: bool = False
    known_failures: int = 0
    """Failures that the user was told of already, today."""
    message: str | None = None
    """Why the run ended early, for a person."""
    error: PhotosyncError | None = field(default=None, repr=False, compare=False)
    """What ended the run early."""

    def add_failure(self, failure: ItemFailure, *, is_known: bool = False) -> None:
        """Count a failure, and list it if the list is not full."""
        self.failed += 1
        self.known_failures += is_known
        if len(self.errors) < MAX_ERRORS:
            self.errors.append(failure)

    def check_totals(self) -> None:
        """Raise `AssertionError`, a bug, unless the totals add up."""
        decided = self.unchanged + self.filtered + self.saved + self.failed
        if self.listed != decided:
            raise AssertionError(f"the totals do not add up: {self.listed} listed, {decided} accounted for")

    def as_json(self) -> dict[str, object]:
        """The summary object of the command line's contract: the fields in their order, optional ones where set."""
        content = asdict(replace(self, error=None)) | {"seconds": round(self.seconds, 1), "exit": int(self.exit)}
        names = {"size_bytes": "bytes"}
        optional = ("dry_run", "known_failures", "message", "error")
        return {names.get(name, name): value for name, value in content.items() if value or name not in optional}
