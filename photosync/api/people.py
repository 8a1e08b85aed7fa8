"""The people whom a service recognises: what a user asks for, and the calls of a program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from photosync.api.change import AskedChange, Changed
from photosync.api.keywords import several_texts
from photosync.api.rows import Rows

if TYPE_CHECKING:
    from photosync.api.account_base import AccountBase
    from photosync.catalog import Catalog
    from photosync.jobs.account import Account
    from photosync.jobs.change.change import Action, Target
    from photosync.jobs.change.people import CoverPerson, MergePeople, NamePerson
    from photosync.library import Library


def name(person: str, new_name: str) -> AskedChange:
    """A person gets a name."""
    from photosync.jobs.change.people import NamePerson

    return _changing([person], lambda opened: NamePerson(opened, new_name))


def merge(persons: Sequence[str], common_name: str | None) -> AskedChange:
    """Several people become one."""
    from photosync.jobs.change.people import MergePeople

    return _changing(persons, lambda opened: MergePeople(opened, common_name))


def cover(person: str, item: str) -> AskedChange:
    """A person gets a picture."""
    from photosync.jobs.change.people import CoverPerson

    return _changing([person], lambda opened: CoverPerson(opened, item))


def _changing(texts: Sequence[str], made: Callable[[Account], NamePerson | MergePeople | CoverPerson]) -> AskedChange:
    from photosync.jobs.change.people import people_of

    def prepare(opened: Account, _library: Library, _catalog: Catalog) -> tuple[Action, list[Target]]:
        action = made(opened)
        return action, action.targets(texts)

    return AskedChange(people_of, prepare)


class People:
    """`account.people`. A person is named by the id or the whole name. No photo is changed."""

    def __init__(self, account: AccountBase) -> None:
        self._account = account

    def list(self) -> Rows:
        """The people, also those without a name: what `photosync people list --json` prints."""
        from photosync.jobs.change.people import people_of, person_json

        with self._account.opened() as account:
            return [person_json(self._account.name, each) for each in people_of(account).everybody()]

    def name(self, person: str, new_name: str, *, dry_run: bool = False) -> Changed:
        """Give a person a name."""
        return self._account.carry_out("people name", name(person, new_name), dry_run=dry_run)

    def merge(self, persons: Iterable[str], name: str | None = None, *, dry_run: bool = False) -> Changed:
        """Make one person of several; it cannot be undone. `name`: if not all of them have the same."""
        asked = merge(several_texts("persons", persons), name)
        return self._account.carry_out("people merge", asked, dry_run=dry_run)

    def cover(self, person: str, item: str, *, dry_run: bool = False) -> Changed:
        """Choose the picture of a person: the id of an item."""
        return self._account.carry_out("people cover", cover(person, item), dry_run=dry_run)
