"""Picking: a person chooses in a browser, and a pull brings what was chosen.

A session lives from its beginning until everything picked in it is in the library: whatever ends a run in between, the
next one goes on with it. Only a session in which nothing was picked, and one that has given all, is ended.

How bringing works is `pull`'s business; whoever starts a pick gives a function that does it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from photosync import clock
from photosync.errors import CancelledError, Exit, PhotosyncError, SignInError, TemporaryError
from photosync.jobs.grace_period import grace_period
from photosync.jobs.report import Summary
from photosync.model import Collection
from photosync.provider import Interaction, PickingSession, SupportsPicking

Bring = Callable[[tuple[Collection, ...]], Summary]
"""Pulls these sessions; what ends it early is in the summary."""


@dataclass(frozen=True, slots=True)
class PickOptions:
    """What a pick is asked to do."""

    most: int | None = None
    """So many items at most can be picked."""
    timeout: timedelta | None = None
    """Wait no longer than this for the person, even if the service would."""
    keep_session: bool = False
    """Do not end the session when all is brought."""


class Pick:
    """One run for one account."""

    def __init__(
        self,
        account: str,
        provider: SupportsPicking,
        person: Interaction,
        bring: Bring,
        cancel: threading.Event,
        options: PickOptions,
    ) -> None:
        self._account = account
        self._provider = provider
        self._person = person
        self._bring = bring
        self._cancel = cancel
        self._options = options
        self._unpicked: list[PickingSession] = []
        self._lost = 0

    def run(self) -> Summary:
        """Go on with what was picked earlier; where nothing of that is left to bring, have the person pick."""
        summary = self._go_on()
        if summary is not None and (summary.saved or summary.exit not in (Exit.OK, Exit.PARTIAL)):
            return summary
        if self._lost:
            self._person.show("An earlier pick is over at the service; what it did not bring has to be picked again.")
        self._wait_for(self._session())
        return self._bring_all([each for each in self._provider.unfinished() if each.id not in self._ids_unpicked()])

    def resume(self) -> Summary | None:
        """Go on with what was picked earlier, and never wait for a person. None: there is nothing to go on with."""
        summary = self._go_on()
        if summary is None and self._unpicked:
            raise self._person_needed("a picking session is open, and nobody has picked yet")
        if summary is None and self._lost:
            raise self._person_needed("an earlier pick is over at the service, and not all of it was brought")
        return summary

    # Sessions

    def _go_on(self) -> Summary | None:
        picked = []
        for session in self._provider.unfinished():
            state = self._provider.picking(session.id)
            if state is None:
                self._lost += 1
            elif state.is_done:
                picked.append(session)
            else:
                self._unpicked.append(state)
        if not picked:
            return None
        self._person.show("Going on with what was picked earlier.")
        return self._bring_all(picked)

    def _session(self) -> PickingSession:
        """One that an earlier run has opened and nobody has used serves as well; too many are refused."""
        with self._ended_by_interruption(self._unpicked):
            for stale in self._unpicked[:] if self._options.most is not None else self._unpicked[1:]:
                self._end(stale.id)
        return self._unpicked[0] if self._unpicked else self._begun()

    def _begun(self) -> PickingSession:
        session = self._provider.begin_picking(self._options.most)
        self._unpicked.append(session)
        return session

    def _wait_for(self, session: PickingSession) -> None:
        """Until the person has picked. Raises `SignInError` when nobody did."""
        with self._ended_by_interruption([session]):
            self._person.show_link(
                session.link,
                "choose photos and videos, then press Done",
                qr_code=True,
                browser_url=session.browser_link,
            )
            if not self._is_picked_in_time(session):
                self._end(session.id)
                raise self._person_needed("nobody has picked in time")
        self._unpicked = [each for each in self._unpicked if each.id != session.id]

    def _is_picked_in_time(self, session: PickingSession) -> bool:
        limit = self._options.timeout
        closes_in_s = min(session.closes_in_s, limit.total_seconds()) if limit is not None else session.closes_in_s
        end = clock.monotonic() + closes_in_s
        state, trouble = session, None
        while True:
            if self._cancel.wait(clock.real_s(max(0.0, min(state.poll_every_s, end - clock.monotonic())))):
                raise CancelledError("interrupted; nothing was picked yet")
            try:
                state, trouble = self._looked_at(session), None
            except TemporaryError as error:
                trouble = error  # the person may be picking all the while
            if state.is_done:
                return True
            if clock.monotonic() >= end or state.closes_in_s <= 0:
                if trouble is not None:
                    raise trouble
                return False

    def _looked_at(self, session: PickingSession) -> PickingSession:
        state = self._provider.picking(session.id)
        if state is None:
            self._unpicked.clear()
            raise self._person_needed("the picking session has ended at the service")
        return state

    @contextmanager
    def _ended_by_interruption(self, sessions: Sequence[PickingSession]) -> Iterator[None]:
        """A run that ends while nothing is picked leaves no session behind."""
        try:
            yield
        except (CancelledError, KeyboardInterrupt):
            self._end_quickly(list(sessions))
            raise

    def _end_quickly(self, sessions: Sequence[PickingSession]) -> None:
        self._cancel.set()  # a keyboard may have interrupted before anybody else did
        with grace_period(self._cancel), suppress(PhotosyncError):
            for session in sessions:
                self._provider.end_picking(session.id)

    def _end(self, session_id: str) -> None:
        self._provider.end_picking(session_id)
        self._unpicked = [each for each in self._unpicked if each.id != session_id]

    def _ids_unpicked(self) -> set[str]:
        return {each.id for each in self._unpicked}

    # What was picked

    def _bring_all(self, sessions: Sequence[Collection]) -> Summary:
        summary = self._bring(tuple(sessions))
        if summary.dry_run:
            self._person.show(f"What was picked waits: photosync pick {self._account} brings it.")
        elif summary.exit is Exit.OK and summary.complete:
            if summary.saved:
                self._person.show(self._provider.caveat())
            if not self._options.keep_session:
                self._finish(sessions)
        elif summary.exit is not Exit.AUTH:
            self._person.show(
                f"Not everything that was picked is here yet. Go on with: photosync pick {self._account} --resume"
            )
        return summary

    def _finish(self, sessions: Sequence[Collection]) -> None:
        """All is here. A session that cannot be ended now is no failure: the next run ends it."""
        with suppress(TemporaryError):
            for session in sessions:
                self._provider.end_picking(session.id)

    def _person_needed(self, why: str) -> SignInError:
        return SignInError(f"account '{self._account}': {why}. Pick with: photosync pick {self._account}")
