"""The library: whose it is, whether it can be written, whether another run has it, and its catalog."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from photosync.errors import Exit, LockedError
from photosync.jobs.doctor.check import Check, Result, guarded
from photosync.jobs.doctor.file_system import file_system_checks
from photosync.jobs.doctor.space import space_check
from photosync.jobs.library_catalog import has_catalog, read_catalog
from photosync.jobs.rebuild.restore import is_lost
from photosync.library import Library
from photosync.library.disk_errors import disk_errors
from photosync.library.own_folders import temporary_path

_TRIED_BYTES = 64 * 1024


def library_checks(library: Library) -> Iterator[Check]:
    """All of them; those that need a library only where there is one."""
    checks = list(guarded("library", lambda: _identity(library)))
    yield from checks
    yield from guarded("disk space", lambda: [space_check(library.root, library.program_folder)])
    if checks[0].result is Result.OK and library.uuid is not None:
        yield from guarded("library", lambda: _writing(library))
        yield from guarded("lock", lambda: _lock(library))
        yield from guarded("catalog", lambda: _catalog(library))


def _identity(library: Library) -> Iterator[Check]:
    if library.exists:
        yield Check("library", Result.OK, f"{library.root}: the library {library.uuid}")
        return
    above = next(each for each in (library.root, *library.root.parents) if os.path.lexists(each))
    if not above.is_dir():
        advice = "Correct 'library' in the configuration, or --library."
        yield Check("library", Result.ERROR, f"{above} is no folder", advice, exit=Exit.DESTINATION)
    elif not os.access(above, os.W_OK | os.X_OK):
        advice = f"Give yourself the right to write in {above}, or name another folder with 'library'."
        text = f"{library.root} cannot be made: {above} cannot be written"
        yield Check("library", Result.ERROR, text, advice, exit=Exit.DESTINATION)
    else:
        yield Check("library", Result.OK, f"{library.root}: no library yet; the first pull makes it")


def _writing(library: Library) -> Iterator[Check]:
    """Write a file and remove it; then try what the file system can do."""
    with disk_errors(library.program_folder):
        tried = temporary_path(library.program_folder)
        try:
            _write(tried)
            yield Check("library", Result.OK, "files can be written")
            yield from file_system_checks(tried)
        finally:
            tried.unlink(missing_ok=True)


def _write(path: Path) -> None:
    with path.open("xb") as file:
        file.write(bytes(_TRIED_BYTES))
        file.flush()
        os.fsync(file.fileno())


def _lock(library: Library) -> Iterator[Check]:
    try:
        with library.lock():
            library.remove_temporary_files(())  # of a killed doctor, too
            yield Check("lock", Result.OK, "no other run has the library")
    except LockedError as error:
        advice = "Wait until it has ended. Which program it is: fuser -v LIBRARY/.photosync/lock"
        yield Check("lock", Result.WARNING, str(error).partition(";")[0], advice, exit=error.exit)


def _catalog(library: Library) -> Iterator[Check]:
    if not has_catalog(library):
        yield Check("catalog", Result.OK, "there is none yet")
        return
    if is_lost(library):
        text = f"{library.catalog_path} is lost; there is a copy of it"
        yield Check("catalog", Result.WARNING, text, "The next run restores it from the copy: photosync pull")
        return
    with read_catalog(library) as catalog:
        catalog.soundness.check()
        items = sum(catalog.totals(account).items for account in catalog.accounts())
    yield Check("catalog", Result.OK, f"{library.catalog_path} can be read as a whole: {items:,} saved items")
