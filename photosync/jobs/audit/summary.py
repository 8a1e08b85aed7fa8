"""The totals of an audit, and its verdict: one sentence for people and scripts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from photosync.errors import Exit, PhotosyncError
from photosync.jobs.findings import Finding, FindingKind
from photosync.jobs.proof import counts_in_words
from photosync.model import Proof


@dataclass(slots=True)
class AuditSummary:
    """The totals of one audit: listed = saved + filtered + failed + missing.

    `saved` counts items that have a file here, or `offsite` in copies of the library alone. `different` of them have
    another content at the provider now, or a damaged file. `proved` has the others.
    """

    account: str
    collection: str | None = None
    is_selection: bool = False
    """Whether not all items of the account, or of the collection, were asked for."""
    brought_by: str = "pull"
    """The command that brings what is missing."""
    listed: int = 0
    saved: int = 0
    filtered: int = 0
    failed: int = 0
    missing: int = 0
    different: int = 0
    gone: int = 0
    extra: int = 0
    offsite: int = 0
    proved: Counter[Proof] = field(default_factory=Counter)
    size_bytes: int = 0
    seconds: float = 0.0
    requests: int = 0
    retries: int = 0
    complete: bool = False
    doubt: str | None = None
    """Why the listing may lack items, in a sentence."""
    to_repair: int = 0
    """Missing or different items that a pull does not see."""
    needs_full: bool = False
    """Whether only a pull that lists everything sees some of them: new contents, and uploaded files that are gone."""
    has_failures: bool = False
    """Whether the download of an item failed, also of one that has an older file here."""
    exit: Exit = Exit.OK
    message: str | None = None
    """Why the audit ended early, or why its listing is in doubt."""
    error: PhotosyncError | None = field(default=None, repr=False, compare=False)
    """What ended the audit early."""

    def count(self, finding: Finding) -> None:
        """Count a finding that is not an item of the listing."""
        self.gone += finding.finding is FindingKind.GONE
        self.extra += finding.finding is FindingKind.EXTRA

    def end(self, error: PhotosyncError | None) -> None:
        """Set the exit status. `error` ended the audit early."""
        damage = [Exit.DAMAGE] if self.missing or self.different or self.failed else []
        doubt = [Exit.SUSPICIOUS] if self.doubt else []
        self.exit = Exit.worst([Exit.OK, *damage, *doubt, *([error.exit] if error else [])])
        self.error, self.message = error, str(error) if error else self.doubt
        compared = self.saved + self.filtered + self.failed + self.missing
        if error is not None:
            self.listed = compared  # no more is known of the others
            self.complete = False
        if self.listed != compared:
            raise AssertionError(f"the totals do not add up: {self}")

    @property
    def here(self) -> int:
        """The items whose present content is here."""
        return self.saved - self.different

    @property
    def verdict(self) -> str:
        """Whether all is here, and what to do if not."""
        if self.message and self.message != self.doubt:
            return f"{self._name}: not compared to the end: {self.message}"
        asked = self.listed - self.filtered
        if self.doubt:
            return f"{self._counts(asked)}; the listing is in doubt, so what else is missing or gone is not known"
        if self.exit is Exit.DAMAGE:
            return f"{self._counts(asked)}: {self._advice()}"
        if asked == 0:
            return f"{self._name} has no {'such ' if self.is_selection else ''}items" + self._information()
        every = "every selected item" if self.is_selection else "every item"
        return f"{every} of {self._name} is here, {counts_in_words(self.proved)}{self._information()}"

    @property
    def _name(self) -> str:
        return f"{self.account} ({self.collection})" if self.collection else self.account

    def _counts(self, asked: int) -> str:
        parts = [f"{_items(asked)}", f"{self.here:,} {_are(self.here)} here"]
        if self.missing:
            parts.append(f"{self.missing:,} {_are(self.missing)} missing")
        if self.different:
            parts.append(f"{self.different:,} {'differs' if self.different == 1 else 'differ'}")
        if self.failed:
            parts.append(f"{self.failed:,} failed")
        return f"{self._name}: {', '.join(parts)}{self._information()}"

    def _advice(self) -> str:
        account = self.account
        advice = []
        if self.missing + self.different > self.to_repair:
            is_full = self.needs_full and self.brought_by == "pull"
            advice.append(f"photosync {self.brought_by} {account}{' --full' if is_full else ''} brings them")
        if self.to_repair:
            advice.append("photosync verify --repair replaces damaged files")
        if self.has_failures:
            advice.append(f"photosync failures {account} says why they failed")
        return "; ".join(advice)

    def _information(self) -> str:
        offsite = f"; {self.offsite:,} of them only in copies of the library" if self.offsite else ""
        gone = f"; {self.gone:,} {_are(self.gone)} here and no longer there" if self.gone else ""
        return offsite + gone + (f"; {self.extra:,} {_files(self.extra)} here of no item" if self.extra else "")

    def as_json(self) -> dict[str, object]:
        """The summary object of the command line's contract."""
        content: dict[str, object] = {
            "command": "audit",
            "account": self.account,
            "collection": self.collection,
            "listed": self.listed,
            "saved": self.saved,
            "filtered": self.filtered,
            "failed": self.failed,
            "missing": self.missing,
            "different": self.different,
            "gone": self.gone,
            "extra": self.extra,
            "proved": {tier.value: self.proved[tier] for tier in Proof},
            "bytes": self.size_bytes,
            "seconds": round(self.seconds, 1),
            "requests": self.requests,
            "retries": self.retries,
            "complete": self.complete,
            "verdict": self.verdict,
            "exit": int(self.exit),
        }
        content |= {"offsite": self.offsite} if self.offsite else {}
        return content | ({"message": self.message} if self.message else {})


def _items(count: int) -> str:
    return f"{count:,} {'item' if count == 1 else 'items'}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _files(count: int) -> str:
    return "file" if count == 1 else "files"
