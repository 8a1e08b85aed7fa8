"""What a user of Amazon Photos pushes, and what lies there afterwards: judged by the service's own state."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from photosync.testing import Fault
from photosync.testing.command import Result, Sandbox
from photosync.testing.library import SimulatedLibrary
from photosync_amazon.settings import AmazonSettings
from photosync_amazon.simulator import AmazonSimulator
from photosync_amazon.simulator.uploads import ConflictBody

THERE = 3
"""The number of items in the account that were not pushed."""
SAMPLES = Path(__file__).parents[3] / "shared" / "photos"
BODIES: tuple[ConflictBody, ...] = ("code", "node", "nothing")
_PHOTOS = SimulatedLibrary(2000, seed=4711, gaps=False)


def photo(number: int) -> bytes:
    """A valid photo that no other number gives, and that no simulator has."""
    return _PHOTOS.content(_PHOTOS.item(number))


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


class Uploader:
    """A user with files to push."""

    def __init__(self, folder: Path, simulator: AmazonSimulator) -> None:
        self.simulator = simulator
        self.sandbox = Sandbox(folder)
        self.sandbox.configure({"amazon": simulator.account_settings()}, retry_budget="60s")

    def write(self, files: Mapping[str, bytes]) -> dict[str, str]:
        """Write files next to the configuration; returns the expected contents of the service after a push."""
        for name, content in files.items():
            path = self.sandbox.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return {name: md5(content) for name, content in files.items()}

    def push(self, *arguments: str) -> Result:
        """Push; the totals must add up."""
        self.simulator.forget()
        result = self.sandbox.run("push", "amazon", *arguments)
        assert result.exit != 1, result
        result.check_totals()
        return result

    def numbers(self, result: Result) -> tuple[int, int, int, int]:
        """Saved, unchanged, filtered, failed."""
        saved, unchanged, filtered, failed = map(result.number, ("saved", "unchanged", "filtered", "failed"))
        return saved, unchanged, filtered, failed

    def forget_pushes(self) -> None:
        """As if this computer had never pushed."""
        shutil.rmtree(self.sandbox.library)
        shutil.rmtree(self.sandbox.home)
        self.sandbox.home.mkdir()


@pytest.fixture
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=THERE, seed=5, gaps=False) as running:
        yield running


@pytest.fixture
def user(tmp_path: Path, simulator: AmazonSimulator) -> Uploader:
    return Uploader(tmp_path, simulator)


# What goes where


def test_a_folder_keeps_its_structure_and_a_second_push_sends_nothing(
    user: Uploader, simulator: AmazonSimulator
) -> None:
    wanted = user.write(
        {
            "Holiday/IMG_1.JPG": photo(1),
            "Holiday/Day 1/IMG_1.JPG": photo(2),
            "Holiday/Day 1/evening/IMG_1.JPG": photo(3),
            "Holiday/Day 2/IMG_2.JPG": photo(4),
        }
    )
    result = user.push("Holiday")
    assert (result.exit, user.numbers(result)) == (0, (4, 0, 0, 0)), result
    assert simulator.uploads.tree() == wanted
    assert len(simulator.library) == THERE + 4
    assert simulator.counts["changes"] == 4 + 4, "four folders and four files"
    again = user.push("Holiday")
    assert (again.exit, user.numbers(again)) == (0, (0, 4, 0, 0))
    assert simulator.counts["total"] == 0
    user.forget_pushes()
    anew = user.push("Holiday")
    assert user.numbers(anew) == (0, 4, 0, 0)
    assert simulator.counts["changes"] == 0


def test_what_was_pushed_does_not_come_back(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({"Holiday/IMG_1.JPG": photo(1), "Holiday/MVI_2.MP4": photo(2)})
    assert user.push("Holiday").exit == 0
    result = user.sandbox.run("pull", "amazon")
    assert (result.exit, result.number("saved"), result.number("listed")) == (0, THERE, THERE + 2), result
    assert not user.sandbox.hashes().keys() & set(simulator.uploads.tree().values())


def test_the_bytes_there_are_the_bytes_here(user: Uploader, simulator: AmazonSimulator, tmp_path: Path) -> None:
    samples = sorted(SAMPLES.glob("orientation/*")) + sorted(SAMPLES.glob("pillow-heif/*"))
    samples += sorted(SAMPLES.glob("exoplayer/*.mp4"))[:2]
    if not samples:
        pytest.skip("the sample photos are not on this computer")
    wanted = user.write({f"Samples/{path.name}": path.read_bytes() for path in samples})
    assert user.push("Samples").exit == 0
    assert simulator.uploads.tree() == wanted
    other = Uploader(tmp_path / "other", simulator)
    pulled = other.sandbox.run("pull", "amazon")
    assert (pulled.exit, pulled.number("saved")) == (0, THERE + len(samples))
    assert set(wanted.values()) <= other.sandbox.hashes().keys()


def test_a_folder_of_the_service_is_used_whatever_its_case(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({"Holiday/Été/IMG_1.JPG": photo(1), "holiday/e\u0301te\u0301/IMG_2.JPG": photo(2)})
    assert user.push("Holiday").exit == 0
    assert user.push("holiday").exit == 0
    assert simulator.counts["POST /drive/v1/nodes"] == 0, "it is looked for, and not tried"
    assert simulator.uploads.tree() == {"Holiday/Été/IMG_1.JPG": md5(photo(1)), "Holiday/Été/IMG_2.JPG": md5(photo(2))}


@pytest.mark.parametrize("body", BODIES)
def test_a_folder_that_was_made_at_the_same_time(
    user: Uploader, simulator: AmazonSimulator, body: ConflictBody
) -> None:
    user.write({"Holiday/IMG_1.JPG": photo(1)})
    made = simulator.account.tree.make_folder("Holiday", simulator.account.root)
    simulator.uploads.conflict_body = body
    simulator.faults.lag = Fault(after=1, times=1)
    assert user.push("Holiday").exit == 0
    assert simulator.counts["409"] == 1
    assert list(simulator.account.tree.folders) == [made.id]
    assert simulator.uploads.tree() == {"Holiday/IMG_1.JPG": md5(photo(1))}


@pytest.mark.parametrize("body", BODIES)
def test_a_file_with_the_name_of_a_folder_concerns_only_what_is_in_it(
    user: Uploader, simulator: AmazonSimulator, body: ConflictBody
) -> None:
    user.write({"there/Holiday": photo(1)})
    assert user.push("there/Holiday").exit == 0
    user.write({"Holiday/IMG_1.JPG": photo(2), "Other/IMG_2.JPG": photo(3)})
    simulator.uploads.conflict_body = body
    result = user.push("Holiday", "Other")
    assert (result.exit, user.numbers(result), result.reasons) == (3, (1, 0, 0, 1), ["name_taken"])
    assert "a file has this name there" in result.errors[0]["error"]
    assert set(simulator.uploads.tree()) == {"Holiday", "Other/IMG_2.JPG"}


def test_a_folder_in_the_trash_is_no_place(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({"Holiday/IMG_1.JPG": photo(1)})
    simulator.account.tree.make_folder("Holiday", simulator.account.root).status = "TRASH"
    assert user.push("Holiday").exit == 0
    statuses = [folder.status for folder in simulator.account.tree.folders.values()]
    assert statuses == ["TRASH", "AVAILABLE"]


def test_to_a_folder_by_its_path(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({"IMG_0.JPG": photo(0), "Day 1/IMG_1.JPG": photo(1)})
    result = user.push("IMG_0.JPG", "Day 1", "--to", "/Trips/Norway 2023/")
    assert result.exit == 0, result
    above = "Trips/Norway 2023"
    assert simulator.uploads.tree() == {
        f"{above}/IMG_0.JPG": md5(photo(0)),
        f"{above}/Day 1/IMG_1.JPG": md5(photo(1)),
    }
    user.write({"IMG_2.JPG": photo(2), "IMG_3.JPG": photo(3)})
    assert user.push("IMG_2.JPG", "--to", "/").exit == 0
    assert user.push("IMG_3.JPG", "--to", "/pictures").exit == 0
    assert {"IMG_2.JPG", "Pictures/IMG_3.JPG"} <= simulator.uploads.tree().keys()


@pytest.mark.parametrize("to", ["", " ", "/Trips/../Norway", "/./x"])
def test_a_destination_that_cannot_be(user: Uploader, simulator: AmazonSimulator, to: str) -> None:
    user.write({"IMG_0.JPG": photo(0)})
    result = user.push("IMG_0.JPG", "--to", to)
    assert (result.exit, "--to" in result.stderr) == (2, True)
    assert simulator.counts["total"] == 0


# What is there already


def test_what_the_account_has_anywhere_is_not_sent(user: Uploader, simulator: AmazonSimulator) -> None:
    there = [simulator.library.content_of(item.id) for item in simulator.library.expected()]
    user.write({f"Holiday/renamed {place}.JPG": content for place, content in enumerate(there)})
    user.write({"Holiday/new.JPG": photo(1)})
    result = user.push("Holiday")
    assert user.numbers(result) == (1, THERE, 0, 0)
    assert simulator.counts["upload"] == 1
    assert list(simulator.uploads.tree()) == ["Holiday/new.JPG"]


def test_what_others_share_is_no_copy(user: Uploader, simulator: AmazonSimulator) -> None:
    """Found by its hash, but it is another account's: the service takes ours."""
    content = simulator.library.content_of(simulator.library.id_of(0))
    simulator.account.tree.foreign.add(0)
    user.write({"IMG_1.JPG": content})
    result = user.push("IMG_1.JPG")
    assert user.numbers(result) == (1, 0, 0, 0)
    assert simulator.uploads.tree() == {"IMG_1.JPG": md5(content)}


