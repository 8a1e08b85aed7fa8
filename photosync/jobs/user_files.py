"""The files in a user's folders that `push` and `fix` take.

They take no hidden files, none of this program, none that machines make next to photos, and none that the user excludes
with `--exclude` or in a file `.photosyncignore`. A file or folder that the user names is taken, whatever its name.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from photosync.errors import UsageError
from photosync.file_systems import open_regular
from photosync.library import ALBUMS_MARK, MADE_BEGINNING, MADE_NAMES, PROGRAM_FOLDER, SUMS_NAME

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILE = ".photosyncignore"

MACHINE_MADE = (
    # Thumbnails, recycle bins and snapshots of Synology, QNAP, Buffalo, Nextcloud and others
    *("@eadir/", "@tmp/", "@__thumb/", "@recycle/", "@recently-snapshot/", r"\#recycle/", r"\#snapshot/", "trashbox/"),
    *("appdata_*/", "network trash folder/", "temporary items/"),
    # Windows, Linux, macOS
    *("$recycle.bin/", "recycler/", "recycled/", "system volume information/", "found.[0-9][0-9][0-9]/", "lost+found/"),
    *("__macosx/", "thumbs.db", "ehthumbs*.db", "desktop.ini", "icon\r"),
    # The inside of photo and video libraries, and previews of Lightroom
    *("*.photoslibrary/", "*.photolibrary/", "*.aplibrary/", "*.migratedphotolibrary/", "*.migratedaperturelibrary/"),
    *("*.imovielibrary/", "*.fcpbundle/", "*.lrdata/", "*.lrprev", "ipod photo cache/", "zbthumbnail.info"),
)
"""Names in lower case, in the syntax of gitignore; `docs/uploading.md` has the same list."""

_SHOWN_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class _Rules:
    """Patterns, and the folder that they start at."""

    base: Path
    spec: GitIgnoreSpec

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """Whether `path` is excluded; None if no pattern is about it."""
        if not self.spec.patterns:
            return None
        relative = Path(path).relative_to(self.base).as_posix()
        return self.spec.check_file(f"{relative}/" if is_folder else relative).include


@dataclass(frozen=True, slots=True)
class UserFiles:
    """Finds the files: `UserFiles(exclude).below(folder)`."""

    exclude: Sequence[str] = ()
    """Patterns as in a `.photosyncignore` of each named folder; they win over those in files."""
    include_hidden: bool = False
    """Also take hidden files and those that machines make."""
    left_out: dict[Path, None] = field(default_factory=dict, init=False)
    """Gets each folder or file that was left out because machines made it."""

    @property
    def note(self) -> str | None:
        """For the user: what was left out because machines made it."""
        if not self.left_out:
            return None
        names = [f"'{path}'" for path in list(self.left_out)[:_SHOWN_EXAMPLES]]
        more = ", …" if len(self.left_out) > _SHOWN_EXAMPLES else ""
        return (
            f"left out what machines make next to photos: {len(self.left_out)} files or folders "
            f"({', '.join(names)}{more}). --include-hidden takes them as well."
        )

    def is_excluded(self, file: Path) -> bool:
        """Whether `--exclude` is about a file that the user names."""
        return bool(_rules(file.parent, self.exclude, "--exclude").verdict(str(file), is_folder=False))

    def below(self, folder: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
        """Each file, and the names of its folders below `folder`: files first, sorted by name. Raises `UsageError`.

        Links to files are followed, links to folders are not. A folder that cannot be read is yielded itself.
        """
        files = tuple(chain.from_iterable(map(_ignore_file, reversed(folder.parents))))
        yield from self._below(folder, (), files, _rules(folder, self.exclude, "--exclude"))

    def _below(
        self, folder: Path, names: tuple[str, ...], files: tuple[_Rules, ...], exclude: _Rules
    ) -> Iterator[tuple[Path, tuple[str, ...]]]:
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            yield folder, names
            return
        if names and any(entry.name == ALBUMS_MARK for entry in found):
            return  # links to photos of the library, unless the user names the folder itself
        if any(entry.name == IGNORE_FILE for entry in found):
            files = (*files, *_ignore_file(folder))
        taken = [entry for entry in found if self._is_taken(entry, (*files, exclude))]
        for entry in taken:
            if not _leads_to_folder(entry):
                yield Path(entry.path), names
        for entry in taken:
            if entry.is_dir(follow_symlinks=False):
                yield from self._below(Path(entry.path), (*names, entry.name), files, exclude)

    def _is_taken(self, entry: os.DirEntry[str], rules: Sequence[_Rules]) -> bool:
        if entry.name.startswith(PROGRAM_FOLDER) or entry.name == SUMS_NAME or _is_made(entry):
            return False
        is_folder = entry.is_dir(follow_symlinks=False)
        verdicts = (each.verdict(entry.path, is_folder=is_folder) for each in reversed(rules))
        if next((verdict for verdict in verdicts if verdict is not None), False):
            return False
        if self.include_hidden:
            return True
        name = entry.name.lower()
        is_machine_made = _machine_made(is_folder=is_folder).match_file(f"{name}/" if is_folder else name)
        if is_machine_made:
            self.left_out[Path(entry.path)] = None
        return not is_machine_made and not entry.name.startswith(".")


def _is_made(entry: os.DirEntry[str]) -> bool:
    """Whether it is an `albums.json` of a library, and not one of the user."""
    if entry.name not in MADE_NAMES:
        return False
    try:
        with open_regular(Path(entry.path)) as file:
            return file.read(len(MADE_BEGINNING)) == MADE_BEGINNING.encode()
    except OSError:
        return False


def _leads_to_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder or a link to one. A link that cannot be followed is no folder."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _ignore_file(folder: Path) -> Iterator[_Rules]:
    """The rules of the folder's own file, if it has one."""
    path = folder / IGNORE_FILE
    try:
        text = _text(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}; without it, excluded files would be taken"
        ) from error
    yield _rules(folder, text.splitlines(), str(path))


def _text(path: Path) -> str:
    with open_regular(path) as file:
        return file.read().decode("utf-8-sig", errors="surrogateescape")


@cache
def _machine_made(*, is_folder: bool) -> GitIgnoreSpec:
    """The patterns for folders, or for files; patterns of folders would only take time for each file."""
    return _spec(each for each in MACHINE_MADE if is_folder or not each.endswith("/"))


def _spec(lines: Iterable[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - slow to load, and most runs look for no files of the user

    return GitIgnoreSpec.from_lines(lines)


def _rules(base: Path, lines: Sequence[str], source: str) -> _Rules:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of Python, about patterns such as `[[:alpha:]]`
            # pathspec (1.1) lets a lone `*` win over a later `!*/`; `?*` means the same and does not.
            return _Rules(base, _spec("?*" if line.strip() == "*" else line for line in lines))
    except (ValueError, re.error) as error:  # the latter for a range such as `[z-a]`
        raise UsageError(f"{source}: {error}") from error
