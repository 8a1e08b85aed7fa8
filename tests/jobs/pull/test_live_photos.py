"""The still and the movie of a live photo come together, also where names and dates would lead them apart."""

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path, PurePosixPath
from uuid import UUID

import pytest

from photosync.model import Kind
from photosync.testing import Fault
from photosync.testing.command import Result, Sandbox
from photosync.testing.media import apple_maker_note
from photosync.testing.receiving import Upload
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import AuraSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.jobs.killed_runs import killed_runs
from tests.metadata import making

JULY = datetime(2021, 7, 6, 18, 22, 1)
NEW_YEAR = datetime(2020, 12, 31, 23, 30)


@dataclass
class Library:
    """A simulated library of live photos, and of others that look like them."""

    simulator: AmazonSimulator
    folder: Path
    pairs: dict[str, str] = field(default_factory=dict)
    """The ids of the halves of each live photo, both ways."""
    number: int = 0

    def identifier(self) -> str:
        self.number += 1
        return str(UUID(int=(0xA11CE << 100) + self.number)).upper()

    def still(self, name: str, taken: datetime, identifier: str = "") -> str:
        if name.lower().endswith(".heic"):
            return self._heic(name, taken, identifier)
        return self._add(name, Kind.PHOTO, taken, identifier)

    def movie(self, name: str, taken: datetime, identifier: str = "") -> str:
        return self._add(name, Kind.VIDEO, taken, identifier)

    def live(self, still: str, movie: str, taken: datetime, movie_taken: datetime | None = None) -> tuple[str, str]:
        """A live photo; the service gets its halves in any order."""
        identifier = self.identifier()
        first = self.still(still, taken, identifier)
        second = self.movie(movie, movie_taken or taken + timedelta(seconds=1), identifier)
        self.pairs |= {first: second, second: first}
        return first, second

    def _add(self, name: str, kind: Kind, taken: datetime, identifier: str) -> str:
        (id_,) = self.simulator.library.add(name=name, kind=kind, taken=taken, content_identifier=identifier)
        return id_

    def _heic(self, name: str, taken: datetime, identifier: str) -> str:
        self.number += 1
        stamp = taken.strftime("%Y:%m:%d %H:%M:%S")
        note = apple_maker_note(identifier.encode() or b"none".ljust(40, b" "))
        exif = [making.original(stamp), making.text(0x9004, stamp), (0x927C, making.UNDEFINED, len(note), note)]
        content = making.heic(making.block(exif=exif)) + making.box(b"free", b"%08d" % self.number)
        path = self.folder / f"{self.number}"
        path.write_bytes(content)
        md5, sha256 = hashlib.md5(content, usedforsecurity=False).hexdigest(), hashlib.sha256(content).hexdigest()
        upload = Upload(path, len(content), md5, sha256)
        library = self.simulator.library
        return library.receive(upload, name=name, kind=Kind.PHOTO, taken=taken, missing=frozenset({"details"}))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "heic").mkdir()
    with AmazonSimulator(items=0, gaps=False) as simulator:
        yield Library(simulator, tmp_path / "heic")


@pytest.fixture
def sandbox(tmp_path: Path, library: Library) -> Sandbox:
    made = Sandbox(tmp_path / "user")
    made.configure({"amazon": library.simulator.account_settings()})
    return made


def saved(sandbox: Sandbox, account: str = "amazon") -> dict[str, Mapping[str, object]]:
    """The saved items by id, as the command lists them."""
    result = sandbox.run("list", account, "--saved")
    assert result.exit == 0, result
    return {str(row["id"]): row for row in result.objects}


def place(row: Mapping[str, object]) -> str:
    """Folder and name of a file without its extension."""
    return str(PurePosixPath(str(row["path"])).with_suffix(""))


def pull(sandbox: Sandbox, *options: str) -> Result:
    result = sandbox.run("pull", "amazon", *options)
    assert result.exit == 0, result
    return result


def check(sandbox: Sandbox, library: Library) -> None:
    """Every pair is together, and there is no other."""
    rows = saved(sandbox)
    assert {id_: row["pair"] for id_, row in rows.items() if "pair" in row} == library.pairs
    assert {id_ for id_, other in library.pairs.items() if place(rows[id_]) != place(rows[other])} == set()
    at = defaultdict[str, set[str]](set)
    for id_, row in rows.items():
        at[place(row).casefold()].add(id_)
    for id_, other in library.pairs.items():
        assert {each for each in at[place(rows[id_]).casefold()] if rows[each]["kind"] == "video"} <= {id_, other}
    assert len(sandbox.files()) == len(rows)


