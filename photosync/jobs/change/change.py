"""Carries out one action for many targets: batch by batch, each one in the catalog's journal before it is sent.

What an action does, and what must be true before, is in the modules next to this one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from photosync import clock
from photosync.catalog import Catalog
from photosync.errors import Exit, ItemError, PhotosyncError
from photosync.jobs.account import Account
from photosync.jobs.change.summary import ChangeSummary
from photosync.jobs.report import ItemFailure
from photosync.model import Item


@dataclass(frozen=True, slots=True)
class Target:
    """An item, folder or album that is to be changed."""

    id: str
    name: str
    item: Item | None = None
    """The item as the service describes it now; None for what is no item, or is known by its id alone."""
    is_folder: bool = False
    refusal: ItemError | None = None
    """Why nothing can be sent for it."""
    is_done: bool = False
    """It is already as the user wants it."""


class Action(Protocol):
    """What a command changes. Its methods are called in the order in which they stand here, for each batch."""

    @property
    def word(self) -> str:
        """The word of the command, for the journal and JSON: `trash`."""

    @property
    def detail(self) -> str:
        """What else belongs to the change, such as a new name; empty for nothing. For the journal."""

    @property
    def batch(self) -> int:
        """The number of targets that are sent together."""

    def refusal(self, target: Target) -> ItemError | None:
        """Why this target must not be changed; asked immediately before it is sent."""

    def send(self, targets: Sequence[Target]) -> Mapping[str, ItemError]:
        """Change them at the service, and see that it is so. Returns the refusals by id."""

    def record(self, targets: Sequence[Target]) -> None:
        """Keep the catalog's items as the service has them now; in the transaction of the journal."""


class Result(StrEnum):
    """How it ended for one target."""

    CHANGED = "changed"
    WOULD_CHANGE = "would_change"
    """In a dry run."""
    UNCHANGED = "unchanged"
    """It was so already."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one target."""

    target: Target
    result: Result
    error: ItemError | None = None

    def as_json(self, account: str, action: str, id_: str) -> dict[str, object]:
        """The object of the command line's contract. `id_`: of the target, which may have got it just now."""
        return {
            "account": account,
            "id": id_,
            "name": self.target.name,
            "action": action,
            "result": self.result.value,
            "reason": self.error.reason.value if self.error else None,
            "error": str(self.error) if self.error else None,
        }


def count_outcome(summary: ChangeSummary, outcome: Outcome) -> None:
    """Count what became of a target."""
    if outcome.error is not None:
        target, error = outcome.target, outcome.error
        summary.add_failure(ItemFailure(target.id, target.name, error.reason.value, str(error)))
    elif outcome.result is Result.UNCHANGED:
        summary.unchanged += 1
    else:
        summary.changed += 1


class Change:
    """One run of one action. Iterate over `outcomes`, then read `summary`."""

    def __init__(
        self, account: Account, catalog: Catalog, command: str, action: Action, targets: Sequence[Target]
    ) -> None:
        """`command`: as the user wrote it, `album add`."""
        self._account = account
        self._catalog = catalog
        self.action = action
        self.targets = targets
        self.summary = ChangeSummary(command, account.name, selected=len(targets))

    def outcomes(self, *, dry_run: bool = False) -> Iterator[Outcome]:
        """Change the targets, and yield what became of each. In a dry run, nothing is sent or written.

        An error that ends the run early is in the summary, with the number of targets that are left.
        """
        summary, started = self.summary, time.monotonic()
        summary.dry_run = dry_run
        run = 0 if dry_run else self._catalog.begin_run(summary.command, self._account.name)
        error: PhotosyncError | None = None
        try:
            for first in range(0, len(self.targets), self.action.batch):
                clock.check(self._account.cancel)
                together = self.targets[first : first + self.action.batch]
                for outcome in self._some(together, run):
                    count_outcome(self.summary, outcome)
                    yield outcome
        except PhotosyncError as raised:
            error = raised
        finally:
            self._end(error, time.monotonic() - started)
            if run:
                self._catalog.end_run(run, summary.exit, json.dumps(summary.as_json()))

    def _some(self, targets: Sequence[Target], run: int) -> Iterator[Outcome]:
        """The outcomes of one batch; it is sent after all of it was checked."""
        allowed: list[Target] = []
        if run and (done := [target for target in targets if target.is_done]):
            with self._catalog.transaction():  # it may have been done by a run that was killed then
                self.action.record(done)
        for target in targets:
            if target.is_done:
                yield Outcome(target, Result.UNCHANGED)
            elif refusal := target.refusal or self.action.refusal(target):
                yield Outcome(target, Result.FAILED, refusal)
            else:
                allowed.append(target)
        if not run:
            yield from (Outcome(target, Result.WOULD_CHANGE) for target in allowed)
        elif allowed:
            yield from self._sent(allowed, run)

    def _sent(self, targets: Sequence[Target], run: int) -> Iterator[Outcome]:
        changes, action, account = self._catalog.changes, self.action.word, self._account.name
        ids = [target.id for target in targets]
        with self._catalog.transaction():
            changes.begin(run=run, account=account, ids=ids, action=action, detail=self.action.detail)
        refusals = self.action.send(targets)
        done = [target for target in targets if target.id not in refusals]
        with self._catalog.transaction():
            changes.withdraw(run=run, account=account, ids=refusals, action=action)
            changes.confirm(run=run, account=account, ids=[target.id for target in done], action=action)
            self.action.record(done)
        yield from (Outcome(target, Result.CHANGED) for target in done)
        failed = (target for target in targets if target.id in refusals)
        yield from (Outcome(target, Result.FAILED, refusals[target.id]) for target in failed)

    def _end(self, error: PhotosyncError | None, seconds: float) -> None:
        summary = self.summary
        summary.left = summary.selected - summary.changed - summary.unchanged - summary.failed
        partial = [Exit.PARTIAL] if summary.failed else []
        summary.exit = Exit.worst([Exit.OK, *partial, *([error.exit] if error else [])])
        summary.message, summary.error = str(error) if error else None, error
        summary.seconds = seconds
        summary.requests = sum(session.requests for session in self._account.sessions)
        summary.retries = sum(session.retries for session in self._account.sessions)
