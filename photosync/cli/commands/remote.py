"""`remote`: the commands that change single files and folders at a service. They are named by id or path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from photosync.cli.change import ChangeRun, quoted
from photosync.cli.command import command
from photosync.cli.commands.trash import EvenIfNotSaved
from photosync.cli.options import AccountName, ChangeOptions, GeneralOptions
from photosync.cli.output import print_json, print_line
from photosync.errors import Exit, UsageError
from photosync.user_folders import expanded

if TYPE_CHECKING:
    from photosync.catalog import Catalog
    from photosync.cli.change import Prepare
    from photosync.jobs.account import Account
    from photosync.jobs.change.change import Action, Target
    from photosync.jobs.change.remote import OfFiles
    from photosync.jobs.push.local_file import LocalFile
    from photosync.library import Library

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
    from photosync.jobs.change import remote as jobs

    def action(opened: Account) -> OfFiles:
        return jobs.MakeFolders(opened, jobs.remote_files_of(opened))

    prepare = _changing(paths, action)
    run = ChangeRun(general, "remote mkdir", account, change)
    return run.finish("Make {what} in {account}?", jobs.remote_files_of, prepare)


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
    from photosync.jobs.change import remote as jobs

    def action(opened: Account) -> OfFiles:
        there = jobs.movable_files_of(opened)
        source = jobs.folder_at(opened, there, before) if before is not None else None
        return jobs.Move(opened, there, jobs.folder_at(opened, there, folder), source)

    prepare = _changing(files, action)
    run = ChangeRun(general, "remote mv", account, change)
    return run.finish(f"Move {{what}} of {{account}} to {quoted(folder)}?", jobs.movable_files_of, prepare)


@remote.command("link")
@command
def link(
    *, account: AccountName, files: Several, folder: Folder, change: ChangeOptions, general: GeneralOptions
) -> Exit:
    """Put files and folders into one more folder."""
    from photosync.jobs.change import remote as jobs

    prepare = _changing(files, partial(jobs.in_folder, jobs.Link, folder))
    run = ChangeRun(general, "remote link", account, change)
    return run.finish(f"Put {{what}} of {{account}} into {quoted(folder)} too?", jobs.movable_files_of, prepare)


@remote.command("unlink")
@command
def unlink(
    *, account: AccountName, files: Several, folder: Folder, change: ChangeOptions, general: GeneralOptions
) -> Exit:
    """Take files and folders out of one of their several folders."""
    from photosync.jobs.change import remote as jobs

    prepare = _changing(files, partial(jobs.in_folder, jobs.Unlink, folder))
    run = ChangeRun(general, "remote unlink", account, change)
    return run.finish(f"Take {{what}} of {{account}} out of {quoted(folder)}?", jobs.movable_files_of, prepare)


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
    from photosync.jobs.change import remote as jobs

    def action(opened: Account) -> OfFiles:
        return jobs.Rename(opened, jobs.remote_files_of(opened), name)

    prepare = _changing([file], action)
    run = ChangeRun(general, "remote rename", account, change)
    return run.finish(f"Rename {{what}} of {{account}} to {quoted(name)}?", jobs.remote_files_of, prepare)


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
    from photosync.jobs.change import remote as jobs

    def action(opened: Account) -> OfFiles:
        return jobs.Describe(opened, jobs.describable_files_of(opened), text)

    prepare = _changing([file], action)
    run = ChangeRun(general, "remote describe", account, change)
    return run.finish("Replace the description of {what} of {account}?", jobs.describable_files_of, prepare)


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
    from photosync.jobs.change import remote as jobs

    if not (labels or remove or clear):
        raise UsageError("say what is to be changed: labels to add, --remove LABEL or --clear")

    def action(opened: Account) -> OfFiles:
        return jobs.Label(opened, jobs.describable_files_of(opened), labels or (), remove or (), clear)

    prepare = _changing([file], action)
    run = ChangeRun(general, "remote label", account, change)
    return run.finish("Change the labels of {what} of {account}?", jobs.describable_files_of, prepare)


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
    from photosync.jobs.change import remote as jobs

    if delete and (key is None or value is not None):
        raise UsageError("--delete: name one KEY, without a VALUE")
    if key is None or (value is None and not delete):
        return _show_properties(general, account, file, key, owner)

    def action(opened: Account) -> OfFiles:
        return jobs.SetProperty(opened, jobs.files_with_properties_of(opened), key, value, owner)

    prepare = _changing([file], action)
    run = ChangeRun(general, "remote property", account, change)
    verb = "Delete" if delete else "Set"
    question = f"{verb} the property {quoted(key)} of {{what}} of {{account}}?"
    return run.finish(question, jobs.files_with_properties_of, prepare)


def _show_properties(general: GeneralOptions, account: str, file: str, key: str | None, owner: str | None) -> Exit:
    from photosync.cli.opening import load_config, open_account
    from photosync.jobs.change import remote as jobs

    with open_account(load_config(general).account(account)) as opened:
        files = jobs.files_with_properties_of(opened)
        found = jobs.file_at(opened, files, file)
        known = files.properties(found, owner)
    if key is not None and key not in known:
        raise UsageError(f"account '{account}': {found.name} has no property '{key}'")
    for each in [key] if key is not None else sorted(known):
        if general.json:
            print_json({"account": account, "id": found.id, "name": found.name, "key": each, "value": known[each]})
        else:
            print_line(f"{each}={known[each]}")
    return Exit.OK


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
    from photosync.jobs.change.remote import replaceable_files_of

    run = ChangeRun(general, "remote overwrite", account, change)
    with _content_of(source) as content:
        prepare = _overwriting("overwrite", [file], content, even_if_not_saved=even_if_not_saved)
        return run.finish("Replace the content of {what} of {account}?", replaceable_files_of, prepare)


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
    from photosync.jobs.change.remote import replaceable_files_of

    run = ChangeRun(general, "remote truncate", account, change)
    with _content_of(None) as content:
        prepare = _overwriting("truncate", files, content, even_if_not_saved=even_if_not_saved)
        return run.finish("Remove the content of {what} of {account}?", replaceable_files_of, prepare)


def _changing(files: Sequence[str], made: Callable[[Account], OfFiles]) -> Prepare:
    """For `ChangeRun.finish`: the action, and what the ids or paths stand for."""

    def prepare(opened: Account, _library: Library, _catalog: Catalog) -> tuple[Action, list[Target]]:
        action = made(opened)
        return action, action.targets(files)

    return prepare


def _overwriting(word: str, files: Sequence[str], content: LocalFile, *, even_if_not_saved: bool) -> Prepare:
    from photosync.jobs.change import remote as jobs
    from photosync.jobs.change.overwrite import Overwrite
    from photosync.jobs.change.saved import SavedItems

    def prepare(opened: Account, library: Library, catalog: Catalog) -> tuple[Action, list[Target]]:
        there = jobs.replaceable_files_of(opened)
        action = Overwrite(opened, there, content, SavedItems(opened, catalog, library), even_if_not_saved, word)
        return action, action.targets(files)

    return prepare


@contextmanager
def _content_of(source: str | None) -> Iterator[LocalFile]:
    """The file of a path, or one with the content of standard input, or an empty one. Raises `UsageError`."""
    import sys
    import tempfile

    from photosync.jobs.push import stream
    from photosync.jobs.push.local_file import LocalFile

    if source is None:
        with tempfile.TemporaryDirectory() as folder:
            empty = Path(folder, "empty")
            empty.touch()
            yield LocalFile(empty)
    elif source == "-":
        path = stream.stored(sys.stdin.buffer, "content")
        try:
            yield LocalFile(path)
        finally:
            stream.remove(path)
    else:
        path = expanded(source)
        try:
            content = LocalFile(path)
        except OSError as error:
            raise UsageError(f"'{path}' cannot be read: {error.strerror}") from error
        yield content
