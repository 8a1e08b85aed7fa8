"""`photosync audit` at each service: how its files are proved, and what it cannot tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.model import Kind
from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync.testing.library import foreign_photos
from photosync.testing.simulator import Simulator
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import KITCHEN, AuraSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.jobs.audit.auditor import Auditor
from tests.photosync_google.google_user import GoogleUser


@contextmanager
def user_of(simulator: Simulator, folder: Path, **settings: object) -> Iterator[Auditor]:
    """A user of this simulator, who has not pulled yet."""
    with simulator:
        sandbox = Sandbox(folder)
        sandbox.configure({"account": simulator.account_settings() | settings}, retry_budget="50s")
        yield Auditor(simulator, sandbox, "account")


def _check_everywhere(user: Auditor, proved: dict[str, int]) -> None:
    """`audit`, `status`, `list` and `why` say the same."""
    assert user.audit().proved() == proved
    (status,) = user.sandbox.run("status").objects
    assert {tier: number for tier, number in status["proved"].items() if number} == proved  # type: ignore[attr-defined]
    rows = user.sandbox.run("list", user.account, "--saved").objects
    assert {tier: sum(row["proof"] == tier for row in rows) for tier in proved} == proved
    for tier in proved:
        row = next(row for row in rows if row["proof"] == tier)
        (why,) = user.sandbox.run("why", str(row["id"])).objects
        assert why["proof"] == tier


def _why(user: Auditor, item_id: str) -> str:
    return user.sandbox.text("why", item_id)


@pytest.mark.parametrize("simulator_type", [AmazonSimulator, CloudDriveSimulator])
def test_a_service_with_hashes(tmp_path: Path, simulator_type: type[Simulator]) -> None:
    with user_of(simulator_type(items=3, gaps=False), tmp_path) as user:
        (by_size,) = user.simulator.library.add(1, missing={"md5"})
        (by_structure,) = user.simulator.library.add(1, missing={"md5", "size"})
        assert user.pull().exit == Exit.OK
        _check_everywhere(user, {"hash": 3, "size": 1, "decoded": 1})
        assert user.audit().verdict == "every item of account is here, 3 proved by md5, 1 by size, 1 by structure"
        assert "proved by the provider's md5" in _why(user, user.items()[0].id)
        assert "proved by the provider's size" in _why(user, by_size)
        assert "proved by its structure" in _why(user, by_structure)


def test_fixed_files_that_are_adopted(tmp_path: Path) -> None:
    """Their delivered bytes are known from the undo records; what has no hash is downloaded again."""
    with user_of(AmazonSimulator(items=8, seed=3, gaps=False), tmp_path, exif="fix") as user:
        user.simulator.library.add(1, missing={"md5"})
        assert user.pull().number("fixed") > 0
        for path in (user.sandbox.library / ".photosync").glob("catalog*"):
            path.unlink()
        user.simulator.forget()
        assert user.pull().exit == Exit.OK
        assert user.simulator.counts["content"] == 1
        _check_everywhere(user, {"hash": 8, "size": 1})


def test_frames(tmp_path: Path) -> None:
    with user_of(AuraSimulator(items=0, gaps=False), tmp_path) as user:
        photos = user.simulator.library.add(4, kind=Kind.PHOTO, frame=KITCHEN)
        user.simulator.library.add(2, kind=Kind.VIDEO, frame=KITCHEN)
        user.simulator.faults.reencoded = Fault(items=photos[:1])
        assert user.pull().exit == Exit.OK
        _check_everywhere(user, {"hash": 3, "decoded": 2, "own": 1})
        assert user.audit().verdict == (
            "every item of account is here, 3 proved by md5, 2 by structure, 1 by our own hash only"
        )
        assert "its md5 differs from that of the upload" in _why(user, photos[0])


def test_a_frame_with_a_folder_of_its_own(tmp_path: Path) -> None:
    simulator, frame = AuraSimulator(items=0, gaps=False), tmp_path / "frame"
    with user_of(simulator, tmp_path, frames={"home": {"id": KITCHEN, "path": str(frame)}}) as user:
        user.simulator.library.add(3, kind=Kind.PHOTO, frame=KITCHEN)
        assert user.pull().exit == Exit.OK
        (frame / "mine.jpg").write_bytes(b"mine")
        audited = user.audit()
        assert (audited.exit, audited.found("extra")) == (Exit.OK, [str(frame / "mine.jpg")])
        assert user.audit("home").numbers("saved", "extra") == (3, 0)
        first, *_ = sorted(path for path in frame.glob("*.*") if path.suffix == ".jpg" and path.name != "mine.jpg")
        first.unlink()
        audited = user.audit()
        assert (audited.exit, [each["path"] for each in audited.findings]) == (
            Exit.DAMAGE,
            [str(first), str(frame / "mine.jpg")],
        )
        frame.rename(tmp_path / "unmounted")
        frame.mkdir()
        result = user.sandbox.run("audit", "account")
        assert (result.exit, len(result.objects)) == (6, 1)
        assert "Is the disk mounted?" in str(result.summary["message"])


def test_files_that_an_older_program_left(tmp_path: Path) -> None:
    simulator, frame = AuraSimulator(items=0, gaps=False), tmp_path / "frame"
    with user_of(simulator, tmp_path, frames={"home": {"id": KITCHEN, "path": str(frame)}}) as user:
        user.simulator.library.add(3, kind=Kind.PHOTO, frame=KITCHEN)
        user.simulator.library.add(1, kind=Kind.VIDEO, frame=KITCHEN)
        assert user.pull().exit == Exit.OK
        for path in (user.sandbox.library / ".photosync").glob("catalog*"):
            path.unlink()
        user.simulator.forget()
        assert user.pull().exit == Exit.OK
        assert user.simulator.counts["content"] == 0, "all are adopted"
        _check_everywhere(user, {"hash": 3, "decoded": 1})


def test_what_was_picked(tmp_path: Path) -> None:
    with GoogleUser.with_items(tmp_path, 6) as someone:
        user = Auditor(someone.simulator, someone.sandbox, "google")
        someone.simulator.library.add(1, kind=Kind.VIDEO)
        nothing = user.sandbox.run("audit", "google")
        assert (nothing.exit, nothing.summary["exit"]) == (Exit.USAGE, Exit.USAGE)
        assert "photosync verify checks the files that are here" in nothing.stderr

        assert someone.pick("--keep-session").exit == Exit.OK
        audited = user.audit()
        assert audited.exit == Exit.OK
        assert audited.proved() == {"reencoded": 7}
        assert audited.verdict.startswith("every item of google (")
        assert audited.verdict.endswith(") is here, 7 not originals: changed by the service")
        photo, *_, video = sorted(user.items(), key=lambda item: item.kind)
        assert "not the original: Google Photos removed the GPS position" in _why(user, photo.id)
        assert "not the original: Google Photos encoded it again" in _why(user, video.id)
        user.file(photo.id).unlink()
        audited = user.audit()
        assert (audited.exit, audited.found("missing")) == (Exit.DAMAGE, [photo.id])
        assert audited.verdict.endswith("photosync pick google brings them")
        assert user.audit("--kind", "video").verdict.startswith("every selected item of google (")
        assert user.audit("--year", "1996").verdict.endswith(") has no such items")
        assert someone.pick("--keep-session").exit == Exit.OK
        assert user.audit().exit == Exit.OK


def test_uploaded_files(tmp_path: Path) -> None:
    with user_of(CloudDriveSimulator(items=2, gaps=False), tmp_path) as user:
        mine = tmp_path / "mine"
        mine.mkdir()
        for number, photo in enumerate(islice(foreign_photos(), 3)):
            (mine / f"{number}.jpg").write_bytes(photo)
        assert user.sandbox.run("push", "account", str(mine)).exit == Exit.OK
        assert user.pull().exit == Exit.OK
        assert user.audit().verdict == "every item of account is here, 5 proved by md5"
        content = bytearray((mine / "2.jpg").read_bytes())
        content[-5] ^= 1
        (mine / "2.jpg").write_bytes(content)
        assert user.audit().proved() == {"hash": 4, "size": 1}, "another program has written to it"
        (mine / "0.jpg").unlink()
        (mine / "1.jpg").write_bytes(b"edited")
        audited = user.audit()
        assert (audited.exit, audited.numbers("saved", "missing")) == (Exit.DAMAGE, (3, 2))
        assert audited.verdict == (
            "account: 5 items, 3 are here, 2 are missing: photosync pull account --full brings them"
        )
        assert user.pull("--full").number("saved") == 2
        assert user.audit().exit == Exit.OK
        uploaded = next(item for item in user.items() if item.name == "2.jpg")
        user.simulator.library.remove(uploaded.id)
        assert user.audit().found("gone") == [uploaded.id]


def test_a_file_in_the_accounts_folder_that_was_uploaded_is_not_extra(tmp_path: Path) -> None:
    with user_of(CloudDriveSimulator(items=1, gaps=False), tmp_path) as user:
        assert user.pull().exit == Exit.OK
        mine = user.sandbox.library / "account" / "mine.jpg"
        mine.write_bytes(next(foreign_photos()))
        assert user.audit().numbers("extra") == (1,)
        assert user.sandbox.run("push", "account", str(mine)).exit == Exit.OK
        assert user.audit().numbers("listed", "saved", "extra") == (2, 2, 0)


def test_files_that_are_neither_photo_nor_video(tmp_path: Path) -> None:
    with user_of(CloudDriveSimulator(items=2, gaps=False), tmp_path) as user:
        text = tmp_path / "notes.txt"
        text.write_text("my notes", encoding="utf-8")
        assert user.sandbox.run("push", "account", "--all-files", str(text)).exit == Exit.OK
        text.unlink()
        assert user.pull("--all-files").number("saved") == 3
        assert user.audit("--all-files").numbers("listed", "saved", "gone") == (3, 3, 0)
        audited = user.audit()
        assert audited.numbers("listed", "saved", "gone", "extra") == (2, 2, 0, 0)
