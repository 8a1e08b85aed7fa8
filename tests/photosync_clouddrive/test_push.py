"""What a user of Cloud Drive pushes, and what has to be in the drive afterwards."""

from __future__ import annotations

import hashlib
import json
import re
import time
import unicodedata
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from photosync.errors import ItemError, LostAnswerError, NameTakenError, Reason, SignInError
from photosync.jobs.push.local_file import LocalFile
from photosync.provider import Interaction, UploadRequest
from photosync.provider_kit.tokens import TokenFile
from photosync.testing import Fault
from photosync.testing.command import Result, Sandbox
from photosync.testing.library import foreign_photos
from photosync_clouddrive.auth import REQUIRED, CloudDriveAuth
from photosync_clouddrive.simulator import CloudDriveSimulator
from photosync_clouddrive.simulator.drive import PICTURES, ROOT
from photosync_clouddrive.uploads import CloudDriveUploader
from tests.photosync_clouddrive.conftest import Account
from tests.photosync_clouddrive.person import Person, consent, link_shown_by, start_login

FOLDER = "POST /drive/v1/nodes"
UPLOAD = "POST /cdproxy/nodes"
TRASH = "PUT /drive/v1/trash/{id}"
TOKEN = "POST /auth/o2/token"
READ_ONLY = "clouddrive:read_all"

_PHOTOS = foreign_photos()


def photo() -> bytes:
    """Another one each time."""
    return next(_PHOTOS)


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


@dataclass(frozen=True)
class User:
    """A user with a drive and a folder of photos."""

    simulator: CloudDriveSimulator
    sandbox: Sandbox

    @property
    def photos(self) -> Path:
        return self.sandbox.folder / "Holiday"

    def configure(self, **settings: object) -> None:
        self.sandbox.configure({"drive": {**self.simulator.account_settings(), **settings}}, retry_budget="50s")

    def lay(self, path: str, content: bytes | None = None) -> bytes:
        """Put a photo into the folder; its content."""
        content = photo() if content is None else content
        file = self.photos / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return content

    def push(self, *options: str) -> Result:
        result = self.sandbox.run("push", "drive", str(self.photos), *options)
        result.check_totals()
        return result

    def there(self) -> dict[str, str]:
        return self.simulator.tree()


@pytest.fixture
def simulator() -> Iterator[CloudDriveSimulator]:
    with CloudDriveSimulator(items=0, gaps=False) as running:
        yield running


@pytest.fixture
def user(simulator: CloudDriveSimulator, tmp_path: Path) -> User:
    made = User(simulator, Sandbox(tmp_path))
    made.configure()
    return made


def put_file(simulator: CloudDriveSimulator, name: str, content: bytes, parent: str = ROOT, **fields: object) -> str:
    """A file that another program uploaded."""
    properties = {"contentType": "image/jpeg", "size": len(content), "md5": md5(content)}
    node = {
        "id": f"{re.sub('[^A-Za-z0-9]', '-', name)[:8]:_<8}Foreign_AAAAAA",
        "kind": "FILE",
        "name": name,
        "status": "AVAILABLE",
    }
    return simulator.drive.put({**node, "parents": [parent], "contentProperties": properties, **fields})


# Folders


def test_folders_keep_their_structure(user: User) -> None:
    laid = {
        f"Holiday/{path}": md5(user.lay(path)) for path in ("IMG_1.JPG", "Day 1/IMG_1.JPG", "Day 1/Evening/IMG_2.JPG")
    }
    result = user.push()
    assert (result.exit, result.number("saved")) == (0, 3), result
    assert user.there() == laid
    assert user.simulator.counts[FOLDER] == 3


@pytest.mark.parametrize("to", ["Pictures/2024", "/pictures/2024/", "PICTURES//2024"])
def test_a_destination_is_made_below_what_is_there(user: User, to: str) -> None:
    content = user.lay("IMG_1.JPG")
    assert user.push("--to", to).exit == 0
    assert user.there() == {"Pictures/2024/Holiday/IMG_1.JPG": md5(content)}
    assert user.simulator.counts[FOLDER] == 2


def test_a_destination_by_its_id(user: User) -> None:
    content = user.lay("IMG_1.JPG")
    assert user.push("--to", PICTURES).exit == 0
    assert user.there() == {"Pictures/Holiday/IMG_1.JPG": md5(content)}


