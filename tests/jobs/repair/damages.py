"""The ways in which files of a library are damaged in tests."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from photosync.testing.command import Sandbox

Damage = Callable[[Sandbox, Path], object]
"""Damages a photo of the sandbox's library."""


def one_byte(_: Sandbox, path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def one_byte_with_its_time_restored(sandbox: Sandbox, path: Path) -> None:
    status = path.stat()
    one_byte(sandbox, path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def truncated(_: Sandbox, path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def emptied(_: Sandbox, path: Path) -> None:
    path.write_bytes(b"")


def grown(_: Sandbox, path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"more")


def a_block_of_zeros(_: Sandbox, path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:100] + bytes(200) + content[300:])


def overwritten_by_another(sandbox: Sandbox, path: Path) -> None:
    path.write_bytes(another(sandbox, path).read_bytes())


def exchanged_with_another(sandbox: Sandbox, path: Path) -> None:
    other = another(sandbox, path)
    mine, theirs = path.read_bytes(), other.read_bytes()
    path.write_bytes(theirs)
    other.write_bytes(mine)


def renamed(_: Sandbox, path: Path) -> None:
    path.rename(path.with_name(f"my {path.name}"))


def renamed_in_case(_: Sandbox, path: Path) -> None:
    path.rename(path.with_name(path.name.swapcase()))


def moved(sandbox: Sandbox, path: Path) -> None:
    folder = sandbox.library / "best of"
    folder.mkdir()
    path.rename(folder / path.name)


def a_folder_in_its_place(_: Sandbox, path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "mine").write_text("the user's")


def a_link_to_a_good_copy(sandbox: Sandbox, path: Path) -> None:
    path.rename(sandbox.folder / path.name)
    path.symlink_to(sandbox.folder / path.name)


def a_dead_link(_: Sandbox, path: Path) -> None:
    path.unlink()
    path.symlink_to("/nowhere/at/all")


def a_loop(_: Sandbox, path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def a_pipe(_: Sandbox, path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def deleted(_: Sandbox, path: Path) -> None:
    path.unlink()


def its_folder_deleted(_: Sandbox, path: Path) -> None:
    shutil.rmtree(path.parent)


LOST: list[Damage] = [
    *(one_byte, one_byte_with_its_time_restored, truncated, emptied, grown, a_block_of_zeros, overwritten_by_another),
    *(a_folder_in_its_place, a_dead_link, a_loop, a_pipe, deleted, its_folder_deleted),
]
"""The content is nowhere in the library any more."""
STILL_THERE: list[Damage] = [exchanged_with_another, renamed, renamed_in_case, moved, a_link_to_a_good_copy]
"""The content is still somewhere."""


def another(sandbox: Sandbox, path: Path) -> Path:
    """Another photo, of another content."""
    content = path.read_bytes()
    return next(each for each in sandbox.files() if each != path and each.read_bytes() != content)
