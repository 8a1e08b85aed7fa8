"""Changes of the people whom Amazon Photos recognises.

Facts: protocol notes on Amazon Photos, sections 9 and 10. An answer proves little: the people are listed afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event

from photosync import clock
from photosync.errors import ItemError, Reason
from photosync.model import Collection
from photosync.transport import Answer
from photosync_amazon.api import SERVICE, AmazonApi
from photosync_amazon.changes import DONE, refusal_of
from photosync_amazon.items import anybody_of

_LOOKS = 3
_BETWEEN_LOOKS_S = 1.0


class AmazonPeople:
    """The people of one account."""

    def __init__(self, api: AmazonApi, cancel: Event) -> None:
        self._api = api
        self._cancel = cancel

    def all(self) -> list[Collection]:
        """Everybody, also those without a name, which is empty then."""
        return list(filter(None, map(anybody_of, self._api.aggregation("allPeople"))))

    def name(self, person: Collection, name: str) -> None:
        """Give a person a name."""
        self._settle(
            self._api.name_cluster(person.id, name),
            person,
            lambda people: any(each.id == person.id and each.name == name for each in people),
        )

    def merge(self, people: Sequence[Collection], name: str) -> None:
        """Make one person of several. Which of the ids stays is up to the service."""
        ids = {each.id for each in people}
        self._settle(
            self._api.merge_clusters([each.id for each in people], name),
            people[0],
            lambda now: sum(each.id in ids for each in now) <= 1 and any(each.name == name for each in now),
        )

    def cover(self, person: Collection, item_id: str) -> None:
        """Choose the picture of a person. It may not be listed; then only the answer tells whether it was taken."""
        answer = self._api.cover_cluster(person.id, item_id)
        wanted = (item_id, None) if answer.status in DONE else (item_id,)
        self._settle(
            answer, person, lambda people: any(each.id == person.id and each.cover in wanted for each in people)
        )

    def _settle(self, answer: Answer, person: Collection, is_done: Callable[[Sequence[Collection]], bool]) -> None:
        """Look whether it is done; a refused request may have been the repetition of one that was carried out."""
        if answer.status not in DONE:
            if not is_done(self.all()):
                raise refusal_of(answer, person.name or person.id)
            return
        for look in range(_LOOKS):
            if look:
                clock.wait(self._cancel, _BETWEEN_LOOKS_S)
            if is_done(self.all()):
                return
        raise ItemError(
            f"{person.name or person.id}: {SERVICE} took the request, and does not show the change. Look again later.",
            Reason.NOT_READY,
        )
