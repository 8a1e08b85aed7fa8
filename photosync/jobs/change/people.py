"""`people`: those whom a service recognises get names, become one person, and get a picture. No photo is changed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from photosync.errors import ItemError, UsageError
from photosync.jobs.account import Account
from photosync.jobs.change.change import Target
from photosync.model import Collection
from photosync.provider import ChangesPeople


def people_of(account: Account) -> ChangesPeople:
    """The people of the account's service. Raises `UsageError` where they cannot be changed."""
    provider = account.provider
    if not isinstance(provider, ChangesPeople):
        raise UsageError(f"account '{account.name}': {provider.facts.title} has no people that photosync can change")
    return provider


def person_json(account: str, person: Collection) -> dict[str, object]:
    """The object of the command line's contract."""
    return {
        "account": account,
        "id": person.id,
        "name": person.name or None,
        "count": person.count,
        "cover": person.cover,
    }


@dataclass(slots=True)
class _OfPeople(ABC):
    """The common part. The targets are sent in one call."""

    account: Account
    word: str = field(default="", init=False)
    detail: str = field(default="", init=False)
    batch: int = field(default=1, init=False)
    found: dict[str, Collection] = field(default_factory=dict, init=False)

    def targets(self, texts: Sequence[str]) -> list[Target]:
        """The people of these ids or names, each once. Raises `UsageError` unless each is exactly one."""
        everybody = people_of(self.account).everybody()
        people = [self._person(text, everybody) for text in texts]
        self.found = {person.id: person for person in people}
        self.batch = max(len(self.found), 1)
        return [
            Target(person.id, person.name or person.id, is_done=self._is_done(person)) for person in self.found.values()
        ]

    def _person(self, text: str, everybody: Sequence[Collection]) -> Collection:
        where = f"account '{self.account.name}':"
        found = [each for each in everybody if each.id == text] or [each for each in everybody if each.name == text]
        if not found:
            raise UsageError(f"{where} there is no person '{text}'. See: photosync people list {self.account.name}")
        if len(found) > 1:
            ids = ", ".join(each.id for each in found)
            raise UsageError(f"{where} {len(found)} people are called '{text}'. Say who by the id: {ids}")
        return found[0]

    def _is_done(self, _person: Collection) -> bool:
        return False

    def refusal(self, _target: Target) -> ItemError | None:
        """Nothing is lost by it."""
        return None

    def send(self, targets: Sequence[Target]) -> Mapping[str, ItemError]:
        """Change them."""
        try:
            self._change([self.found[target.id] for target in targets])
        except ItemError as error:
            return {target.id: error for target in targets}
        return {}

    @abstractmethod
    def _change(self, people: Sequence[Collection]) -> None:
        """Send the change."""

    def record(self, _targets: Sequence[Target]) -> None:  # noqa: B027 - what all of them need
        """Nothing: the next pull reads who is on which item."""


@dataclass(slots=True)
class NamePerson(_OfPeople):
    """Gives a person a name."""

    name: str

    def __post_init__(self) -> None:
        """Raises `UsageError` for an empty name."""
        self.word, self.detail = "people name", _checked(self.name)

    def _is_done(self, person: Collection) -> bool:
        return person.name == self.name

    def _change(self, people: Sequence[Collection]) -> None:
        people_of(self.account).name_person(people[0], self.name)


@dataclass(slots=True)
class MergePeople(_OfPeople):
    """Makes one person of several."""

    name: str | None
    """None: the only name that they have."""

    def __post_init__(self) -> None:
        """Raises `UsageError` for an empty name."""
        self.word, self.detail = "people merge", "" if self.name is None else _checked(self.name)

    def targets(self, texts: Sequence[str]) -> list[Target]:
        """At least two people. Raises `UsageError` if it is not clear which name they get."""
        targets = _OfPeople.targets(self, texts)
        if len(targets) < 2:
            raise UsageError("one person cannot be merged: name at least two")
        names = {person.name for person in self.found.values() if person.name}
        if self.name is None:
            if len(names) != 1:
                raise UsageError(f"say with --name how they are called: they have {len(names)} names")
            (self.name,) = names
        self.detail = f"{self.name}: {', '.join(self.found)}"
        return targets

    def _change(self, people: Sequence[Collection]) -> None:
        assert self.name is not None, "`targets` has set it"
        people_of(self.account).merge_people(people, self.name)


@dataclass(slots=True)
class CoverPerson(_OfPeople):
    """Chooses the picture of a person."""

    item_id: str

    def __post_init__(self) -> None:
        self.word, self.detail = "people cover", self.item_id

    def _is_done(self, person: Collection) -> bool:
        return person.cover == self.item_id

    def _change(self, people: Sequence[Collection]) -> None:
        people_of(self.account).set_cover(people[0], self.item_id)


def _checked(name: str) -> str:
    if not name.strip():
        raise UsageError("a person has to have a name")
    return name