KINDS_OF_PAIRS = 7
KINDS_OF_OTHERS = 5


def add_pair(library: Library, number: int) -> None:
    name, taken = f"IMG_{number:04}", JULY + timedelta(days=number)
    match number % KINDS_OF_PAIRS:
        case 0:
            library.live(f"{name}.JPG", f"{name}.MOV", taken)
        case 1:  # the movie's time is in UTC
            library.live(f"{name}.HEIC", f"{name}.MOV", NEW_YEAR, NEW_YEAR + timedelta(hours=5))
        case 2:  # the same names again
            library.live("IMG_0001.HEIC", "IMG_0001.MOV", JULY)
        case 3:
            library.live(f"{name.lower()}.jpg", f"{name}.MOV", taken)
        case 4:  # the names are those of another phone, the dates differ as well
            library.live("IMG_0002.JPG", "IMG_0002.MOV", NEW_YEAR, NEW_YEAR + timedelta(hours=5))
        case 5:  # the service gave one half another name
            library.live(f"{name}.HEIC", f"{name}_1.mov", taken)
        case 6:  # a movie of the same name that was there before
            library.movie(f"{name}.MOV", taken)
            library.live(f"{name}.JPG", f"{name}.MOV", taken)


def add_other(library: Library, number: int) -> None:
    """A still and a movie that look like a pair."""
    name, taken = f"IMG_{number:04}", JULY + timedelta(days=number)
    match number % KINDS_OF_OTHERS:
        case 0:
            library.still(f"{name}.JPG", taken)
            library.movie(f"{name}.MOV", taken)
        case 1:
            library.still(f"{name}.HEIC", taken, library.identifier())
            library.movie(f"{name}.MOV", taken, library.identifier())
        case 2:
            library.movie(f"{name}.MOV", taken, library.identifier())
            library.still(f"{name}.JPG", taken)
        case 3:  # a burst
            identifier = library.identifier()
            library.still(f"{name}.JPG", taken, identifier)
            library.still(f"{name}.HEIC", taken, identifier)
            library.movie(f"{name}.MOV", taken)
        case 4:
            identifier = library.identifier()
            library.movie(f"{name}.MOV", taken, identifier)
            library.movie(f"{name}_1.MOV", taken, identifier)
            library.still(f"{name}.JPG", NEW_YEAR)


@pytest.mark.parametrize(
    ("pairs", "others", "jobs", "seed"),
    [
        (14, 5, 8, 1),
        (7, 5, 1, 2),
        *(pytest.param(100, 20, jobs, seed, marks=pytest.mark.slow) for seed, jobs in enumerate((1, 4, 16, 16))),
    ],
)
def test_every_pair_is_together_and_there_is_no_other(
    library: Library, sandbox: Sandbox, pairs: int, others: int, jobs: int, seed: int
) -> None:
    numbers = [*range(pairs + others)]
    random.Random(seed).shuffle(numbers)
    for number in numbers:
        (add_pair if number < pairs else add_other)(library, number)
    pull(sandbox, "--jobs", str(jobs))
    assert len(library.pairs) == 2 * pairs
    check(sandbox, library)
    before = {path: path.stat().st_mtime_ns for path in sandbox.files()}
    again = pull(sandbox, "--full")
    assert (again.number("saved"), again.number("unchanged")) == (0, again.number("listed"))
    assert {path: path.stat().st_mtime_ns for path in sandbox.files()} == before
    check(sandbox, library)


# In any order


def test_the_first_that_is_saved_decides_the_place(library: Library, sandbox: Sandbox) -> None:
    """A movie's time is in UTC: half an hour before the new year it is already in the next one."""
    identifier, utc = library.identifier(), NEW_YEAR + timedelta(hours=5)
    movie = library.movie("IMG_1.MOV", utc, identifier)
    pull(sandbox)
    still = library.still("IMG_1.HEIC", NEW_YEAR, identifier)
    pull(sandbox)
    library.pairs = {still: movie, movie: still}
    check(sandbox, library)
    assert saved(sandbox)[still]["path"] == "amazon/2021/01/IMG_1.HEIC"
    reason = str(sandbox.run("why", still).objects[0]["place"])
    assert reason.endswith("it lies beside the other half of its live photo, amazon/2021/01/IMG_1.MOV")


