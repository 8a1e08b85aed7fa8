"""`remote`: the commands that change single files and folders at a service. They are named by id or path."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from photosync.api import remote as asked
from photosync.cli.change import ChangeRun, quoted
from photosync.cli.command import command
from photosync.cli.commands.trash import EvenIfNotSaved
from photosync.cli.options import AccountName, ChangeOptions, GeneralOptions
from photosync.cli.output import print_error, print_json, print_line, print_message
from photosync.errors import Exit, PhotosyncError, UsageError

if TYPE_CHECKING:
    from photosync.provider import NodeChange

remote = typer.Typer(
    help="Change files and folders at a service: rename, move, overwrite, label, …", rich_markup_mode=None
)

_WHAT = "Its id, or its path such as Pictures/2016/IMG_1.JPG."
One = Annotated[str, Argument(metavar="FILE|FOLDER", help=_WHAT)]
File = Annotated[str, Argument(metavar="FILE", help=_WHAT)]
Several = Annotated[list[str], Argument(metavar="FILE|FOLDER", help=f"{_WHAT} Several can be named.")]
Files = Annotated[list[str], Argument(metavar="FILE", help=f"{_WHAT} Several can be named.")]
Folder = Annotated[str, Argument(metavar="FOLDER", help="The id or path of a folder.")]


@remote.command("mkdir")
@command
def mkdir(
    *,
    account: AccountName,
    paths: Annotated[list[str], Argument(metavar="PATH", help="Such as Pictures/2016; those above it are made too.")],
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Make folders."""
    run = ChangeRun(general, "remote mkdir", account, change)
    return run.finish("Make {what} in {account}?", asked.mkdir(paths))


