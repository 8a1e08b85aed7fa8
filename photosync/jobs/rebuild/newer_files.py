"""Brings an older copy of the catalog into agreement with files that changed after it was made.

Such a file is found by its size, or by its line in SHA256SUMS. Undo records show whether it is the same item's, with
other metadata. Else, if the list has its present content, a later run has saved it: the item is forgotten if its
provider gives a hash, and the next listing finds out whose the file is. Any other file is damaged: `verify` says so.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from itertools import chain

from photosync.catalog import Catalog, Sidecar
from photosync.catalog.soundness import StoredFile
from photosync.errors import ItemError
from photosync.jobs.fix.sidecar_files import found_sidecars
from photosync.jobs.pull.adopt import contents_before
from photosync.library import Library, digest_of, sums
from photosync.library.own_folders import fix_workspace
from photosync.model import Location


def take_newer_files(library: Library, catalog: Catalog) -> None:
    """Look at each file that may have changed. What cannot be read stays as it is recorded."""
    listed = cache(lambda root: _lines(library, root))
    doubtful = [
        (each, line)
        for each in catalog.soundness.stored_files()
        if _may_differ(library, each, line := listed(each.location.root).get(os.fsencode(each.location.path)))
    ]
    for file, line in doubtful:
        with suppress(OSError, ItemError), catalog.transaction():
            _take(library, catalog, file, line)


def _lines(library: Library, root: str) -> dict[bytes, bytes]:
    with suppress(OSError):
        return {line.name: line.sha256 for line in sums.read(library.base(root))}
    return {}


def _may_differ(library: Library, file: StoredFile, listed: bytes | None) -> bool:
    try:
        size_bytes = library.file(file.location).stat().st_size
    except OSError:
        return False  # a missing file is the pull's
    return size_bytes != file.size_bytes or listed not in (None, file.sha256.encode())


def _take(library: Library, catalog: Catalog, file: StoredFile, listed: bytes | None) -> None:
    """Raises `OSError` or `ItemError`."""
    path, root = library.file(file.location), file.location.root
    stored = digest_of(path)
    entry = catalog.entry(file.account, file.id)
    if entry is None or stored.sha256 == file.sha256:
        return
    with fix_workspace(library.workspace(root)) as second_files:
        contents = chain([stored], contents_before(path, stored, library.undo, second_files))
        is_same_item = any(each.sha256 == entry.delivered_sha256 for each in contents)
    if is_same_item:
        catalog.soundness.restate(file, stored.size_bytes, stored.sha256)
        sidecars = (
            Sidecar(Location(root, str(each.path.relative_to(library.base(root)))), each.sha256, each.ours)
            for each in found_sidecars(path, library.undo)
        )
        catalog.fixes.set_sidecars(file.account, file.id, 0, sidecars)
    elif listed == stored.sha256.encode() and (entry.item.md5 or entry.item.md5_hint):
        catalog.soundness.forget(file)
