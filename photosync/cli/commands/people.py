"""`people`: the commands about the people whom a service recognises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from photosync.cli.change import ChangeRun
from photosync.cli.command import command
from photosync.cli.options import AccountName, ChangeOptions, GeneralOptions
from photosync.cli.output import print_json, print_table
from photosync.errors import Exit

if TYPE_CHECKING:
    from photosync.catalog import Catalog
    from photosync.jobs.account import Account
    from photosync.jobs.change.change import Action, Target
    from photosync.jobs.change.people import CoverPerson, MergePeople, NamePerson
    from photosync.library import Library

    Prepare = Callable[[Account, Library, Catalog], tuple[Action, Sequence[Target]]]

people = typer.Typer(
    help="The people whom a service recognises: list, name, merge them. No photo is changed.", rich_markup_mode=None
)

Person = Annotated[str, Argument(metavar="PERSON", help="The id, or the whole name.")]


@people.command("list")
@command
def list_people(*, account: AccountName, general: GeneralOptions) -> None:
    """Show the people, also those without a name."""
    from photosync.cli.opening import load_config, open_account
    from photosync.jobs.change.people import people_of

    with open_account(load_config(general).account(account)) as opened:
        everybody = people_of(opened).everybody()
    if general.json:
        for each in everybody:
            row = {"id": each.id, "name": each.name or None, "count": each.count, "cover": each.cover}
            print_json({"account": account, **row})
    else:
        rows = [(each.name or "-", "-" if each.count is None else str(each.count), each.id) for each in everybody]
        print_table(("NAME", "ITEMS", "ID"), rows)


@people.command("name")
@command
def name_person(
    *,
    account: AccountName,
    person: Person,
    name: Annotated[str, Argument(metavar="NAME", help="The new name.")],
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Give a person a name."""
    from photosync.jobs.change.people import NamePerson, people_of

    run = ChangeRun(general, "people name", account, change)
    prepare = _changing([person], lambda opened: NamePerson(opened, name))
    return run.finish("Give this person of {account} another name?", people_of, prepare)


@people.command("merge")
@command
def merge(
    *,
    account: AccountName,
    persons: Annotated[list[str], Argument(metavar="PERSON", help="Two or more: their ids, or their whole names.")],
    name: Annotated[
        str | None, Option("--name", metavar="NAME", help="How they are called, if not all have the same name.")
    ] = None,
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Make one person of several."""
    from photosync.jobs.change.people import MergePeople, people_of

    run = ChangeRun(general, "people merge", account, change)
    prepare = _changing(persons, lambda opened: MergePeople(opened, name))
    return run.finish("Make one person of these in {account}? It cannot be undone.", people_of, prepare)


@people.command("cover")
@command
def cover(
    *,
    account: AccountName,
    person: Person,
    item: Annotated[str, Argument(metavar="ID", help="The id of the item.")],
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Choose the picture of a person."""
    from photosync.jobs.change.people import CoverPerson, people_of

    run = ChangeRun(general, "people cover", account, change)
    prepare = _changing([person], lambda opened: CoverPerson(opened, item))
    return run.finish("Change the picture of this person of {account}?", people_of, prepare)


def _changing(texts: Sequence[str], made: Callable[[Account], NamePerson | MergePeople | CoverPerson]) -> Prepare:
    """For `ChangeRun.finish`: the action, and the people that the user named."""

    def prepare(opened: Account, _library: Library, _catalog: Catalog) -> tuple[Action, list[Target]]:
        action = made(opened)
        return action, action.targets(texts)

    return prepare
