"""The picking sessions that are not ended: what is open, what was picked, and ending one by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from photosync.errors import ItemError, Reason, UsageError
from photosync.jobs.account import Account
from photosync.model import Collection
from photosync.provider import SupportsPicking


class SessionState(StrEnum):
    """What became of a session."""

    OPEN = "open"
    """The user has not finished."""
    PICKED = "picked"
    """The user has finished; a pull brings the items."""
    ENDED = "ended"
    """It is over at the service."""


@dataclass(frozen=True, slots=True)
class Session:
    """A picking session."""

    id: str
    begun: str | None
    """When, in words; None for one of another program."""
    state: SessionState
    link: str | None
    """Where the user picks, as long as it is open."""


def sessions_of(account: Account) -> Iterator[Session]:
    """The sessions that have not been ended, the oldest first; each one is asked for at the service."""
    for kept in picking_of(account).unfinished():
        yield _session(account, kept.id, _begun(kept))


def session_of(account: Account, id_: str) -> Session:
    """One session. Raises `ItemError` if there is none of this id."""
    kept = next((_begun(each) for each in picking_of(account).unfinished() if each.id == id_), None)
    found = _session(account, id_, kept)
    if kept is None and found.state is SessionState.ENDED:
        raise ItemError(f"account '{account.name}': there is no picking session {id_}, or it is over", Reason.NOT_FOUND)
    return found


def picking_of(account: Account) -> SupportsPicking:
    """The provider. Raises `UsageError` if there is no picking."""
    provider = account.provider
    if not isinstance(provider, SupportsPicking):
        raise UsageError(f"account '{account.name}': {provider.facts.title} has no picking sessions")
    return provider


def _begun(kept: Collection) -> str:
    return kept.name.removeprefix("picked ")


def _session(account: Account, id_: str, begun: str | None) -> Session:
    state = picking_of(account).picking(id_)
    if state is None:
        return Session(id_, begun, SessionState.ENDED, None)
    if state.is_done:
        return Session(id_, begun, SessionState.PICKED, None)
    return Session(id_, begun, SessionState.OPEN, state.link)


def session_json(account: str, session: Session) -> dict[str, object]:
    """The object of the command line's contract."""
    return {
        "account": account,
        "id": session.id,
        "begun": session.begun,
        "state": session.state.value,
        "link": session.link,
    }


def deleted_json(account: str, session: Session, *, dry_run: bool) -> dict[str, object]:
    """The object of the command line's contract for a session that was ended, or would be."""
    return {**session_json(account, session), "result": "would_delete" if dry_run else "deleted"}
