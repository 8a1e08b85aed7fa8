"""`session`: the picking sessions that are not ended."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import Argument

from photosync.cli.change import check_can_confirm
from photosync.cli.command import command
from photosync.cli.options import AccountName, ChangeOptions, GeneralOptions
from photosync.cli.output import print_json, print_line, print_message, print_table
from photosync.cli.terminal import Terminal

session = typer.Typer(help="Picking sessions (Google Photos) that are not ended.", rich_markup_mode=None)

Id = Annotated[str, Argument(metavar="ID", help="The session's id.")]


@session.command("list")
@command
def list_sessions(*, account: AccountName, general: GeneralOptions) -> None:
    """Show the sessions that are open, or of which not all items are here."""
    from photosync.cli.opening import load_config, open_account
    from photosync.jobs.sessions import session_json, sessions_of

    with open_account(load_config(general).account(account)) as opened:
        found = list(sessions_of(opened))
    if general.json:
        for each in found:
            print_json(session_json(account, each))
        return
    print_table(["STATE", "BEGUN", "ID"], [[each.state, each.begun or "-", each.id] for each in found])


@session.command("show")
@command
def show_session(*, account: AccountName, id_: Id, general: GeneralOptions) -> None:
    """Show one session, with the address where to pick as long as it is open."""
    from photosync.cli.opening import load_config, open_account
    from photosync.jobs.sessions import session_json, session_of

    with open_account(load_config(general).account(account)) as opened:
        content = session_json(account, session_of(opened, id_))
    if general.json:
        print_json(content)
        return
    for name, value in content.items():
        print_line(f"{name}: {value or '-'}")


@session.command("delete")
@command
def delete_session(*, account: AccountName, id_: Id, change: ChangeOptions, general: GeneralOptions) -> None:
    """End a session. What was picked in it and is not here has to be picked again."""
    from photosync.cli.opening import load_config, open_account
    from photosync.jobs.sessions import deleted_json, picking_of, session_of

    check_can_confirm(change)
    with open_account(load_config(general).account(account)) as opened:
        found = session_of(opened, id_)
        if not (change.yes or change.dry_run) and not _agrees(f"End the session {id_} ({found.state}) of {account}?"):
            print_message("nothing was changed")
            return
        if not change.dry_run:
            picking_of(opened).end_picking(id_)
    if general.json:
        print_json(deleted_json(account, found, dry_run=change.dry_run))
    elif not general.quiet:
        print_line(f"{'would be ended' if change.dry_run else 'ended'}: {id_}")


def _agrees(question: str) -> bool:
    return (Terminal().ask(f"{question} [y/N]") or "").strip().lower() in ("y", "yes")