@remote.command("mv")
@command
def mv(
    *,
    account: AccountName,
    files: Several,
    folder: Folder,
    before: Annotated[
        str | None, Option("--from", metavar="FOLDER", help="Out of this one, for what is in several folders.")
    ] = None,
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Move files and folders into another folder."""
    run = ChangeRun(general, "remote mv", account, change)
    return run.finish(f"Move {{what}} of {{account}} to {quoted(folder)}?", asked.mv(files, folder, before))


@remote.command("link")
@command
def link(
    *, account: AccountName, files: Several, folder: Folder, change: ChangeOptions, general: GeneralOptions
) -> Exit:
    """Put files and folders into one more folder."""
    run = ChangeRun(general, "remote link", account, change)
    return run.finish(f"Put {{what}} of {{account}} into {quoted(folder)} too?", asked.link(files, folder))


@remote.command("unlink")
@command
def unlink(
    *, account: AccountName, files: Several, folder: Folder, change: ChangeOptions, general: GeneralOptions
) -> Exit:
    """Take files and folders out of one of their several folders."""
    run = ChangeRun(general, "remote unlink", account, change)
    return run.finish(f"Take {{what}} of {{account}} out of {quoted(folder)}?", asked.unlink(files, folder))


@remote.command("rename")
@command
def rename(
    *,
    account: AccountName,
    file: One,
    name: Annotated[str, Argument(metavar="NAME", help="The new name, without folders.")],
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Rename a file or folder."""
    run = ChangeRun(general, "remote rename", account, change)
    return run.finish(f"Rename {{what}} of {{account}} to {quoted(name)}?", asked.rename(file, name))


@remote.command("describe")
@command
def describe(
    *,
    account: AccountName,
    file: One,
    text: Annotated[str, Argument(metavar="TEXT", help="The description; '' removes it.")],
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Write the description of a file or folder."""
    run = ChangeRun(general, "remote describe", account, change)
    return run.finish("Replace the description of {what} of {account}?", asked.describe(file, text))


@remote.command("label")
@command
def label(
    *,
    account: AccountName,
    file: One,
    labels: Annotated[list[str] | None, Argument(metavar="LABEL", help="Labels to add.")] = None,
    remove: Annotated[
        list[str] | None, Option("--remove", metavar="LABEL", help="Take this one away; repeatable.")
    ] = None,
    clear: Annotated[bool, Option("--clear", help="Take all others away.")] = False,
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Add labels to a file or folder, or take them away."""
    wanted = asked.label(file, labels or (), remove or (), clear=clear)
    run = ChangeRun(general, "remote label", account, change)
    return run.finish("Change the labels of {what} of {account}?", wanted)


@remote.command("property")
@command
def property_(
    *,
    account: AccountName,
    file: One,
    key: Annotated[str | None, Argument(metavar="KEY", help="Without it, all are shown.")] = None,
    value: Annotated[str | None, Argument(metavar="VALUE", help="Set it to this; without it, it is shown.")] = None,
    delete: Annotated[bool, Option("--delete", help="Delete it.")] = False,
    owner: Annotated[
        str | None,
        Option("--owner", metavar="NAME", help="The client program that has it; else the one that made FILE."),
    ] = None,
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Show, set or delete what client programs keep with a file or folder."""
    if delete and (key is None or value is not None):
        raise UsageError("--delete: name one KEY, without a VALUE")
    if key is None or (value is None and not delete):
        return _show_properties(general, account, file, key, owner)
    run = ChangeRun(general, "remote property", account, change)
    question = f"{'Delete' if delete else 'Set'} the property {quoted(key)} of {{what}} of {{account}}?"
    return run.finish(question, asked.set_property(file, key, value, owner))


def _show_properties(general: GeneralOptions, account: str, file: str, key: str | None, owner: str | None) -> Exit:
    from photosync.cli.opening import load_config, open_account

    with open_account(load_config(general).account(account)) as opened:
        found = asked.properties(opened, file, key, owner)
    for each in found:
        if general.json:
            print_json(each)
        else:
            print_line(f"{each['key']}={each['value']}")
    return Exit.OK


@remote.command("available")
@command
def available(*, account: AccountName, files: Files, change: ChangeOptions, general: GeneralOptions) -> Exit:
    """Make files available that the service takes for unfinished uploads."""
    run = ChangeRun(general, "remote available", account, change)
    return run.finish("Make {what} of {account} available?", asked.available(files))


@remote.command("changes")
@command
def changes(
    *,
    account: AccountName,
    since: Annotated[
        str | None, Option("--since", metavar="CHECKPOINT", help="Only what came after it; without it, everything.")
    ] = None,
    no_purged: Annotated[bool, Option("--no-purged", help="Without what was deleted for good.")] = False,
    general: GeneralOptions,
) -> Exit:
    """Show what was changed at the service, and the checkpoint for the next time. A pull is not affected."""
    from photosync.cli.opening import load_config, open_account
    from photosync.jobs.show import changes_of

    count = 0

    def show(change: NodeChange) -> None:
        nonlocal count
        count += 1
        if general.json:
            print_json({"account": account, **asdict(change)})
        else:
            print_line(f"{change.status:9}  {change.kind or '-':6}  {change.id}  {change.name or '-'}")

    with open_account(load_config(general).account(account)) as opened:
        there, exit_ = changes_of(opened, since, with_purged=not no_purged), Exit.OK
        try:
            there.tell(show)
        except UsageError:
            raise
        except PhotosyncError as error:  # the checkpoint of what came is told all the same
            print_error(str(error))
            exit_ = error.exit
    if general.json:
        told = {"changes": count, "is_everything": there.is_everything, "checkpoint": there.checkpoint}
        print_json({"command": "remote changes", "account": account, **told, "exit": int(exit_)})
    else:
        print_message(f"{account}: {count:,} changes; checkpoint: {there.checkpoint or '-'}")
    return exit_


@remote.command("overwrite")
@command
def overwrite(
    *,
    account: AccountName,
    file: File,
    source: Annotated[
        str, Argument(metavar="PATH", help="The file on this computer with the new content; - is standard input.")
    ],
    even_if_not_saved: EvenIfNotSaved = False,
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Replace the content of a file at the service, if the library is proved to have the old one."""
    run = ChangeRun(general, "remote overwrite", account, change)
    with asked.content_of(sys.stdin.buffer if source == "-" else source) as content:
        wanted = asked.overwrite(file, content, even_if_not_saved=even_if_not_saved)
        return run.finish("Replace the content of {what} of {account}?", wanted)


@remote.command("truncate")
@command
def truncate(
    *,
    account: AccountName,
    files: Files,
    even_if_not_saved: EvenIfNotSaved = False,
    change: ChangeOptions,
    general: GeneralOptions,
) -> Exit:
    """Leave files at the service empty, if the library is proved to have their content."""
    run = ChangeRun(general, "remote truncate", account, change)
    with asked.content_of(None) as empty:
        wanted = asked.truncate(files, empty, even_if_not_saved=even_if_not_saved)
        return run.finish("Remove the content of {what} of {account}?", wanted)
