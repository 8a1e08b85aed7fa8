"""The totals of a run that changes something at a service."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace

from photosync.errors import Exit, PhotosyncError
from photosync.jobs.report import MAX_ERRORS, ItemFailure


@dataclass(slots=True)
class ChangeSummary:
    """The totals of one run: selected = changed + unchanged + failed + left."""

    command: str
    account: str
    selected: int = 0
    """What the user named or selected."""
    changed: int = 0
    """In a dry run: what would be."""
    unchanged: int = 0
    """It was so already."""
    failed: int = 0
    """Refused by photosync or by the service."""
    left: int = 0
    """Not tried, because the run ended early."""
    seconds: float = 0.0
    requests: int = 0
    retries: int = 0
    exit: Exit = Exit.OK
    errors: list[ItemFailure] = field(default_factory=list)
    dry_run: bool = False
    message: str | None = None
    """Why the run ended early, for a person."""
    error: PhotosyncError | None = field(default=None, repr=False, compare=False)
    """What ended the run early."""

    def add_failure(self, failure: ItemFailure) -> None:
        """Count a failure, and list it if the list is not full."""
        self.failed += 1
        if len(self.errors) < MAX_ERRORS:
            self.errors.append(failure)

    def add(self, other: ChangeSummary) -> None:
        """Count what another part of the same run did, which came before."""
        self.selected += other.selected
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.left += other.left
        self.seconds += other.seconds
        self.failed += other.failed
        self.errors = [*other.errors, *self.errors][:MAX_ERRORS]
        self.exit = Exit.worst([self.exit, other.exit])
        self.message = " ".join(filter(None, (other.message, self.message))) or None
        self.error = other.error or self.error

    def as_json(self) -> dict[str, object]:
        """The summary object of the command line's contract: the fields in their order, optional ones where set."""
        content = asdict(replace(self, error=None)) | {"seconds": round(self.seconds, 1), "exit": int(self.exit)}
        return {name: value for name, value in content.items() if value or name not in ("dry_run", "message", "error")}
