"""The tests that every provider with uploads must pass against its simulator, with the real command in its own process.

    class TestAmazonUploads(UploadContract):
        simulator_type = AmazonSimulator

Each case checks the simulator's state at the end: which contents, how often, and in which folder.
Like the contract of listing and downloading, this module needs pytest.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import ClassVar

import pytest

from photosync import clock
from photosync.errors import Exit
from photosync.testing.command import Result, Sandbox
from photosync.testing.faults import Fault
from photosync.testing.library import foreign_photos
from photosync.testing.simulator import Simulator

ACCOUNT = "account"
_RUN_TIMEOUT_S = 240.0
_SOON_S = 100.0
"""On the clock of the tests: no wait of minutes, in a run that takes real time too."""
_FOLDER = "Our trip"
_FOLDERS = (
    *("Monday", "Monday/Morning", "Monday/Evening", "Tuesday", "Tuesday/Träume ☀", "Wednesday & Thursday"),
    *("Wednesday & Thursday/1 + 1", "Friday (50 %)", "Friday (50 %)/#late", "Saturday", "Sunday", "Sunday/A/B"),
)
"""Twelve, with names that break a query without quoting."""


@dataclass(frozen=True, slots=True)
class Pusher:
    """A user with an account at a simulated service and a folder of photos."""

    simulator: Simulator
    sandbox: Sandbox
    command: Sequence[str]

    @property
    def photos(self) -> Path:
        """The folder that is pushed."""
        return self.sandbox.folder / _FOLDER

    def write(self, contents: Sequence[bytes], prefix: str = "IMG") -> dict[str, str]:
        """Write files into the twelve folders; returns the md5 of each by its path at the service."""
        laid = {}
        for number, content in enumerate(contents):
            path = self.photos / _FOLDERS[number % len(_FOLDERS)] / f"{prefix}_{number:04}.JPG"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            laid[path.relative_to(self.sandbox.folder).as_posix()] = _md5(content)
        return laid

    def push(self, *options: str) -> Result:
        """Run `photosync push` on the folder; its totals must add up."""
        result = self.sandbox.run(*self.command, str(self.photos), *options, timeout_s=_RUN_TIMEOUT_S)
        result.check_totals()
        return result

    def push_all(self, *options: str) -> Result:
        """Push; every file must succeed."""
        result = self.push(*options)
        result.check_complete()
        return result

    def contents(self) -> Counter[str]:
        """The md5 of every content at the service, and the number of its copies."""
        return Counter(item.md5 for item in self.simulator.library.expected())


class UploadContract:
    """The suite. pytest collects subclasses whose names begin with `Test`."""

    simulator_type: ClassVar[type[Simulator]]
    files: ClassVar[int] = 1000
    """The number of files in the large folder."""
    tells_hashes: ClassVar[bool] = True
    """Whether the service gives hashes, so that content uploaded by other programs is recognised."""
    keeps_folders: ClassVar[bool] = True
    """Whether the service has folders, or albums in their place."""
    sign_in_can_expire: ClassVar[bool] = True
    """Whether a refused upload means that the sign-in has expired; at some services it means something else."""

    def __init_subclass__(cls) -> None:
        if not cls.sign_in_can_expire:
            cls.test_expired_sign_in_in_mid_run = None  # type: ignore[assignment,method-assign]

    def make_simulator(self, items: int) -> Simulator:
        """A simulator with `items` items, not yet started."""
        return self.simulator_type(items=items, gaps=False, years=(2021, 2022))

    def account_settings(self, simulator: Simulator) -> dict[str, object]:
        """The configuration of an account that may upload."""
        return simulator.account_settings()

    def push_command(self) -> list[str]:
        """The arguments of the command, as far as the first path."""
        return ["push", ACCOUNT]

    def structure(self, simulator: Simulator) -> Mapping[str, str]:  # noqa: ARG002 - subclasses look
        """The md5 of each file by its path at the service, such as `Our trip/Monday/IMG_0001.JPG`. Empty for
        services without folders."""
        return {}

    @contextmanager
    def pusher(self, folder: Path, items: int = 0) -> Iterator[Pusher]:
        """A user who has never pushed; the service has `items` items."""
        with self.make_simulator(items) as simulator:
            sandbox = Sandbox(folder)
            sandbox.configure({ACCOUNT: self.account_settings(simulator)})
            yield Pusher(simulator, sandbox, self.push_command())

    def check_there(self, user: Pusher, laid: Mapping[str, str]) -> None:
        """Each content is at the service exactly once, and in its folder if the service has folders."""
        contents = user.contents()
        assert {md5: contents[md5] for md5 in laid.values()} == dict.fromkeys(laid.values(), 1)
        if not self.keeps_folders:
            return
        structure = self.structure(user.simulator)
        assert {path: md5 for path, md5 in structure.items() if path.startswith(f"{_FOLDER}/")} == laid

    @pytest.mark.parametrize("status", [302, 307])
    def test_nothing_is_sent_after_a_redirect(self, tmp_path: Path, status: int) -> None:
        with self.pusher(tmp_path) as user:
            user.write(_photos(3))
            user.simulator.faults.redirect = Fault(value=status, on=("upload", "other"))
            user.push()
            assert user.simulator.leaks == []
            user.simulator.faults.clear()
            user.push_all()

    # Which files are uploaded

    def test_a_folder_of_which_a_part_is_there(self, tmp_path: Path) -> None:
        self._check_a_folder_of_which_a_part_is_there(tmp_path, min(self.files, 60))

    @pytest.mark.slow  # a thousand uploads
    def test_a_large_folder_of_which_a_part_is_there(self, tmp_path: Path) -> None:
        self._check_a_folder_of_which_a_part_is_there(tmp_path, self.files)

    def _check_a_folder_of_which_a_part_is_there(self, tmp_path: Path, files: int) -> None:
        known = files * 2 // 5
        with self.pusher(tmp_path, known if self.tells_hashes else 0) as user:
            if self.tells_hashes:
                there = [user.simulator.library.content_of(item.id) for item in user.simulator.library.expected()]
                user.write(there, "KNOWN")
                laid = {}
            else:
                laid = user.write(_photos(known, seed=5), "KNOWN")
                user.push_all()
            user.simulator.forget()
            laid |= user.write(_photos(files - known))
            result = user.push_all()
            assert (result.number("saved"), result.number("unchanged")) == (files - known, known)
            assert user.simulator.counts["409"] == 0
            self.check_there(user, laid)

    def test_the_second_push_sends_nothing(self, tmp_path: Path) -> None:
        with self.pusher(tmp_path) as user:
            user.write(_photos(30))
            user.push_all()
            user.simulator.forget()
            assert user.push_all().number("unchanged") == 30
            assert user.simulator.counts["changes"] == 0

    def test_a_moved_file_is_known_by_its_content(self, tmp_path: Path) -> None:
        with self.pusher(tmp_path) as user:
            user.write(_photos(12))
            user.push_all()
            (user.photos / "Monday").rename(user.photos / "Another day")
            user.simulator.forget()
            assert user.push_all().number("unchanged") == 12
            assert user.simulator.counts["changes"] == 0

    def test_a_stream_goes_up_as_a_file_of_the_given_name(self, tmp_path: Path) -> None:
        (content,) = _photos(1)
        arguments = (*self.push_command(), "-", "--name", "From a camera.JPG")
        with self.pusher(tmp_path) as user:
            for number, key in enumerate(("saved", "unchanged")):
                user.simulator.forget()
                result = user.sandbox.run(*arguments, stdin=content)
                result.check_complete()
                assert (result.number("listed"), result.number(key)) == (1, 1)
                assert bool(user.simulator.counts["changes"]) is (number == 0)
            assert user.contents() == Counter([_md5(content)])
            if structure := self.structure(user.simulator):
                ((path, md5),) = structure.items()
                assert (path.rpartition("/")[2], md5) == ("From a camera.JPG", _md5(content))
            assert list(user.sandbox.home.rglob("*.JPG")) == []

    def test_one_content_twice_goes_up_once(self, tmp_path: Path) -> None:
        with self.pusher(tmp_path) as user:
            contents = _photos(10)
            user.write(contents)
            user.write(contents, "COPY")
            result = user.push_all()
            assert (result.number("saved"), result.number("unchanged")) == (10, 10)
            assert set(user.contents().values()) == {1}

    def test_what_is_no_photo_stays_here(self, tmp_path: Path) -> None:
        with self.pusher(tmp_path) as user:
            laid = user.write(_photos(3))
            (user.photos / "notes.txt").write_text("Sunny.")
            (user.photos / ".hidden.JPG").write_bytes(_photos(1, seed=9)[0])
            result = user.push_all()
            assert (result.number("saved"), result.number("filtered")) == (3, 1)
            assert "notes.txt" in result.stderr
            self.check_there(user, laid)

    def test_dry_run_changes_nothing(self, tmp_path: Path) -> None:
        with self.pusher(tmp_path) as user:
            user.write(_photos(15))
            result = user.push_all("--dry-run")
            assert (result.number("saved"), result.summary["dry_run"]) == (15, True)
            assert user.simulator.counts["changes"] == 0
            assert not user.sandbox.library.exists()

    def test_a_pull_brings_nothing_back(self, tmp_path: Path) -> None:
        with self.pusher(tmp_path) as user:
            user.write(_photos(20))
            user.push_all()
            user.simulator.forget()
            for options in ((), ("--full",)):
                result = user.sandbox.run(*self.pull_command(user), *options, timeout_s=_RUN_TIMEOUT_S)
                assert (result.exit, result.number("saved"), result.number("unchanged")) == (Exit.OK, 0, 20), result
            assert user.simulator.counts["content"] == 0

    def pull_command(self, user: Pusher) -> list[str]:
        """The arguments of the command that saves all uploaded items."""
        return user.simulator.command(ACCOUNT)

    def test_a_pull_brings_what_has_no_other_copy(self, tmp_path: Path) -> None:
        with self.pusher(tmp_path) as user:
            user.write(_photos(6))
            user.push_all()
            next(user.photos.rglob("*.JPG")).unlink()
            result = user.sandbox.run(*self.pull_command(user), timeout_s=_RUN_TIMEOUT_S)
            assert (result.exit, result.number("saved"), result.number("unchanged")) == (Exit.OK, 1, 5), result

    # What goes wrong

    def test_killed_and_run_again(self, tmp_path: Path) -> None:
        with self.pusher(tmp_path) as user:
            laid = user.write(_photos(60))
            process = user.sandbox.start(*user.command, str(user.photos), "--jobs", "2")
            assert user.simulator.wait_for(lambda: user.simulator.counts["upload"] >= 20, _RUN_TIMEOUT_S)
            process.kill()
            process.communicate()
            user.push_all()
            self.check_there(user, laid)

    @pytest.mark.parametrize("status", [None, 504], ids=["dropped", "504"])
    def test_lost_answers(self, tmp_path: Path, status: int | None) -> None:
        with self.pusher(tmp_path) as user:
            laid = user.write(_photos(60))
            user.simulator.faults.lose_answer = Fault(value=status, probability=0.05, on="upload")
            result = user.push_all()
            assert user.simulator.faults.lose_answer.fired > 0
            assert result.number("saved") == 60
            assert user.simulator.counts["409"] == 0, "something was sent again without a check"
            self.check_there(user, laid)

    def test_an_unreadable_answer_sends_nothing_twice(self, tmp_path: Path) -> None:
        with self.pusher(tmp_path) as user:
            laid = user.write(_photos(20))
            user.simulator.faults.lose_answer = Fault(value=200, probability=0.2, on="upload")
            result = user.push()
            assert result.exit in (Exit.OK, Exit.PARTIAL), result
            assert user.simulator.faults.lose_answer.fired > 0
            user.simulator.faults.clear()
            user.push_all()
            self.check_there(user, laid)

    def test_throttled(self, tmp_path: Path) -> None:
        with self.pusher(tmp_path) as user:
            laid = user.write(_photos(15))
            user.simulator.faults.throttle = Fault(value=1, times=2, on="upload")
            assert user.push_all().number("retries") >= 1
            self.check_there(user, laid)

    def test_expired_sign_in_in_mid_run(self, tmp_path: Path) -> None:
        with self.pusher(tmp_path) as user:
            laid = user.write(_photos(40))
            user.simulator.faults.expired = Fault(after=10, on="upload")
            result = user.push("--jobs", "1")
            assert result.exit == Exit.AUTH, result
            assert ACCOUNT in str(result.summary["message"]), "the message does not name the account"
            user.simulator.faults.clear()
            user.push_all()
            self.check_there(user, laid)

    def test_a_full_storage_is_no_lost_answer(self, tmp_path: Path) -> None:
        """507 to an upload: nothing is searched for or sent again, and nothing more is sent."""
        with self.pusher(tmp_path) as user:
            laid = user.write(_photos(12))
            full = user.simulator.faults.server_error = Fault(value=507, on="upload")
            began = clock.monotonic()
            result = user.push("--jobs", "1")
            assert clock.monotonic() - began < _SOON_S
            assert (result.exit, set(result.reasons)) == (Exit.PARTIAL, {"storage_full"}), result
            assert (result.number("failed"), full.fired) == (12, 1)
            assert "no storage left" in result.errors[0]["error"]
            user.simulator.faults.clear()
            user.push_all()
            self.check_there(user, laid)

    def test_a_file_that_cannot_be_read_fails_alone(self, tmp_path: Path) -> None:
        with self.pusher(tmp_path) as user:
            user.write(_photos(4))
            (user.photos / "IMG_gone.JPG").symlink_to(tmp_path / "nowhere.JPG")
            result = user.push()
            assert (result.exit, result.number("saved"), result.reasons) == (Exit.PARTIAL, 4, ["unreadable"])


def _photos(count: int, seed: int = 3) -> list[bytes]:
    return list(islice(foreign_photos(seed), count))


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
