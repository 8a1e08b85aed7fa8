"""`rebuild` where an account has something of its own: picked items, folders outside, uploads, failures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing.command import Sandbox
from photosync.testing.library import foreign_photos
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import KITCHEN
from tests.photosync_aura.conftest import owner_of as owner_of  # noqa: PLC0414 - a fixture
from tests.photosync_aura.frame_owner import OwnerOf, check_sums
from tests.photosync_google.google_user import GoogleUser


def lose(sandbox: Sandbox, *, copy: bool) -> None:
    (sandbox.library / ".photosync" / "catalog.db").unlink()
    if copy:
        (sandbox.library / ".photosync" / "catalog-copy.db").unlink()


def saved(sandbox: Sandbox, account: str) -> list[str]:
    return sorted(sandbox.run("list", account, "--saved").stdout.splitlines())


@pytest.fixture
def google(tmp_path: Path) -> Iterator[GoogleUser]:
    with GoogleUser.with_items(tmp_path, items=6) as user:
        assert user.pick().exit == Exit.OK
        user.simulator.forget()
        yield user


def test_google_is_known_from_the_copy(google: GoogleUser) -> None:
    before = saved(google.sandbox, "google")
    lose(google.sandbox, copy=False)
    result = google.run("rebuild")
    assert result.exit == Exit.OK, result
    assert (result.summary["source"], result.summary["known"], result.summary["unknown"]) == ("copy", 6, 0)
    assert saved(google.sandbox, "google") == before
    assert google.simulator.counts["content"] == 0


def test_without_a_copy_its_files_stay_and_are_named(google: GoogleUser) -> None:
    before = google.sandbox.hashes()
    lose(google.sandbox, copy=True)
    result = google.run("rebuild")
    assert result.exit == Exit.AUTH, result
    assert (result.summary["source"], result.summary["known"], result.summary["unknown"]) == ("nothing", 0, 6)
    assert "photosync pick google" in result.stderr
    assert len([each for each in result.objects if each.get("finding") == "unknown"]) == 6
    assert google.sandbox.hashes() == before
    assert google.pick().exit == Exit.OK
    assert google.sandbox.hashes() == before  # compared, and not stored twice
    assert google.run("rebuild").summary["unknown"] == 0


@pytest.mark.parametrize("copy", [False, True], ids=["copy", "no copy"])
def test_the_folder_of_a_frame_is_found_again(owner_of: OwnerOf, copy: bool) -> None:
    owner = owner_of(items=8)
    owner.configure(frames={"home": {"id": KITCHEN, "path": str(owner.frame)}})
    owner.pull_all()
    before, names = saved(owner.sandbox, "aura"), owner.names()
    owner.simulator.forget()
    lose(owner.sandbox, copy=copy)
    result = owner.run("rebuild")
    assert result.exit == Exit.OK, result
    assert result.summary["adopted" if copy else "known"] == 8
    assert (saved(owner.sandbox, "aura"), owner.names(), owner.downloads) == (before, names, 0)
    check_sums(owner.frame)
    assert owner.pull().summary["unchanged"] == 8


def test_failures_uploads_and_what_is_gone_are_known_from_the_copy(tmp_path: Path) -> None:
    with AmazonSimulator(items=12) as simulator:
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"account": simulator.account_settings()}, exif="fix")
        mine = tmp_path / "mine" / "own.jpg"
        mine.parent.mkdir()
        mine.write_bytes(next(foreign_photos()))
        ids = [each.id for each in simulator.library.expected()]
        simulator.faults.set("not_found", {"items": [ids[3]]})
        assert sandbox.run("pull", "account").exit == Exit.PARTIAL
        simulator.library.remove(ids[5])
        assert sandbox.run("pull", "account", "--full").exit == Exit.PARTIAL
        assert sandbox.run("push", "account", str(mine)).number("saved") == 1
        looks = [("list", "account", "--saved"), ("list", "account", "--state", "failed"), ("failures",)]
        before = [sorted(sandbox.run(*each).stdout.splitlines()) for each in looks]
        assert all(before)
        simulator.forget()
        lose(sandbox, copy=False)
        result = sandbox.run("rebuild")
        assert (result.exit, result.summary["missing"], simulator.counts["content"]) == (0, 1, 0), result
        assert [sorted(sandbox.run(*each).stdout.splitlines()) for each in looks] == before
        simulator.faults.clear()
        assert sandbox.run("pull", "account").number("saved") == 1
        assert sandbox.run("push", "account", str(mine)).number("unchanged") == 1