@pytest.mark.parametrize("body", BODIES)
def test_a_content_that_came_meanwhile_is_there(user: Uploader, simulator: AmazonSimulator, body: ConflictBody) -> None:
    content = simulator.library.content_of(next(simulator.library.expected()).id)
    user.write({"IMG_1.JPG": content})
    simulator.uploads.conflict_body = body
    simulator.faults.lag = Fault(times=1)
    result = user.push("IMG_1.JPG")
    assert (result.exit, user.numbers(result)) == (0, (0, 1, 0, 0)), result
    assert (simulator.counts["409"], len(simulator.library)) == (1, THERE)


@pytest.mark.parametrize("body", BODIES)
def test_content_in_the_trash_is_reported(user: Uploader, simulator: AmazonSimulator, body: ConflictBody) -> None:
    item = next(simulator.library.expected())
    user.write({"IMG_1.JPG": simulator.library.content_of(item.id)})
    simulator.library.remove(item.id)
    simulator.uploads.conflict_body = body
    result = user.push("IMG_1.JPG")
    assert (result.exit, result.reasons) == (3, ["in_trash"]), result
    assert "Restore it there" in result.errors[0]["error"]


@pytest.mark.parametrize(
    ("policy", "body", "numbers", "exit_"),
    [
        ("rename", "code", (1, 0, 0, 0), 0),
        ("rename", "node", (1, 0, 0, 0), 0),
        ("rename", "nothing", (1, 0, 0, 0), 0),
        ("skip", "code", (0, 0, 1, 0), 0),
        ("fail", "nothing", (0, 0, 0, 1), 3),
    ],
)
def test_another_file_has_the_name(
    user: Uploader,
    simulator: AmazonSimulator,
    policy: str,
    body: ConflictBody,
    numbers: tuple[int, int, int, int],
    exit_: int,
) -> None:
    user.write({"Holiday/IMG_1.JPG": photo(1)})
    assert user.push("Holiday").exit == 0
    user.write({"Holiday/IMG_1.JPG": photo(2)})
    simulator.uploads.conflict_body = body
    result = user.push("Holiday", "--on-conflict", policy)
    assert (result.exit, user.numbers(result)) == (exit_, numbers), result
    tree = simulator.uploads.tree()
    assert tree["Holiday/IMG_1.JPG"] == md5(photo(1)), "what is there is never changed"
    assert sorted(tree.values()) == sorted([md5(photo(1)), md5(photo(2))][: 1 + numbers[0]])
    assert result.reasons == ["name_taken"] * numbers[3]
    if body != "nothing":
        assert simulator.counts["GET /drive/v1/nodes"] == 2, "the root and the content: the answer tells the rest"
    again = user.push("Holiday", "--on-conflict", policy)
    assert user.numbers(again) == ((0, 1, 0, 0) if policy == "rename" else numbers)
    assert len(simulator.uploads.tree()) == len(tree)


