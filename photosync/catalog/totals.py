"""The totals of an account in the catalog."""

from __future__ import annotations

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
    fixed: int
    """Files that differ from the delivered bytes, and can be undone."""
    proved: Mapping[Proof, int]
    """How many of the files have each kind of proof; all kinds, in their order."""
    last_started_at: datetime | None
    """When the last run began."""
    last_exit: int | None
    """Its exit status, if it has ended."""
    last_verified_at: datetime | None
    """When a run began that read files of the account again."""
    oldest_reading_at: datetime | None
    """When the run began that read, or else saved, the file that was not read for longest."""


def totals_of(connection: CatalogConnection, account: str) -> AccountTotals:
    """An account's items, and its last run."""
    counts = connection.execute(
        """SELECT count(path), coalesce(sum(stored_size), 0), count(reason), coalesce(sum(state = 'gone'), 0),
                  coalesce(sum(path IS NOT NULL AND stored_sha256 <> delivered_sha256), 0)
           FROM items WHERE account = ?""",
        (account,),
    ).fetchone()
    proofs = connection.execute(
        "SELECT coalesce(proof, 'own'), count(*) FROM items WHERE account = ? AND path IS NOT NULL GROUP BY 1",
        (account,),
    )
    readings = connection.execute(
        """SELECT (SELECT started_at FROM runs WHERE run = last), (SELECT started_at FROM runs WHERE run = oldest)
           FROM (SELECT max(verified_run) AS last, min(coalesce(verified_run, saved_run)) AS oldest
                 FROM items WHERE account = ? AND path IS NOT NULL)""",
        (account,),
    ).fetchone()
    last = "SELECT started_at, exit FROM runs WHERE account = ? ORDER BY run DESC LIMIT 1"
    started_at, exit_status = connection.execute(last, (account,)).fetchone() or (None, None)
    with connection.stored_values():
        proved = dict.fromkeys(Proof, 0) | {Proof(word): count for word, count in proofs}
        last_started_at, *read_at = (each and datetime.fromisoformat(each) for each in (started_at, *readings))
        return AccountTotals(*(*counts, proved, last_started_at, exit_status and Exit(exit_status), *read_at))
