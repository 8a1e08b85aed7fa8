"""A folder for each album in `Albums/ACCOUNT/`, with links to the account's photos, or copies of them.

Each file is recorded before it is made, and removed before it is forgotten. So whatever a killed run left is known, and
nothing is removed that somebody else made. Only photos in the library's folder are linked: a folder outside has the
photos of one frame already.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path, PurePosixPath
from threading import Event
from typing import Literal

from photosync.catalog import AlbumFile, AlbumFileForm, Catalog
from photosync.catalog.album_files import BEING_CHANGED
from photosync.errors import CancelledError, ItemError
from photosync.file_systems import sync_folder
from photosync.library import ALBUMS_FOLDER, ALBUMS_MARK, Library, digest_of, safe_name, suffixed, write_durably
from photosync.library.disk_errors import file_error, file_errors
from photosync.library.links import copy_file, has_hard_links, has_symlinks, remove_tried_links
from photosync.library.names import SHORT_NAME_BYTES, shortened
from photosync.library.own_folders import is_own_folder, own_folder
from photosync.model import Collection, Location

WantedFolders = Literal["none", "link", "copy"]
"""The values of the option `albums`."""

_BATCH = 1000
_NAMED = 3
"""The number of files that are named in a note."""
_MARK_TEXT = (
    "photosync makes the files in this folder, and removes them: links to photos, or copies, for the albums of the\n"
    "service. 'photosync push' and 'photosync fix' leave it out, unless it is named itself.\n"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class AlbumFolders:
    """The folders of one account."""

    account: str
    library: Library
    catalog: Catalog
    note: Callable[[str], None]
    """Gets messages for the user."""
    cancel: Event
    """When set, the work ends; the next run goes on."""

    def update(self, wanted: WantedFolders) -> None:
        """Bring the folders up to date, or remove them. Raises `DestinationError` and `CancelledError`."""
        state = self.catalog.album_files.state(self.account)
        if wanted == "none":
            if state is not None:
                self._remove_all()
            return
        changed_run = self.catalog.collections.changed_run(self.account)
        is_copy = state is not None and state[0] is AlbumFileForm.COPY
        if state is None or state[1] < changed_run or is_copy != (wanted == "copy"):
            try:
                self._make(wanted, changed_run)
            except ItemError as error:
                self.note(f"the folders of albums cannot be made: {error}")

    def _make(self, wanted: WantedFolders, changed_run: int) -> None:
        folder = self.library.root / ALBUMS_FOLDER / self.account
        with file_errors(folder):
            if not self._prepare(folder):
                return
            form = AlbumFileForm.COPY if wanted == "copy" else self._form(folder)
            if form is None:
                self._remove_folder(folder)
                self.note(
                    f"the file system of {folder} has neither symbolic links nor hard links, so albums get no folders; "
                    "with 'albums: copy' they get copies of the photos"
                )
                return
            with self.catalog.transaction():
                self.catalog.album_files.set_state(self.account, form, BEING_CHANGED)
            names = self._make_folders(form)
            self._remove(each for each in self._recorded() if _folder(each.path) not in names)
            sync_folder(folder)
        with self.catalog.transaction():
            self.catalog.album_files.set_state(self.account, form, changed_run)

    def _prepare(self, folder: Path) -> bool:
        """Make the account's folder. One of the user's own is left alone."""
        own_folder(self.library.root, ALBUMS_FOLDER, self.account)
        if not (folder / ALBUMS_MARK).exists():
            if any(folder.iterdir()):
                self.note(f"{folder} is a folder of your own: albums get no folders there. Move it away, or rename it")
                return False
            write_durably(folder / ALBUMS_MARK, _MARK_TEXT.encode(), self.library.workspace(""))
        return True

    def _form(self, folder: Path) -> AlbumFileForm | None:
        """What the file system has; found out by trying it."""
        mark = folder / ALBUMS_MARK
        remove_tried_links(folder, mark)
        if has_symlinks(folder):
            return AlbumFileForm.SYMLINK
        return AlbumFileForm.HARDLINK if has_hard_links(folder, mark) else None

    # What should be there

    def _make_folders(self, form: AlbumFileForm) -> set[str]:
        """Make the folder of each album that has photos here. Returns their paths."""
        names: dict[str, str] = {}
        for album in sorted(self._albums(), key=lambda each: each.id):
            name = self._folder_name(album, names)
            if wanted := self._wanted(album, f"{ALBUMS_FOLDER}/{self.account}/{name}", form):
                names[Location("", name).key] = name
                self._settle(f"{ALBUMS_FOLDER}/{self.account}/{name}", wanted)
        return {f"{ALBUMS_FOLDER}/{self.account}/{name}" for name in names.values()}

    def _albums(self) -> Iterator[Collection]:
        recorded = self.catalog.collections.all(people=False)
        return (each.collection for each in recorded if each.account == self.account and not each.is_gone)

    def _folder_name(self, album: Collection, taken: Mapping[str, str]) -> str:
        name = shortened(safe_name(album.name, fallback=album.id), SHORT_NAME_BYTES)
        is_free = Location("", name).key not in taken
        return name if is_free else suffixed(name, self.account, album.id, SHORT_NAME_BYTES)

    def _wanted(self, album: Collection, folder: str, form: AlbumFileForm) -> dict[str, AlbumFile]:
        """The files of an album's folder, by the keys of their paths."""
        wanted: dict[str, AlbumFile] = {}
        for member in self.catalog.collections.members(self.account, album):
            if member.location is None or member.location.root:
                continue
            target = member.location.path
            name = PurePosixPath(target).name
            file = AlbumFile(f"{folder}/{name}", self.account, member.id, target, form, str(member.sha256))
            if file.key in wanted:
                file = replace(file, path=f"{folder}/{suffixed(name, self.account, member.id)}")
            wanted[file.key] = file
        return wanted

    # What is there

    def _recorded(self) -> Iterator[AlbumFile]:
        return self.catalog.album_files.below(f"{ALBUMS_FOLDER}/{self.account}")

    def _settle(self, folder: str, wanted: Mapping[str, AlbumFile]) -> None:
        """Remove from a folder what is out of date, and make what is missing."""
        before = {each.key: each for each in self.catalog.album_files.below(folder)}
        self._remove(each for key, each in before.items() if not _is_same(each, wanted.get(key)))
        with self.catalog.transaction():
            self.catalog.album_files.record(each for key, each in wanted.items() if before.get(key) != each)
        own_folder(self.library.root, *PurePosixPath(folder).parts)
        failed: dict[AlbumFile, str] = {}
        for each in wanted.values():
            self._check_cancelled()
            if (problem := self._make_file(each, is_known=_is_same(each, before.get(each.key)))) is not None:
                failed[each] = problem
        sync_folder(self.library.root / folder)
        if failed:
            with self.catalog.transaction():
                self.catalog.album_files.forget(failed)
            self._note_each("photos are not in the folders of their albums", failed)

    def _make_file(self, file: AlbumFile, *, is_known: bool) -> str | None:
        """Make a file unless it is there. Returns why it cannot be there; None if it is."""
        path, target = self.library.root / file.path, self.library.root / file.target
        if os.path.lexists(path):
            is_right = self._has_size(file) if is_known and file.form is AlbumFileForm.COPY else self._is_ours(file)
            return None if is_right else "a file of your own has its name"
        try:
            match file.form:
                case AlbumFileForm.SYMLINK:
                    path.symlink_to(_link_text(file))
                case AlbumFileForm.HARDLINK:
                    path.hardlink_to(target)
                case AlbumFileForm.COPY:
                    copy_file(target, path, file.sha256, self.library.workspace(""))
        except OSError as error:
            found = file_error(error, path)
            if not isinstance(found, ItemError):
                raise found from error
            return error.strerror or str(error)
        except ItemError as error:
            return str(error)
        return None

    def _is_ours(self, file: AlbumFile) -> bool:
        """Whether what is at the path is what we made: a link to the same place, or the content of that time."""
        path = self.library.root / file.path
        try:
            found = path.lstat()
            if file.form is AlbumFileForm.SYMLINK:
                return stat.S_ISLNK(found.st_mode) and os.readlink(path) == _link_text(file)  # noqa: PTH115
            return stat.S_ISREG(found.st_mode) and (
                self._is_the_photo(file, found) or digest_of(path).sha256 == file.sha256
            )
        except OSError:
            return False

    def _is_the_photo(self, file: AlbumFile, found: os.stat_result) -> bool:
        """Whether it is the photo itself, under its second name."""
        try:
            return os.path.samestat(found, (self.library.root / file.target).lstat())
        except OSError:
            return False

    def _has_size(self, file: AlbumFile) -> bool:
        """Whether a copy has the photo's size. It is read only before it is removed."""
        path, target = self.library.root / file.path, self.library.root / file.target
        try:
            return path.lstat().st_size == target.stat().st_size
        except OSError:
            return False

    # Removing

    def _remove_all(self) -> None:
        """The option is off: everything that was made goes."""
        folder = self.library.root / ALBUMS_FOLDER / self.account
        with file_errors(folder):
            self._remove(self._recorded())
            self._remove_folder(folder)
        with self.catalog.transaction():
            self.catalog.album_files.forget_state(self.account)

    def _remove_folder(self, folder: Path) -> None:
        """Remove the account's folder, unless something is in it."""
        if is_own_folder(self.library.root, ALBUMS_FOLDER, self.account) and _names_in(folder) == [ALBUMS_MARK]:
            (folder / ALBUMS_MARK).unlink()
            folder.rmdir()
            with suppress(OSError):  # another account has folders there, or the user has files
                folder.parent.rmdir()

    def _remove(self, files: Iterable[AlbumFile]) -> None:
        """Remove files that we made, and the folders that are empty then."""
        files, kept = iter(files), dict[AlbumFile, str]()
        for some in iter(partial(lambda: list(islice(files, _BATCH))), []):
            for each in some:
                self._check_cancelled()
                path = self.library.root / each.path
                if self._is_reached_through_link(each):
                    continue
                if self._is_ours(each):
                    path.unlink()
                elif os.path.lexists(path):
                    kept[each] = "it is not as photosync made it"
            for folder in {_folder(each.path) for each in some}:
                with suppress(OSError):  # it is gone, or has other files
                    (self.library.root / folder).rmdir()
            with self.catalog.transaction():
                self.catalog.album_files.forget(some)
        self._note_each("files in the folders of albums stay", kept)

    def _is_reached_through_link(self, file: AlbumFile) -> bool:
        """Whether somebody put a link in place of a folder: then the file is in another place."""
        return any((self.library.root / each).is_symlink() for each in PurePosixPath(file.path).parents)

    def _note_each(self, what: str, files: Mapping[AlbumFile, str]) -> None:
        if files:
            named = ", ".join(f"{each.path} ({why})" for each, why in islice(files.items(), _NAMED))
            self.note(f"{len(files)} {what}: {named}{', …' * (len(files) > _NAMED)}")

    def _check_cancelled(self) -> None:
        if self.cancel.is_set():
            raise CancelledError("interrupted; the next run goes on with the folders of albums")


def _names_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _is_same(file: AlbumFile, other: AlbumFile | None) -> bool:
    """Whether both are the same file on the disk."""
    if other is None or (file.path, file.target, file.form) != (other.path, other.target, other.form):
        return False
    return file.form is AlbumFileForm.SYMLINK or file.sha256 == other.sha256


def _link_text(file: AlbumFile) -> str:
    """Where a symbolic link leads: relative, so that the library can be moved."""
    return os.path.relpath(file.target, _folder(file.path))


def update_album_folders(
    library: Library,
    catalog: Catalog,
    wanted: Mapping[str, WantedFolders],
    note: Callable[[str], None],
    cancel: Event,
) -> None:
    """Bring the folders of several accounts up to date. Raises `DestinationError` and `CancelledError`."""
    for account, form in wanted.items():
        AlbumFolders(account=account, library=library, catalog=catalog, note=note, cancel=cancel).update(form)


def lose_album_folders(catalog: Catalog) -> None:
    """The folders are not there, although the catalog has them: they are made anew. In a transaction of the caller."""
    for account in catalog.accounts():
        if state := catalog.album_files.state(account):
            catalog.album_files.set_state(account, state[0], BEING_CHANGED)