def test_a_path_that_could_be_an_id_is_a_path(user: User) -> None:
    content = user.lay("IMG_1.JPG")
    assert user.push("--to", "A_name_of_22_letters_x").exit == 0
    assert user.there() == {"A_name_of_22_letters_x/Holiday/IMG_1.JPG": md5(content)}


def test_destinations_that_cannot_be(user: User) -> None:
    user.lay("IMG_1.JPG")
    file = put_file(user.simulator, "a.jpg", b"x")
    trashed = user.simulator.drive.add_folder("Old", user.simulator.drive.add_folder("Older"))
    user.simulator.drive.say("Folder0003Example_AAAA", status="TRASH")
    for to, words in (
        (file, "is a file"),
        (trashed, "lies in the trash"),
        ("Pictures/../x", "cannot be a folder"),
        ("x" * 281, "longer than 280"),
    ):
        result = user.push("--to", to)
        assert (result.exit, words in str(result.summary)) == (2, True), result
    assert user.simulator.counts["changes"] == 0


def test_a_folder_is_found_whatever_its_case_and_accents(user: User) -> None:
    trip = user.simulator.drive.add_folder("HOLIDAY")
    user.simulator.drive.add_folder(unicodedata.normalize("NFD", "träume"), trip)
    content = user.lay("Träume/IMG_1.JPG")
    assert user.push().exit == 0
    assert user.simulator.counts[FOLDER] == 0
    assert list(user.there().values()) == [md5(content)]
    assert next(iter(user.there())).startswith("HOLIDAY/")


def test_folders_on_a_later_page_are_found(user: User) -> None:
    for number in range(250):
        user.simulator.drive.add_folder(f"Folder {number}")
    user.simulator.drive.add_folder("Holiday")
    user.lay("IMG_1.JPG")
    assert user.push().exit == 0
    assert user.simulator.counts[FOLDER] == 0


@pytest.mark.parametrize("bare", [None, 0])
def test_a_folder_that_no_listing_shows_is_named_by_the_refusal(user: User, bare: float | None) -> None:
    content = user.lay("IMG_1.JPG")
    hide(user.simulator, user.simulator.drive.add_folder("holiday"))
    user.simulator.faults.set("bare_conflict", None if bare is None else {"value": bare})
    assert user.push().exit == 0
    assert user.there() == {"holiday/IMG_1.JPG": md5(content)}


def hide(simulator: CloudDriveSimulator, folder_id: str) -> None:
    """No listing shows it."""
    simulator.uploads.just_made(folder_id)
    simulator.faults.lagging_listing = Fault()


def test_a_folder_that_cannot_be_identified_fails_its_files_alone(user: User) -> None:
    user.lay("IMG_1.JPG")
    single = user.sandbox.folder / "single.JPG"
    single.write_bytes(content := photo())
    hide(user.simulator, user.simulator.drive.add_folder("holiday"))
    user.simulator.faults.bare_conflict = Fault(value=1)
    result = user.sandbox.run("push", "drive", str(user.photos), str(single))
    assert (result.exit, result.reasons) == (3, ["not_ready"]), result
    assert user.there() == {"single.JPG": md5(content)}


@pytest.mark.parametrize(
    ("status", "fault", "reason"), [("PENDING", None, "not_ready"), ("TRASH", "stale_conflict", "in_trash")]
)
def test_a_folder_that_is_not_there_any_more_or_yet(user: User, status: str, fault: str | None, reason: str) -> None:
    user.lay("IMG_1.JPG")
    user.simulator.drive.say(user.simulator.drive.add_folder("Holiday"), status=status)
    if fault:
        user.simulator.faults.set(fault, {})
    result = user.push()
    assert (result.exit, result.reasons) == (3, [reason]), result
    assert user.simulator.counts[FOLDER] == 1


def test_a_file_where_a_folder_should_be(user: User) -> None:
    user.lay("IMG_1.JPG")
    put_file(user.simulator, "holiday", b"not a folder")
    result = user.push()
    assert (result.exit, result.reasons) == (3, ["name_taken"]), result
    assert "a file has this name" in result.errors[0]["error"]


def test_an_answer_to_a_folder_that_gets_lost(user: User) -> None:
    laid = {f"Holiday/{path}": md5(user.lay(path)) for path in ("IMG_1.JPG", "Day 1/IMG_2.JPG")}
    user.simulator.faults.lose_answer = Fault(times=2, on="other")
    assert user.push().exit == 0
    assert user.there() == laid
    assert user.simulator.faults.lose_answer.fired == 2