# Albums


def test_an_album_is_made_when_the_first_file_is_there(user: Uploader, simulator: AmazonSimulator) -> None:
    files = {f"Trip/IMG_{number:02d}.JPG": photo(number) for number in range(30)}
    wanted = user.write(files)
    there = simulator.library.content_of(next(simulator.library.expected()).id)
    wanted |= user.write({"Trip/old.JPG": there})
    result = user.push("Trip", "--to", "Norway & more")
    assert (result.exit, user.numbers(result)) == (0, (30, 1, 0, 0)), result
    (name, members), *others = simulator.uploads.albums().items()
    assert (name, others) == ("Norway & more", [])
    assert sorted(members) == sorted(wanted.values())
    assert simulator.counts["PATCH /drive/v1/nodes/{id}/children"] == 2
    again = user.push("Trip", "--to", "NORWAY & MORE")
    assert (again.exit, user.numbers(again), simulator.counts["changes"]) == (0, (0, 31, 0, 0), 0)
    user.forget_pushes()
    anew = user.push("Trip", "--to", "Norway & more")
    assert (anew.exit, user.numbers(anew), simulator.counts["changes"]) == (0, (0, 31, 0, 0), 0)


def test_what_was_pushed_before_joins_an_album_without_being_sent(user: Uploader, simulator: AmazonSimulator) -> None:
    wanted = user.write({"Trip/IMG_1.JPG": photo(1), "Trip/IMG_2.JPG": photo(2)})
    assert user.push("Trip").exit == 0
    album = simulator.account.album(0)
    result = user.push("Trip", "--to", album)
    assert (result.exit, user.numbers(result), simulator.counts["upload"]) == (0, (0, 2, 0, 0), 0)
    assert {name: sorted(members) for name, members in simulator.uploads.albums().items()} == {
        "Holiday": sorted(wanted.values())
    }
    assert user.push("Trip", "--to", "holiday").exit == 0
    assert simulator.counts["changes"] == 0, "the same album by its name"


