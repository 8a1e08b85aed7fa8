"""What `audit` and `verify` find: one object for each item or file that is not as it should be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from photosync.errors import Reason


class FindingKind(StrEnum):
    """What is wrong. The first three are damage until they are repaired; the others are information."""

    MISSING = "missing"
    """It should be here, and is not; also if something else lies in its place."""
    DIFFERENT = "different"
    """Two sources disagree about it: the provider and the library, or a list and the catalog."""
    DAMAGED = "damaged"
    """It is here with other bytes than were saved, or cannot be read."""
    EXTRA = "extra"
    """It is in the account's folder, and no item has it."""
    GONE = "gone"
    """It is here, and no longer at the provider."""
    UNKNOWN = "unknown"
    """It is in the library, and neither the catalog nor a list knows it."""

    @property
    def is_damage(self) -> bool:
        """Whether a command that leaves such a finding ends with `Exit.DAMAGE`."""
        return self in (FindingKind.MISSING, FindingKind.DIFFERENT, FindingKind.DAMAGED)


class FindingReason(StrEnum):
    """Why: the fixed list of words in findings. `docs/verify.md` has what each one means."""

    ABSENT = "absent"
    MOVED = "moved"
    FOLDER = "folder"
    LINK = "link"
    SPECIAL_FILE = "special_file"
    EMPTY = "empty"
    SHORTER = "shorter"
    LONGER = "longer"
    OTHER_CONTENT = "other_content"
    UNREADABLE = "unreadable"
    EDITED = "edited"
    LINES = "lines"
    NOT_RECORDED = "not_recorded"
    NOT_SAVED = "not_saved"
    NEW_CONTENT = "new_content"
    NOT_LISTED = "not_listed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be."""

    path: str | None
    """The text of a `Location`: relative to the library, or absolute outside it."""
    id: str | None
    account: str | None
    finding: FindingKind
    reason: FindingReason | Reason
    """That of a failed item is the reason of its failure."""
    error: str
    """A sentence for people: what is wrong, and what can be done where that is not plain."""
    repaired_from: str | None = None
    """Where the good content came from; None as long as it is not repaired."""

    def as_json(self) -> dict[str, object]:
        """The object of the command line's contract."""
        return {
            "path": self.path,
            "id": self.id,
            "account": self.account,
            "finding": self.finding.value,
            "reason": self.reason.value,
            "error": self.error,
            "repaired_from": self.repaired_from,
        }
