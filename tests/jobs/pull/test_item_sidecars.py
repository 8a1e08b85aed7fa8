"""`sidecar: metadata`: what the service knows about an item is in a sidecar, follows the service, and can be undone."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.testing.command import SUMS, Sandbox
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import KITCHEN, AuraSimulator
from tests.metadata.xmp.test_item_facts import DIGIKAM, LIGHTROOM, exiftool_says

TITLE, DESCRIPTION = "XMP-dc:Title", "XMP-dc:Description"
SUBJECT, PERSONS = "XMP-dc:Subject", "XMP-iptcExt:PersonInImage"
TAGS, HIERARCHY, RATING = "XMP-digiKam:TagsList", "XMP-lr:HierarchicalSubject", "XMP-xmp:Rating"
WRITTEN: dict[str, object] = {"description": "At the sea", "labels": ["beach", "summer"], "favorite": True}


@pytest.fixture
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=12, seed=5, years=(2023,)) as running:
        running.account.tree.written[0] = dict(WRITTEN)
        for number in range(1, 12):
            running.account.tree.written[number] = {"favorite": False}
        yield running


@pytest.fixture
def sandbox(tmp_path: Path, simulator: AmazonSimulator) -> Sandbox:
    made = Sandbox(tmp_path)
    switch(made, simulator, sidecar="metadata", people="members")
    return made


def switch(sandbox: Sandbox, simulator: AmazonSimulator, **options: object) -> None:
    sandbox.configure({"amazon": simulator.account_settings()}, **options)


def pull(sandbox: Sandbox, *options: str) -> list[str]:
    """The messages of a run that succeeds; afterwards the sums cover all files, sidecars included."""
    result = sandbox.run("pull", "amazon", "--full", *options)
    assert result.exit == 0, str(result)
    check_sums(sandbox)
    assert sandbox.run("verify").exit == 0
    return result.stderr.splitlines()


def check_sums(sandbox: Sandbox) -> None:
    listed = {line.split("  ", 1)[1] for line in (sandbox.library / SUMS).read_text().splitlines()}
    assert listed >= {path.relative_to(sandbox.library).as_posix() for path in sandbox.files()}
    if checker := shutil.which("sha256sum"):
        subprocess.run([checker, "--check", "--strict", "--quiet", SUMS], cwd=sandbox.library, check=True)


def photo(sandbox: Sandbox, simulator: AmazonSimulator, number: int = 0) -> Path:
    id_ = simulator.library.id_of(number)
    found = [each for each in sandbox.run("list", "amazon", "--saved").objects if each["id"] == id_]
    return sandbox.library / str(found[0]["path"])


def sidecar(sandbox: Sandbox, simulator: AmazonSimulator, number: int = 0) -> Path:
    path = photo(sandbox, simulator, number)
    return path.with_name(f"{path.name}.xmp")


def people_on(sandbox: Sandbox, simulator: AmazonSimulator, number: int = 0) -> list[str]:
    id_ = simulator.library.id_of(number)
    found = [each for each in sandbox.run("list", "amazon", "--saved").objects if each["id"] == id_]
    people = found[0].get("people", [])
    assert isinstance(people, list)
    return people


def expected(name: str, people: list[str], keywords: list[str]) -> dict[str, object]:
    """As ExifTool shows them: a list with one item is that item."""

    def shown(values: list[str]) -> list[str] | str:
        return values if len(values) > 1 else values[0]

    lists = {
        SUBJECT: [*keywords, *people],
        PERSONS: people,
        TAGS: [*keywords, *(f"People/{each}" for each in people)],
        HIERARCHY: [*keywords, *(f"People|{each}" for each in people)],
    }
    return {TITLE: name, **{key: shown(values) for key, values in lists.items() if values}}


def test_what_the_service_knows_is_in_sidecars(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    pull(sandbox)
    names = {item.id: item.name for item in simulator.library.expected()}
    for number in range(12):
        path, people = sidecar(sandbox, simulator, number), people_on(sandbox, simulator, number)
        wanted = expected(names[simulator.library.id_of(number)], people, ["beach", "summer"] if number == 0 else [])
        if number == 0:
            wanted |= {DESCRIPTION: "At the sea", RATING: 5}
        assert exiftool_says(path) == wanted
    assert any(people_on(sandbox, simulator, number) for number in range(12)), "else people are not tested"
    before = {path: path.stat().st_mtime_ns for path in sandbox.files()}
    pull(sandbox)
    assert {path: path.stat().st_mtime_ns for path in sandbox.files()} == before, "the second run changes nothing"


def test_without_the_option_there_are_none_and_with_it_all_items_get_theirs(
    sandbox: Sandbox, simulator: AmazonSimulator
) -> None:
    switch(sandbox, simulator)
    pull(sandbox)
    assert len(sandbox.files()) == 12
    switch(sandbox, simulator, sidecar="metadata")
    assert sandbox.run("pull", "amazon", "--full", "--dry-run").exit == 0
    assert len(sandbox.files()) == 12
    assert sandbox.run("pull", "amazon").exit == 0
    check_sums(sandbox)
    assert len(sandbox.files()) == 24
    switch(sandbox, simulator)
    pull(sandbox)
    assert len(sandbox.files()) == 24, "switched off, those that are there stay"


def test_sidecars_follow_the_service(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    with_people = next(number for number in range(1, 12) if luck(simulator, number))
    pull(sandbox)
    path, of_person = sidecar(sandbox, simulator), sidecar(sandbox, simulator, with_people)
    (person,) = people_on(sandbox, simulator, with_people)
    others = {each: each.read_bytes() for each in sandbox.files() if each not in (path, of_person)}
    simulator.account.tree.written[0] = {"description": "In the hills", "labels": ["hills"], "favorite": False}
    simulator.account.tree.people[f"cluster-{person}"] = "Renamed / Twice"
    pull(sandbox)
    found = exiftool_says(path)
    assert (found[DESCRIPTION], RATING in found) == ("In the hills", False)
    assert b"beach" not in path.read_bytes()
    assert exiftool_says(of_person)[PERSONS] == "Renamed / Twice"
    assert exiftool_says(of_person)[TAGS] == "People/Renamed | Twice"
    assert {each: content for each, content in others.items() if each.read_bytes() != content}.keys() <= {
        sidecar(sandbox, simulator, number) for number in range(12) if luck(simulator, number)
    }


def luck(simulator: AmazonSimulator, number: int) -> bool:
    """Whether the service sees somebody on this item."""
    return simulator.library.draw(number).luck >> 40 & 7 < 3


@pytest.mark.parametrize("theirs", [DIGIKAM, LIGHTROOM], ids=["digiKam", "Lightroom"])
def test_a_sidecar_of_another_program_gets_what_it_lacks_until_undo(
    sandbox: Sandbox, simulator: AmazonSimulator, theirs: bytes
) -> None:
    switch(sandbox, simulator)
    pull(sandbox)
    path = sidecar(sandbox, simulator)
    path.write_bytes(theirs)
    switch(sandbox, simulator, sidecar="metadata")
    pull(sandbox)
    found = exiftool_says(path)
    assert found[RATING] == 3
    assert '"beach"' in json.dumps(found[SUBJECT])
    assert '"summer"' in json.dumps(found[SUBJECT])
    simulator.account.tree.written[0] = {"description": "Two", "labels": ["hills"], "favorite": True}
    pull(sandbox)
    assert b"summer" not in path.read_bytes(), "our earlier part is taken out"
    assert b"hills" in path.read_bytes()
    assert b"beach" in path.read_bytes(), "that is theirs"
    assert sandbox.run("fix", "--undo", str(sandbox.library)).exit == 0
    assert path.read_bytes() == theirs
    assert [each for each in sandbox.files() if each.suffix == ".xmp"] == [path]
    check_sums(sandbox)
    pull(sandbox)
    assert path.read_bytes() == theirs, "what was undone stays so until something changes"


def test_what_another_program_has_written_since_stays(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    pull(sandbox)
    path = sidecar(sandbox, simulator)
    edited = path.read_bytes().replace(b'x:xmptk="photosync"', b'x:xmptk="XMP Core 4.4.0-Exiv2"')
    edited = edited.replace(b"At the sea", b"By the sea")
    path.write_bytes(edited)
    simulator.account.tree.written[0] = {"description": "Gone", "labels": ["hills"], "favorite": False}
    pull(sandbox)
    found = exiftool_says(path)
    assert (found[DESCRIPTION], found[RATING]) == ("By the sea", 5)
    assert found[SUBJECT] == ["beach", "summer", *people_on(sandbox, simulator), "hills"]
    assert sandbox.run("fix", "--undo", str(photo(sandbox, simulator))).exit == 0
    assert path.read_bytes() == edited


def test_a_damaged_sidecar_is_not_overwritten_and_repair_makes_it_again(
    sandbox: Sandbox, simulator: AmazonSimulator
) -> None:
    pull(sandbox)
    path = sidecar(sandbox, simulator)
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    simulator.account.tree.written[0] = WRITTEN | {"description": "Later"}
    result = sandbox.run("pull", "amazon", "--full")
    assert "is damaged; repair it with: photosync verify --repair" in result.stderr
    assert (result.exit, path.read_bytes()) == (0, whole[:100])
    sandbox.run("verify", "--repair")
    assert exiftool_says(path)[DESCRIPTION] == "Later"
    pull(sandbox)


def test_a_lost_sidecar_is_made_again_with_what_the_fixer_wrote(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    switch(sandbox, simulator, sidecar="metadata", exif="sidecar", artist="Ada & Bob")
    pull(sandbox)
    path = sidecar(sandbox, simulator)
    whole = path.read_bytes()
    assert b"Ada &amp; Bob" in whole
    path.unlink()
    simulator.account.tree.written[0] = WRITTEN | {"description": "At the hill"}
    pull(sandbox)
    assert path.read_bytes() == whole.replace(b"At the sea", b"At the hill")
    simulator.account.tree.written[0] = WRITTEN
    pull(sandbox)
    assert path.read_bytes() == whole


def test_a_sidecar_that_cannot_be_written_is_a_note(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    switch(sandbox, simulator)
    pull(sandbox)
    path = sidecar(sandbox, simulator)
    path.mkdir()
    switch(sandbox, simulator, sidecar="metadata")
    result = sandbox.run("pull", "amazon")
    assert (result.exit, result.number("failed")) == (0, 0)
    assert f"no sidecar: {path.name} is no regular file" in result.stderr
    assert len(sandbox.files()) == 23


def test_the_files_of_a_frame_with_a_folder_of_its_own(tmp_path: Path) -> None:
    sandbox, folder = Sandbox(tmp_path), tmp_path / "frame"
    with AuraSimulator(items=0, gaps=False) as simulator:
        simulator.library.add(2, favorite=False)
        simulator.library.add(2, favorite=True)
        frame = {"id": KITCHEN, "path": str(folder)}
        settings = {**simulator.account_settings(), "frames": {"kitchen": frame}}
        sandbox.configure({"aura": settings}, sidecar="metadata")
        assert sandbox.run("pull", "aura", "kitchen").exit == 0
    photos = [path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg")]
    favorites = [each for each in sandbox.run("list", "aura", "--saved").objects if each["favorite"]]
    assert 0 < len(favorites) < len(photos)
    sidecars = list(folder.glob("*.xmp"))
    assert len(sidecars) == len(favorites), "the names are the program's own, and no titles"
    assert [exiftool_says(each) for each in sidecars] == [{RATING: 5}] * len(sidecars)
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", SUMS], cwd=folder, check=True)
    assert len((folder / SUMS).read_text().splitlines()) == len(photos) + len(sidecars) + len(("albums.json",))
