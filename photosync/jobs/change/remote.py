"""Changes of single files and folders at a service: their names and folders, labels, descriptions and properties.

The catalog's items stay as they are: the next pull sees what has changed, as it sees changes by other programs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from photosync.errors import ItemError, NameTakenError, Reason, UsageError
from photosync.jobs.account import Account
from photosync.jobs.change.change import Target
from photosync.jobs.change.remote_files import movable_files_of
from photosync.provider import (
    DescribesFiles,
    FileOrFolder,
    FinishesUploads,
    HasProperties,
    MovesFiles,
    RemoteFiles,
)

# What is meant


def folder_at(account: Account, files: RemoteFiles, text: str) -> FileOrFolder:
    """The folder of an id or path. Raises `UsageError` if there is none."""
    found, where = files.locate(text), f"account '{account.name}':"
    if found is None:
        raise UsageError(f"{where} there is no folder '{text}'. Make it with: photosync remote mkdir {account.name}")
    if found.item is not None:
        raise UsageError(f"{where} '{text}' is a file and not a folder")
    if found.is_trashed:
        raise UsageError(f"{where} the folder '{text}' is in the trash. Restore it first.")
    return found


def file_at(account: Account, files: RemoteFiles, text: str) -> FileOrFolder:
    """The file or folder of an id or path. Raises `UsageError` if there is none."""
    found = files.locate(text)
    if found is None:
        raise UsageError(f"account '{account.name}': {account.provider.facts.title} has nothing at '{text}'")
    return found


@dataclass(slots=True)
class OfFiles(ABC):
    """The common part: files and folders that are named by id or path, and changed one at a time."""

    account: Account
    files: RemoteFiles
    word: str = field(default="", init=False)
    detail: str = field(default="", init=False)
    batch: int = field(default=1, init=False)
    found: dict[str, FileOrFolder] = field(default_factory=dict, init=False)
    """What the targets are, by their ids."""

    def targets(self, texts: Sequence[str]) -> list[Target]:
        """What these ids or paths stand for, by asking the service; each once."""
        return list({target.id: target for target in map(self._target, texts)}.values())

    def _target(self, text: str) -> Target:
        found = self.files.locate(text)
        if found is None:
            title = self.account.provider.facts.title
            return Target(text, text, refusal=ItemError(f"{title} has nothing at '{text}'", Reason.NOT_FOUND))
        self.found[found.id] = found
        refusal = self._refusal_of_state(found)
        is_done = refusal is None and self._is_done(found)
        return Target(found.id, found.name, found.item, found.item is None, refusal, is_done)

    def _refusal_of_state(self, found: FileOrFolder) -> ItemError | None:
        if found.is_permanent:
            return ItemError("the folder that has everything in it stays as it is", Reason.REFUSED)
        if found.is_trashed:
            return ItemError(f"{found.name} is in the trash. Restore it first.", Reason.IN_TRASH)
        if found.is_unfinished:
            return ItemError(
                f"{found.name} is an upload that has not ended. If no program sends it any more: photosync remote "
                f"available {self.account.name} {found.id}",
                Reason.NOT_READY,
            )
        return None

    def _is_done(self, _found: FileOrFolder) -> bool:
        """Whether it is already as it is to be."""
        return False

    def refusal(self, _target: Target) -> ItemError | None:
        """Nothing is lost by most changes."""
        return None

    def send(self, targets: Sequence[Target]) -> Mapping[str, ItemError]:
        """Change each."""
        refused: dict[str, ItemError] = {}
        for target in targets:
            try:
                self._change(target)
            except ItemError as error:
                refused[target.id] = error
        return refused

    @abstractmethod
    def _change(self, target: Target) -> None:
        """Send the change of one."""

    def record(self, _targets: Sequence[Target]) -> None:  # noqa: B027 - what most of them need
        """Nothing: the next pull sees it."""


# Folders and names


@dataclass(slots=True)
class MakeFolders(OfFiles):
    """Creates folders, with those above them. The targets are paths."""

    word: str = field(default="mkdir", init=False)
    ids: dict[str, str] = field(default_factory=dict)
    """The ids of the folders that are there, by the paths that were named."""

    def _target(self, text: str) -> Target:
        names = [name for name in text.split("/") if name]
        path, where = "/".join(names), f"account '{self.account.name}':"
        if not names:
            raise UsageError(f"{where} '{text}' is no path of a folder")
        for name in names:
            if problem := "it means no folder" if name in (".", "..") else self.files.check_name(name):
                raise UsageError(f"{where} '{name}' in '{text}' cannot be a folder: {problem}")
        found = self.files.locate(f"/{path}")
        if found is not None and found.item is not None:
            taken = NameTakenError(f"the folder {path} cannot be made: a file has its name")
            return Target(path, path, is_folder=True, refusal=taken)
        if found is not None:
            self.ids[path] = found.id
        return Target(path, path, is_folder=True, is_done=found is not None)

    def _change(self, target: Target) -> None:
        self.ids[target.id] = self.files.make_folder(target.id.split("/")).id


@dataclass(slots=True)
class Rename(OfFiles):
    """Gives a file or folder another name."""

    name: str
    word: str = field(default="rename", init=False)

    def __post_init__(self) -> None:
        """Raises `UsageError` for a name that the service refuses."""
        self.detail = self.name
        problem = "it means no file" if self.name in (".", "..") else self.files.check_name(self.name)
        if problem:
            raise UsageError(f"account '{self.account.name}': '{self.name}' cannot be a name: {problem}")

    def _is_done(self, found: FileOrFolder) -> bool:
        return found.name.rpartition("/")[2] == self.name

    def _change(self, target: Target) -> None:
        self.files.rename(self.found[target.id], self.name)


@dataclass(slots=True)
class _ToFolder(OfFiles):
    """The common part of what puts files and folders into another folder, or takes them out."""

    files: MovesFiles
    folder: FileOrFolder

    def __post_init__(self) -> None:
        self.detail = self.folder.name

    def _refusal_of_cycle(self, found: FileOrFolder) -> ItemError | None:
        if found.item is None and self.files.is_below(self.folder, found):
            return ItemError(f"the folder {found.name} cannot be put into itself", Reason.REFUSED)
        return None


@dataclass(slots=True)
class Move(_ToFolder):
    """Puts files and folders into another folder."""

    before: FileOrFolder | None = None
    """The folder that they are taken out of; None: the only one."""
    word: str = field(default="mv", init=False)

    def _is_done(self, found: FileOrFolder) -> bool:
        if self.folder.id not in found.folders:
            return False
        return len(found.folders) == 1 if self.before is None else self.before.id not in found.folders

    def refusal(self, target: Target) -> ItemError | None:
        """Why it is not clear what would become of it."""
        found, before = self.found[target.id], self.before
        if before is not None and before.id not in found.folders:
            return ItemError(f"{found.name} is not in {before.name}", Reason.NOT_FOUND)
        if before is None and len(found.folders) > 1:
            return ItemError(
                f"{found.name} is in {len(found.folders)} folders ({', '.join(found.folders)}): name the one that it "
                "is taken out of with --from, or put it into one more with: photosync remote link",
                Reason.REFUSED,
            )
        return self._refusal_of_cycle(found)

    def _change(self, target: Target) -> None:
        file = self.found[target.id]
        if not file.folders:
            self.files.add_to_folder(file, self.folder)
        elif self.folder.id in file.folders and self.before is not None:
            self.files.remove_from_folder(file, self.before)
        else:
            self.files.move(file, self.before.id if self.before else file.folders[0], self.folder)


@dataclass(slots=True)
class Link(_ToFolder):
    """Puts files and folders into one more folder."""

    word: str = field(default="link", init=False)

    def _is_done(self, found: FileOrFolder) -> bool:
        return self.folder.id in found.folders

    def refusal(self, target: Target) -> ItemError | None:
        """A folder in itself could not be listed."""
        return self._refusal_of_cycle(self.found[target.id])

    def _change(self, target: Target) -> None:
        self.files.add_to_folder(self.found[target.id], self.folder)


@dataclass(slots=True)
class Unlink(_ToFolder):
    """Takes files and folders out of one of their several folders."""

    word: str = field(default="unlink", init=False)

    def _is_done(self, found: FileOrFolder) -> bool:
        return self.folder.id not in found.folders

    def refusal(self, target: Target) -> ItemError | None:
        """Without any folder it could not be found again."""
        found = self.found[target.id]
        if len(found.folders) > 1:
            return None
        return ItemError(
            f"{found.name} is in no other folder. Move it with photosync remote mv, or trash it.", Reason.REFUSED
        )

    def _change(self, target: Target) -> None:
        self.files.remove_from_folder(self.found[target.id], self.folder)


# Descriptions, labels, properties


@dataclass(slots=True)
class Describe(OfFiles):
    """Writes a description."""

    files: DescribesFiles
    text: str
    word: str = field(default="describe", init=False)

    def __post_init__(self) -> None:
        """Raises `UsageError` for a text that is too long."""
        self.detail = self.text
        most = self.files.most_description_characters
        if len(self.text) > most:
            raise UsageError(f"account '{self.account.name}': a description has at most {most} characters")

    def _is_done(self, found: FileOrFolder) -> bool:
        return found.description == self.text

    def _change(self, target: Target) -> None:
        self.files.describe(self.found[target.id], self.text)


@dataclass(slots=True)
class Label(OfFiles):
    """Adds labels, and takes others away."""

    files: DescribesFiles
    add: Sequence[str] = ()
    remove: Sequence[str] = ()
    clear: bool = False
    """Take all away that are not added."""
    word: str = field(default="label", init=False)

    def __post_init__(self) -> None:
        """Raises `UsageError` for labels that the service refuses."""
        taken = ["-*"] if self.clear else [f"-{label}" for label in self.remove]
        self.detail = " ".join([*taken, *(f"+{label}" for label in self.add)])
        most = self.files.most_label_characters
        if any(not 0 < len(label) <= most for label in self.add):
            raise UsageError(f"account '{self.account.name}': a label has from 1 to {most} characters")

    def _labels(self, found: FileOrFolder) -> list[str]:
        kept = () if self.clear else (label for label in found.labels if label not in self.remove)
        return list(dict.fromkeys((*kept, *self.add)))

    def _is_done(self, found: FileOrFolder) -> bool:
        return set(self._labels(found)) == set(found.labels)

    def refusal(self, target: Target) -> ItemError | None:
        """The service takes a limited number."""
        wanted, most = len(self._labels(self.found[target.id])), self.files.most_labels
        if wanted <= most:
            return None
        return ItemError(
            f"{target.name} would have {wanted} labels, and the service takes {most}. Take some away with --remove.",
            Reason.REFUSED,
        )

    def _change(self, target: Target) -> None:
        file = self.found[target.id]
        self.files.label(file, self._labels(file))


@dataclass(slots=True)
class MakeAvailable(OfFiles):
    """Makes files available whose upload has not ended, as the service sees it."""

    files: FinishesUploads
    word: str = field(default="available", init=False)

    def _refusal_of_state(self, found: FileOrFolder) -> ItemError | None:
        return OfFiles._refusal_of_state(self, replace(found, is_unfinished=False))

    def _is_done(self, found: FileOrFolder) -> bool:
        return not found.is_unfinished

    def _change(self, target: Target) -> None:
        self.files.make_available(self.found[target.id])


@dataclass(slots=True)
class SetProperty(OfFiles):
    """Sets or deletes a property."""

    files: HasProperties
    key: str
    value: str | None
    """None: delete it."""
    owner: str | None = None
    word: str = field(default="property", init=False)

    def __post_init__(self) -> None:
        """Raises `UsageError` for a property that the service refuses."""
        self.detail = self.key if self.value is None else f"{self.key}={self.value}"
        if problem := self.files.check_property(self.key, self.value or ""):
            raise UsageError(f"account '{self.account.name}': {problem}")

    def _is_done(self, found: FileOrFolder) -> bool:
        return self.files.properties(found, self.owner).get(self.key) == self.value

    def _change(self, target: Target) -> None:
        file = self.found[target.id]
        if self.value is None:
            self.files.delete_property(file, self.owner, self.key)
        else:
            self.files.set_property(file, self.owner, self.key, self.value)


def in_folder(make: Callable[[Account, MovesFiles, FileOrFolder], OfFiles], folder: str, account: Account) -> OfFiles:
    """The action that `make` gives for a folder, named by id or path. Raises `UsageError`."""
    files = movable_files_of(account)
    return make(account, files, folder_at(account, files, folder))