def test_a_folder_that_lands_elsewhere_is_taken_back(user: User) -> None:
    content = user.lay("Day 1/IMG_1.JPG")
    user.simulator.faults.astray_folder = Fault(times=1, after=1)
    result = user.push()
    assert (result.exit, result.reasons) == (3, ["bad_answer"]), result
    assert user.simulator.counts[TRASH] == 1
    assert user.push().exit == 0
    assert user.there() == {"Holiday/Day 1/IMG_1.JPG": md5(content)}


# What is there already


def test_content_that_is_there_is_not_sent(user: User) -> None:
    content = user.lay("IMG_1.JPG")
    put_file(user.simulator, "other name.jpg", content, PICTURES)
    result = user.push()
    assert (result.exit, result.number("unchanged")) == (0, 1), result
    assert user.simulator.counts["changes"] == 0


def test_content_in_the_trash_is_not_there(user: User) -> None:
    contents = [user.lay(f"IMG_{number}.JPG") for number in range(2)]
    trashed = user.simulator.drive.add_folder("Inner", user.simulator.drive.add_folder("Outer"))
    put_file(user.simulator, "1.jpg", contents[0], trashed)
    user.simulator.drive.say("Folder0002Example_AAAA", status="TRASH")
    put_file(user.simulator, "2.jpg", contents[1], status="TRASH")
    result = user.push()
    assert (result.exit, result.number("saved")) == (0, 2), result
    assert set(user.there()) == {"Holiday/IMG_0.JPG", "Holiday/IMG_1.JPG"}


def test_a_hash_alone_is_not_believed(user: User) -> None:
    content = user.lay("IMG_1.JPG")
    put_file(user.simulator, "liar.jpg", content, contentProperties={"md5": md5(content), "size": 7})
    user.simulator.faults.bogus_nodes = Fault()
    assert user.push().number("saved") == 1
    assert user.there()["Holiday/IMG_1.JPG"] == md5(content)


def test_dry_run_changes_nothing(user: User) -> None:
    known = user.lay("IMG_1.JPG")
    user.lay("Day 1/IMG_2.JPG")
    put_file(user.simulator, "known.jpg", known)
    result = user.push("--dry-run", "--to", "New/Newer")
    assert (result.exit, result.number("saved"), result.number("unchanged")) == (0, 1, 1), result
    assert user.simulator.counts["changes"] == 0


# Names


HOSTILE = [
    *('quotes "and" \\ slashes.jpg', "a AND b OR c.jpg", "(1) [2] {3} ^4~ *5* ?6: !7 & | + -.jpg", "100 %.jpg"),
    *(" blanks .jpg", "trailing dot.jpg.", "日本" * 40 + ".jpg", "re\u0301sume\u0301.jpg"),
    *("emoji \U0001f468\u200d\U0001f469.jpg", "tab\tand\nline.jpg", "Ωmega ß.jpg", "-rf.jpg", "isRoot:true.jpg"),
]


def test_hostile_names(user: User) -> None:
    laid = {f"Holiday/{unicodedata.normalize('NFC', name)}": md5(user.lay(name)) for name in HOSTILE}
    folder = 'a "folder" AND (more) *'
    laid[f"Holiday/{folder}/x.jpg"] = md5(user.lay(f"{folder}/x.jpg"))
    result = user.push()
    assert (result.exit, result.number("saved")) == (0, len(laid)), result
    assert user.there() == laid
    user.simulator.forget()
    assert user.push("--full").number("unchanged") == len(laid)
    assert user.simulator.counts["changes"] == 0


def test_hostile_names_are_found_after_lost_answers(user: User) -> None:
    laid = {f"Holiday/{unicodedata.normalize('NFC', name)}": md5(user.lay(name)) for name in HOSTILE}
    user.simulator.faults.late_upload = Fault(value=0.1)
    user.simulator.faults.hashless = Fault()  # so that nothing but the name tells what arrived
    assert user.push().exit == 0
    assert (user.simulator.counts[UPLOAD], user.simulator.counts["400"]) == (len(laid), 0)
    assert user.there() == laid


def test_an_empty_file(user: User) -> None:
    user.lay("empty.txt", b"")
    result = user.push("--all-files")
    assert (result.exit, result.number("saved")) == (0, 1), result
    assert user.there() == {"Holiday/empty.txt": md5(b"")}
    result = user.sandbox.run("pull", "drive", "--all-files", "--full")
    assert (result.exit, result.number("saved")) == (0, 0), result


# Names that are taken


