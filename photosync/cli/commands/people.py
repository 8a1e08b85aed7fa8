"""`people`: the commands about the people whom a service recognises."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import Argument, Option

from photosync.api import people as asked
from photosync.cli.change import ChangeRun
from photosync.cli.command import command
from photosync.cli.options import AccountName, ChangeOptions, GeneralOptions
from photosync.cli.output import print_json, print_table
from photosync.errors import Exit

people = typer.Typer(
    help="The people whom a service recognises: list, name, merge them. No photo is changed.", rich_markup_mode=None
)

Person = Annotated[str, Argument(metavar="PERSON", help="The id, or the whole name.")]


@people.command("list")
@command
def list_people(*, account: AccountName, general: GeneralOptions) -> None:
    """Show the people, also those without a name."""
    from photosync.cli.opening import load_config, open_account
    from photosync.jobs.change.people import people_of, person_json

    with open_account(load_config(general).account(account)) as opened:
        everybody = people_of(opened).everybody()
    if general.json:
        for each in everybody:
            print_json(person_json(account, each))
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
    run = ChangeRun(general, "people name", account, change)
    return run.finish("Give this person of {account} another name?", asked.name(person, name))


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
    run = ChangeRun(general, "people merge", account, change)
    question = "Make one person of these in {account}? It cannot be undone."
    return run.finish(question, asked.merge(persons, name))


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
    run = ChangeRun(general, "people cover", account, change)
    return run.finish("Change the picture of this person of {account}?", asked.cover(person, item))