def test_an_item_that_is_gone_keeps_no_other_out_of_the_album(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({"Trip/IMG_1.JPG": photo(1), "Trip/IMG_2.JPG": photo(2)})
    assert user.push("Trip").exit == 0
    gone = simulator.library.with_md5(md5(photo(1)))[0]
    simulator.library.remove(simulator.library.id_of(gone))
    result = user.push("Trip", "--to", "Family")
    assert (result.exit, user.numbers(result), result.reasons) == (3, (0, 1, 0, 1), ["not_found"]), result
    assert "--full" in result.errors[0]["error"]
    assert simulator.uploads.albums() == {"Family": [md5(photo(2))]}


def test_albums_of_others_and_albums_of_one_name(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({"IMG_1.JPG": photo(1)})
    shared = user.push("IMG_1.JPG", "--to", "Shared with me")
    assert (shared.exit, "somebody else's" in shared.stderr) == (2, True)
    twins = [simulator.account.tree.make_album("Twins").id for _ in range(2)]
    unclear = user.push("IMG_1.JPG", "--to", "twins")
    assert unclear.exit == 2
    assert all(id_ in unclear.stderr for id_ in twins)
    assert simulator.counts["changes"] == 0
    assert user.push("IMG_1.JPG", "--to", twins[1]).exit == 0
    assert simulator.uploads.albums() == {"Twins": [], "Twins (2)": [md5(photo(1))]}


def test_an_album_is_made_once_even_when_the_answer_is_lost(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({"IMG_1.JPG": photo(1), "IMG_2.JPG": photo(2)})
    simulator.faults.lose_answer = Fault(times=1, on="other")
    result = user.push("IMG_1.JPG", "IMG_2.JPG", "--to", "Trip")
    assert result.exit == 0, result
    assert {name: len(members) for name, members in simulator.uploads.albums().items()} == {"Trip": 2}


@pytest.mark.parametrize("to", [None, "Trip", "Family", "/Trips/2023"])
def test_a_dry_run_changes_nothing(user: Uploader, simulator: AmazonSimulator, to: str | None) -> None:
    there = simulator.library.content_of(next(simulator.library.expected()).id)
    user.write({"Holiday/IMG_1.JPG": photo(1), "Holiday/there.JPG": there})
    result = user.push("Holiday", "--dry-run", *(["--to", to] if to else []))
    assert (result.exit, user.numbers(result)) == (0, (1, 1, 0, 0)), result
    assert simulator.counts["changes"] == 0
    assert (len(simulator.library), simulator.account.tree.version) == (THERE, 0)


# What goes wrong


@pytest.mark.parametrize("status", [None, 504])
def test_lost_answers_make_no_second_copy(user: Uploader, simulator: AmazonSimulator, status: int | None) -> None:
    wanted = user.write({f"Holiday/IMG_{number}.JPG": photo(number) for number in range(8)})
    simulator.faults.lose_answer = Fault(value=status, probability=0.5)
    result = user.push("Holiday")
    assert (result.exit, user.numbers(result)) == (0, (8, 0, 0, 0)), result
    assert simulator.faults.lose_answer.fired > 0
    assert (simulator.uploads.tree(), len(simulator.library)) == (wanted, THERE + 8)
    assert simulator.counts["upload"] == 8


def test_a_lost_answer_about_a_file_that_shows_late(user: Uploader, simulator: AmazonSimulator) -> None:
    """It is sent again at the end, and the service answers that it has it: so it is the account's own."""
    wanted = user.write({"IMG_1.JPG": photo(1)})
    simulator.faults.lose_answer = Fault(times=1)
    simulator.faults.lag = Fault(after=1)
    result = user.push("IMG_1.JPG")
    assert (result.exit, user.numbers(result)) == (0, (1, 0, 0, 0)), result
    assert (simulator.uploads.tree(), simulator.counts["upload"]) == (wanted, 2)


@pytest.mark.parametrize("fault", ["expired", "sign_in_page", "sign_in_redirect", "html"])
def test_cookies_that_expire_in_mid_run(user: Uploader, simulator: AmazonSimulator, fault: str) -> None:
    wanted = user.write({f"Holiday/IMG_{number}.JPG": photo(number) for number in range(12)})
    setattr(simulator.faults, fault, Fault(after=5, on="upload"))
    result = user.push("Holiday", "--jobs", "2")
    assert result.exit == 4, result
    assert "account 'amazon'" in result.stderr
    assert "docs/amazon.md" in result.stderr
    assert len(simulator.uploads.tree()) == 5 == result.number("saved")
    setattr(simulator.faults, fault, None)
    again = user.push("Holiday")
    assert (again.exit, user.numbers(again)) == (0, (7, 5, 0, 0))
    assert (simulator.uploads.tree(), len(simulator.library)) == (wanted, THERE + 12)


def test_a_session_is_renewed_on_the_way_up(tmp_path: Path) -> None:
    with AmazonSimulator(items=0, renewable=True) as simulator:
        user = Uploader(tmp_path, simulator)
        wanted = user.write({f"Holiday/IMG_{number}.JPG": photo(number) for number in range(3)})
        simulator.faults.expired = Fault(times=1, on="upload")
        assert user.push("Holiday").exit == 0
        assert simulator.uploads.tree() == wanted


@pytest.mark.parametrize("cookie", ["session-id", "at-main"])
def test_the_upload_host_wants_the_cookies_too(user: Uploader, simulator: AmazonSimulator, cookie: str) -> None:
    user.write({"IMG_1.JPG": photo(1)})
    settings = simulator.account_settings()
    other = AmazonSimulator(items=0, seed=9)
    with other:
        endpoints = {**settings["endpoints"], "upload": f"{other.url}/cdproxy/nodes"}  # type: ignore[dict-item]
        user.sandbox.configure({"amazon": {**settings, "endpoints": endpoints}})
        result = user.push("IMG_1.JPG")
        assert result.exit == 4, result
        assert "no longer accepts the cookies" in result.stderr
        assert [request.signed for request in other.requests] == [True]
        assert len(other.library) == 0
    assert str(simulator.cookies[cookie]) not in result.stdout + result.stderr


def test_a_host_that_does_not_know_the_session_ends_the_run(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({f"Holiday/IMG_{number}.JPG": photo(number) for number in range(30)})
    simulator.faults.not_registered = Fault()
    result = user.push("Holiday", "--jobs", "2")
    assert result.exit == 4, result
    assert "Not Registered" in result.stderr
    assert "amazon.com/photos" in result.stderr
    assert simulator.counts["upload"] <= 2


def test_a_full_storage_is_reported_for_all_files(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({f"Holiday/IMG_{number}.JPG": photo(number) for number in range(40)})
    simulator.faults.quota = Fault(after=3)
    result = user.push("Holiday", "--jobs", "1")
    assert (result.exit, user.numbers(result)) == (3, (3, 0, 0, 37)), result
    assert set(result.reasons) == {"storage_full"}
    assert simulator.counts["upload"] == 4
    assert "Make room there" in result.errors[0]["error"]


@pytest.mark.parametrize(("fault", "reason"), [("short_store", "size_mismatch"), ("wrong_store", "hash_mismatch")])
def test_what_does_not_arrive_whole_is_no_success(
    user: Uploader, simulator: AmazonSimulator, fault: str, reason: str
) -> None:
    user.write({"IMG_1.JPG": photo(1), "IMG_2.JPG": photo(2)})
    setattr(simulator.faults, fault, Fault(times=1))
    result = user.push("IMG_1.JPG", "IMG_2.JPG")
    assert (result.exit, user.numbers(result), result.reasons) == (3, (1, 0, 0, 1), [reason]), result
    broken = Path(result.errors[0]["id"] or result.errors[0]["name"]).name
    assert broken in result.errors[0]["error"]
    assert simulator.uploads.tree()[broken] not in (md5(photo(1)), md5(photo(2)))
    again = user.push("IMG_1.JPG", "IMG_2.JPG")
    assert again.exit == 0, "under another name, since that one is taken by what broke"
    assert {md5(photo(1)), md5(photo(2))} < set(simulator.uploads.tree().values())


def test_an_answer_without_a_hash_is_looked_up(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({"IMG_1.JPG": photo(1), "IMG_2.JPG": photo(2)})
    simulator.faults.silent = Fault()
    simulator.faults.wrong_store = Fault(times=1)
    result = user.push("IMG_1.JPG", "IMG_2.JPG")
    assert (result.exit, result.reasons) == (3, ["hash_mismatch"]), result
    assert simulator.counts["GET /drive/v1/nodes/{id}"] == 2


def test_a_folder_that_goes_in_mid_run_is_made_again(user: Uploader, simulator: AmazonSimulator) -> None:
    user.write({f"Holiday/IMG_{number:02d}.JPG": photo(number) for number in range(30)})
    hold = simulator.faults.hold = Fault(after=3, on="upload")
    process = user.sandbox.start("push", "amazon", "Holiday", "--jobs", "1")
    assert simulator.wait_for(lambda: hold.fired == 1)
    for folder in simulator.account.tree.folders.values():
        folder.status = "TRASH"
    simulator.faults.clear()
    stdout, stderr = process.communicate(timeout=120)
    assert (process.returncode, json.loads(stdout)["failed"]) == (3, 1), stderr
    assert user.push("Holiday").exit == 0
    assert {md5(photo(number)) for number in range(30)} == set(simulator.uploads.tree().values())


@pytest.mark.parametrize(
    "name",
    [
        "blank and tab\t.jpg",
        "quotes \"double\" and 'single'.jpg",
        "a & b + c = d; e #1 ?x=y %20 100%.jpg",
        "name&kind=FOLDER&parentNodeId=x.jpg",
        "signature.jpg",
        "日本語のファイル.jpg",
        "e\u0301te\u0301.jpg",
        "emoji \U0001f468\u200d\U0001f469\u200d\U0001f467.jpg",
        "back\\slash (1) [2] {3}.jpg",
        "-rf.jpg",
        "(AND) OR NOT.jpg",
        "ü" * 125 + ".jpg",
        "a" * 251 + ".jpg",
    ],
)
def test_hostile_names_arrive_as_they_are(user: Uploader, simulator: AmazonSimulator, name: str) -> None:
    stem = name.removesuffix(".jpg")
    user.write({f"{stem}/{name}": photo(1)})
    result = user.push(f"./{stem}")
    assert result.exit == 0, result
    (path,) = simulator.uploads.tree()
    composed = stem.replace("e\u0301", "é")
    assert path == f"{composed}/{composed}.jpg"
    user.forget_pushes()
    user.write({f"{stem}/{name}": photo(2)})
    simulator.uploads.conflict_body = "nothing"
    again = user.push(f"./{stem}")
    assert (again.exit, user.numbers(again)) == (0, (1, 0, 0, 0)), again
    assert sorted(simulator.uploads.tree().values()) == sorted((md5(photo(1)), md5(photo(2))))
    assert len(simulator.account.tree.folders) == 1


def test_an_empty_file_and_one_that_is_no_picture(user: Uploader, simulator: AmazonSimulator) -> None:
    wanted = user.write({"Notes/empty.txt": b"", "Notes/notes.txt": b"words", "Notes/IMG_1.JPG": photo(1)})
    usual = user.push("Notes")
    assert (usual.exit, user.numbers(usual)) == (0, (1, 0, 2, 0))
    all_of_it = user.push("Notes", "--all-files")
    assert (all_of_it.exit, user.numbers(all_of_it)) == (0, (2, 1, 0, 0)), all_of_it
    assert simulator.uploads.tree() == wanted


def test_killed_and_run_again(user: Uploader, simulator: AmazonSimulator) -> None:
    wanted = user.write({f"Holiday/IMG_{number:02d}.JPG": photo(number) for number in range(60)})
    simulator.faults.latency = Fault(value=0.05, on="upload")
    process = user.sandbox.start("push", "amazon", "Holiday", "--to", "Trip", "--jobs", "2")
    assert simulator.wait_for(lambda: simulator.counts["upload"] >= 30)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    simulator.faults.latency = None
    arrived = len(simulator.uploads.tree())
    assert 0 < arrived < 60
    result = user.push("Holiday", "--to", "Trip")
    assert result.exit == 0, result
    assert simulator.counts["upload"] <= 60 - arrived + 2
    assert (simulator.uploads.tree(), len(simulator.library)) == (wanted, THERE + 60)
    assert {name: sorted(members) for name, members in simulator.uploads.albums().items()} == {
        "Trip": sorted(wanted.values())
    }


@pytest.mark.parametrize(
    ("tld", "continent"),
    [("com", "na"), ("ca", "na"), ("com.mx", "na"), ("com.br", "na"), ("de", "eu"), ("co.uk", "eu"), ("co.jp", "eu")],
)
def test_where_the_bytes_go(tld: str, continent: str) -> None:
    assert AmazonSettings().upload_url(tld) == f"https://content-{continent}.drive.amazonaws.com/cdproxy/nodes"