@pytest.mark.parametrize("there", ["IMG_1.JPG", "img_1.jpg"], ids=["same", "other case"])
@pytest.mark.parametrize("policy", ["rename", "skip", "fail"])
def test_a_name_that_is_taken(user: User, there: str, policy: str) -> None:
    content, foreign = user.lay("IMG_1.JPG"), photo()
    folder = user.simulator.drive.add_folder("Holiday")
    put_file(user.simulator, there, foreign, folder)
    result = user.push("--on-conflict", policy)
    held = user.there()
    assert held.pop(f"Holiday/{there}") == md5(foreign), "the other file was touched"
    if policy == "rename":
        assert (result.exit, result.number("saved")) == (0, 1), result
        assert list(held.values()) == [md5(content)]
        assert next(iter(held)).startswith("Holiday/IMG_1_")
    elif policy == "skip":
        assert (result.exit, result.number("filtered"), held) == (0, 1, {}), result
    else:
        assert (result.exit, result.reasons, held) == (3, ["name_taken"], {}), result
        assert (there in result.errors[0]["error"]) is True


def test_files_that_differ_in_case_alone(user: User) -> None:
    contents = sorted(md5(user.lay(name)) for name in ("photo.jpg", "PHOTO.jpg", "Photo.JPG"))
    result = user.push("--jobs", "3")
    assert (result.exit, result.number("saved")) == (0, 3), result
    assert sorted(user.there().values()) == contents


def test_a_folder_has_the_name(user: User) -> None:
    user.lay("IMG_1.JPG")
    user.simulator.drive.add_folder("IMG_1.JPG", user.simulator.drive.add_folder("Holiday"))
    result = user.push("--on-conflict", "fail")
    assert (result.exit, result.reasons) == (3, ["name_taken"]), result
    assert "a folder has the name" in result.errors[0]["error"]


@pytest.mark.parametrize("bare", [None, 0, 1], ids=["told", "in the message", "not told"])
def test_the_same_file_under_the_name_is_no_conflict(user: User, bare: float | None) -> None:
    content = user.lay("IMG_1.JPG")
    folder = user.simulator.drive.add_folder("Holiday")
    user.simulator.uploads.just_made(put_file(user.simulator, "img_1.jpg", content, folder))
    user.simulator.faults.set("bare_conflict", None if bare is None else {"value": bare})
    user.simulator.faults.lagging_listing = Fault(times=1)  # it could not be found before
    result = user.push()
    assert (result.exit, result.number("unchanged"), user.simulator.counts["409"]) == (0, 1, 1), result
    assert user.there() == {"Holiday/img_1.jpg": md5(content)}


def test_an_unfinished_upload_of_another_program(user: User) -> None:
    content = user.lay("IMG_1.JPG")
    folder = user.simulator.drive.add_folder("Holiday")
    node = put_file(user.simulator, "IMG_1.JPG", content, folder, status="PENDING")
    result = user.push()
    assert (result.exit, result.reasons) == (3, ["not_ready"]), result
    user.simulator.drive.say(node, status="AVAILABLE")
    assert user.push().number("unchanged") == 1


def test_a_conflict_with_what_is_in_the_trash(user: User) -> None:
    user.lay("IMG_1.JPG")
    put_file(user.simulator, "IMG_1.JPG", photo(), user.simulator.drive.add_folder("Holiday"), status="TRASH")
    user.simulator.faults.stale_conflict = Fault(times=1)
    result = user.push()
    assert (result.exit, result.reasons) == (3, ["not_ready"]), result
    assert user.push().number("saved") == 1


def test_a_size_alone_is_no_proof(user: User) -> None:
    """Another file of the name and size, whose hash the service does not know yet."""
    content = user.lay("IMG_1.JPG")
    folder = user.simulator.drive.add_folder("Holiday")
    put_file(user.simulator, "IMG_1.JPG", bytes(len(content)), folder)
    user.simulator.faults.hashless = Fault()
    result = user.push("--on-conflict", "fail")
    assert (result.exit, result.reasons) == (3, ["name_taken"]), result


def test_a_service_that_refuses_content_twice(user: User) -> None:
    content = user.lay("IMG_1.JPG")
    user.simulator.uploads.just_made(put_file(user.simulator, "other.jpg", content))
    user.simulator.faults.ignores_suppress = Fault()
    user.simulator.faults.lagging_listing = Fault(times=1)
    result = user.push()
    assert (result.exit, result.number("unchanged")) == (0, 1), result
    assert user.there() == {"other.jpg": md5(content)}
    user.lay("IMG_2.JPG", again := photo())
    user.simulator.uploads.just_made(put_file(user.simulator, "another.jpg", again))
    user.simulator.faults.lagging_listing = Fault()
    result = user.push()
    assert (result.exit, result.reasons) == (3, ["refused"]), result
    assert "trash" in result.errors[0]["error"]


