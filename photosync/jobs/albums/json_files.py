"""`albums.json` and `people.json`: which files are in which albums, and who is on them, for readers of any program.

They are made from the catalog, and replaced when their content changes. First it is recorded which content a file gets,
then it is replaced in one step; SHA256SUMS follows. A file of somebody else in its place is moved to the trash.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path

from photosync.catalog import Catalog, MadeFile, RecordedCollection
from photosync.catalog.made_files import BEING_MADE
from photosync.file_systems import sync_folder
from photosync.jobs.sums_list import SumsList, list_errors, update_each
from photosync.library import MADE_BEGINNING, MADE_NAMES, PROGRAM_FOLDER, Library, digest_of
from photosync.library.move import move_file
from photosync.library.own_folders import temporary_path
from photosync.library.sums import SumsLine
from photosync.model import Location

_KINDS = [name.removesuffix(".json") for name in MADE_NAMES]


@dataclass(frozen=True, slots=True)
class JsonFiles:
    """The files of one library: those in its own folder have everything, those in another folder what is there."""

    library: Library
    catalog: Catalog
    note: Callable[[str], None]
    """Gets messages for the user."""

    def update(self) -> None:
        """Bring the files up to date, and the lists that name them. Raises `ListError`."""
        changed_run = self.catalog.collections.changed_run()
        known = [each for each in self.catalog.made_files.all() if self._list(each.location.root).is_there]
        is_due = changed_run and not known
        if is_due or any(each.made_run < changed_run or not self._has_its_size(each) for each in known):
            self.make()

    def make(self) -> None:
        """As `update`, without asking whether something has changed. Raises `ListError`."""
        changed_run = self.catalog.collections.changed_run()
        roots = [root for root in sorted({"", *self.catalog.roots()}) if self._list(root).is_there]
        before = {root: self._lines(root) for root in roots if self._list(root).can_be_appended_to}
        changed = {root for root in roots for kind in _KINDS if self._replace(root, kind)}
        with self.catalog.transaction():  # last: after a kill, all are made again
            for each in self.catalog.made_files.all():
                if each.location.root in roots:
                    self.catalog.made_files.record(replace(each, made_run=changed_run))
        update_each(partial(self._update_list, root, before.get(root)) for root in changed)

    def _lines(self, root: str) -> set[SumsLine]:
        """What the list of this root has to say of the files."""
        return {
            SumsLine.of(each.sha256, each.location.path)
            for each in self.catalog.made_files.all()
            if each.location.root == root
        }

    def _update_list(self, root: str, before: set[SumsLine] | None) -> None:
        """`before`: the lines of the files, in a list that was as the program left it; None: it was not."""
        after = self._lines(root)
        if before is None or not self._list(root).replace(before - after, after - before):
            self._list(root).rewrite(self.note)

    def _has_its_size(self, file: MadeFile) -> bool:
        try:
            found = self.library.file(file.location).lstat()
        except OSError:
            return False
        return stat.S_ISREG(found.st_mode) and found.st_size == file.size_bytes

    def _list(self, root: str) -> SumsList:
        return SumsList(self.library, self.catalog, root)

    # One file

    def _replace(self, root: str, kind: str) -> bool:
        """Make one file. Returns whether it has changed."""
        location = Location(root, f"{kind}.json")
        known, path = self.catalog.made_files.at(location), self.library.file(location)
        content = self._content(root, kind)
        first = next(content, None)
        if first is None:
            return known is not None and self._remove(known)
        with list_errors(path):
            workspace = self.library.workspace(root)
            temporary = temporary_path(workspace)
            try:
                made = _write(temporary, chain([first], content), location)
                there = _sha256(path)
                if known and there == made.sha256 == known.sha256:
                    return False
                is_ours = known is not None and (known.made_run == BEING_MADE or there == known.sha256)
                if os.path.lexists(path) and not is_ours and there != made.sha256:
                    self.library.to_trash(location)
                    self.note(f"{path} was not as photosync makes it; it is in {PROGRAM_FOLDER}/trash now")
                with self.catalog.transaction():
                    self._list(root).mark_changing()
                    self.catalog.made_files.record(made)
                move_file(temporary, path, workspace=workspace)
                sync_folder(path.parent)
            finally:
                temporary.unlink(missing_ok=True)
        return True

    def _remove(self, known: MadeFile) -> bool:
        """There is nothing to tell any more."""
        path = self.library.file(known.location)
        with list_errors(path):
            if _sha256(path) == known.sha256:
                path.unlink()
        with self.catalog.transaction():
            self._list(known.location.root).mark_changing()
            self.catalog.made_files.forget(known)
        return True

    # Their content

    def _content(self, root: str, kind: str) -> Iterator[str]:
        """The text in small parts; nothing if there is nothing to tell."""
        end = ""
        for each in self.catalog.collections.all(people=kind == "people"):
            items = self._items(each, root)
            first = next(items, None)
            if root and first is None:
                continue
            yield ",\n" if end else f'{MADE_BEGINNING}{kind} 1", "{kind}": [\n'
            yield _head(each)
            if first is not None:
                yield f', "items": [\n  {first}'
                yield from (f",\n  {item}" for item in items)
                yield "\n]"
            elif kind == "albums":
                yield ', "items": []'
            yield "}"
            end = "\n]}\n"
        yield from [end] if end else []

    def _items(self, recorded: RecordedCollection, root: str) -> Iterator[str]:
        """The items of a collection, of a folder outside the library only those whose files are there."""
        for each in self.catalog.collections.members(recorded.account, recorded.collection):
            location = each.location
            if not root:
                yield _text({"id": each.id, "path": None if location is None else str(location)})
            elif location is not None and location.root == root:
                yield _text({"id": each.id, "path": location.path})


def settle_made_files(library: Library, catalog: Catalog) -> None:
    """Record what the files have that a killed run was about to replace. The next pull makes them again."""
    for each in catalog.made_files.all():
        path = library.file(each.location)
        if each.made_run == BEING_MADE and (sha256 := _sha256(path)) != each.sha256:
            with catalog.transaction():
                SumsList(library, catalog, each.location.root).mark_changing()
                if sha256 is None:
                    catalog.made_files.forget(each)
                else:
                    catalog.made_files.record(replace(each, sha256=sha256, size_bytes=path.stat().st_size))


def _head(recorded: RecordedCollection) -> str:
    """The JSON object of a collection, without its items and its end."""
    collection = recorded.collection
    values: dict[str, object] = {
        "account": recorded.account,
        "id": collection.id,
        "name": collection.name,
        "kind": collection.kind,
        "count": collection.count,
        **({"cover": collection.cover} if collection.cover else {}),
        **({"gone": True} if recorded.is_gone else {}),
    }
    return _text(values).removesuffix("}")


def _text(values: dict[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False)


def _write(path: Path, content: Iterator[str], location: Location) -> MadeFile:
    hash_, size_bytes = hashlib.sha256(), 0
    with path.open("xb") as file:
        for part in content:
            encoded = part.encode()
            hash_.update(encoded)
            size_bytes += file.write(encoded)
        file.flush()
        os.fsync(file.fileno())
    return MadeFile(location, hash_.hexdigest(), size_bytes, BEING_MADE)


def _sha256(path: Path) -> str | None:
    """Of a regular file; None for anything else."""
    try:
        return digest_of(path).sha256 if stat.S_ISREG(path.lstat().st_mode) else None
    except OSError:
        return None
