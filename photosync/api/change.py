"""A change at a service: what a user asks for, as the commands and the calls of a program share it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Protocol

from photosync.api.selection import AskedSelection, checked_selection, selection_of
from photosync.characters import is_utf_8
from photosync.errors import UsageError

if TYPE_CHECKING:
    from photosync.catalog import Catalog
    from photosync.jobs.account import Account
    from photosync.jobs.change.change import Action, Change, Target
    from photosync.jobs.change.summary import ChangeSummary
    from photosync.jobs.change.wanted import Wanted
    from photosync.library import Library

    Prepare = Callable[[Account, Library, Catalog], tuple[Action, Sequence[Target]]]

    class OfItems(Action, Protocol):
        """An action for items."""

        def targets(self, wanted: Wanted) -> Sequence[Target]:
            """What the user named, as the service has it."""


@dataclass(frozen=True, slots=True)
class AskedChange:
    """What a user asks for. Nothing has been sent yet."""

    check: Callable[[Account], object]
    """Raises `UsageError` for what the account cannot do, before anything is sent."""
    prepare: Prepare
    """Says what is to be done, and may ask the service."""
    shown_id: Callable[[Target], str] = lambda target: target.id
    """The id of what had none before."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of a change."""

    summary: ChangeSummary
    results: Sequence[Mapping[str, object]] = field(repr=False)
    """What the command prints with `--json`: an object for each item, folder, album or person."""


@contextmanager
def open_change(
    account: Account, library: Library, command: str, asked: AskedChange, *, dry_run: bool
) -> Iterator[Change]:
    """The change that is asked for, ready to be carried out. `command`: as the user writes it.

    A dry run only reads the catalog. Where there is no library, it is made after the user's mistakes were found.
    """
    from photosync.api.opening import open_catalog, open_catalog_to_write
    from photosync.jobs.change.change import Change

    asked.check(account)
    with ExitStack() as stack:
        may_write = library.exists and not dry_run
        catalog = stack.enter_context((open_catalog_to_write if may_write else open_catalog)(library))
        action, targets = asked.prepare(account, library, catalog)
        journal = catalog if may_write or dry_run else stack.enter_context(open_catalog_to_write(library))
        yield Change(account, journal, command, action, targets)


def is_selection(options: AskedSelection) -> bool:
    """Whether the user selected anything by an option."""
    return any(getattr(options, each.name) for each in fields(options))


def checked_ids(ids: Iterable[str]) -> list[str]:
    """The ids, each once. Raises `UsageError` for what cannot be one."""
    named = list(dict.fromkeys(ids))
    wrong = next((each for each in named if not (each.strip() and is_utf_8(each))), None)
    if wrong is not None:
        raise UsageError(f"'{wrong}': this is no id")
    return named


def wanted_items(ids: Iterable[str] | None, options: AskedSelection) -> Callable[[Account], Wanted]:
    """What the user named at the service, for an account: ids, or a selection where `ids` is None.

    Raises `UsageError`, too when it is called.
    """
    if (ids is None) != is_selection(options):
        raise UsageError(
            "say what is meant: ids (or - for those on standard input), or a selection such as --year 2019"
        )
    selection_of(options)
    named = None if ids is None else checked_ids(ids)

    def of(account: Account) -> Wanted:
        from photosync.jobs.change.wanted import Wanted

        return Wanted(named) if named is not None else Wanted(None, *checked_selection(options, account))

    return of


def changing_items(make: Callable[[Account, Catalog], OfItems], wanted: Callable[[Account], Wanted]) -> Prepare:
    """For `AskedChange`: the action that `make` gives, for what the user named."""

    def prepare(opened: Account, _library: Library, catalog: Catalog) -> tuple[Action, Sequence[Target]]:
        action = make(opened, catalog)
        return action, action.targets(wanted(opened))

    return prepare
