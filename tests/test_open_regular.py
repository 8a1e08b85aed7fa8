"""Files are opened to be read: regular ones only, whatever somebody has put in their place."""

import errno
import os
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from photosync.file_systems import open_regular


def a_socket(path: Path) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as made:
        made.bind(str(path))


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, a_socket], ids=["pipe", "folder", "socket"])
def test_anything_else_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None]
) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket must be short
    make(Path("a"))
    with pytest.raises(OSError, match="no regular file") as raised:
        open_regular(Path("a"))
    assert raised.value.errno == errno.EINVAL


def test_a_link_is_followed_where_that_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    (tmp_path / "link").symlink_to("a")
    with open_regular(tmp_path / "link") as file:
        assert file.read() == b"content"
    with pytest.raises(OSError, match="no regular file"):
        open_regular(tmp_path / "link", follow_links=False)
