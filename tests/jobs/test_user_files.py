"""The files in a user's folders that `push` and `fix` take."""

from __future__ import annotations

from pathlib import Path

import pytest

from photosync.errors import UsageError
from photosync.jobs.user_files import MACHINE_MADE, UserFiles

UPLOADING = Path(__file__).parents[2] / "docs" / "uploading.md"

MACHINES = (
    *(
        "2010/@eaDir/a.JPG/SYNOPHOTO_THUMB_XL.jpg",
        "#recycle/a.jpg",
        "@Recycle/a.jpg",
        "@__thumb/s100a.jpg",
        "#snapshot/x/a.jpg",
    ),
    *(
        "$RECYCLE.BIN/S-1-5-21/$RABC123.jpg",
        "x/$Recycle.Bin/a.jpg",
        "RECYCLER/a.jpg",
        "System Volume Information/a.jpg",
    ),
    *("lost+found/i.jpg", "FOUND.000/a.jpg", "__MACOSX/a.jpg", "Thumbs.db", "x/desktop.ini", "x/ehthumbs_vista.db"),
    *("Photos Library.photoslibrary/originals/1/a.heic", "iPhoto Library.photolibrary/a.jpg", "x/A.aplibrary/a.jpg"),
    *("Lightroom Previews.lrdata/a.jpg", "Catalog Previews.lrdata/root-pixels.db", "Film.imovielibrary/a.mov"),
    *("appdata_oc1/preview/a.jpg", "iPod Photo Cache/F01/a.jpg"),
)
HIDDEN = (".a.jpg", "._a.jpg", ".Trash-1000/files/a.jpg", ".thumbnails/a.png", ".@__thumb/a.jpg")
PHOTOS = (
    *("a.jpg", "2010/a.jpg", "recycle/a.jpg", "Lightroom/a.jpg", "lost/a.jpg", "photoslibrary/a.jpg"),
    *("2010/@home/a.jpg", "#1/a.jpg", "$5/a.jpg", "lrdata/a.jpg", "FOUND.me/a.jpg", "2010/lost+found.jpg"),
)


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def taken(files: UserFiles, folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path, _ in files.below(folder)]


def test_what_machines_make_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    make(tmp_path, *MACHINES, *HIDDEN, *PHOTOS)
    files = UserFiles()
    assert sorted(taken(files, tmp_path)) == sorted(PHOTOS)
    assert len(files.left_out) == len(MACHINES)
    assert files.note is not None
    assert "--include-hidden" in files.note


def test_both_can_be_included_but_never_the_programs_own(tmp_path: Path) -> None:
    make(tmp_path, *MACHINES, *HIDDEN, *PHOTOS, ".photosync/partial/a.jpg", ".photosync-fix-x/a.jpg", "SHA256SUMS")
    files = UserFiles(include_hidden=True)
    assert sorted(taken(files, tmp_path)) == sorted((*MACHINES, *HIDDEN, *PHOTOS))
    assert files.note is None


def test_a_folder_that_the_user_names_is_taken(tmp_path: Path) -> None:
    make(tmp_path, "Photos Library.photoslibrary/originals/a.jpg", "Photos Library.photoslibrary/@eaDir/a.jpg")
    assert taken(UserFiles(), tmp_path / "Photos Library.photoslibrary") == ["originals/a.jpg"]


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["*.png"], ["a.jpg", "2010/c.jpg", "2010/raw/d.jpg"]),
        (["/b.png"], ["a.jpg", "2010/b.png", "2010/c.jpg", "2010/raw/d.jpg"]),
        (["raw/"], ["a.jpg", "b.png", "2010/b.png", "2010/c.jpg"]),
        (["2010"], ["a.jpg", "b.png"]),
        (["2010/**/d.*"], ["a.jpg", "b.png", "2010/b.png", "2010/c.jpg"]),
        (["*", "!*/", "!c.jpg"], ["2010/c.jpg"]),
        (["/*", "!/2010/", "/2010/*", "!/2010/raw/"], ["2010/raw/d.jpg"]),
        (["2010/", "!2010/c.jpg"], ["a.jpg", "b.png"]),
        (["# no rule", "", "a.jpg", "A.JPG"], ["b.png", "2010/b.png", "2010/c.jpg", "2010/raw/d.jpg"]),
        (["[ab].*", "raw"], ["2010/c.jpg"]),
    ],
)
@pytest.mark.parametrize("is_file", [True, False])
def test_patterns_are_those_of_git(tmp_path: Path, patterns: list[str], expected: list[str], *, is_file: bool) -> None:
    make(tmp_path, "a.jpg", "b.png", "2010/b.png", "2010/c.jpg", "2010/raw/d.jpg")
    if is_file:
        (tmp_path / ".photosyncignore").write_text("\r\n".join(patterns), encoding="utf-8")
    assert taken(UserFiles(() if is_file else patterns), tmp_path) == expected


def test_the_file_of_the_deepest_folder_wins_and_options_win_over_files(tmp_path: Path) -> None:
    make(tmp_path, "a.png", "2010/a.png", "2010/raw/a.png", "2010/raw/b.png")
    (tmp_path / ".photosyncignore").write_text("*.png\n", encoding="utf-8")
    (tmp_path / "2010" / ".photosyncignore").write_text("!a.png\n", encoding="utf-8")
    (tmp_path / "2010" / "raw" / ".photosyncignore").write_text("/a.png\n!b.png\n", encoding="utf-8")
    assert taken(UserFiles(), tmp_path) == ["2010/a.png", "2010/raw/b.png"]
    assert taken(UserFiles(["b.png", "!/a.png"]), tmp_path) == ["a.png", "2010/a.png"]
    assert taken(UserFiles(), tmp_path / "2010" / "raw") == ["b.png"]  # the files above it hold too


def test_names_that_are_not_utf_8(tmp_path: Path) -> None:
    for name in (b"caf\xe9.jpg", b"caf\xe9.png", b"@eaDir"):
        Path(str(tmp_path), name.decode(errors="surrogateescape")).write_bytes(b"x")
    (tmp_path / ".photosyncignore").write_bytes(b"caf\xe9.png\n")
    assert taken(UserFiles(), tmp_path) == ["@eaDir", "caf\udce9.jpg"]


@pytest.mark.parametrize("content", [None, b"!\n", b"[z-a]\n"])
def test_rules_that_cannot_be_read_are_an_error(tmp_path: Path, content: bytes | None) -> None:
    make(tmp_path, "2010/a.jpg")
    path = tmp_path / "2010" / ".photosyncignore"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"\.photosyncignore"):
        taken(UserFiles(), tmp_path)


def test_the_list_is_documented() -> None:
    text = UPLOADING.read_text(encoding="utf-8")
    listed = text.partition("```text\n")[2].partition("```")[0]
    names = {name.strip().lower().replace("^m", "\r") for line in listed.split("\n") for name in line.split("  ")}
    assert names - {""} == {pattern.removeprefix("\\") for pattern in MACHINE_MADE}


def test_a_pattern_that_python_warns_about_is_silent(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "[.jpg")
    assert taken(UserFiles(("[[:alpha:]]*",)), tmp_path) == ["[.jpg", "a.jpg"]