# Answers that get lost


@pytest.mark.parametrize(("fault", "status"), [("late_upload", 504), ("late_upload", None), ("pending_upload", 408)])
def test_a_file_that_appears_late_is_sent_once(user: User, fault: str, status: int | None) -> None:
    laid = {f"Holiday/IMG_{number}.JPG": md5(user.lay(f"IMG_{number}.JPG")) for number in range(3)}
    user.simulator.faults.set(fault, {"value": 1.5, "times": 2})
    user.simulator.uploads.late_status = status
    result = user.push()
    assert (result.exit, result.number("saved")) == (0, 3), result
    assert (user.there(), user.simulator.counts[UPLOAD]) == (laid, 3)


def test_a_connection_that_breaks_in_mid_upload(user: User) -> None:
    user.simulator.faults.cut_upload = Fault(times=2)
    laid = {"Holiday/large.JPG": md5(user.lay("large.JPG", photo() + bytes(8_000_000)))}
    result = user.push()
    assert (result.exit, result.number("saved")) == (0, 1), result
    assert (user.there(), user.simulator.counts[UPLOAD]) == (laid, 3)


def test_an_answer_that_is_no_json_is_looked_up(user: User) -> None:
    content = user.lay("IMG_1.JPG")
    user.simulator.faults.wrong_bytes = Fault(on="upload", times=1)
    assert user.push().exit == 0
    assert (user.there(), user.simulator.counts[UPLOAD]) == ({"Holiday/IMG_1.JPG": md5(content)}, 1)


# What the service keeps


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("short_store", "size_mismatch"), ("damaged_store", "hash_mismatch"), ("astray", "bad_answer")],
)
def test_what_is_not_kept_as_it_was_sent_is_taken_back(user: User, fault: str, reason: str) -> None:
    laid = {f"Holiday/IMG_{number}.JPG": md5(user.lay(f"IMG_{number}.JPG")) for number in range(3)}
    user.simulator.faults.set(fault, {"times": 1})
    result = user.push()
    assert (result.exit, result.number("saved"), result.reasons) == (3, 2, [reason]), result
    assert user.simulator.counts[TRASH] == 1
    assert user.there().items() <= laid.items()
    assert user.push().number("saved") == 1
    assert user.there() == laid


def test_what_cannot_be_taken_back_is_named(user: User) -> None:
    user.lay("IMG_1.JPG")
    user.simulator.faults.short_store = Fault()
    user.simulator.faults.keeps_trash_out = Fault()
    result = user.push()
    assert (result.exit, result.reasons) == (3, ["size_mismatch"]), result
    (item,) = user.simulator.library.expected()
    assert f"remove {item.id} there" in result.errors[0]["error"]


def test_no_room(user: User) -> None:
    for number in range(6):
        user.lay(f"IMG_{number}.JPG", photo() + bytes(100_000))
    user.simulator.uploads.quota_bytes = 250_000
    result = user.push("--jobs", "1")
    assert (result.exit, result.number("saved"), set(result.reasons)) == (3, 2, {"storage_full"}), result
    assert user.simulator.counts[UPLOAD] == 3, "went on sending into a full drive"


def test_too_large_is_known_before(user: User) -> None:
    user.lay("huge.JPG")
    with (user.photos / "huge.JPG").open("r+b") as file:
        file.truncate(53_000_000_000)  # it has holes for its bytes
    for options in (("--dry-run",), ()):
        result = user.push(*options)
        assert (result.exit, result.reasons) == (3, ["too_large"]), result
    assert user.simulator.counts["total"] <= 2


@pytest.mark.parametrize(("status", "reason"), [(400, "refused"), (413, "too_large")])
def test_a_file_that_the_service_refuses(user: User, status: int, reason: str) -> None:
    user.lay("IMG_1.JPG")
    user.lay("IMG_2.JPG")
    user.simulator.faults.server_error = Fault(value=status, times=1, on="upload")
    result = user.push()
    assert (result.exit, result.number("saved"), result.reasons) == (3, 1, [reason]), result


# Tokens


