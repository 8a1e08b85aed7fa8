"""The picking sessions of an account that are not ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photosync.api.rows import Row, Rows

if TYPE_CHECKING:
    from photosync.api.account_base import AccountBase


class Sessions:
    """`account.sessions` (Google Photos). What `photosync session … --json` prints."""

    def __init__(self, account: AccountBase) -> None:
        self._account = account

    def list(self) -> Rows:
        """The sessions that are open, or of which not all items are here."""
        from photosync.jobs.sessions import session_json, sessions_of

        with self._account.opened() as account:
            return [session_json(account.name, each) for each in sessions_of(account)]

    def show(self, session: str) -> Row:
        """One session, with the address where to pick as long as it is open."""
        from photosync.jobs.sessions import session_json, session_of

        with self._account.opened() as account:
            return session_json(account.name, session_of(account, session))

    def delete(self, session: str, *, dry_run: bool = False) -> Row:
        """End a session. What was picked in it and is not here has to be picked again."""
        from photosync.jobs.sessions import deleted_json, picking_of, session_of

        with self._account.opened() as account:
            found = session_of(account, session)
            if not dry_run:
                picking_of(account).end_picking(session)
            return deleted_json(account.name, found, dry_run=dry_run)
