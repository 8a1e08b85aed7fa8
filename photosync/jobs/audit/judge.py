"""Decides about one listed item: is its file here, and is it what the provider has?"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from enum import Enum, auto

from photosync.catalog import CatalogEntry
from photosync.errors import Reason
from photosync.jobs.file_state import FileFault
from photosync.jobs.findings import Finding, FindingKind, FindingReason
from photosync.model import Item, Proof


class AuditOutcome(Enum):
    """The part of the sum that an item belongs to."""

    SAVED = auto()
    FAILED = auto()
    MISSING = auto()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an audit says about an item: a finding, or else a proof."""

    outcome: AuditOutcome
    finding: Finding | None = None
    proof: Proof | None = None


def judge(account: str, item: Item, entry: CatalogEntry | None, fault: FileFault | None) -> Judgement:
    """Compare the provider's `item` with the catalog's `entry`. `fault`: what is wrong with the file that it names.

    Raises `DestinationError` if the entry is damaged.
    """

    def found(kind: FindingKind, reason: FindingReason | Reason, error: str) -> Finding:
        location = entry and entry.own_location
        path = str(location) if location else None
        return Finding(path, item.id, account, kind, reason, error if path else f"{item.name or item.id}: {error}")

    if entry is None:
        text = "the provider has it, and it was not saved yet"
        return Judgement(AuditOutcome.MISSING, found(FindingKind.MISSING, FindingReason.NOT_SAVED, text))
    if fault is not None and fault.finding is FindingKind.DAMAGED:
        return Judgement(AuditOutcome.SAVED, found(fault.finding, fault.reason, fault.error))
    with entry.connection.stored_values() if entry.connection else nullcontext():
        reason = Reason(entry.reason) if entry.reason else None
        if fault is not None and reason is not None:
            text = f"its download failed: {entry.error}"
            return Judgement(AuditOutcome.FAILED, found(FindingKind.MISSING, reason, text))
        if fault is not None:
            return Judgement(AuditOutcome.MISSING, found(fault.finding, fault.reason, fault.error))
        if entry.differs_from(item):
            failure = f", and its download failed: {entry.error}" if reason else ""
            text = f"the provider has another content of it now{failure}"
            return Judgement(
                AuditOutcome.SAVED, found(FindingKind.DIFFERENT, reason or FindingReason.NEW_CONTENT, text)
            )
        return Judgement(AuditOutcome.SAVED, proof=_proof(item, entry))


def _proof(item: Item, entry: CatalogEntry) -> Proof:
    """As it was when the file was saved. An uploaded file is the original, whatever the service makes of it."""
    if entry.own_location is not None:
        return entry.proved or Proof.OWN
    if entry.delivered_md5 in (item.md5, item.md5_hint):
        return Proof.HASH
    has_size = item.size_bytes is not None and item.size_bytes == entry.delivered_size
    return Proof.SIZE if has_size and item.md5_hint is None else Proof.OWN