def test_a_token_that_ends_in_mid_run(tmp_path: Path) -> None:
    with CloudDriveSimulator(items=0, token_uses=15) as simulator:
        user = User(simulator, Sandbox(tmp_path))
        user.configure()
        laid = {f"Holiday/IMG_{number}.JPG": md5(user.lay(f"IMG_{number}.JPG")) for number in range(20)}
        simulator.tokens.uses = None  # what a refresh gives lasts
        assert user.push().exit == 0
        assert user.there() == laid
        assert (simulator.counts["401"] > 0, simulator.counts[TOKEN]) == (True, 1)


def test_a_token_is_refreshed_before_it_could_end_in_mid_upload(user: User) -> None:
    token = json.loads(user.simulator.token_file.read_text())
    user.simulator.token_file.write_text(json.dumps({**token, "exp_time": time.time() + 330}))
    user.lay("small.JPG")
    assert user.push().exit == 0
    assert user.simulator.counts[TOKEN] == 0
    user.lay("large.JPG", photo() + bytes(50_000_000))
    assert user.push().exit == 0
    assert user.simulator.counts[TOKEN] == 1
    user.lay("another.JPG", photo() + bytes(51_000_000))
    assert user.push().exit == 0
    assert user.simulator.counts[TOKEN] == 1, "a new token is good enough for anything"


class NoSource:
    """Where no token can be had."""

    asked = 0

    def refresh(self, refresh_token: str) -> Mapping[str, object]:
        self.asked += 1
        raise SignInError("no source")

    def sign_in(self, interaction: Interaction, scopes: Sequence[str]) -> Mapping[str, object]:
        raise SignInError("no source")


def test_no_token_has_to_last_longer_than_tokens_do(simulator: CloudDriveSimulator) -> None:
    source = NoSource()
    auth = CloudDriveAuth("drive", TokenFile(simulator.token_file, account="drive", required=REQUIRED), source)
    auth.last(1_000_000)
    assert source.asked == 0
    token = json.loads(simulator.token_file.read_text())
    simulator.token_file.write_text(json.dumps({**token, "exp_time": time.time() + 2000}))
    auth.last(500)
    assert source.asked == 0
    with pytest.raises(SignInError):
        auth.last(1_000_000)
    assert source.asked == 1


def test_an_expiry_inside_a_400(user: User) -> None:
    content = user.lay("IMG_1.JPG")
    user.simulator.faults.wrapped_expiry = Fault(times=1)
    assert user.push().exit == 0
    assert user.there() == {"Holiday/IMG_1.JPG": md5(content)}
    assert user.simulator.counts[TOKEN] == 1
    user.lay("IMG_2.JPG")
    user.simulator.faults.wrapped_expiry = Fault()
    result = user.push()
    assert (result.exit, "photosync login drive" in str(result.summary)) == (4, True), result


def test_a_folder_that_is_gone_is_made_again(user: User) -> None:
    content = user.lay("IMG_1.JPG")
    user.simulator.faults.stale_parent = Fault(times=1)
    assert user.push().exit == 0
    assert (user.there(), user.simulator.counts[UPLOAD]) == ({"Holiday/IMG_1.JPG": md5(content)}, 2)


# Permission


def test_a_token_that_may_not_write(user: User) -> None:
    """Its file does not say so: the service has to."""
    token = user.simulator.tokens.issue(scopes=READ_ONLY)
    user.simulator.token_file.write_text(json.dumps(token))
    user.lay("IMG_1.JPG")
    result = user.push()
    assert (result.exit, "photosync login drive --upload" in str(result.summary["message"])) == (4, True), result
    assert user.there() == {}


def test_permission_is_asked_for_once_and_pulls_go_on(user: User) -> None:
    user.configure(token=None)
    log_in(user)
    user.lay("IMG_1.JPG")
    user.simulator.forget()
    assert user.push("--dry-run").exit == 0
    assert user.simulator.counts["changes"] == 0
    result = user.push()
    assert (result.exit, "photosync login drive --upload" in str(result.summary["message"])) == (4, True), result
    assert user.simulator.counts["changes"] == 0, "it was known before that this would be refused"
    assert log_in(user, "--upload") == {"clouddrive:read_all", "clouddrive:write"}
    assert user.push().number("saved") == 1
    assert user.sandbox.run("pull", "drive", "--full").exit == 0
    user.simulator.tokens.end_access()
    user.lay("IMG_2.JPG")
    assert user.push().number("saved") == 1, "a refresh takes the permission away"
    assert log_in(user) == {"clouddrive:read_all", "clouddrive:write"}, "what was permitted is given up"


