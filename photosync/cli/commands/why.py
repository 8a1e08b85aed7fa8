"""`why`: the history of one file or item, for people or as JSON."""

from __future__ import annotations

from photosync import accounts
from photosync.cli import output
from photosync.cli.commands.fix import configured, library_of, settings_by_account
from photosync.cli.general import General
from photosync.jobs.fix.file_owner import Homes
from photosync.jobs.fix.why import Asker, Why
from photosync.library import Layout, UndoRecords
from photosync.metadata import Candidate, Ladder, TimeKind
from photosync.metadata.capture_time.dates import iso_text
from photosync.transport import Redactor


def why(general: General, target: str) -> None:
    """The command."""
    output.set_up_logging(general, Redactor())
    found = configured(general)

    def layout(account: str) -> Layout | None:
        known = found.accounts.get(account) if found else None
        return Layout(known.options.layout or known.provider.facts.layout) if known else None

    state = accounts.state_folder()
    with Homes(library_of(general, found), state, to_change=False) as homes:
        asker = Asker(homes, UndoRecords(state / "undo"), settings_by_account(found), layout)
        for each in asker.ask(target):
            _show(general, each)


def _show(general: General, told: Why) -> None:
    if general.json:
        output.print_json({**_origin_json(told), **_ladder_json(told.ladder), **_done_json(told)})
        return
    for line in (*_origin(told), *_rungs(told.ladder), *_done(told)):
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
    return [*lines, *([f"  lies there because {told.place}"] if told.place else [])]


def _rungs(ladder: Ladder | None) -> list[str]:
    if ladder is None:
        return []
    lines = ["", "times, best first:"]
    for each in ladder.candidates:
        mark = "*" if each == ladder.winner else " "
        doubt = f"  doubted: {each.doubt}" if each.doubt else ""
        lines.append(f" {mark} {each.rank}  {_reading(each):32} {each.kind.value:8} {each.source}{doubt}")
    if not ladder.candidates:
        lines.append("   none")
    lines += [f"offset from UTC: {ladder.offset_source}"] if ladder.offset is not None else []
    return [*lines, *(f"note: {each}" for each in ladder.notes)]


def _done(told: Why) -> list[str]:
    if not told.outcome:
        return []
    lines = ["", told.outcome if told.is_done or not told.changes else "not mended; `photosync fix` would write:"]
    lines += [f"  {each.field}: {each.before or '-'} -> {each.after or '-'}" for each in told.changes]
    known = told.ladder.notes if told.ladder else ()
    return [*lines, *(f"  {each}" for each in told.notes if each not in known)]


def _reading(candidate: Candidate) -> str:
    if candidate.kind is TimeKind.DAY:
        return f"{candidate.reading:%Y-%m-%d}"
    if candidate.kind is TimeKind.INSTANT:
        return f"{candidate.reading.isoformat()}Z"
    return iso_text(candidate.reading, candidate.offset)


def _origin_json(told: Why) -> dict[str, object]:
    entry = told.entry
    content: dict[str, object] = {
        "path": str(told.path) if told.path else None,
        "place": told.place or None,
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


def _ladder_json(ladder: Ladder | None) -> dict[str, object]:
    if ladder is None:
        return {"candidates": []}
    return {
        "candidates": [
            {
                "source": each.source,
                "rank": each.rank,
                "kind": each.kind.value,
                "reading": _reading(each),
                "doubt": each.doubt or None,
                "won": each == ladder.winner,
            }
            for each in ladder.candidates
        ],
        "offset_source": ladder.offset_source or None,
        "folder_time": ladder.folder_time.isoformat() if ladder.folder_time else None,
        "file_time": ladder.file_time.isoformat() if ladder.file_time else None,
    }


def _done_json(told: Why) -> dict[str, object]:
    changes = [{"field": each.field, "before": each.before, "after": each.after} for each in told.changes]
    return {"outcome": told.outcome or None, "done": told.is_done, "changes": changes, "notes": list(told.notes)}
