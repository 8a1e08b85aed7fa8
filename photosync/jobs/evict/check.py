"""Decides which files may be removed: those that are as they were saved, here and in two copies at different places.

First the records and the listings of all copies are asked. Then the files are read that two copies have by these: in
the library, and in each copy that is in a folder, whose listing says nothing of a content.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event

from photosync.copies import Stored
from photosync.errors import CancelledError, Exit, ItemError, PhotosyncError, Reason
from photosync.file_systems import open_regular
from photosync.jobs.copy.parallel import check, results
from photosync.jobs.evict.candidate import Candidate
from photosync.jobs.evict.standing import Seen, Standing, UsedCopy, check_place, look
from photosync.jobs.report import Reporter
from photosync.library import Library

ENOUGH = 2
"""So many copies have to have a file before it is removed here."""
_WORKERS = 4
"""Files are read from disks."""
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """Changes if a file is replaced or written to."""

    device: int
    inode: int
    size_bytes: int
    modified_ns: int
    changed_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> FileIdentity:
        """Of the file with this status."""
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was decided about one file."""

    file: Candidate
    identity: FileIdentity | None = None
    """Of the file that was read, and that may be removed; None: it may not."""
    proved_by: Collection[str] = ()
    """The copies that are proved to have it."""
    error: ItemError | None = None
    standings: Mapping[str, Standing] = field(default_factory=dict)
    """What each copy has of it, if that is why it may not be removed."""


