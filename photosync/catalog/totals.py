"""The totals of an account in the catalog."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from photosync.catalog.connection import CatalogConnection
from photosync.errors import Exit
from photosync.model import Proof


@dataclass(frozen=True, slots=True)
class AccountTotals:
    """The totals of an account."""

    items: int
    """Items with a saved file."""
    size_bytes: int
    failed: int
    """Items whose last download failed."""
    gone: int
    offsite: int
    """Items whose file only copies of the library have."""
    offsite_bytes: int
    fixed: int
    """Files that differ from the delivered bytes, and can be undone."""
    proved: Mapping[Proof, int]
    """How many of the files have each kind of proof; all kinds, in their order."""
    last_started_at: datetime | None
    """When the last run began."""
    last_exit: int | None
    """Its exit status, if it has ended."""
    last_command: str | None
    last_message: str | None
    """Why it ended early, for a person."""
    last_good_at: datetime | None
    """When the last run ended that brought all: a pull or pick, or a push where nothing is ever brought."""
    last_transfer_exit: int | None
    """The exit status of the last such run, good or not; None: it has not ended, or there was none."""
    last_verified_at: datetime | None
    """When a run began that read files of the account again."""
    oldest_reading_at: datetime | None
    """When the run began that read, or else saved, the file that was not read for longest."""


_PROOFS = ", ".join(f"count(*) FILTER (WHERE path IS NOT NULL AND coalesce(proof, 'own') = '{each}')" for each in Proof)
_ITEMS = f"""
    SELECT count(path), coalesce(sum(stored_size) FILTER (WHERE path IS NOT NULL), 0),
        count(reason), coalesce(sum(state = 'gone'), 0),
        count(offsite_path), coalesce(sum(stored_size) FILTER (WHERE offsite_path IS NOT NULL), 0),
        coalesce(sum(path IS NOT NULL AND stored_sha256 <> delivered_sha256), 0),
        max(verified_run) FILTER (WHERE path IS NOT NULL),
        min(coalesce(verified_run, saved_run)) FILTER (WHERE path IS NOT NULL), {_PROOFS}
    FROM items WHERE account = ?"""  # noqa: S608 - our own words
"""All in one, since reading the table takes most of the time."""


def totals_of(connection: CatalogConnection, account: str) -> AccountTotals:
    """An account's items, and its last run."""
    row = connection.execute(_ITEMS, (account,)).fetchone()
    runs_read, proved = row[7:9], dict(zip(Proof, row[9:], strict=True))
    items, size_bytes, failed, gone, offsite, offsite_bytes, fixed = row[:7]
    last = "SELECT started_at, exit, command, summary FROM runs WHERE account = ? ORDER BY run DESC LIMIT 1"
    last_started, last_exit, command, summary = connection.execute(last, (account,)).fetchone() or (None,) * 4
    started = "SELECT (SELECT started_at FROM runs WHERE run = ?), (SELECT started_at FROM runs WHERE run = ?)"
    readings = connection.execute(started, runs_read).fetchone()
    good, transfer_exit = _transfers(connection, account)
    with connection.stored_values():
        if sum(proved.values()) != row[0]:
            raise ValueError("a file with an unknown kind of proof")
        times = (each and datetime.fromisoformat(each) for each in (last_started, good, *readings))
        last_started_at, last_good_at, last_verified_at, oldest_reading_at = times
        return AccountTotals(
            items=items,
            size_bytes=size_bytes,
            failed=failed,
            gone=gone,
            offsite=offsite,
            offsite_bytes=offsite_bytes,
            fixed=fixed,
            proved=proved,
            last_started_at=last_started_at,
            last_exit=last_exit and Exit(last_exit),
            last_command=command,
            last_message=json.loads(summary).get("message") if summary else None,
            last_good_at=last_good_at,
            last_transfer_exit=transfer_exit and Exit(transfer_exit),
            last_verified_at=last_verified_at,
            oldest_reading_at=oldest_reading_at,
        )


def _transfers(connection: CatalogConnection, account: str) -> tuple[str | None, int | None]:
    """When the last good transfer ended, and the exit status of the last transfer."""
    for command in ("command IN ('pull', 'pick')", "command = 'push'"):
        runs = f"FROM runs WHERE account = ? AND {command}"
        last = connection.execute(f"SELECT exit {runs} ORDER BY run DESC LIMIT 1", (account,)).fetchone()
        if last is not None:
            ended = f"SELECT coalesce(ended_at, started_at) {runs} AND exit = 0 ORDER BY run DESC LIMIT 1"
            good = connection.execute(ended, (account,)).fetchone()
            return good and good[0], last[0]
    return None, None
