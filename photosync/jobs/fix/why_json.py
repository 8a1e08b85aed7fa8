"""The explanation of a file as an object of the command line's contract."""

from __future__ import annotations

from photosync.catalog import CatalogEntry
from photosync.jobs.failures import advice_for
from photosync.jobs.fix.fix_record import changes_json
from photosync.jobs.fix.why import Why
from photosync.metadata import CaptureTimeChoice
from photosync.model import CaptureTime, TimeMeaning


def why_json(answer: Why) -> dict[str, object]:
    """The object that `why --json` prints."""
    return {**_origin_json(answer), **_times_json(answer.capture_time), **_fix_json(answer)}


def reading_text(time: CaptureTime) -> str:
    """A capture time that a source has; `Z` marks an instant."""
    if time.meaning is TimeMeaning.INSTANT:
        return f"{time.reading.isoformat()}Z"
    return time.isoformat()


def _origin_json(answer: Why) -> dict[str, object]:
    entry = answer.entry
    content: dict[str, object] = {
        "path": str(answer.path) if answer.path else None,
        "place": answer.location_reason or None,
        "pushes": [
            {"account": each.account, "id": each.id, "path": str(each.path), "pushed_at": each.pushed_at}
            for each in answer.pushes
        ],
    }
    if entry is None:
        return content | {"account": None, "id": None, "state": None}
    return content | {
        "account": entry.account,
        "id": entry.item.id,
        "name": entry.item.name,
        "state": entry.state,
        "saved_at": entry.saved_at,
        "delivered": {"bytes": entry.delivered_size, "md5": entry.delivered_md5, "sha256": entry.delivered_sha256},
        "stored": {"bytes": entry.stored_size, "sha256": entry.stored_sha256},
        "proof": entry.proved,
        "verified_at": answer.verified_at.isoformat() if answer.verified_at else None,
        "reason": entry.reason,
        "error": entry.error,
        **_failure_json(entry),
        **({"repairs": _repairs_json(answer)} if answer.repairs else {}),
        **({"service_changes": _service_changes_json(answer)} if answer.changes else {}),
    }


def _failure_json(entry: CatalogEntry) -> dict[str, object]:
    if entry.reason is None:
        return {}
    return {"since": entry.failed_since, "tries": entry.tries, "advice": advice_for(entry.reason)}


def _repairs_json(answer: Why) -> list[dict[str, str]]:
    return [
        {"path": str(each.location), "reason": each.reason, "source": each.source, "repaired_at": each.repaired_at}
        for each in answer.repairs
    ]


def _service_changes_json(answer: Why) -> list[dict[str, str | None]]:
    return [{"action": each.action, "detail": each.detail, "changed_at": each.changed_at} for each in answer.changes]


def _times_json(choice: CaptureTimeChoice | None) -> dict[str, object]:
    if choice is None:
        return {"candidates": []}
    return {
        "candidates": [
            {
                "source": each.source.label,
                "rank": each.source.rank,
                "kind": each.time.meaning.value,
                "reading": reading_text(each.time),
                "doubt": each.doubt or None,
                "won": each == choice.winner,
            }
            for each in choice.candidates
        ],
        "offset_source": choice.offset.source if choice.offset else None,
        "folder_time": choice.folder_time.isoformat() if choice.folder_time else None,
        "file_time": choice.file_time.isoformat() if choice.file_time else None,
    }


def _fix_json(answer: Why) -> dict[str, object]:
    record = answer.record
    return {
        "outcome": record.outcome if record else None,
        "done": answer.is_done,
        "changes": changes_json(record.changes) if record else [],
        "notes": list(record.notes) if record else [],
    }