@dataclass(slots=True)
class Check:
    """One check of all files that were asked for: `for checked in Check(…).run(files)`."""

    library: Library
    copies: Sequence[UsedCopy]
    max_age: timedelta
    reporter: Reporter
    cancel: Event
    warn: Callable[[str], None]
    """Gets why a copy cannot be used, if two others can."""
    _seen: dict[str, Seen] = field(default_factory=dict, init=False)
    """In each copy that can be used."""

    def run(self, files: Sequence[Candidate], unusable: Sequence[PhotosyncError] = ()) -> Iterator[Checked]:
        """What is decided about each of the files. `unusable`: why further copies cannot even be opened.

        Raises the error of a copy if fewer than two can be used.
        """
        self._look(self.copies, files, [*unusable])
        to_read = []
        for file in files:
            now = self._of(file)
            if Standing.WRONG in now.values() or not _is_enough(now):
                yield self._refused(file, now)
            else:
                to_read.append(file)
        self.reporter.wanted(len(to_read), sum(each.size_bytes for each in to_read))
        yield from results(iter(to_read), self._read, Checked, _WORKERS, self.cancel)

    def again(self, checked: Sequence[Checked]) -> Iterator[Checked]:
        """What is decided now about files that may be removed: copies are listed again, and were not changed since.

        Raises as `run`.
        """
        before = self._seen
        self._look([each for each in self.copies if each.name in before], [each.file for each in checked], [])
        for each in checked:
            now = {
                name: _standing_now(name, each, before[name].stored[each.file], seen)
                for name, seen in self._seen.items()
            }
            is_still_right = Standing.WRONG not in now.values() and _is_enough(now)
            yield each if is_still_right else self._refused(each.file, now)

    def _look(self, copies: Sequence[UsedCopy], files: Sequence[Candidate], errors: list[PhotosyncError]) -> None:
        self._seen = {}
        marks = {found for each in copies if (found := each.mark(self.library))}
        for copy in copies:
            check(self.cancel)
            try:
                seen = look(copy, files, self.library, marks, self.max_age, self.cancel)
                check_place(copy.name, seen, self.library, self._seen)
            except CancelledError:
                raise
            except PhotosyncError as error:
                errors.append(error)
            else:
                self._seen[copy.name] = seen
        is_enough = len(self._seen) >= ENOUGH
        last = None if is_enough else next((each for each in errors if each.exit is _worst(errors)), None)
        for each in errors:
            if each is not last:
                self.warn(str(each))
        if last is not None:
            raise last

    def _of(self, file: Candidate) -> dict[str, Standing]:
        return {name: seen.standings[file] for name, seen in self._seen.items()}

    # Called by the workers

    def _read(self, file: Candidate) -> Checked:
        try:
            identity = self._read_here(file)
        except ItemError as error:
            return Checked(file, error=error)
        now = self._of(file)
        inodes: set[tuple[int, int]] = {(identity.device, identity.inode)}
        for copy in self.copies:
            if copy.folder is not None and now.get(copy.name) in (Standing.RIGHT, Standing.NOT_READ):
                now[copy.name] = self._read_there(copy, file, now[copy.name], inodes)
        self.reporter.saved(file.name, file.path)
        if Standing.WRONG in now.values() or not _is_enough(now):
            return self._refused(file, now)
        return Checked(file, identity, [name for name, each in now.items() if each is Standing.RIGHT])

    def _read_here(self, file: Candidate) -> FileIdentity:
        path, hash_ = self.library.file(file.location), hashlib.sha256()
        try:
            with open_regular(path, follow_links=False) as source:
                before = FileIdentity.of(os.fstat(source.fileno()))
                while block := source.read(_BLOCK):
                    check(self.cancel)
                    self.reporter.received(len(block))
                    hash_.update(block)
                after = FileIdentity.of(os.fstat(source.fileno()))
        except OSError as error:
            why = f"cannot be read: {error.strerror or error}"
            raise ItemError(f"{path} stays: it {why}. See: photosync verify", Reason.DAMAGED) from error
        if before != after:
            raise ItemError(f"{path} stays: it is being changed", Reason.CHANGED)
        if (after.size_bytes, hash_.hexdigest()) != (file.size_bytes, file.sha256):
            raise ItemError(f"{path} stays: it is not as it was saved. See: photosync verify", Reason.DAMAGED)
        return after

    def _read_there(self, copy: UsedCopy, file: Candidate, before: Standing, inodes: set[tuple[int, int]]) -> Standing:
        """What the copy has, now that it was read. `inodes`: of the files that count already; another name of one of
        them is not another copy.
        """
        assert copy.folder is not None
        hash_ = hashlib.sha256()
        try:
            found = (copy.folder / file.path).lstat()
            for block in copy.store.read(file.path):
                check(self.cancel)
                hash_.update(block)
        except (FileNotFoundError, NotADirectoryError):
            return Standing.LACKING
        except (OSError, ItemError):
            return Standing.WRONG  # what cannot be read is no copy
        if hash_.hexdigest() != file.sha256:
            return Standing.WRONG
        inode = found.st_dev, found.st_ino
        if inode in inodes:
            return Standing.LACKING
        inodes.add(inode)
        return before

    # What is said

    def _refused(self, file: Candidate, now: Mapping[str, Standing]) -> Checked:
        if wrong := [name for name, each in now.items() if each is Standing.WRONG]:
            commands = "; ".join(f"photosync verify --copy {name} --repair" for name in wrong)
            error = f"{file.name} stays: it is damaged in the copy {_quoted(wrong)}. Run: {commands}"
            return Checked(file, error=ItemError(error, Reason.DAMAGED), standings=now)
        words = {Standing.LACKING: "does not have it", Standing.NOT_READ: "was not verified lately"}
        parts = [f"'{name}' {words[each]}" for name, each in now.items() if each in words]
        parts += [f"'{each.name}' cannot be used" for each in self.copies if each.name not in now]
        why = f"fewer than {ENOUGH} copies are proved to have it: {', '.join(parts) or 'they are at one place'}"
        return Checked(file, error=ItemError(f"{file.name} stays: {why}", Reason.NOT_VERIFIED), standings=now)


def _is_enough(now: Mapping[str, Standing]) -> bool:
    """Copies are at different places: what is not is refused, or left out."""
    return list(now.values()).count(Standing.RIGHT) >= ENOUGH


def _standing_now(name: str, checked: Checked, before: Stored | None, seen: Seen) -> Standing:
    """What a copy has of a file that may be removed, without reading it another time."""
    standing = seen.standings[checked.file]
    if standing is not Standing.RIGHT:
        return standing
    if name not in checked.proved_by:
        return Standing.LACKING  # another name of a file that counts already
    return standing if seen.stored[checked.file] == before else Standing.NOT_READ


def _worst(errors: Sequence[PhotosyncError]) -> Exit:
    return Exit.worst([each.exit for each in errors])


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