def log_in(user: User, *options: str) -> set[str]:
    """Sign in with a browser elsewhere; the scopes that were asked for."""
    process = start_login(user.sandbox, "--no-browser", *options)
    link = link_shown_by(process)
    _, stderr = process.communicate(f"{consent(link, follow=False)}\n", timeout=60)
    assert process.returncode == 0, stderr
    return set(parse_qs(urlsplit(link).query)["scope"][0].split())


def test_without_a_token_the_command_is_named(user: User) -> None:
    user.configure(token=None)
    user.lay("IMG_1.JPG")
    result = user.push()
    assert (result.exit, "photosync login drive --upload" in str(result.summary["message"])) == (4, True), result


def test_scopes_of_ones_own_are_asked_for_too(account: Account) -> None:
    person = Person(browser_allowed=False, answer=lambda url: consent(url, follow=False))
    provider = account.open(token=None, scopes="clouddrive:read clouddrive:write profile")
    assert provider.needs_upload_permission()
    assert "permits uploads" in provider.permit_upload(person)
    assert parse_qs(urlsplit(person.links[0]).query)["scope"] == ["clouddrive:read clouddrive:write profile"]
    assert not account.open(token=None).needs_upload_permission()


def test_a_relays_token_is_tried_as_it_is(account: Account, tmp_path: Path) -> None:
    saved = tmp_path / "download.json"
    saved.write_text(json.dumps(account.simulator.tokens.issue()))
    relay = {"client_id": None, "client_secret": None, "relay": f"{account.simulator.url}/relay", "token": None}
    provider = account.open(**relay)
    assert provider.needs_upload_permission()
    provider.permit_upload(Person(browser_allowed=False, answer=lambda _: str(saved)))
    assert not provider.needs_upload_permission()


def test_permission_without_anything_to_ask_with(account: Account) -> None:
    provider = account.open(client_id=None, client_secret=None)
    with pytest.raises(SignInError, match="nothing to sign in with"):
        provider.permit_upload(Person())


def test_no_token_is_in_any_log(user: User, tmp_path: Path) -> None:
    token = json.loads(user.simulator.token_file.read_text())
    user.simulator.token_file.write_text(json.dumps({**token, "exp_time": time.time() + 10}))
    user.lay("IMG_1.JPG")
    result = user.push("-vv", "--log-file", str(tmp_path / "log"))
    assert result.exit == 0, result
    after = json.loads(user.simulator.token_file.read_text())
    assert after["access_token"] != token["access_token"]
    shown = result.stdout + result.stderr + (tmp_path / "log").read_text()
    assert not any(secret in shown for secret in (token["access_token"], after["access_token"], after["refresh_token"]))


# The simulator is as strict as the service

METADATA = b'Content-Disposition: form-data; name="metadata"\r\n\r\n{"kind": "FILE", "name": "a", "parents": ["%s"]}'
CONTENT = b'Content-Disposition: form-data; name="content"; filename="x"\r\nContent-Type: image/jpeg\r\n\r\nabc'


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ((METADATA % ROOT.encode(), CONTENT), 201),
        ((CONTENT, METADATA % ROOT.encode()), 400),
        ((METADATA % ROOT.encode(),), 400),
        ((METADATA % ROOT.encode(), CONTENT.replace(b'; filename="x"', b"")), 400),
        ((METADATA % ROOT.encode(), CONTENT, CONTENT), 400),
        ((METADATA % b"NoFolderExample_AAAAAA", CONTENT), 400),
        ((METADATA.replace(b"FILE", b"FOLDER") % ROOT.encode(), CONTENT), 400),
    ],
    ids=["right", "order", "no content", "no filename", "too much", "no parent", "no file"],
)
def test_what_the_simulator_takes(simulator: CloudDriveSimulator, parts: tuple[bytes, ...], status: int) -> None:
    body = b"".join(b"--B\r\n" + part + b"\r\n" for part in parts) + b"--B--\r\n"
    token = simulator.tokens.issue()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "multipart/form-data; boundary=B"}
    request = urllib.request.Request(f"{simulator.url_of('content')}/cdproxy/nodes", body, headers)
    try:
        answer = urllib.request.urlopen(request, timeout=60)
    except urllib.error.HTTPError as refusal:
        answer = refusal
    with answer:
        assert answer.status == status
    assert bool(simulator.tree()) is (status == 201)


# One uploader, where a whole run would have to wait


