"""Finds files of the older script by their names, which have five forms.

Facts: protocol notes on Aura, sections 6.3 and 9. A name holds the asset's id, or the name of the stored file, or in
the oldest form only the time; then the file belongs to the first item of that time. The script never looked at a status
or a length: error pages and incomplete files have the names of photos, and still pictures those of videos.

    2012-04-15T03-15-04.000Z_ID.jpeg      now
    2012-04-15-03-15-04.000_ID.jpeg       its README
    2012-04-15T03:15:04.000Z_ID.jpeg      2023-08
    2012-04-15-03-15-04.000_FILE.jpeg     2023-08, FILE being the stored file's name
    2012-04-15-03-15-04.000.jpeg          2023-01 to 2023-08
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from photosync.model import Item, Kind
from photosync_aura.items import MOTION, time_words

_HEAD_BYTES = 4096
_DEPTH = 2
"""A frame's folder below the account's, and a year's below that."""
_VIDEO_EXTENSIONS = frozenset((".mp4", ".mov", ".m4v", ".qt", ".avi", ".3gp", ".mkv", ".webm"))

_NAME = re.compile(
    r"""(?:(?P<day>\d{4}-\d\d-\d\d)[T-](?P<hour>\d\d)[:-](?P<minute>\d\d)[:-](?P<second>\d\d)
        (?P<fraction>\.\d{1,6})?Z?|unknown-date)?
        (?:_(?P<key>.+?))?
        (?P<extension>\.[A-Za-z0-9]{1,5})?""",
    re.VERBOSE,
)
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


class _Found(NamedTuple):
    path: Path
    is_video: bool
    """By its name; the content may be the video's still picture."""


class OlderFiles:
    """Reads each folder once per run, and assigns a file that is named by its time only to one item."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folders: dict[Path, dict[str, list[_Found]]] = {}
        self._given: dict[Path, str] = {}

    def find(self, item: Item, folder: Path) -> Sequence[Path]:
        """Files in `folder` that belong to `item` by their names, the most certain first."""
        with self._lock:
            if folder not in self._folders:
                self._folders[folder] = _by_key(folder)
            known = self._folders[folder]
            is_video = item.kind is Kind.VIDEO
            sure = [found.path for key in _keys(item) for found in known.get(key, ()) if found.is_video == is_video]
            timed = [
                found.path
                for found in (known.get(f"at {time_words(item.taken.reading)}", ()) if item.taken else ())
                if found.is_video == is_video and self._given.setdefault(found.path, item.id) == item.id
            ]
            return tuple(dict.fromkeys((*sure, *timed)))


def is_sound(path: Path, item: Item) -> bool:
    """Whether the file is complete, and of the item's kind; False for a file that cannot be read."""
    # Slow to load, and needed only where the older script was.
    from photosync.formats.sniff import FormatKind, sniff  # noqa: PLC0415
    from photosync.formats.whole import is_whole  # noqa: PLC0415
    from photosync.formats.window import Window  # noqa: PLC0415

    try:
        with path.open("rb") as file:
            if item.md5_hint is not None:
                md5 = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
                if md5 == item.md5_hint:
                    return True
            window = Window.of_file(file)
            format_ = sniff(window.read(0, _HEAD_BYTES))
            kind = FormatKind.VIDEO if item.kind is Kind.VIDEO else FormatKind.PHOTO
            return format_ is not None and format_.kind is kind and is_whole(window, format_) is True
    except OSError:
        return False


def _keys(item: Item) -> tuple[str, ...]:
    """The parts of a name that identify the item: its id, and the stored file's name without extension."""
    stored = item.locator.get("file") or item.locator.get("video") or ""
    stem = PurePosixPath(stored).stem
    return tuple(key for key in (item.id.removesuffix(MOTION), stem, stored) if key)


def _by_key(folder: Path) -> dict[str, list[_Found]]:
    known: dict[str, list[_Found]] = {}
    for path in _files(folder, _DEPTH):
        match = _NAME.fullmatch(path.name)
        found = _Found(path, path.suffix.lower() in _VIDEO_EXTENSIONS)
        for key in _keys_in(path.name, match):
            known.setdefault(key, []).append(found)
    return known


def _keys_in(name: str, match: re.Match[str] | None) -> set[str]:
    keys = set(_UUID.findall(name))
    if match is None:
        return keys
    if match["key"]:
        return keys | {match["key"]}
    if match["day"]:
        fraction = f"{match['fraction'] or '.'}000"[:4]
        keys.add(f"at {match['day']}-{match['hour']}-{match['minute']}-{match['second']}{fraction}")
    return keys


def _files(folder: Path, depth: int) -> Iterator[Path]:
    """Sorted, so that every run has the same order."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_file(follow_symlinks=False):
            yield Path(entry.path)
        elif depth and entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path), depth - 1)