def test_another_movie_does_not_get_the_name_beside_a_still(library: Library, sandbox: Sandbox) -> None:
    identifier = library.identifier()
    still = library.still("IMG_1.HEIC", JULY, identifier)
    pull(sandbox)
    library.movie("IMG_1.MOV", JULY)
    pull(sandbox)
    movie = library.movie("IMG_1.MOV", JULY, identifier)
    pull(sandbox)
    library.pairs = {still: movie, movie: still}
    check(sandbox, library)
    assert saved(sandbox)[movie]["path"] == "amazon/2021/07/IMG_1.MOV"


def test_a_movie_that_is_still_under_way_keeps_no_name_from_a_live_photo(library: Library, sandbox: Sandbox) -> None:
    library.live("IMG_1.JPG", "IMG_1.MOV", JULY)
    other = library.movie("IMG_1.MOV", JULY)  # the newest is listed first, and expects the name
    held = library.simulator.faults.hold = Fault(on="content", items=other)
    process = sandbox.start("pull", "amazon", "--jobs", "3")
    assert library.simulator.wait_for(lambda: held.fired > 0 and len(sandbox.files()) == 2)
    library.simulator.faults.clear()
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stdout + stderr
    check(sandbox, library)


@pytest.mark.parametrize("order", [*permutations(("IMG_0042.HEIC", "IMG_E0042.HEIC", "IMG_0042.MOV"))])
def test_an_edited_copy_stays_alone(library: Library, sandbox: Sandbox, order: Sequence[str]) -> None:
    identifier, ids = library.identifier(), dict[str, str]()
    for name in order:
        add = library.movie if name.endswith(".MOV") else library.still
        ids[name] = add(name, JULY, identifier)
        pull(sandbox)
    still, movie = ids["IMG_0042.HEIC"], ids["IMG_0042.MOV"]
    library.pairs = {still: movie, movie: still}
    check(sandbox, library)


def test_a_live_photo_that_is_there_twice_is_two_pairs(library: Library, sandbox: Sandbox) -> None:
    identifier = library.identifier()
    for _ in range(2):
        library.still("IMG_1.HEIC", JULY, identifier)
        library.movie("IMG_1.MOV", JULY, identifier)
    pull(sandbox)
    rows = saved(sandbox)
    assert len(rows) == 4
    for id_, row in rows.items():
        other = rows[str(row["pair"])]
        assert (other["pair"], place(other)) == (id_, place(row))
        assert other["kind"] != row["kind"]


def test_several_with_no_name_in_common_are_no_pair(library: Library, sandbox: Sandbox) -> None:
    identifier = library.identifier()
    for name in ("A.HEIC", "B.HEIC", "C.JPG"):
        library.still(name, JULY, identifier)
    pull(sandbox)
    library.movie("D.MOV", JULY, identifier)
    pull(sandbox)
    check(sandbox, library)


def test_an_identifier_that_a_program_wrote_everywhere_makes_no_pair(library: Library, sandbox: Sandbox) -> None:
    identifier = library.identifier()
    for number in range(20):
        library.still(f"IMG_{number}.JPG", JULY, identifier)
    pull(sandbox)
    library.movie("IMG_1.MOV", JULY, identifier)
    pull(sandbox)
    check(sandbox, library)


# Later


def test_a_changed_half_stays_where_it_is(library: Library, sandbox: Sandbox) -> None:
    library.live("IMG_1.JPG", "IMG_1.MOV", NEW_YEAR, NEW_YEAR + timedelta(hours=5))
    pull(sandbox)
    before = sandbox.files()
    for id_ in library.pairs:
        library.simulator.library.change(id_)
    assert pull(sandbox).number("saved") == 2
    assert sandbox.files() == before
    check(sandbox, library)


def test_a_half_that_is_gone_has_its_other_half(library: Library, sandbox: Sandbox) -> None:
    still, movie = library.live("IMG_1.JPG", "IMG_1.MOV", JULY)
    library.still("IMG_2.JPG", JULY)
    pull(sandbox)
    library.simulator.library.remove(movie)
    assert pull(sandbox, "--full").number("gone") == 1
    check(sandbox, library)
    result = sandbox.run("list", "amazon")
    assert {row["id"]: row.get("pair") for row in result.objects}[still] == movie


def test_a_name_that_a_file_of_the_user_has(library: Library, sandbox: Sandbox) -> None:
    folder = sandbox.library / "amazon/2021/07"
    folder.mkdir(parents=True)
    (folder / "IMG_1.MOV").write_bytes(b"the user's own")
    library.live("IMG_1.JPG", "IMG_1.MOV", JULY)
    result = pull(sandbox, "--jobs", "1")
    rows = [*saved(sandbox).values()]
    assert {row["id"]: row["pair"] for row in rows} == library.pairs
    assert {PurePosixPath(str(row["path"])).parent.name for row in rows} == {"07"}
    assert (folder / "IMG_1.MOV").read_bytes() == b"the user's own"
    assert "different names" in result.stderr or len({place(row) for row in rows}) == 1


