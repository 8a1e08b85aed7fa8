"""What cron mails: nothing when all is well, else what happened, at which account, and what to do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync.testing.forked_command import start
from photosync_amazon.simulator import AmazonSimulator


@dataclass(frozen=True)
class Job:
    """`photosync pull -q` of two accounts, of which one is well."""

    sandbox: Sandbox
    well: AmazonSimulator
    ill: AmazonSimulator

    def configure(self, **options: str) -> None:
        accounts = {name: {**each.account_settings(), "provider": "amazon"} for name, each in self._accounts().items()}
        accounts["ill"].update(options)
        self.sandbox.configure(accounts, retry_budget="1s")

    def _accounts(self) -> dict[str, AmazonSimulator]:
        return {"well": self.well, "ill": self.ill}

    def run(self, *options: str) -> tuple[int, str]:
        """The exit status, and the mail."""
        arguments = ("pull", "-q", *options, "--config", str(self.sandbox.config))
        process = start(arguments, folder=self.sandbox.folder, environment=self.sandbox.environment())
        stdout, stderr = process.communicate(timeout=60)
        return process.returncode, stdout + stderr


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    """Both accounts are up to date."""
    with AmazonSimulator(items=2) as well, AmazonSimulator(items=50, seed=2) as ill:
        made = Job(Sandbox(tmp_path), well, ill)
        made.configure()
        assert made.run() == (0, "")
        yield made


def nothing(job: Job) -> None:
    pass


def wrong_layout(job: Job) -> None:
    job.configure(layout="{camera}")


def an_item_without_content(job: Job) -> None:
    job.ill.faults.not_found = Fault(items=set(job.ill.library.add()))


def expired(job: Job) -> None:
    job.ill.faults.expired = Fault()


def out_of_order(job: Job) -> None:
    job.ill.faults.server_error = Fault()


def unmounted(job: Job) -> None:
    shutil.rmtree(job.sandbox.library)


def locked(job: Job) -> AbstractContextManager[object]:
    return FileLock(job.sandbox.library / ".photosync" / "lock")


def many_new(job: Job) -> None:
    job.ill.library.add(3)


def nearly_empty(job: Job) -> None:
    for number in range(45):
        job.ill.library.remove(job.ill.library.id_of(number))


@pytest.mark.parametrize(
    ("trouble", "options", "status", "parts"),
    [
        (nothing, (), 0, ()),
        (wrong_layout, (), 2, ("accounts.ill.layout", "usage, exit 2", "expected one of account")),
        (an_item_without_content, (), 3, ("ill: failed: ", "partial, exit 3", "If it does not open there, delete it.")),
        (expired, (), 4, ("account 'ill'", "auth, exit 4", "photosync login ill")),
        (out_of_order, (), 5, ("photosync: ill: GET 127.0.0.1", "temporary, exit 5", "try again later")),
        (unmounted, (), 6, ("destination, exit 6", "Is the disk mounted?")),
        (locked, (), 7, ("another run is working on the library", "try again when it has ended")),
        (many_new, ("--limit-bytes", "1"), 8, ("photosync: ill: the limit of bytes", "limit, exit 8", "the next run")),
        (
            nearly_empty,
            ("--full",),
            11,
            ("account 'ill': the listing has 5 items", "suspicious, exit 11", "--accept-shrink"),
        ),
    ],
)
def test_the_mail_says_what_and_where_and_what_to_do(
    job: Job,
    trouble: Callable[[Job], AbstractContextManager[object] | None],
    options: tuple[str, ...],
    status: int,
    parts: tuple[str, ...],
) -> None:
    with trouble(job) or nullcontext():
        exit_, mail = job.run(*options)
    assert exit_ == status, mail
    assert [part for part in parts if part not in mail] == [], mail
    assert bool(mail) == bool(status)
    if status not in (6, 7):  # of the whole library
        assert not re.search(r"\bwell\b", mail)


BROKEN = """
from photosync_amazon.provider import AmazonProvider

class Provider(AmazonProvider):
    def list(self, selection, collection, since):
        raise KeyError("frames")

    def list_whole(self, selection, collection):
        raise KeyError("frames")
"""


def test_a_bug_at_one_account_is_mailed_and_does_not_stop_the_others(job: Job, tmp_path: Path) -> None:
    information = tmp_path / "plugins" / "photosync_broken-1.2.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: photosync-broken\nVersion: 1.2\n")
    (information / "entry_points.txt").write_text("[photosync.providers]\nbroken = photosync_broken:Provider\n")
    (information.parent / "photosync_broken.py").write_text(BROKEN)
    job.configure(provider="broken")
    job.well.library.add(2)
    ran = subprocess.run(
        [sys.executable, "-m", "photosync", "pull", "-q", "--config", str(job.sandbox.config)],
        env={**job.sandbox.environment(), "PYTHONPATH": os.pathsep.join([str(information.parent), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    mail = ran.stdout + ran.stderr
    assert (ran.returncode, "internal, exit 1" in mail) == (1, True), mail
    assert "photosync: ill: a bug in photosync: KeyError. Its trace is in " in mail
    assert "please report it" in mail
    assert not re.search(r"\bwell\b", mail)
    assert len(list((job.sandbox.library / "well").rglob("*.JPG"))) == 4, "the other account is pulled"


def test_what_was_mailed_is_not_mailed_again_the_same_day(job: Job) -> None:
    an_item_without_content(job)
    mails = [job.run() for _ in range(4)]
    assert [exit_ for exit_, _ in mails] == [3, 3, 3, 3]
    assert mails[3][1] == ""
