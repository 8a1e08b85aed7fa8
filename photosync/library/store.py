"""The library's folder: its identity, its lock, and moving files into it.

The folder `.photosync/` in it belongs to the program. `library.json` there has the library's UUID. The user's state
folder stores the UUID of each path, so that an empty mount point is never treated as a new library.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from itertools import chain, count
from pathlib import Path, PurePosixPath

from filelock import Timeout

from photosync.errors import DestinationError, LockedError
from photosync.file_systems import Lock, sync_folder
from photosync.library.disk_errors import disk_error, disk_errors
from photosync.library.move import move_file
from photosync.library.own_folders import is_own_folder, own_folder, remove_temporary_files
from photosync.library.partial import PartialFile
from photosync.library.size_bound import GENERAL, SizeBound
from photosync.library.undo import UndoRecords, write_durably
from photosync.model import Location

PROGRAM_FOLDER = ".photosync"
MADE_NAMES = ("albums.json", "people.json")
"""Files that are made from the catalog, next to SHA256SUMS."""
MADE_BEGINNING = '{"format": "photosync '
"""Their first characters."""
ALBUMS_FOLDER = "Albums"
"""In the library: has a folder for each account whose albums have folders."""
ALBUMS_MARK = ".photosync-albums"
"""The file in such an account's folder that says whose it is."""


