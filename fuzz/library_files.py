"""Small files in a library that others may have written to: SHA256SUMS, sidecars, undo records, lists of exclusions."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from fuzz.harness import Harness
from photosync.errors import ItemError, UsageError
from photosync.jobs.user_files import IGNORE_FILE, UserFiles
from photosync.library.sums import SumsLine, merged
from photosync.metadata import growth, has_date, merge_sidecar, undo
from photosync.metadata.splice import Splice
from photosync.metadata.undo_record import UndoRecord
from photosync.metadata.xmp.sidecar import sidecar
from photosync.model import GpsPosition
from tests.metadata.making import TAKEN, xmp_packet

_OWN = {each.name: each for each in (SumsLine.of("a" * 64, "amazon/1.jpg"), SumsLine.of("b" * 64, "two\nlines\\"))}
_LEFT = frozenset({SumsLine.of("c" * 64, "amazon/gone.jpg")})


def check_sums(content: bytes) -> None:
    """A list is brought up to date, whatever was in it.

    - It has every line of ours, and no file of ours with another hash.
    - Lines of others stay, byte for byte and in their order.
    - Doing it again changes nothing.
    """
    after, has_others = merged(content, _OWN, _LEFT)
    lines = after.split(b"\n")
    assert lines.pop() == b"", "the last line has no end"
    parsed = [SumsLine.parse(line) for line in lines]
    ours = {each.name: each for each in parsed if each is not None and each.name in _OWN}
    assert ours == _OWN
    assert all(each == _OWN[each.name] for each in parsed if each is not None and each.name in _OWN)
    assert not _LEFT.intersection(parsed)
    *before, last = content.split(b"\n")
    if not any(each.encode().startswith(last) for each in _OWN.values()):  # or one of ours that was not written whole
        before.append(last)
    others = [line for line in before if _is_of_others(line)]
    assert [line for line in lines if _is_of_others(line)] == others
    assert has_others or not others
    assert merged(after, _OWN, _LEFT)[0] == after


def _is_of_others(line: bytes) -> bool:
    found = SumsLine.parse(line)
    return found is None or (found.name not in _OWN and found not in _LEFT)


def check_sidecar(content: bytes) -> None:
    """A sidecar of another program is added to, or left alone.

    - All its bytes stay, in their order: ours are at one place.
    - Undoing gives the same bytes, and adding a second time changes nothing.
    """
    has_date(content)
    ours = sidecar(taken=TAKEN, artist="Ada & Bob", copyright_="© <Ada>", gps=GpsPosition(1.5, -2.5), is_video=True)
    assert ours is not None
    merge = merge_sidecar(content, ours)
    if merge.content is None:
        return
    assert merge.undo is not None
    added = len(merge.content) - len(content)
    (splice,) = merge.undo.splices
    assert splice == Splice(splice.offset, added, b"")
    assert merge.content[: splice.offset] + merge.content[splice.offset + added :] == content
    again = merge_sidecar(merge.content, ours)
    assert again.content is None, "a second time added something"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.xmp")
        path.write_bytes(merge.content)
        assert undo(path, merge.undo.encode(), Path(folder)).read_bytes() == content


_FIXED = b"the fixed content of a file"
_DELIVERED = b"the content of a file"


def check_undo_record(content: bytes) -> None:
    """A record gives the delivered bytes, or is refused with `ItemError`; the fixed file stays as it is."""
    with suppress(ItemError):
        growth(content)
    with tempfile.TemporaryDirectory() as folder:
        path, workspace = Path(folder, "a.jpg"), Path(folder, "partial")
        path.write_bytes(_FIXED)
        workspace.mkdir()
        try:
            restored = undo(path, content, workspace).read_bytes()
            assert hashlib.sha256(restored).hexdigest() == UndoRecord.decode(content).delivered_sha256
        except ItemError:
            assert not list(workspace.iterdir())
        assert path.read_bytes() == _FIXED


def check_ignore_file(content: bytes) -> None:
    """A `.photosyncignore` excludes files, or is refused with `UsageError`; all that is taken is there."""
    with tempfile.TemporaryDirectory() as folder:
        below = Path(folder, "a", "b c")
        below.mkdir(parents=True)
        for name in ("1.jpg", "[x].JPG", "ä.jpg"):
            (below / name).touch()
        below.with_name(IGNORE_FILE).write_bytes(content)
        with suppress(UsageError):
            assert all(path.is_file() for path, _ in UserFiles().below(Path(folder)))


def _ignore_files() -> Sequence[bytes]:
    return [b"*.jpg\n!1.jpg\n# a comment\n", b"/b c/\n**/x?[a-z]*\n\\#a\n!*/\n", b"[!a-c]*\r\na/**/b\n"]


def _sums() -> Sequence[bytes]:
    ours = [each.encode() for each in (*_OWN.values(), *_LEFT)]
    theirs = [b"# mine", b"d" * 64 + b"  own/a.jpg", b"E" * 64 + b" *b.jpg", b"\\" + b"f" * 64 + b"  a\\nb\\\\"]
    other_hash = b"0" * 64 + b"  amazon/1.jpg"
    return [b"", b"\n".join(ours) + b"\n", b"\n".join([*theirs, other_hash, *ours]), b"\r\n".join([*ours, *theirs])]


def _sidecars() -> Sequence[bytes]:
    ours = sidecar(taken=TAKEN, artist="Ada", copyright_="", gps=None, is_video=False) or b""
    return [xmp_packet(), xmp_packet(dc_creator="Ada", exif_DateTimeOriginal="2011-02-03"), ours]


def _undo_records() -> Sequence[bytes]:
    delivered, stored = (hashlib.sha256(each).hexdigest() for each in (_DELIVERED, _FIXED))
    good = UndoRecord(delivered, stored, (Splice(4, 6, b""),))
    two = UndoRecord(delivered, stored, (Splice(0, 4, b"the "), Splice(4, 6, b"")))
    return [good.encode(), two.encode(), UndoRecord(stored, delivered, (Splice(4, 0, b"fixed "),)).encode()]


HARNESSES = [
    Harness("sums", check_sums, _sums, longest=1000),
    Harness("sidecar", check_sidecar, _sidecars),
    Harness("ignore-file", check_ignore_file, _ignore_files, longest=200),
    Harness("undo-record", check_undo_record, _undo_records, longest=2000),
]
