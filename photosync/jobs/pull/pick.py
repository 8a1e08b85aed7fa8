"""Picking: a person chooses items in a browser, and a pull downloads them.

A session stays open until all its items are in the library: when a run ends before that, the next one continues with
the session. Only a session without picked items, or one whose items are all saved, is ended.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from photosync import clock
from photosync.errors import CancelledError, Exit, PhotosyncError, SignInError, TemporaryError
from photosync.jobs.grace_period import grace_period
from photosync.jobs.report import Summary
from photosync.model import Collection
from photosync.provider import Interaction, PickingSession, SupportsPicking

PullSessions = Callable[[tuple[Collection, ...]], Summary]
"""Pulls the items of these sessions. An error that ends the pull is in the summary."""


@dataclass(frozen=True, slots=True)
class PickOptions:
    """The options of a pick."""

    most: int | None = None
    """The maximum number of items that can be picked."""
    timeout: timedelta | None = None
    """The maximum time to wait for the person, if shorter than the service's."""
    keep_session: bool = False
    """Do not end the session when all items are saved."""


@dataclass(slots=True)
class Pick:
    """One run for one account."""

    account: str
    provider: SupportsPicking
    person: Interaction
    pull: PullSessions
    cancel: threading.Event
    options: PickOptions
    _unpicked: list[PickingSession] = field(default_factory=list, init=False)
    _lost: int = field(default=0, init=False)

    def run(self) -> Summary:
        """Pull the items of earlier picks. If there are none, let the person pick."""
        summary = self._pull_earlier()
        if summary is not None and (summary.saved or summary.exit not in (Exit.OK, Exit.PARTIAL)):
            return summary
        if self._lost:
            self.person.show("An earlier pick is over at the service; what it did not bring has to be picked again.")
        self._wait_for(self._open_session())
        unpicked = {each.id for each in self._unpicked}
        return self._pull_all([each for each in self.provider.unfinished() if each.id not in unpicked])

    def resume(self) -> Summary | None:
        """Pull the items of earlier picks, without waiting for a person. None: there are none."""
        summary = self._pull_earlier()
        if summary is None and self._unpicked:
            raise self._person_needed("a picking session is open, and nobody has picked yet")
        if summary is None and self._lost:
            raise self._person_needed("an earlier pick is over at the service, and not all of it was brought")
        return summary

    # Sessions

    def _pull_earlier(self) -> Summary | None:
        picked = []
        for session in self.provider.unfinished():
            state = self.provider.picking(session.id)
            if state is None:
                self._lost += 1
            elif state.is_done:
                picked.append(session)
            else:
                self._unpicked.append(state)
        if not picked:
            return None
        self.person.show("Going on with what was picked earlier.")
        return self._pull_all(picked)

    def _open_session(self) -> PickingSession:
        """An unused session of an earlier run, or a new one. Others are ended: the service limits their number."""
        with self._ended_by_interruption(self._unpicked):
            for stale in self._unpicked[:] if self.options.most is not None else self._unpicked[1:]:
                self._end(stale.id)
        if not self._unpicked:
            self._unpicked.append(self.provider.begin_picking(self.options.most))
        return self._unpicked[0]

    def _wait_for(self, session: PickingSession) -> None:
        """Wait until the person has picked. Raises `SignInError` after the time limit."""
        with self._ended_by_interruption([session]):
            task = "choose photos and videos, then press Done"
            self.person.show_link(session.link, task, qr_code=True, browser_url=session.browser_link)
            if not self._is_picked_in_time(session):
                self._end(session.id)
                raise self._person_needed("nobody has picked in time")
        self._forget(session.id)

    def _is_picked_in_time(self, session: PickingSession) -> bool:
        limit = self.options.timeout
        closes_in_s = min(session.closes_in_s, limit.total_seconds()) if limit is not None else session.closes_in_s
        end = clock.monotonic() + closes_in_s
        state, failure = session, None
        while True:
            if self.cancel.wait(clock.real_s(max(0.0, min(state.poll_every_s, end - clock.monotonic())))):
                raise CancelledError("interrupted; nothing was picked yet")
            try:
                state, failure = self._state(session), None
            except TemporaryError as error:
                failure = error  # the person may be picking at the same time
            if state.is_done:
                return True
            if clock.monotonic() >= end or state.closes_in_s <= 0:
                if failure is not None:
                    raise failure
                return False

    def _state(self, session: PickingSession) -> PickingSession:
        state = self.provider.picking(session.id)
        if state is None:
            self._unpicked.clear()
            raise self._person_needed("the picking session has ended at the service")
        return state

    @contextmanager
    def _ended_by_interruption(self, sessions: Sequence[PickingSession]) -> Iterator[None]:
        """End the sessions if the run is interrupted before items are picked."""
        try:
            yield
        except (CancelledError, KeyboardInterrupt):
            self.cancel.set()  # not set yet after a `KeyboardInterrupt`
            with grace_period(self.cancel), suppress(PhotosyncError):
                for session in list(sessions):
                    self.provider.end_picking(session.id)
            raise

    def _end(self, session_id: str) -> None:
        self.provider.end_picking(session_id)
        self._forget(session_id)

    def _forget(self, session_id: str) -> None:
        self._unpicked = [each for each in self._unpicked if each.id != session_id]

    # Picked items

    def _pull_all(self, sessions: Sequence[Collection]) -> Summary:
        summary = self.pull(tuple(sessions))
        if summary.dry_run:
            self.person.show(f"What was picked waits: photosync pick {self.account} brings it.")
        elif summary.exit is Exit.OK and summary.complete:
            if summary.saved:
                self.person.show(self.provider.caveat())
            if not self.options.keep_session:
                self._finish(sessions)
        elif summary.exit is not Exit.AUTH:
            self.person.show(
                f"Not everything that was picked is here yet. Go on with: photosync pick {self.account} --resume"
            )
        return summary

    def _finish(self, sessions: Sequence[Collection]) -> None:
        """End the sessions: all items are saved. A failure is ignored: the next run ends the session."""
        with suppress(TemporaryError):
            for session in sessions:
                self.provider.end_picking(session.id)

    def _person_needed(self, why: str) -> SignInError:
        return SignInError(f"account '{self.account}': {why}. Pick with: photosync pick {self.account}")