class Library:
    """A folder of photos. `root` need not exist before `create`."""

    def __init__(self, root: Path, state: Path, catalog: Path | None = None) -> None:
        """`state`: the user's state folder. `catalog`: the catalog's file, if it is not in the program's folder."""
        self.root = root.absolute()
        self._root_text = str(self.root)
        self.program_folder = self.root / PROGRAM_FOLDER
        self._identity = self.program_folder / "library.json"
        known_by = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]
        self._usual_catalog = self.program_folder / "catalog.db"
        self.catalog_path = catalog or self._usual_catalog
        """The file of the catalog."""
        self.undo = UndoRecords(self.program_folder / "undo")
        """The undo records of all fixed files, those in folders outside the library included."""
        self.catalog_copy = self.program_folder / "catalog-copy.db"
        """The copy of the catalog, in the library even if the catalog is elsewhere."""
        self._remembered = state / "libraries" / f"{known_by}.json"
        self._program_folders: dict[str, tuple[int, int]] = {}
        """The identities of the program's folders that this run uses, by their roots."""
        self._workspaces: dict[tuple[str, str], tuple[Path, tuple[int, int]]] = {}
        """The workspaces that this run uses, by root and account, and their identities."""

    @property
    def uuid(self) -> str | None:
        """The identity of the library; None if it has none yet. Raises `DestinationError`."""
        return _read_uuid(self._identity) if self._identity.exists() else None

    def prepare_catalog_folder(self) -> None:
        """Create the folder of a catalog that is elsewhere. Raises `DestinationError`."""
        if self.catalog_path == self._usual_catalog:
            return
        if self._usual_catalog.exists() and not self.catalog_path.exists():
            raise DestinationError(
                f"the library's catalog is still {self._usual_catalog}. Move it, and the files next to it whose names "
                f"begin with catalog.db, to {self.catalog_path.parent} as {self.catalog_path.name}."
            )
        with disk_errors(self.catalog_path):
            self.catalog_path.parent.mkdir(parents=True, exist_ok=True)

    @property
    def exists(self) -> bool:
        """Whether the folder is a library; an unmounted disk raises `DestinationError`."""
        try:
            self._check_identity()
            return self._identity.exists()
        except OSError as error:
            raise disk_error(error, Path(error.filename or self._identity)) from error

    def create(self) -> None:
        """Make the folder a library if it is not one yet. Raises `DestinationError` if that is not safe."""
        if not self.exists:
            _write_json(self._identity, {"uuid": str(uuid.uuid4()), "made": _today()})
        with self._state_errors():
            if not self._remembered.exists():
                content = {"uuid": _read_uuid(self._identity), "path": str(self.root)}
                write_durably(self._remembered, json.dumps(content).encode())

    @contextmanager
    def _state_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise DestinationError(
                f"cannot write {self._remembered} in photosync's state folder: {error.strerror or error}. "
                "Make that folder writable, or name another one with PHOTOSYNC_STATE."
            ) from error

    def _check_identity(self) -> None:
        with self._state_errors():
            if not self._remembered.exists():
                return
        hint = f"To start a new library here on purpose, delete {self._remembered} and run again."
        if not self._identity.exists():
            raise DestinationError(
                f"the library {self.root} is gone: photos were saved there before, and now its "
                f"{PROGRAM_FOLDER}/library.json is missing. Is the disk mounted? {hint}"
            )
        if _read_uuid(self._identity) != _read_uuid(self._remembered):
            raise DestinationError(f"{self.root} holds another library than before. Is the right disk mounted? {hint}")

    @contextmanager
    def created(self) -> Iterator[None]:
        """Make the folder a library if it is not one yet, and lock it for one run.

        Raises `LockedError` at once if another run has the lock, and `DestinationError` if it is not safe.
        """
        if not self.exists:  # raises for an empty mount point, before anything is created there
            with disk_errors(self.program_folder):
                self.program_folder.mkdir(parents=True, exist_ok=True)
        with self.lock():  # two first runs must not both make an identity
            remove_temporary_files(self.program_folder, recursive=False)  # of a first run that was killed
            self.create()
            yield

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Lock the library for one run. Raises `LockedError` at once if another run has the lock."""
        with ExitStack() as stack:
            self._enter_lock(stack)
            self._remember_folder("")
            yield

    def _enter_lock(self, stack: ExitStack) -> None:
        path = self.program_folder / "lock"
        try:
            stack.enter_context(Lock(path, timeout_s=0).held())
        except Timeout as error:  # a subclass of OSError
            raise LockedError(
                f"another run is working on the library {self.root}; try again when it has ended."
            ) from error
        except OSError as error:
            raise disk_error(error, path) from error

    def base(self, root: str) -> Path:
        """The folder of a location's root. Raises `DestinationError` if it was removed or replaced during this run."""
        base = self.root / root
        seen = self._program_folders.get(root)
        if seen is not None and seen != _identity_of(base / PROGRAM_FOLDER):
            raise DestinationError(
                f"the folder {base} is not the one that this run began with: it was unmounted, moved or replaced. "
                "Nothing more was written to it. Mount the disk again, and run again."
            )
        return base

    def _remember_folder(self, root: str) -> None:
        identity = _identity_of(self.root / root / PROGRAM_FOLDER)
        if identity is not None:
            self._program_folders.setdefault(root, identity)

    def file(self, location: Location) -> Path:
        """The file at a location."""
        return Path(self.root, location.root, location.path)

    def file_text(self, location: Location) -> str:
        """The path of the file at a location. To make a `Path` takes four times as long."""
        return os.path.join(self._root_text, location.root, location.path)  # noqa: PTH118

    def is_taken(self, location: Location) -> bool:
        """Whether anything is at a location, a broken link too."""
        return os.path.lexists(self.file_text(location))

    def partial(
        self,
        root: str,
        account: str,
        key: str,
        *,
        provable: bool,
        bound: SizeBound = GENERAL,
        on_bytes: Callable[[int], None] | None = None,
    ) -> PartialFile:
        """An unfinished download, in the file system of its final location. `key` identifies the content."""
        return PartialFile(self.workspace(root, account) / _partial_name(key), provable, bound, on_bytes)

    def workspace(self, root: str, account: str = "") -> Path:
        """The folder for an account's partial files, or for those of the fixer; created if it is missing."""
        # Each download asks. A folder that is the same is on the same disk. If it was moved, a link may lead to it.
        known = self._workspaces.get((root, account))
        if known is not None and known[1] == _identity_of(known[0], follow_links=False):
            parent, _ = os.path.split(known[0])
            if not account or not os.path.islink(parent):  # noqa: PTH114 - not a `Path`, as in `is_taken`
                return known[0]
        program_folder = self.base(root) / PROGRAM_FOLDER
        with disk_errors(program_folder):
            folder = own_folder(program_folder, "partial", *filter(None, [account]))
        self._remember_folder(root)
        if identity := _identity_of(folder, follow_links=False):
            self._workspaces[root, account] = (folder, identity)
        return folder

    def clear_partials(self, root: str, account: str, keep: Iterable[str] = ()) -> None:
        """Remove the account's partial files, except those of the keys in `keep`."""
        program_folder, kept = self.base(root) / PROGRAM_FOLDER, {_partial_name(key) for key in keep}
        if not is_own_folder(program_folder, "partial", account):
            return
        folder = program_folder / "partial" / account
        with disk_errors(folder):
            for leftover in folder.iterdir():
                if leftover.name not in kept and (leftover.is_symlink() or not leftover.is_dir()):
                    leftover.unlink()
            if not any(folder.iterdir()):
                folder.rmdir()

    def remove_temporary_files(self, roots: Iterable[str]) -> None:
        """Remove the temporary files of a killed run. The caller holds the lock."""
        for program_folder in (self.base(root) / PROGRAM_FOLDER for root in {"", *roots}):
            remove_temporary_files(program_folder, recursive=False)
            for name in ("partial", "undo"):
                remove_temporary_files(program_folder / name)

    def move_in(self, partial: Path, location: Location) -> None:
        """Move a finished file to its location in one step. The caller has checked that no file is there.

        The file's folder still has to be synced, with `sync_folders`. Raises `OSError`.
        """
        target = self.file(location)
        try:
            move_file(partial, target)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                raise
            # The folder is missing; or the disk, and then the partial file is too. Nothing is created without the disk.
            self.base(location.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            move_file(partial, target)

    def to_trash(self, location: Location) -> None:
        """Move a file to the trash, before another content gets its name. Raises `OSError`."""
        source = self.file(location)
        # A file that no longer exists need not be kept.
        if os.path.lexists(source):
            target = self.kept_path(location, "trash", source.name)
            move_file(source, target, workspace=self.workspace(location.root))

    def kept_path(self, location: Location, folder: str, name: str) -> Path:
        """A free path, in a folder of today below `.photosync/FOLDER`, for what leaves a location. Raises `OSError`."""
        *folders, _ = PurePosixPath(location.path).parts
        return _free_name(self.kept_folder(location.root, folder, *folders) / name)

    def kept_folder(self, root: str, folder: str, *folders: str) -> Path:
        """The folder of today below `.photosync/FOLDER`, and `folders` in it; created if missing. Raises `OSError`."""
        return own_folder(self.base(root) / PROGRAM_FOLDER, folder, _today(), *folders)

    def sync_folders(self, folders: Iterable[Path]) -> None:
        """Sync the names in these folders."""
        for folder in folders:
            with disk_errors(folder):
                sync_folder(folder)


def _identity_of(folder: Path, *, follow_links: bool = True) -> tuple[int, int] | None:
    """The device and inode of a folder; None if it cannot be examined, or is a link that is not followed."""
    try:
        found = folder.stat(follow_symlinks=follow_links)
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None  # a link may get a folder's inode


def _today() -> str:
    return date.today().isoformat()  # noqa: DTZ011 - the user's day


def _partial_name(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32] + ".part"


def _free_name(path: Path) -> Path:
    others = (path.with_name(f"{path.name}.{number}") for number in count(2))
    return next(each for each in chain([path], others) if not os.path.lexists(each))


def _read_uuid(path: Path) -> str:
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["uuid"])
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise DestinationError(f"{path} cannot be read as a library's identity; put it back from a backup.") from error


def _write_json(path: Path, content: dict[str, str]) -> None:
    with disk_errors(path):
        write_durably(path, json.dumps(content).encode())
