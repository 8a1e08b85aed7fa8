"""`why`: the history of one file or item, for people or as JSON."""

from __future__ import annotations

from photosync import accounts
from photosync.cli import output
from photosync.cli.commands.fix import configured, library_of, settings_by_account
from photosync.cli.general import General
from photosync.jobs.fix.file_owner import FileOwners
from photosync.jobs.fix.fix_record import changes_json
from photosync.jobs.fix.why import Why, explain
from photosync.library import Layout
from photosync.metadata import CaptureTimeChoice
from photosync.model import CaptureTime, TimeMeaning
from photosync.transport import Redactor


def why(general: General, target: str) -> None:
    """The command."""
    output.set_up_logging(general, Redactor())
    found = configured(general)

    def layout(account: str) -> Layout | None:
        known = found.accounts.get(account) if found else None
        return Layout(known.options.layout or known.provider.facts.layout) if known else None

    state = accounts.state_folder()
    with FileOwners(library_of(general, found), state, settings_by_account(found), to_change=False) as owners:
        for each in explain(owners, layout, target):
            _show(general, each)


def _show(general: General, told: Why) -> None:
    if general.json:
        output.print_json({**_origin_json(told), **_times_json(told.capture_time), **_done_json(told)})
        return
    for line in (*_origin(told), *_times(told.capture_time), *_done(told)):
        output.print_line(line)


def _origin(told: Why) -> list[str]:
    entry = told.entry
    lines = [str(told.path)] if told.path else []
    went_up = [
        f"  {each.path} went up to account {each.account} as {each.id}, {each.pushed_at}" for each in told.pushes
    ]
    if entry is None:
        return [*lines, "  no pull brought this file", *went_up]
    lines += [f"  {entry.item.name}: account {entry.account}, id {entry.item.id}, {entry.state}"]
    if entry.delivered_sha256:
        lines += [
            f"  saved {entry.saved_at}",
            f"  delivered {entry.delivered_size} bytes, sha256 {entry.delivered_sha256}",
            "  stored as delivered"
            if entry.stored_sha256 == entry.delivered_sha256
            else f"  stored    {entry.stored_size} bytes, sha256 {entry.stored_sha256}",
        ]
    if entry.reason:
        lines += [f"  could not be brought last: {entry.reason}: {entry.error}"]
    lines += went_up
    if told.path is None and entry.state != "pushed":
        lines += [
            f"  no file lies at {entry.location.path}; the next pull brings it again"
            if entry.location
            else "  has no file"
        ]
    return [*lines, *([f"  lies there because {told.location_reason}"] if told.location_reason else [])]


def _times(choice: CaptureTimeChoice | None) -> list[str]:
    if choice is None:
        return []
    lines = ["", "times, best first:"]
    for each in choice.candidates:
        source, time = each.source, each.time
        mark = "*" if each == choice.winner else " "
        doubt = f"  doubted: {each.doubt}" if each.doubt else ""
        lines.append(f" {mark} {source.rank}  {_reading(time):32} {time.meaning.value:8} {source.label}{doubt}")
    if not choice.candidates:
        lines.append("   none")
    lines += [f"offset from UTC: {choice.offset.source}"] if choice.offset else []
    return [*lines, *(f"note: {each}" for each in choice.notes)]


def _done(told: Why) -> list[str]:
    record = told.record
    if record is None:
        return []
    lines = ["", record.outcome if told.is_done or not record.changes else "not fixed; `photosync fix` would write:"]
    lines += [f"  {each.field}: {each.before or '-'} -> {each.after or '-'}" for each in record.changes]
    known = told.capture_time.notes if told.capture_time else ()
    return [*lines, *(f"  {each}" for each in record.notes if each not in known)]


def _reading(time: CaptureTime) -> str:
    if time.meaning is TimeMeaning.DAY:
        return f"{time.reading:%Y-%m-%d}"
    if time.meaning is TimeMeaning.INSTANT:
        return f"{time.reading.isoformat()}Z"
    return time.isoformat()


def _origin_json(told: Why) -> dict[str, object]:
    entry = told.entry
    content: dict[str, object] = {
        "path": str(told.path) if told.path else None,
        "place": told.location_reason or None,
        "pushes": [
            {"account": each.account, "id": each.id, "path": str(each.path), "pushed_at": each.pushed_at}
            for each in told.pushes
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
        "reason": entry.reason,
        "error": entry.error,
    }


def _times_json(choice: CaptureTimeChoice | None) -> dict[str, object]:
    if choice is None:
        return {"candidates": []}
    return {
        "candidates": [
            {
                "source": each.source.label,
                "rank": each.source.rank,
                "kind": each.time.meaning.value,
                "reading": _reading(each.time),
                "doubt": each.doubt or None,
                "won": each == choice.winner,
            }
            for each in choice.candidates
        ],
        "offset_source": choice.offset.source if choice.offset else None,
        "folder_time": choice.folder_time.isoformat() if choice.folder_time else None,
        "file_time": choice.file_time.isoformat() if choice.file_time else None,
    }


def _done_json(told: Why) -> dict[str, object]:
    record = told.record
    return {
        "outcome": record.outcome if record else None,
        "done": told.is_done,
        "changes": changes_json(record.changes) if record else [],
        "notes": list(record.notes) if record else [],
    }
