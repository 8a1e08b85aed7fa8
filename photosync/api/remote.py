"""Single files and folders at a service: what a user asks for, and the calls of a program."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from photosync.api.change import AskedChange, Changed
from photosync.api.keywords import several_texts
from photosync.api.rows import Rows
from photosync.errors import UsageError
from photosync.user_folders import expanded

if TYPE_CHECKING:
    from photosync.api.account_base import AccountBase
    from photosync.catalog import Catalog
    from photosync.jobs.account import Account
    from photosync.jobs.change.change import Action, Target
    from photosync.jobs.change.remote import OfFiles
    from photosync.jobs.push.local_file import LocalFile
    from photosync.library import Library


def mkdir(paths: Sequence[str]) -> AskedChange:
    """Folders are made."""
    from photosync.jobs.change import remote as jobs
    from photosync.jobs.change import remote_files as files_of

    ids: dict[str, str] = {}

    def action(opened: Account) -> OfFiles:
        return jobs.MakeFolders(opened, files_of.remote_files_of(opened), ids)

    asked = _changing(files_of.remote_files_of, paths, action)
    return replace(asked, shown_id=lambda target: ids.get(target.id, target.id))


def mv(files: Sequence[str], folder: str, before: str | None) -> AskedChange:
    """Files and folders go into another folder; `before`: the one they are taken out of, if they are in several."""
    from photosync.jobs.change import remote as jobs
    from photosync.jobs.change import remote_files as files_of

    def action(opened: Account) -> OfFiles:
        there = files_of.movable_files_of(opened)
        source = jobs.folder_at(opened, there, before) if before is not None else None
        return jobs.Move(opened, there, jobs.folder_at(opened, there, folder), source)

    return _changing(files_of.movable_files_of, files, action)


def link(files: Sequence[str], folder: str) -> AskedChange:
    """Files and folders are put into one more folder."""
    from photosync.jobs.change import remote as jobs
    from photosync.jobs.change import remote_files as files_of

    return _changing(files_of.movable_files_of, files, partial(jobs.in_folder, jobs.Link, folder))


def unlink(files: Sequence[str], folder: str) -> AskedChange:
    """Files and folders are taken out of one of their several folders."""
    from photosync.jobs.change import remote as jobs
    from photosync.jobs.change import remote_files as files_of

    return _changing(files_of.movable_files_of, files, partial(jobs.in_folder, jobs.Unlink, folder))


def rename(file: str, name: str) -> AskedChange:
    """A file or folder gets another name."""
    from photosync.jobs.change import remote as jobs
    from photosync.jobs.change import remote_files as files_of

    return _changing(
        files_of.remote_files_of, [file], lambda opened: jobs.Rename(opened, files_of.remote_files_of(opened), name)
    )


def describe(file: str, text: str) -> AskedChange:
    """A file or folder gets a description."""
    from photosync.jobs.change import remote as jobs
    from photosync.jobs.change import remote_files as files_of

    def action(opened: Account) -> OfFiles:
        return jobs.Describe(opened, files_of.describable_files_of(opened), text)

    return _changing(files_of.describable_files_of, [file], action)


def label(file: str, add: Sequence[str], remove: Sequence[str], *, clear: bool) -> AskedChange:
    """A file or folder gets labels, and loses others. Raises `UsageError`."""
    from photosync.jobs.change import remote as jobs
    from photosync.jobs.change import remote_files as files_of

    if not (add or remove or clear):
        raise UsageError("say what is to be changed: labels to add, --remove LABEL or --clear")

    def action(opened: Account) -> OfFiles:
        return jobs.Label(opened, files_of.describable_files_of(opened), add, remove, clear)

    return _changing(files_of.describable_files_of, [file], action)


def available(files: Sequence[str]) -> AskedChange:
    """Files are made available whose upload has not ended."""
    from photosync.jobs.change import remote as jobs
    from photosync.jobs.change import remote_files as files_of

    check = files_of.unfinished_files_of
    return _changing(check, files, lambda opened: jobs.MakeAvailable(opened, check(opened)))


def set_property(file: str, key: str, value: str | None, owner: str | None) -> AskedChange:
    """A property is set, or deleted where `value` is None."""
    from photosync.jobs.change import remote as jobs
    from photosync.jobs.change import remote_files as files_of

    def action(opened: Account) -> OfFiles:
        return jobs.SetProperty(opened, files_of.files_with_properties_of(opened), key, value, owner)

    return _changing(files_of.files_with_properties_of, [file], action)


def properties(opened: Account, file: str, key: str | None, owner: str | None) -> list[dict[str, object]]:
    """The properties of a file or folder, or the one called `key`. Raises `UsageError` if there is none."""
    from photosync.jobs.change import remote as jobs
    from photosync.jobs.change import remote_files as files_of

    files = files_of.files_with_properties_of(opened)
    found = jobs.file_at(opened, files, file)
    known = files.properties(found, owner)
    if key is not None and key not in known:
        raise UsageError(f"account '{opened.name}': {found.name} has no property '{key}'")
    return [
        {"account": opened.name, "id": found.id, "name": found.name, "key": each, "value": known[each]}
        for each in ([key] if key is not None else sorted(known))
    ]


def overwrite(file: str, content: LocalFile, *, even_if_not_saved: bool) -> AskedChange:
    """The content of a file is replaced."""
    return _overwriting("overwrite", [file], content, even_if_not_saved=even_if_not_saved)


def truncate(files: Sequence[str], empty: LocalFile, *, even_if_not_saved: bool) -> AskedChange:
    """Files are left without a content."""
    return _overwriting("truncate", files, empty, even_if_not_saved=even_if_not_saved)


@contextmanager
def content_of(source: str | Path | BinaryIO | None) -> Iterator[LocalFile]:
    """The local file of a path, or one with the content of a stream; None: an empty one. Raises `UsageError`."""
    from photosync.jobs.push import stream
    from photosync.jobs.push.local_file import LocalFile

    if source is None:
        with tempfile.TemporaryDirectory() as folder:
            empty = Path(folder, "empty")
            empty.touch()
            yield LocalFile(empty)
    elif isinstance(source, str | Path):
        path = expanded(source)
        try:
            content = LocalFile(path)
        except OSError as error:
            raise UsageError(f"'{path}' cannot be read: {error.strerror}") from error
        yield content
    else:
        with stream.stored(source, "content", is_pushed=False) as stored:
            yield LocalFile(stored.path)


def _changing(
    check: Callable[[Account], object], files: Sequence[str], made: Callable[[Account], OfFiles]
) -> AskedChange:
    """The action, and what the ids or paths stand for."""

    def prepare(opened: Account, _library: Library, _catalog: Catalog) -> tuple[Action, list[Target]]:
        action = made(opened)
        return action, action.targets(files)

    return AskedChange(check, prepare)


def _overwriting(word: str, files: Sequence[str], content: LocalFile, *, even_if_not_saved: bool) -> AskedChange:
    from photosync.jobs.change.overwrite import Overwrite
    from photosync.jobs.change.remote_files import replaceable_files_of
    from photosync.jobs.change.saved import SavedItems

    def prepare(opened: Account, library: Library, catalog: Catalog) -> tuple[Action, list[Target]]:
        there = replaceable_files_of(opened)
        action = Overwrite(opened, there, content, SavedItems(opened, catalog, library), even_if_not_saved, word)
        return action, action.targets(files)

    return AskedChange(replaceable_files_of, prepare)


@dataclass(frozen=True, slots=True)
class RemoteChanges:
    """What was changed at the service."""

    rows: Rows
    """An object for each file or folder, as `photosync remote changes --json` prints it."""
    checkpoint: str | None
    """For the next time."""
    is_everything: bool
    """The service has forgotten the checkpoint, and told all that it has."""


class Remote:
    """`account.remote`: files and folders at the service, each named by its id or its path: `Pictures/2016/a.jpg`."""

    def __init__(self, account: AccountBase) -> None:
        self._account = account

    def changes(self, since: str | None = None, *, purged: bool = True) -> RemoteChanges:
        """What was changed since a checkpoint; without one, everything. A pull is not affected.

        `purged`: also what was deleted for good.
        """
        from photosync.jobs.show import changes_of

        rows = Rows()
        with self._account.opened() as account:
            there = changes_of(account, since, with_purged=purged)
            there.tell(lambda change: rows.append({"account": account.name, **asdict(change)}))
        return RemoteChanges(rows, there.checkpoint, there.is_everything)

    def mkdir(self, paths: str | Iterable[str], *, dry_run: bool = False) -> Changed:
        """Make folders, with those above them."""
        return self._account.carry_out("remote mkdir", mkdir(several_texts("paths", paths)), dry_run=dry_run)

    def mv(
        self, files: str | Iterable[str], folder: str, *, from_folder: str | None = None, dry_run: bool = False
    ) -> Changed:
        """Move files and folders into another folder; out of `from_folder`, for what is in several."""
        asked = mv(several_texts("files", files), folder, from_folder)
        return self._account.carry_out("remote mv", asked, dry_run=dry_run)

    def link(self, files: str | Iterable[str], folder: str, *, dry_run: bool = False) -> Changed:
        """Put files and folders into one more folder."""
        return self._account.carry_out("remote link", link(several_texts("files", files), folder), dry_run=dry_run)

    def unlink(self, files: str | Iterable[str], folder: str, *, dry_run: bool = False) -> Changed:
        """Take files and folders out of one of their several folders."""
        return self._account.carry_out("remote unlink", unlink(several_texts("files", files), folder), dry_run=dry_run)

    def rename(self, file: str, name: str, *, dry_run: bool = False) -> Changed:
        """Rename a file or folder."""
        return self._account.carry_out("remote rename", rename(file, name), dry_run=dry_run)

    def describe(self, file: str, text: str, *, dry_run: bool = False) -> Changed:
        """Write the description of a file or folder; an empty one removes it."""
        return self._account.carry_out("remote describe", describe(file, text), dry_run=dry_run)

    def label(
        self,
        file: str,
        labels: str | Iterable[str] = (),
        *,
        remove: str | Iterable[str] = (),
        clear: bool = False,
        dry_run: bool = False,
    ) -> Changed:
        """Add labels to a file or folder, or take them away. `clear`: take all others away."""
        asked = label(file, several_texts("labels", labels), several_texts("remove", remove), clear=clear)
        return self._account.carry_out("remote label", asked, dry_run=dry_run)

    def available(self, files: str | Iterable[str], *, dry_run: bool = False) -> Changed:
        """Make files available whose upload has not ended, as the service sees it."""
        return self._account.carry_out("remote available", available(several_texts("files", files)), dry_run=dry_run)

    def properties(self, file: str, *, owner: str | None = None) -> dict[str, str]:
        """What client programs keep with a file or folder. `owner`: the program; by default the one that made it."""
        with self._account.opened() as account:
            rows = properties(account, file, None, owner)
        return {str(row["key"]): str(row["value"]) for row in rows}

    def set_property(
        self, file: str, key: str, value: str, *, owner: str | None = None, dry_run: bool = False
    ) -> Changed:
        """Set a property of a file or folder."""
        return self._account.carry_out("remote property", set_property(file, key, value, owner), dry_run=dry_run)

    def delete_property(self, file: str, key: str, *, owner: str | None = None, dry_run: bool = False) -> Changed:
        """Delete a property of a file or folder."""
        return self._account.carry_out("remote property", set_property(file, key, None, owner), dry_run=dry_run)

    def overwrite(
        self, file: str, source: str | Path | BinaryIO, *, even_if_not_saved: bool = False, dry_run: bool = False
    ) -> Changed:
        """Replace the content of a file by that of a local file or an open one.

        Refused unless the library is proved to have the old content.
        """
        with content_of(source) as content:
            asked = overwrite(file, content, even_if_not_saved=even_if_not_saved)
            return self._account.carry_out("remote overwrite", asked, dry_run=dry_run)

    def truncate(
        self, files: str | Iterable[str], *, even_if_not_saved: bool = False, dry_run: bool = False
    ) -> Changed:
        """Leave files empty. Refused unless the library is proved to have their content."""
        with content_of(None) as content:
            asked = truncate(several_texts("files", files), content, even_if_not_saved=even_if_not_saved)
            return self._account.carry_out("remote truncate", asked, dry_run=dry_run)
