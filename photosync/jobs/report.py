"""How a job tells what it does: to a progress bar, to a cron log, or to nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from photosync.errors import Exit

MAX_ERRORS = 1000
"""So many failures are told one by one; the rest is counted."""


class Reporter(Protocol):
    """Is told what happens while it happens. Its methods are called from several threads."""

    def listed(self, seen: int, total: int | None) -> None:
        """So many items have been listed, of so many if the service says."""
        ...

    def wanted(self, count: int, size_bytes: int) -> None:
        """So many more files are to be brought, of this size as far as it is known."""
        ...

    def received(self, size_bytes: int) -> None:
        """So many more bytes came."""
        ...

    def saved(self, name: str, path: str) -> None:
        """A file lies in its place (in a dry run: would)."""
        ...

    def failed(self, name: str, message: str) -> None:
        """An item could not be brought."""
        ...

    def note(self, message: str) -> None:
        """Something that a person should know, and that is no failure."""
        ...


@dataclass(frozen=True, slots=True)
class ItemFailure:
    """Why one item could not be brought."""

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
    size_bytes: int = 0
    seconds: float = 0.0
    requests: int = 0
    retries: int = 0
    gone: int = 0
    complete: bool = False
    dry_run: bool = False
    exit: Exit = Exit.OK
    errors: list[ItemFailure] = field(default_factory=list)
    message: str | None = None
    """What ended the run early, for a person."""

    def add_failure(self, failure: ItemFailure) -> None:
        """Count a failure, and keep it as long as there is room."""
        self.failed += 1
        if len(self.errors) < MAX_ERRORS:
            self.errors.append(failure)

    def check_totals(self) -> None:
        """Raise `AssertionError`, a bug, unless the totals add up."""
        decided = self.unchanged + self.filtered + self.saved + self.failed
        if self.listed != decided:
            raise AssertionError(f"the totals do not add up: {self.listed} listed, {decided} accounted for")

    def as_json(self) -> dict[str, object]:
        """The summary object of the command line's contract."""
        errors = [
            {"id": each.id, "name": each.name, "reason": each.reason, "error": each.error} for each in self.errors
        ]
        optional: dict[str, object] = {}
        if self.dry_run:
            optional["dry_run"] = True
        if self.message:
            optional["message"] = self.message
        return {
            "command": self.command,
            "account": self.account,
            "collection": self.collection,
            "listed": self.listed,
            "unchanged": self.unchanged,
            "filtered": self.filtered,
            "saved": self.saved,
            "fixed": self.fixed,
            "failed": self.failed,
            "gone": self.gone,
            "bytes": self.size_bytes,
            "seconds": round(self.seconds, 1),
            "requests": self.requests,
            "retries": self.retries,
            "complete": self.complete,
            "exit": int(self.exit),
            "errors": errors,
            **optional,
        }
