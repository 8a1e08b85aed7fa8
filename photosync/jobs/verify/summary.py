"""The totals of a check of files."""

from __future__ import annotations

from dataclasses import dataclass, field

from photosync.errors import Exit, PhotosyncError
from photosync.jobs.findings import Finding


@dataclass(slots=True)
class VerifySummary:
    """files = ok + missing + different + damaged; unknown files are not among them."""

    path: str
    files: int = 0
    size_bytes: int = 0
    """Of what was read."""
    read: int = 0
    """The number of files that were read to the end."""
    ok: int = 0
    missing: int = 0
    different: int = 0
    damaged: int = 0
    unknown: int = 0
    repaired: int = 0
    seconds: float = 0.0
    exit: Exit = Exit.OK
    message: str | None = None
    """Why something could not be checked."""
    error: PhotosyncError | None = field(default=None, repr=False, compare=False)
    """What ended the check early, or kept it from being recorded."""

    def count_right(self, number: int = 1) -> None:
        """Count files that are as they should be; a negative number takes them back."""
        self.files += number
        self.ok += number

    def count(self, finding: Finding) -> None:
        """Count a finding."""
        kind = finding.finding
        setattr(self, kind.value, getattr(self, kind.value) + 1)
        self.files += kind.is_damage
        self.repaired += finding.repaired_from is not None

    @property
    def wrong(self) -> int:
        """How many files were not as they should be."""
        return self.missing + self.different + self.damaged

    def check_totals(self) -> None:
        """Raise `AssertionError`, a bug, unless the totals add up."""
        if self.files != self.ok + self.wrong:
            raise AssertionError(f"the totals do not add up: {self}")

    def as_json(self) -> dict[str, object]:
        """The summary object of the command line's contract."""
        return {
            "command": "verify",
            "path": self.path,
            "files": self.files,
            "bytes": self.size_bytes,
            "read": self.read,
            "ok": self.ok,
            "missing": self.missing,
            "different": self.different,
            "damaged": self.damaged,
            "unknown": self.unknown,
            "repaired": self.repaired,
            "seconds": round(self.seconds, 1),
            "exit": int(self.exit),
            **({"message": self.message} if self.message else {}),
        }