@pytest.fixture
def uploader(account: Account) -> CloudDriveUploader:
    return account.open().uploader(UploadRequest())


def local(tmp_path: Path, name: str = "IMG_1.JPG") -> LocalFile:
    path = tmp_path / name
    path.write_bytes(photo())
    return LocalFile(path, ("Holiday",))


@pytest.mark.parametrize("fault", ["broken_transfer", "front_end"])
def test_a_transfer_that_broke_may_be_sent_again(
    simulator: CloudDriveSimulator, uploader: CloudDriveUploader, tmp_path: Path, fault: str
) -> None:
    file = local(tmp_path)
    uploader.prepare([file])
    simulator.faults.set(fault, {"times": 1, "on": "upload"})
    with pytest.raises(LostAnswerError):
        uploader.send(file)
    assert uploader.find(file) is None
    sent = uploader.send(file)
    assert sent.item is not None
    assert (sent.item.md5, sent.was_there) == (file.digest().md5, False)


def test_the_answer_tells_what_a_listing_would(
    account: Account, simulator: CloudDriveSimulator, uploader: CloudDriveUploader, tmp_path: Path
) -> None:
    file = local(tmp_path)
    uploader.prepare([file])
    sent = uploader.send(file)
    assert sent.item is not None
    assert account.listing().items == {sent.item.id: sent.item}
    assert uploader.find(file) == sent.item
    assert uploader.finish([sent]) == [sent]


def test_an_answer_that_tells_no_hash_is_asked_for_it(
    simulator: CloudDriveSimulator, uploader: CloudDriveUploader, tmp_path: Path
) -> None:
    file = local(tmp_path)
    uploader.prepare([file])
    simulator.faults.bare_answer = Fault()
    sent = uploader.send(file)
    assert sent.item is not None
    assert (sent.item.md5, sent.item.folder) == (file.digest().md5, "Holiday")


def test_a_conflict_with_ones_own_lost_file(
    simulator: CloudDriveSimulator, uploader: CloudDriveUploader, tmp_path: Path
) -> None:
    file = local(tmp_path)
    uploader.prepare([file])
    simulator.faults.late_upload = Fault(value=3600, times=1)
    with pytest.raises(LostAnswerError):
        uploader.send(file)
    assert uploader.find(file) is None
    with pytest.raises(LostAnswerError, match="not ready"):  # the name is taken, by what cannot be seen
        uploader.send(file)
    (lost,) = simulator.drive.hidden
    simulator.uploads.appear(lost)
    simulator.faults.hashless = Fault()
    sent = uploader.send(file)
    assert (sent.was_there, sent.item is not None) == (False, True)
    assert simulator.tree() == {"Holiday/IMG_1.JPG": file.digest().md5}


@pytest.mark.parametrize("name", ["a" * 281, "", "a/b.jpg", "nul\0.jpg"])
def test_names_that_no_file_can_have_there(
    simulator: CloudDriveSimulator, uploader: CloudDriveUploader, tmp_path: Path, name: str
) -> None:
    with pytest.raises(ItemError, match="cannot be called") as caught:
        uploader.find(local(tmp_path).renamed(name))
    assert caught.value.reason is Reason.REFUSED
    assert simulator.counts["changes"] == 0


def test_a_name_that_the_service_alone_refuses(uploader: CloudDriveUploader, tmp_path: Path) -> None:
    file = local(tmp_path).renamed("a" * 281)
    uploader.prepare([file])
    with pytest.raises(ItemError, match="does not take the name"):
        uploader.send(file)


def test_nothing_is_written_over(simulator: CloudDriveSimulator, uploader: CloudDriveUploader, tmp_path: Path) -> None:
    first, second = local(tmp_path), local(tmp_path, "other.JPG").renamed("img_1.jpg")
    uploader.prepare([first, second])
    uploader.send(first)
    with pytest.raises(NameTakenError, match=r"as 'IMG_1\.JPG'"):
        uploader.send(second)
    assert simulator.tree() == {"Holiday/IMG_1.JPG": first.digest().md5}


def test_how_long_a_lost_file_is_looked_for_is_a_setting(account: Account) -> None:
    assert account.open().uploader(UploadRequest()).wait_s == 60
    assert account.open(upload_wait="5m").uploader(UploadRequest()).wait_s == 300
    assert account.open(upload_wait=1.5).uploader(UploadRequest()).wait_s == 1.5
    with pytest.raises(ValidationError, match="expected a duration"):
        account.open(upload_wait="soon")