@pytest.mark.slow  # each kill is a run
@pytest.mark.parametrize("kind", ["rename", "commit", "remove"])
def test_a_run_that_is_killed_between_the_halves(library: Library, sandbox: Sandbox, kind: str) -> None:
    library.live("IMG_1.JPG", "IMG_1.MOV", NEW_YEAR, NEW_YEAR + timedelta(hours=5))
    for _ in killed_runs(sandbox, kind, "pull", "amazon", "--jobs", "1"):
        pull(sandbox, "--jobs", "1")
        check(sandbox, library)
        assert sandbox.run("verify").exit == 0
        assert pull(sandbox).number("saved") == 0


def test_a_catalog_that_is_made_anew_knows_the_pairs(library: Library, sandbox: Sandbox) -> None:
    for number in range(KINDS_OF_PAIRS):
        add_pair(library, number)
    pull(sandbox)
    result = sandbox.run("rebuild", "--from-listings", "amazon")
    assert (result.exit, result.number("adopted")) == (0, len(sandbox.files())), result
    check(sandbox, library)


def test_the_folders_of_a_drive_stay(tmp_path: Path) -> None:
    """A copy in another folder is another pair; a half in another folder stays there."""
    with CloudDriveSimulator(items=0, gaps=False) as simulator:
        drive, ids = simulator.drive, list[str]()
        for folder in ("One", "Two"):
            parent = drive.add_folder(folder)
            ids += _live_in(simulator, "IMG_1", parent, parent)
        apart = _live_in(simulator, "IMG_2", drive.add_folder("Stills"), drive.add_folder("Movies"))
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"drive": simulator.account_settings()})
        assert sandbox.run("pull", "drive").exit == 0
        rows = saved(sandbox, "drive")
        assert len(rows) == 6
        for one, other in (ids[:2], ids[2:]):
            assert (rows[one]["pair"], place(rows[one])) == (other, place(rows[other]))
        assert [(rows[each]["pair"], rows[each]["path"]) for each in apart] == [
            (apart[1], "drive/Stills/IMG_2.JPG"),
            (apart[0], "drive/Movies/IMG_2.MOV"),
        ]


def _live_in(simulator: CloudDriveSimulator, stem: str, *parents: str) -> list[str]:
    identifier, ids = f"1745E022-9712-43C7-B024-{stem}", list[str]()
    for parent, name, kind in zip(parents, (f"{stem}.JPG", f"{stem}.MOV"), (Kind.PHOTO, Kind.VIDEO), strict=True):
        ids += simulator.library.add(name=name, kind=kind, taken=JULY, content_identifier=identifier)
        simulator.drive.catch_up()
        simulator.drive.say(ids[-1], parents=[parent])
    return ids


# By the word of a service


def test_a_live_photo_of_a_frame(tmp_path: Path) -> None:
    with AuraSimulator(items=3) as simulator:
        (id_,) = simulator.library.add(taken=JULY, kind=Kind.PHOTO, live=True)
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"aura": simulator.account_settings()})
        expected = {id_: f"{id_}:motion", f"{id_}:motion": id_}
        listed = sandbox.run("list", "aura").objects
        assert {row["id"]: row["pair"] for row in listed if "pair" in row} == expected
        assert sandbox.run("pull", "aura").exit == 0
        rows = saved(sandbox, "aura")
        assert {key: row["pair"] for key, row in rows.items() if "pair" in row} == expected
        assert len({place(rows[each]) for each in expected}) == 1


def test_a_live_photo_of_a_frame_is_together_in_another_layout(tmp_path: Path) -> None:
    """The layout's name is the same for all, and the suffixes differ for the two ids."""
    with AuraSimulator(items=0) as simulator:
        for _ in range(3):
            simulator.library.add(taken=JULY, kind=Kind.PHOTO, live=True)
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"aura": simulator.account_settings() | {"layout": "{year}/{taken}{ext}"}})
        assert sandbox.run("pull", "aura", "--jobs", "4").exit == 0
        rows = saved(sandbox, "aura")
        assert len(rows) == 6
        assert all(place(row) == place(rows[str(row["pair"])]) for row in rows.values())
