"""Lines of the program and lines of the user in one SHA256SUMS."""

import tracemalloc
from pathlib import Path

import pytest

from photosync.library import sums
from photosync.library.sums import SumsLine, merged

A, B, C = "a" * 64, "b" * 64, "c" * 64
OWN = {each.name: each for each in (SumsLine.of(A, "amazon/1.jpg"), SumsLine.of(B, "amazon/2.jpg"))}
OURS = f"{A}  amazon/1.jpg\n{B}  amazon/2.jpg\n".encode()

USERS = [
    f"{C}  old/mine.jpg\n".encode(),
    f"# my archive, checked 2019\n\n{C}  old/mine.jpg\n".encode(),
    f"{C} *old/mine.jpg\n".encode(),
    f"\\{C}  old/a\\nb\\\\c.jpg\n".encode(),
    f"{C}  old/mine.jpg\r\n{B}  old/2.jpg\r\n".encode(),
    f"{C}  old/caf\xe9.jpg\n".encode("latin-1"),
    f"{C.upper()}  old/mine.jpg\n".encode(),
    f"SHA256 (old/mine.jpg) = {C}\n".encode(),
    f"\ufeff{C}  old/mine.jpg\n".encode(),
    b"\0\xff\n\n\n",
]


@pytest.mark.parametrize("users", USERS)
def test_lines_of_the_user_stay_and_ours_follow(users: bytes) -> None:
    assert merged(users, OWN, set()) == (users + OURS, True)
    assert merged(users + OURS, OWN, set()) == (users + OURS, True)


@pytest.mark.parametrize("users", USERS)
def test_lines_added_between_and_behind_ours_stay_where_they_are(users: bytes) -> None:
    first, second = OURS.splitlines(keepends=True)
    outdated = second.replace(b"b", b"d", 64)
    assert merged(first + users + outdated + users, OWN, set()) == (first + users + second + users, True)


@pytest.mark.parametrize("last", [f"{C}  old/mine.jpg", "# not finished", "\xe9"])
def test_a_last_line_without_its_end_gets_one(last: str) -> None:
    assert merged(last.encode(), OWN, set())[0] == last.encode() + b"\n" + OURS


@pytest.mark.parametrize("length", [1, 40, 70, len(OURS) // 2])
def test_a_line_of_ours_that_was_not_written_completely_is_completed(length: int) -> None:
    assert merged(OURS[:length], OWN, set()) == (OURS, False)


def test_a_line_of_ours_in_another_form_stays_if_it_is_right() -> None:
    users = f"{A.upper()} *amazon/1.jpg\r\n".encode()
    assert merged(users, OWN, set()) == (users + f"{B}  amazon/2.jpg\n".encode(), True)


def test_only_ours_are_removed_with_their_files() -> None:
    left = {SumsLine.of(C, "amazon/1.jpg.xmp")}
    users = f"{A}  amazon/1.jpg.xmp\n{C}  old/1.jpg.xmp\n".encode()
    assert merged(OURS + f"{C}  amazon/1.jpg.xmp\n".encode() + users, OWN, left)[0] == OURS + users


def test_a_current_list_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "SHA256SUMS"
    path.write_bytes(b"".join(reversed(OURS.splitlines(keepends=True))))
    before = sums.state(tmp_path)
    sums.rewrite(tmp_path, OWN.values(), set(), tmp_path)
    assert sums.state(tmp_path) == before


def test_a_new_list_is_written_line_by_line(tmp_path: Path) -> None:
    lines = (SumsLine.of(A, f"amazon/{number:06}.jpg") for number in range(20_000))
    tracemalloc.start()
    try:
        assert not sums.rewrite(tmp_path, lines, set(), tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 500_000
    finally:
        tracemalloc.stop()
    assert [each.name[7:-4] for each in sums.read(tmp_path)] == [b"%06d" % number for number in range(20_000)]


def test_lines_are_replaced_line_by_line(tmp_path: Path) -> None:
    path, others = tmp_path / "SHA256SUMS", [SumsLine.of(A, f"amazon/{number:06}.jpg") for number in range(20_000)]
    sums.rewrite(tmp_path, [SumsLine.of(B, "albums.json"), *others], set(), tmp_path)
    path.chmod(0o640)
    tracemalloc.start()
    try:
        after = [SumsLine.of(C, "people.json"), SumsLine.of(C, "albums.json")]
        assert sums.replace(tmp_path, {SumsLine.of(B, "albums.json")}, after, tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 500_000
    finally:
        tracemalloc.stop()
    assert list(sums.read(tmp_path)) == [after[1], *others, after[0]]
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    "content",
    [
        f"{A}  b.jpg\n{B}  a.jpg\n",
        f"{A}  a.jpg\n{A}  a.jpg\n",
        f"\\{A}  a\\nb.jpg\n{B}  c.jpg\n",
        f"{B}  c.jpg\n",
    ],
    ids=["unsorted", "twice", "escaped", "another line"],
)
def test_another_list_is_left_for_the_whole_way(tmp_path: Path, content: str) -> None:
    (tmp_path / "SHA256SUMS").write_text(content)
    assert not sums.replace(tmp_path, {SumsLine.of(C, "c.jpg")}, [SumsLine.of(B, "c.jpg")], tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["SHA256SUMS"]
    assert (tmp_path / "SHA256SUMS").read_text() == content


def test_there_is_no_list_of_nothing(tmp_path: Path) -> None:
    assert not sums.rewrite(tmp_path, [], set(), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [b"", b"a\0b", b"\0", b"\r"])
def test_what_names_no_file_is_no_line(name: bytes) -> None:
    assert SumsLine.parse(b"a" * 64 + b"  " + name) is None
    assert SumsLine.parse(b"SHA256 (" + name + b") = " + b"a" * 64) is None


def test_names_that_need_escaping_are_read_back() -> None:
    line = SumsLine.of(A, "a\\b\nc")
    assert SumsLine.parse(line.encode()) == line
