"""Faults of a real object store: short ones end no run, and what lasts ends with the right status and words.

After each of them, a run without the fault does the rest, and the copy is right.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.model import Kind
from photosync.testing.command import Result, Sandbox
from photosync.testing.faults import Fault
from photosync.testing.receiving import Upload
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.copies.places import NAME, SECRET, Place, S3Server, copied
from tests.jobs.copies.store_proxy import (
    Action,
    Answer,
    Ask,
    Operation,
    Request,
    StoreFault,
    StoreProxy,
    cut,
    list_half,
    lose_answer,
    lose_request,
    other_tag,
    refuse,
    shorten,
    spoil,
    spoil_sent,
)
from tests.jobs.copies.test_copy import library_files

pytestmark = pytest.mark.slow  # a real server; the engine tries again for a while
Settings = dict[str, str]
SHORT_BUDGET = {"retry_budget": "5s"}
LARGE = "large.mp4"
PHOTO = "IMG_0005.JPG"


@pytest.fixture(scope="module")
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=0) as running:
        running.library.add(6)
        yield running


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory, simulator: AmazonSimulator) -> Sandbox:
    """Its library has a video that is sent in two parts."""
    folder = tmp_path_factory.mktemp("pulled")
    padding = random.Random(1).randbytes(9 << 20)
    video = simulator.library.content_of(simulator.library.add(1, kind=Kind.VIDEO)[0])
    content = video + (len(padding) + 8).to_bytes(4, "big") + b"free" + padding
    path = folder / LARGE
    path.write_bytes(content)
    hashes = hashlib.md5(content, usedforsecurity=False).hexdigest(), hashlib.sha256(content).hexdigest()
    simulator.library.receive(Upload(path, len(content), *hashes), name=LARGE, kind=Kind.VIDEO)
    made = Sandbox(folder)
    made.configure({"amazon": simulator.account_settings()}, exif="fix")
    assert made.run("pull", "amazon").exit == 0
    return made


@pytest.fixture(scope="module")
def proxy(s3: S3Server) -> Iterator[StoreProxy]:
    with StoreProxy(s3.endpoint) as running:
        yield running


@pytest.fixture
def place(s3: S3Server, proxy: StoreProxy, tmp_path: Path) -> Place:
    """A prefix in the store, behind the proxy."""
    there = s3.place(hashlib.sha256(tmp_path.name.encode()).hexdigest()[:16])
    proxy.faults, proxy.requests = [], []
    return Place(settings_of(there) | {"endpoint": proxy.endpoint}, there.folder)


def settings_of(place: Place) -> Settings:
    assert isinstance(place.settings, dict)
    return place.settings


def give_up_soon(place: Place, sandbox: Sandbox) -> None:
    replace(place, settings=settings_of(place) | SHORT_BUDGET).configure(sandbox)


def check_copy(sandbox: Sandbox, place: Place) -> None:
    """The copy has all, as it is in the library; another run sends nothing."""
    there, wanted = place.files(), library_files(sandbox)
    assert {name: there.get(name) for name in wanted} == wanted
    place.check_list()
    again = copied(sandbox)
    assert (again.exit, again.number("saved")) == (0, 0), again
    checked = sandbox.run("verify", "--copy", NAME)
    assert checked.exit == 0, checked


def check_words(result: Result, *words: str) -> None:
    """The message names the copy, and has no secret and nothing that a terminal would obey."""
    assert result.exit != Exit.INTERNAL, result
    said = result.stdout + result.stderr
    for each in (f"copy '{NAME}'", *words):
        assert each in said, result
    assert SECRET not in said
    assert "Traceback" not in said
    assert not any(each in said for each in ("\x1b", "\x07", "\u202e"))


BUSY = refuse(503, "SlowDown", "Please reduce your request rate.")
BROKEN = refuse(500, "InternalError", "We encountered an internal error. Please try again.")
EXPIRED = refuse(400, "ExpiredToken", "The provided token has expired.&#27;[31m\u202e\x07")
SKEWED = refuse(403, "RequestTimeTooSkewed", "The difference between the request time and the server's is too large.")
FULL = refuse(507, "XMinioStorageFull", "Storage backend has reached its minimum free drive threshold.")
QUOTA = refuse(403, "QuotaExceeded")
CAP = refuse(403, "AccessDenied", "Cannot upload files, storage cap exceeded.")
GONE = refuse(404, "NoSuchBucket", "The specified bucket does not exist")
REGION = refuse(400, "AuthorizationHeaderMalformed", "The region 'us-east-1' is wrong; expecting 'eu-central-1'")

SETTINGS: dict[str, tuple[Callable[[Settings], Settings], Exit, str]] = {
    "unknown key": (lambda all_: all_ | {"access_key_id": "nobody-knows-this-key"}, Exit.AUTH, "credentials"),
    "wrong secret": (lambda all_: all_ | {"secret_access_key": "another-secret-than-this"}, Exit.AUTH, "credentials"),
    "no bucket": (lambda all_: all_ | {"to": "s3://nowhere/photos"}, Exit.DESTINATION, "no such bucket"),
    "no server": (lambda all_: all_ | {"endpoint": "http://127.0.0.1:9"}, Exit.TEMPORARY, "Try again later"),
}


@pytest.mark.parametrize("wrong", SETTINGS)
def test_wrong_settings(sandbox: Sandbox, place: Place, wrong: str) -> None:
    assert copied(sandbox).exit == 0
    change, status, words = SETTINGS[wrong]
    replace(place, settings=change(settings_of(place)) | SHORT_BUDGET).configure(sandbox)
    for command in (("copy",), ("verify", "--copy", NAME)):
        result = sandbox.run(*command)
        assert result.exit == status, result
        check_words(result, words)
        assert "another-secret" not in result.stdout + result.stderr
    place.configure(sandbox)
    assert copied(sandbox).number("saved") == 0


SENDING: list[tuple[Operation, Action]] = [
    *((operation, action) for operation in ("LIST", "PUT", "CREATE", "PART", "COMPLETE") for action in (BUSY, BROKEN)),
    *((operation, lose_answer) for operation in ("LIST", "PUT", "CREATE", "PART", "COMPLETE")),
    *((operation, lose_request) for operation in ("LIST", "PUT", "CREATE", "PART", "COMPLETE")),
    ("LIST", cut),
    ("PUT", refuse(429, "TooManyRequests")),
    ("COMPLETE", refuse(200, "InternalError")),  # https://repost.aws/knowledge-center/s3-resolve-200-internalerror
]


@pytest.mark.parametrize(("operation", "action"), SENDING)
def test_a_short_fault_while_a_copy_is_brought(
    sandbox: Sandbox, place: Place, proxy: StoreProxy, operation: Operation, action: Action
) -> None:
    with proxy.failing(fault := StoreFault(action, [operation], times=2 if operation == "PUT" else 1)):
        result = copied(sandbox)
    assert fault.fired
    assert (result.exit, result.number("saved")) == (0, result.number("listed")), result
    check_copy(sandbox, place)
    assert not [path for path in place.files() if "/replaced/" in path]


def test_a_key_without_the_right_to_delete_is_enough(
    sandbox: Sandbox, place: Place, proxy: StoreProxy, tmp_path: Path
) -> None:
    with proxy.failing(StoreFault(refuse(403, "AccessDenied"), ["DELETE", "ABORT"])):
        assert copied(sandbox).exit == 0
        name = sandbox.files()[0].relative_to(sandbox.library).as_posix()
        (place.folder / name).write_bytes(b"damaged")
        repaired = sandbox.run("verify", "--copy", NAME, "--repair")
        assert (repaired.exit, repaired.number("repaired")) == (0, 1), repaired
        restored = sandbox.run("restore", "--from", NAME, "--to", str(tmp_path / "again"))
        assert restored.exit == 0, restored
    assert proxy.counts["COPY"] == 1, "the damaged one is kept"
    assert proxy.counts["DELETE"] + proxy.counts["ABORT"] == 0


READING: list[tuple[Operation, Action]] = [
    *(("GET", action) for action in (BUSY, BROKEN, cut, shorten, spoil, lose_answer, lose_request)),
    *(("LIST", action) for action in (BUSY, cut, lose_answer)),
]


@pytest.mark.parametrize(("operation", "action"), READING)
def test_a_short_fault_while_a_copy_is_read(
    sandbox: Sandbox, place: Place, proxy: StoreProxy, tmp_path: Path, operation: Operation, action: Action
) -> None:
    assert copied(sandbox).exit == 0
    for command in (("verify", "--copy", NAME), ("verify", "--copy", NAME, "--repair")):
        with proxy.failing(fault := StoreFault(action, [operation], times=1)):
            checked = sandbox.run(*command)
        assert fault.fired
        assert (checked.exit, checked.number("damaged"), checked.number("missing")) == (0, 0, 0), checked
    wanted = library_files(sandbox)
    # The library's identity has no hash: what comes otherwise the second time is not taken.
    skipped = 2 if action in (spoil, shorten) else 0
    with proxy.failing(fault := StoreFault(action, [operation], times=1, after=skipped)):
        restored = sandbox.run("restore", "--from", NAME, "--to", str(tmp_path / "new/library"))
    assert fault.fired
    assert restored.exit == 0, restored
    assert library_files(Sandbox(tmp_path / "new")) == wanted
    sandbox.files()[0].unlink()
    next(path for path in sandbox.files() if path.name == LARGE).unlink()
    if operation == "GET":
        with proxy.failing(fault := StoreFault(action, [operation], times=1)):
            healed = sandbox.run("verify", "--repair", "--from", NAME)
        assert fault.fired
        assert (healed.exit, healed.number("repaired")) == (0, 2), healed
        assert library_files(sandbox) == wanted
    assert place.files()


LASTING: list[tuple[Operation, Action, Exit, str]] = [
    *((operation, BROKEN, Exit.TEMPORARY, "500 Internal Server Error") for operation in ("LIST", "PUT", "CREATE")),
    *((operation, BUSY, Exit.TEMPORARY, "SlowDown") for operation in ("LIST", "PUT")),
    *((operation, EXPIRED, Exit.AUTH, "ExpiredToken") for operation in ("LIST", "PUT", "CREATE", "PART")),
    *((operation, SKEWED, Exit.TEMPORARY, "clock of this computer") for operation in ("LIST", "PUT")),
    *((operation, FULL, Exit.DESTINATION, "no space left") for operation in ("PUT", "PART")),
    *((operation, QUOTA, Exit.DESTINATION, "no space left") for operation in ("PUT", "CREATE", "PART")),
    ("PUT", CAP, Exit.DESTINATION, "storage cap exceeded"),
    *((operation, GONE, Exit.DESTINATION, "no such bucket") for operation in ("LIST", "PUT", "CREATE")),
    ("LIST", REGION, Exit.DESTINATION, "expecting 'eu-central-1'"),
    ("LIST", lose_request, Exit.TEMPORARY, "Try again later"),
    ("PUT", lose_request, Exit.TEMPORARY, "Try again later"),
    ("LIST", cut, Exit.TEMPORARY, "Try again later"),
    ("LIST", shorten, Exit.TEMPORARY, "Try again later"),
]


@pytest.mark.parametrize(("operation", "action", "status", "words"), LASTING)
def test_a_lasting_fault_while_a_copy_is_brought(
    sandbox: Sandbox, place: Place, proxy: StoreProxy, operation: Operation, action: Action, status: Exit, words: str
) -> None:
    give_up_soon(place, sandbox)
    only = LARGE if operation in ("CREATE", "PART") else ""
    with proxy.failing(StoreFault(action, [operation], path=only)):
        result = copied(sandbox)
    expected = Exit.PARTIAL if only and status is Exit.TEMPORARY else status  # it concerns one file alone
    assert (result.exit, result.summary["complete"]) == (expected, expected is Exit.PARTIAL), result
    check_words(result, words)
    rest = copied(sandbox)
    assert (rest.exit, rest.number("failed")) == (0, 0), rest
    check_copy(sandbox, place)
    assert not [path for path in place.files() if "/replaced/" in path]


@pytest.mark.parametrize(
    ("operation", "action", "status", "words"),
    [
        *((operation, BROKEN, Exit.TEMPORARY, "500 Internal") for operation in ("LIST", "GET")),
        *((operation, EXPIRED, Exit.AUTH, "ExpiredToken") for operation in ("LIST", "GET")),
        *((operation, SKEWED, Exit.TEMPORARY, "clock of this computer") for operation in ("LIST", "GET")),
        *((operation, GONE, Exit.DESTINATION, "no such bucket") for operation in ("LIST", "GET")),
        ("GET", lose_request, Exit.TEMPORARY, "Try again later"),
    ],
)
def test_a_lasting_fault_while_a_copy_is_read(
    sandbox: Sandbox,
    place: Place,
    proxy: StoreProxy,
    tmp_path: Path,
    operation: Operation,
    action: Action,
    status: Exit,
    words: str,
) -> None:
    assert copied(sandbox).exit == 0
    give_up_soon(place, sandbox)
    library = tmp_path / "new/library"
    for command in (("verify", "--copy", NAME), ("restore", "--from", NAME, "--to", str(library))):
        with proxy.failing(StoreFault(action, [operation])):
            result = sandbox.run(*command)
        assert result.exit == status, result
        check_words(result, words)
        rest = sandbox.run(*command)
        assert rest.exit == 0, rest
    assert library_files(Sandbox(tmp_path / "new")) == library_files(sandbox)
    assert place.files()


@pytest.mark.parametrize(
    ("action", "status", "words"),
    [
        (BROKEN, Exit.TEMPORARY, "500 Internal"),
        (EXPIRED, Exit.AUTH, "ExpiredToken"),
        (GONE, Exit.DESTINATION, "no such bucket"),
    ],
)
def test_a_lasting_fault_while_the_library_is_repaired(
    sandbox: Sandbox,
    place: Place,
    proxy: StoreProxy,
    simulator: AmazonSimulator,
    action: Action,
    status: Exit,
    words: str,
) -> None:
    """Other sources are asked; if they do not have it either, the message says what the store said."""
    assert copied(sandbox).exit == 0
    give_up_soon(place, sandbox)
    lost, wanted = sandbox.files()[:3], library_files(sandbox)
    for each in lost:
        each.unlink()
    simulator.faults.not_found = Fault()
    with proxy.failing(StoreFault(action, ["GET"])):
        result = sandbox.run("verify", "--repair", "--from", NAME)
        assert (result.exit, result.number("missing")) == (Exit.worst([Exit.DAMAGE, status]), 3), result
        check_words(result, words)
        simulator.faults.clear()
        healed = sandbox.run("verify", "--repair", "--from", NAME)
    assert (healed.exit, healed.number("repaired")) == (0, 3), healed
    lost[0].unlink()
    assert sandbox.run("verify", "--repair", "--from", NAME).number("repaired") == 1
    assert library_files(sandbox) == wanted


@pytest.mark.parametrize("status", [500, 400])
def test_one_file_that_fails_does_not_stop_the_others(
    sandbox: Sandbox, place: Place, proxy: StoreProxy, tmp_path: Path, status: int
) -> None:
    give_up_soon(place, sandbox)
    action, reason = refuse(status, "SomethingElse"), "server_error" if status == 500 else "refused"
    with proxy.failing(StoreFault(action, ["PUT"], path=PHOTO)):
        result = copied(sandbox)
    assert (result.exit, result.reasons) == (Exit.PARTIAL, [reason]), result
    assert result.number("saved") == result.number("listed") - 1
    assert copied(sandbox).number("saved") == 1
    with proxy.failing(StoreFault(action, ["GET"], path=PHOTO)):
        checked = sandbox.run("verify", "--copy", NAME)
        restored = sandbox.run("restore", "--from", NAME, "--to", str(tmp_path / "new/library"))
    assert (checked.exit, checked.number("damaged")) == (Exit.DAMAGE, 1), checked
    assert [each["reason"] for each in checked.objects if "finding" in each] == ["unreadable"]
    assert (restored.exit, restored.reasons) == (Exit.PARTIAL, [reason]), restored
    check_copy(sandbox, place)


@pytest.mark.parametrize(
    ("code", "reason"),
    [("KeyTooLongError", "refused"), ("EntityTooLarge", "too_large"), ("XAmzContentSHA256Mismatch", "hash_mismatch")],
)
def test_a_file_that_the_store_refuses(
    sandbox: Sandbox, place: Place, proxy: StoreProxy, code: str, reason: str
) -> None:
    with proxy.failing(StoreFault(refuse(400, code), ["PUT"], path=PHOTO)):
        result = copied(sandbox)
    assert (result.exit, result.reasons) == (Exit.PARTIAL, [reason]), result
    assert copied(sandbox).exit == 0
    check_copy(sandbox, place)


def test_an_archived_object(sandbox: Sandbox, place: Place, proxy: StoreProxy) -> None:
    assert copied(sandbox).exit == 0
    with proxy.failing(StoreFault(refuse(403, "InvalidObjectState"), ["GET"], path=PHOTO)):
        result = sandbox.run("verify", "--copy", NAME)
    assert (result.exit, result.number("ok")) == (Exit.DAMAGE, result.number("files") - 1), result
    assert "archive" in result.stdout
    assert place.files()


@pytest.mark.parametrize("operation", ["PUT", "PART"])
def test_a_content_that_arrives_otherwise(
    sandbox: Sandbox, place: Place, proxy: StoreProxy, operation: Operation
) -> None:
    with proxy.failing(StoreFault(spoil_sent, [operation], times=1, path="amazon/")):
        result = copied(sandbox)
    assert (result.exit, result.reasons) == (Exit.PARTIAL, ["hash_mismatch"]), result
    (error,) = result.errors
    assert sandbox.run("verify", "--copy", NAME).exit == 0, "it is not recorded, so it is not expected"
    rest = copied(sandbox)
    assert (rest.exit, rest.number("failed")) == (0, 0), rest
    assert place.files()[error["id"]] == (sandbox.library / error["id"]).read_bytes()
    check_copy(sandbox, place)


def test_what_came_there_meanwhile_is_not_replaced(sandbox: Sandbox, place: Place, proxy: StoreProxy) -> None:
    """S3 refuses a new object in the place of another one: of another run, or one that a listing lacked."""
    taken = refuse(412, "PreconditionFailed")

    def come_first(request: Request, ask: Ask) -> Answer | None:
        assert request.headers["if-none-match"] == "*"
        spoil_sent(request, ask)
        return taken(request, ask)

    def send_twice(request: Request, ask: Ask) -> Answer | None:
        """The first answer is lost, and the engine sends it again."""
        ask(request)
        return taken(request, ask)

    with proxy.failing(StoreFault(come_first, ["PUT"], path=PHOTO), StoreFault(send_twice, ["PUT"], path="DSC_0001")):
        result = copied(sandbox)
    assert (result.exit, result.reasons) == (Exit.PARTIAL, ["name_taken"]), result
    assert copied(sandbox).number("saved") == 1
    assert len([path for path in place.files() if "/replaced/" in path]) == 1, "what came first is kept"
    check_copy(sandbox, place)


def test_a_store_without_conditions(sandbox: Sandbox, place: Place, proxy: StoreProxy) -> None:
    give_up_soon(place, sandbox)

    def unknown(request: Request, ask: Ask) -> Answer | None:
        return refuse(501, "NotImplemented")(request, ask) if "if-none-match" in request.headers else ask(request)

    with proxy.failing(StoreFault(unknown, ["PUT"])):
        result = copied(sandbox)
    assert (result.exit, result.number("failed")) == (0, 0), result
    check_copy(sandbox, place)


def test_a_bucket_whose_tags_are_no_hashes(sandbox: Sandbox, place: Place, proxy: StoreProxy) -> None:
    with proxy.failing(StoreFault(other_tag, ["PUT", "COMPLETE", "LIST"])):
        result = copied(sandbox)
        assert (result.exit, result.number("failed")) == (0, 0), result
        assert proxy.counts["GET"] < 2 * 16, "a few are read, and then none"
        proxy.requests = []
        again = copied(sandbox)
        assert (again.exit, again.number("saved")) == (0, 0), again
        assert [each.path for each in proxy.requests if each.operation == "GET" and LARGE not in each.path] == []
        assert sandbox.run("verify", "--copy", NAME).exit == 0
    assert place.files()


def test_damage_that_no_listing_shows_is_repaired(sandbox: Sandbox, place: Place, proxy: StoreProxy) -> None:
    assert copied(sandbox).exit == 0
    proxy.requests = []
    with proxy.failing(StoreFault(spoil, ["GET"], path=PHOTO)):
        assert sandbox.run("verify", "--copy", NAME).exit == Exit.DAMAGE
        repaired = sandbox.run("verify", "--copy", NAME, "--repair")
    assert (repaired.exit, repaired.number("damaged"), repaired.number("repaired")) == (0, 1, 1), repaired
    assert (proxy.counts["COPY"], proxy.counts["PUT"]) == (1, 1)
    check_copy(sandbox, place)


def test_damage_that_no_listing_shows_is_brought_again(sandbox: Sandbox, place: Place, proxy: StoreProxy) -> None:
    """The checksum that the store lists is right, and the content is not."""
    assert copied(sandbox).exit == 0
    with proxy.failing(StoreFault(spoil, ["GET"], path=PHOTO)):
        assert sandbox.run("verify", "--copy", NAME).exit == Exit.DAMAGE
        proxy.requests = []
        again = copied(sandbox)
    assert (again.exit, again.number("saved")) == (0, 1), again
    assert (proxy.counts["GET"], proxy.counts["COPY"], proxy.counts["PUT"]) == (1, 1, 1)
    check_copy(sandbox, place)


@pytest.mark.parametrize("action", [BROKEN, EXPIRED, FULL])
def test_a_repair_that_the_store_refuses(sandbox: Sandbox, place: Place, proxy: StoreProxy, action: Action) -> None:
    assert copied(sandbox).exit == 0
    give_up_soon(place, sandbox)
    with proxy.failing(StoreFault(spoil, ["GET"], path=PHOTO), StoreFault(action, ["COPY", "PUT"])):
        result = sandbox.run("verify", "--copy", NAME, "--repair")
    assert result.exit in (Exit.DAMAGE, Exit.DESTINATION), result
    assert result.number("repaired") == 0
    check_words(result)
    check_copy(sandbox, place)


def test_an_object_that_the_store_cannot_copy_itself(sandbox: Sandbox, place: Place, proxy: StoreProxy) -> None:
    """S3 copies at most 5 GiB: the earlier version is read and sent."""
    assert copied(sandbox).exit == 0
    photo = next(path for path in sandbox.files() if path.name == PHOTO)
    before = photo.read_bytes()
    assert sandbox.run("fix", str(photo), "--set", "artist=Ada Lovelace").exit == 0
    with proxy.failing(fault := StoreFault(refuse(400, "InvalidRequest"), ["COPY"])):
        assert copied(sandbox).exit == 0
    assert fault.fired
    assert [content for path, content in place.files().items() if "/replaced/" in path] == [before]
    check_copy(sandbox, place)


def test_a_large_object_that_the_store_cannot_copy_itself(sandbox: Sandbox, place: Place, proxy: StoreProxy) -> None:
    """It is sent in parts while it is read."""
    assert copied(sandbox).exit == 0
    video = next(path for path in sandbox.files() if path.name == LARGE)
    damaged = place.folder / video.relative_to(sandbox.library)
    content, times = bytearray(damaged.read_bytes()), damaged.stat()
    content[7 << 20] ^= 1
    damaged.write_bytes(content)
    os.utime(damaged, ns=(times.st_atime_ns, times.st_mtime_ns))
    with proxy.failing(fault := StoreFault(refuse(400, "InvalidRequest"), ["COPY"])):
        repaired = sandbox.run("verify", "--copy", NAME, "--repair")
    assert fault.fired
    assert (repaired.exit, repaired.number("repaired")) == (0, 1), repaired
    assert [kept for path, kept in place.files().items() if "/damaged/" in path] == [bytes(content)]
    check_copy(sandbox, place)


def test_a_listing_without_most_of_its_entries(sandbox: Sandbox, place: Place, proxy: StoreProxy) -> None:
    sandbox_files = copied(sandbox).number("saved")
    assert sandbox_files > 4
    proxy.requests = []
    with proxy.failing(StoreFault(list_half, ["LIST"])):
        result = copied(sandbox)
    assert (result.exit, result.reasons) == (Exit.PARTIAL, ["name_taken"]), "the large file is not compared at once"
    again = copied(sandbox)
    assert (again.exit, again.number("saved")) == (0, 0)
    assert not [path for path in place.files() if "/replaced/" in path]
    check_copy(sandbox, place)


def test_a_large_file_over_a_line_that_breaks_again_and_again(
    sandbox: Sandbox, place: Place, proxy: StoreProxy, tmp_path: Path
) -> None:
    """It goes on from where it was, also when the engine has used up its retries."""
    assert copied(sandbox).exit == 0
    replace(place, settings=settings_of(place) | {"retry_budget": "0.1s"}).configure(sandbox)
    with proxy.failing(fault := StoreFault(cut, ["GET"], path=LARGE, times=3)):
        result = sandbox.run("restore", "--from", NAME, "--to", str(tmp_path / "new/library"))
    assert fault.fired == 3
    assert result.exit == 0, result
    assert library_files(Sandbox(tmp_path / "new")) == library_files(sandbox)


@pytest.mark.parametrize("name", ["catalog-copy.db", "library.json"])
def test_nothing_is_restored_without_a_sound_catalog(
    sandbox: Sandbox, place: Place, proxy: StoreProxy, tmp_path: Path, name: str
) -> None:
    assert copied(sandbox).exit == 0
    with proxy.failing(StoreFault(shorten, ["GET"], path=name)):
        result = sandbox.run("restore", "--from", NAME, "--to", str(tmp_path / "new/library"))
    assert (result.exit, result.number("listed")) == (Exit.DESTINATION, 0), result
    assert Sandbox(tmp_path / "new").files() == []
    shutil.rmtree(tmp_path / "new")
    assert sandbox.run("restore", "--from", NAME, "--to", str(tmp_path / "new/library")).exit == 0
    assert library_files(Sandbox(tmp_path / "new")) == library_files(sandbox)
    assert place.files()
