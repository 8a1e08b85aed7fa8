"""Gives finished files their names, and records them: first the disk, then the catalog, then SHA256SUMS.

A crash at any point leaves either the old state or the new one, or a file that the catalog does not know yet; the next
run finds that, proves it by its hash and records it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path, PurePosixPath

from photosync import metadata
from photosync.catalog import Catalog, Known, Saved, Sidecar
from photosync.errors import DestinationError
from photosync.jobs.fix.fix_record import as_text
from photosync.jobs.fix.sidecar_files import lay_beside
from photosync.jobs.pull.fetch import Adopted, Fetched
from photosync.jobs.pull.location import Namer
from photosync.library import PROGRAM_FOLDER, SUMS_NAME, Library, digest_of, path_key, sums
from photosync.model import Item

BATCH = 256
"""So many files are recorded in one transaction …"""
BATCH_S = 2.0
"""… or as many as came in this time."""


class Shelf:
    """Where one run's files end up."""

    def __init__(
        self,
        account: str,
        run: int,
        library: Library,
        catalog: Catalog,
        namer: Namer,
        settings: metadata.Settings,
        note: Callable[[str], None],
    ) -> None:
        """`note` is told what a person should know."""
        self._account = account
        self._run = run
        self._library = library
        self._catalog = catalog
        self._namer = namer
        self._settings = settings
        self._note = note
        self._saved: list[Saved] = []
        self._described: list[Item] = []
        self._folders: set[Path] = set()
        self._met_folders: set[Path] = set()
        self._oldest = time.monotonic()
        self._touched: set[str] = set()
        self._rewritten: set[str] = set()

    def place(self, fetched: Fetched, known: Known | None) -> PurePosixPath:
        """Give a fetched file its name; what had it before, as the same item's older content, goes to the trash."""
        order = fetched.order
        path = self._path(fetched, known)
        target = self._library.base(order.outside) / path
        sidecars = self._catalog.fixes.sidecars(self._account, order.item.id) if known and known.path else []
        if not target.exists() or digest_of(target).sha256 != fetched.stored_sha256:
            if known and known.delivered_md5 != fetched.delivered.md5:
                for each in sidecars:  # before the file: a crash in between must not leave them to another content
                    self._library.to_trash(order.outside, PurePosixPath(each.path))
            if target.exists():
                self._library.to_trash(order.outside, path)
            self._library.place(fetched.mended.path, order.outside, path)
        else:
            fetched.mended.path.unlink()
        if known and known.path:
            self._rewritten.add(order.outside)
        self._add(
            Saved(
                order.item,
                order.outside,
                str(path),
                path_key(path),
                delivered_size=fetched.delivered.size_bytes,
                delivered_md5=fetched.delivered.md5,
                delivered_sha256=fetched.delivered.sha256,
                stored_size=fetched.stored_size,
                stored_sha256=fetched.stored_sha256,
                sidecars=self._sidecars(fetched, path, sidecars),
                mended=as_text(fetched.mended),
            )
        )
        return path

    def _sidecars(self, fetched: Fetched, path: PurePosixPath, before: list[Sidecar]) -> tuple[Sidecar, ...]:
        """Lay what the file lacks beside it. Returns all sidecars that belong to it now."""
        outside = fetched.order.outside
        base = self._library.base(outside)
        there = {each.path_key: each for each in before if (base / each.path).exists()}
        workspace = self._library.workspace(outside, self._account)
        full_name = path_key(path.with_name(f"{path.name}.xmp"))
        if fetched.mended.sidecar and self._catalog.owner_of_path(outside, full_name):
            self._note(f"{path}: no sidecar: the service has an item of that name")
            return tuple(there.values())
        laid = lay_beside(base / path, fetched.mended, self._settings, self._library.undo, workspace)
        if laid is not None and laid.note:
            self._note(f"{path}: {laid.note}")
        if laid is not None and laid.sha256:
            found = PurePosixPath(laid.path.relative_to(base))
            there[path_key(found)] = Sidecar(str(found), path_key(found), laid.sha256, laid.ours)
        return tuple(there.values())

    def _path(self, fetched: Fetched, known: Known | None) -> PurePosixPath:
        """The path that the item has already; else a new one, never that of a file with another content."""
        item, outside = fetched.order.item, fetched.order.outside
        if known and known.path and known.outside == outside:
            return PurePosixPath(known.path)
        base = self._library.base(outside)
        if fetched.replaced is not None:
            return PurePosixPath(fetched.replaced.relative_to(base))
        for path in self._namer.paths(replace(item, name=fetched.name), outside, fetched.mended.folder_time):
            target = base / path
            if not os.path.lexists(target):
                return path
            if target.is_file() and digest_of(target).sha256 == fetched.stored_sha256:
                return path
        raise AssertionError("the namer never runs out of names")

    def adopt(self, adopted: Adopted) -> None:
        """Record a file that lay there already and is what the provider has."""
        order, digest = adopted.order, adopted.digest
        path = PurePosixPath(adopted.path.relative_to(self._library.base(order.outside)))
        self._add(
            Saved(
                order.item,
                order.outside,
                str(path),
                path_key(path),
                delivered_size=digest.size_bytes,
                delivered_md5=digest.md5,
                delivered_sha256=digest.sha256,
                stored_size=digest.size_bytes,
                stored_sha256=digest.sha256,
            )
        )

    def describe(self, item: Item) -> None:
        """The provider describes a saved item anew."""
        self._described.append(item)

    def _add(self, saved: Saved) -> None:
        if not self._saved:
            self._oldest = time.monotonic()
        self._saved.append(saved)
        base = self._library.base(saved.outside)
        self._to_sync((base / saved.path).parent, base)

    def _to_sync(self, folder: Path, base: Path) -> None:
        """The folder got a name; met for the first time, it may be new itself, and so may those above it."""
        self._folders.add(folder)
        while folder != base and folder not in self._met_folders:
            self._met_folders.add(folder)
            folder = folder.parent
            self._folders.add(folder)

    def commit_if_due(self) -> None:
        """Record what came, if enough did or the oldest has waited long enough."""
        if len(self._saved) + len(self._described) >= BATCH or (
            self._saved and time.monotonic() - self._oldest > BATCH_S
        ):
            self.commit()

    def commit(self) -> None:
        """Bring the names to the disk, and then into the catalog."""
        if not self._saved and not self._described:
            return
        self._library.sync_folders(self._folders)
        with self._catalog.transaction():
            for outside in {each.outside for each in self._saved} - self._touched:
                self._begin_to_change_sums(outside)
            self._catalog.record_saved(self._account, self._run, self._saved)
            self._catalog.record_described(self._account, self._described)
        for each in self._saved:
            self._namer.settled(each.item)
        self._saved.clear()
        self._described.clear()
        self._folders.clear()

    def _begin_to_change_sums(self, outside: str) -> None:
        """Note that SHA256SUMS lags behind now. Lines can be appended later only if it is as it was left."""
        if self._catalog.sums_state(outside) != sums.state(self._library.base(outside)):
            self._rewritten.add(outside)
        self._catalog.set_sums_state(outside, "")
        self._touched.add(outside)

    def write_sums(self) -> None:
        """Bring SHA256SUMS up to date, wherever this run or one that was killed left it behind."""
        for outside in self._touched | self._left_behind():
            base = self._library.base(outside)
            if outside in self._rewritten or outside not in self._touched:
                sums.rewrite(base, self._catalog.sums(outside))
            else:
                sums.append(base, self._catalog.sums(outside, since_run=self._run))
            self._catalog.set_sums_state(outside, sums.state(base))
        self._touched.clear()

    def _left_behind(self) -> set[str]:
        return {
            outside
            for outside in self._catalog.outsides()
            if self._catalog.sums_state(outside) != sums.state(self._library.base(outside))
        }


def missing_files(library: Library, catalog: Catalog, account: str) -> Iterator[str]:
    """The ids of items whose files are not where the catalog has them. Each folder is read once.

    Raises `DestinationError` when a whole folder outside the library is gone: its disk may not be mounted.
    """
    for (outside, folder), files in groupby(
        catalog.files(account), key=lambda file: (file[1], file[2].rpartition("/")[0])
    ):
        _check_is_there(library.base(outside))
        try:
            names = {entry.name for entry in os.scandir(library.base(outside) / folder)}
        except (FileNotFoundError, NotADirectoryError):
            names = set()
        yield from (id_ for id_, _, path in files if path.rpartition("/")[2] not in names)


def _check_is_there(base: Path) -> None:
    """The list of sums, or the program's folder, is in every folder that has files; an empty mount point has none."""
    if not (base / SUMS_NAME).exists() and not (base / PROGRAM_FOLDER).exists():
        raise DestinationError(
            f"the folder {base} is gone: photos were saved there before. Is the disk mounted? "
            f"To have them brought there again, make a folder {PROGRAM_FOLDER} in it and run again."
        )
