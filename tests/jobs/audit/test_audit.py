"""`photosync audit` at a service that lists everything: the sum, and each finding alone and together."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing import Fault
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.audit.auditor import Auditor

ITEMS = 12


@pytest.fixture
def user(tmp_path: Path) -> Iterator[Auditor]:
    """Nothing is pulled yet."""
    with AmazonSimulator(items=ITEMS, seed=3, gaps=False) as simulator:
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"amazon": simulator.account_settings()}, retry_budget="5s")
        yield Auditor(simulator, sandbox, "amazon")


@pytest.fixture
def pulled(user: Auditor) -> Auditor:
    assert user.pull().exit == Exit.OK
    user.simulator.forget()
    return user


def test_all_is_here(pulled: Auditor) -> None:
    audited = pulled.audit()
    assert (audited.exit, audited.findings) == (Exit.OK, [])
    assert audited.numbers("listed", "saved") == (ITEMS, ITEMS)
    assert audited.proved() == {"hash": ITEMS}
    assert audited.verdict == "every item of amazon is here, 12 proved by md5"
    assert audited.result.summary["bytes"] == sum(item.size_bytes for item in pulled.items())
    assert audited.result.summary["complete"] is True
    assert pulled.simulator.counts["content"] == 0
    assert pulled.sandbox.text("audit", "amazon") == "every item of amazon is here, 12 proved by md5\n"
    assert pulled.sandbox.text("audit", "amazon", "-q") == ""


def test_a_listing_without_hashes_is_proved_by_size(user: Auditor) -> None:
    user.simulator.library.add(2, missing={"md5"})
    user.pull()
    assert user.audit().verdict == "every item of amazon is here, 12 proved by md5, 2 by size"


def test_before_the_first_pull_all_is_missing(user: Auditor) -> None:
    audited = user.audit()
    assert (audited.exit, audited.numbers("listed", "missing")) == (Exit.DAMAGE, (ITEMS, ITEMS))
    names = {str(each["error"]).partition(":")[0] for each in audited.findings}
    assert names == {item.name for item in user.items()}, "without a path, the name says which one"
    assert set(audited.reasons().values()) == {"not_saved"}
    assert audited.verdict == "amazon: 12 items, 0 are here, 12 are missing: photosync pull amazon brings them"
    assert not user.sandbox.library.exists()


def test_an_account_without_items(tmp_path: Path) -> None:
    with AmazonSimulator(items=0) as simulator:
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"amazon": simulator.account_settings()})
        audited = Auditor(simulator, sandbox, "amazon").audit()
    assert (audited.exit, audited.verdict) == (Exit.OK, "amazon has no items")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _link(path: Path) -> None:
    shutil.copy(path, path.parent.parent / "copy.jpg")
    path.unlink()
    path.symlink_to(path.parent.parent / "copy.jpg")


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _folder_gone(path: Path) -> None:
    shutil.rmtree(path.parent)


WAYS: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "deleted": (Path.unlink, "missing", "absent"),
    "folder deleted": (_folder_gone, "missing", "absent"),
    "a folder in its place": (_folder, "missing", "folder"),
    "a link in its place": (_link, "missing", "link"),
    "a pipe in its place": (_pipe, "missing", "special_file"),
    "emptied": (lambda path: path.write_bytes(b""), "damaged", "empty"),
    "cut": (lambda path: os.truncate(path, 100), "damaged", "shorter"),
    "grown": (lambda path: path.write_bytes(path.read_bytes() + b"x"), "damaged", "longer"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_file_that_is_not_as_it_was_saved(pulled: Auditor, way: str) -> None:
    damage, finding, reason = WAYS[way]
    item = pulled.items()[4]
    path = pulled.file(item.id)
    damage(path)
    audited = pulled.audit()
    assert audited.exit == Exit.DAMAGE
    assert audited.found(finding) == [item.id]
    (found,) = (each for each in audited.findings if each["finding"] == finding)
    assert (found["path"], found["reason"]) == (path.relative_to(pulled.sandbox.library).as_posix(), reason)
    assert audited.numbers("saved", "missing", "different") == ((11, 1, 0) if finding == "missing" else (12, 0, 1))
    brings = "photosync pull amazon" if reason in ("absent", "folder", "special_file") else "photosync verify --repair"
    assert brings in audited.verdict
    if brings == "photosync pull amazon":
        assert pulled.pull().exit == Exit.OK
        assert pulled.audit().exit == Exit.OK


def test_each_finding_at_once_and_a_pull_brings_what_it_can(pulled: Auditor) -> None:
    removed, changed, deleted, *_ = (item.id for item in pulled.items())
    pulled.simulator.library.remove(removed)
    pulled.simulator.library.change(changed)
    (new,) = pulled.simulator.library.add(1)
    pulled.file(deleted).unlink()
    extra = pulled.sandbox.library / "amazon" / "mine.jpg"
    extra.write_bytes(b"mine")
    audited = pulled.audit()
    assert audited.exit == Exit.DAMAGE
    assert audited.numbers("listed", "saved", "missing", "different", "gone", "extra") == (12, 10, 2, 1, 1, 1)
    assert audited.found("missing") == sorted([new, deleted])
    assert (audited.found("different"), audited.found("gone")) == ([changed], [removed])
    assert audited.found("extra") == ["amazon/mine.jpg"]
    assert audited.verdict == (
        "amazon: 12 items, 9 are here, 2 are missing, 1 differs; 1 is here and no longer there; "
        "1 file here of no item: photosync pull amazon --full brings them"
    )
    assert pulled.pull("--full").exit == Exit.OK
    audited = pulled.audit()
    assert (audited.exit, audited.found("gone"), audited.found("extra")) == (Exit.OK, [removed], ["amazon/mine.jpg"])
    assert audited.verdict == (
        "every item of amazon is here, 12 proved by md5; 1 is here and no longer there; 1 file here of no item"
    )
    assert pulled.sandbox.text("audit", "amazon", "-q") == ""


def test_an_item_that_is_neither_here_nor_there_is_no_finding(pulled: Auditor) -> None:
    item = pulled.items()[0].id
    pulled.file(item).unlink()
    pulled.simulator.library.remove(item)
    assert pulled.audit().findings == []


def test_an_item_that_came_back_to_the_provider_is_here(pulled: Auditor) -> None:
    pulled.simulator.library.remove(pulled.items()[0].id)
    assert pulled.pull("--full").number("gone") == 1
    pulled.simulator.library.removed.clear()
    pulled.simulator.library.version += 1
    assert pulled.audit().verdict == "every item of amazon is here, 12 proved by md5"


def test_an_item_whose_download_failed(user: Auditor) -> None:
    item = user.items()[2].id
    user.simulator.faults.not_found = Fault(items=item)
    assert user.pull().exit == Exit.PARTIAL
    audited = user.audit()
    assert (audited.exit, audited.numbers("saved", "failed", "missing")) == (Exit.DAMAGE, (11, 1, 0))
    assert audited.reasons() == {item: "not_found"}
    assert audited.verdict == (
        "amazon: 12 items, 11 are here, 1 failed: photosync failures amazon says why they failed"
    )


def test_a_selection_that_has_nothing(pulled: Auditor) -> None:
    assert pulled.audit("--year", "1996").verdict == "amazon has no such items"


def test_a_new_content_whose_download_failed_differs(pulled: Auditor) -> None:
    item = pulled.items()[2].id
    pulled.simulator.library.change(item)
    pulled.simulator.faults.not_found = Fault(items=item)
    assert pulled.pull("--full").exit == Exit.PARTIAL
    audited = pulled.audit()
    assert (audited.found("different"), audited.reasons()) == ([item], {item: "not_found"})
    assert audited.numbers("saved", "failed", "different") == (12, 0, 1)
    assert audited.verdict.endswith("photosync failures amazon says why they failed")


def test_what_no_item_has(pulled: Auditor) -> None:
    photo = pulled.file(pulled.items()[0].id)
    for name in (
        *(f"{photo.name}.xmp", f"{photo.stem}.xmp", f"{photo.stem}.AAE"),
        *(".hidden.jpg", ".DS_Store", "Thumbs.db", ".photosyncignore"),
    ):
        (photo.parent / name).write_bytes(b"")
    (photo.parent / "@eaDir").mkdir()
    (photo.parent / "@eaDir" / "small.jpg").write_bytes(b"small")
    other = pulled.sandbox.library / "amazon" / "elsewhere"
    other.mkdir()
    for name in ("alone.xmp", "b.jpg"):
        (other / name).write_bytes(b"x")
    (pulled.sandbox.library / "not-the-accounts.jpg").write_bytes(b"x")
    audited = pulled.audit()
    assert (audited.exit, audited.found("extra")) == (
        Exit.OK,
        ["amazon/elsewhere/alone.xmp", "amazon/elsewhere/b.jpg"],
    )
    assert set(audited.reasons().values()) == {"not_recorded"}


def test_an_unreadable_list_of_files_to_leave_out_stops_no_audit(pulled: Auditor) -> None:
    os.mkfifo(pulled.sandbox.library / "amazon" / ".photosyncignore")
    audited = pulled.audit(changes_nothing=False)
    assert (audited.exit, audited.verdict) == (Exit.OK, "every item of amazon is here, 12 proved by md5")
    assert "files of no item are not looked for" in audited.result.stderr


def test_sidecars_and_fixed_files_are_no_findings(user: Auditor) -> None:
    user.sandbox.configure({"amazon": {**user.simulator.account_settings(), "exif": "sidecar"}})
    user.pull()
    assert list(user.sandbox.library.rglob("*.xmp"))
    assert (user.audit().findings, user.audit().exit) == ([], Exit.OK)
    shutil.rmtree(user.sandbox.library)
    shutil.rmtree(user.sandbox.home)
    user.sandbox.configure({"amazon": {**user.simulator.account_settings(), "exif": "fix"}})
    assert user.pull().number("fixed") > 0
    assert user.audit().verdict == "every item of amazon is here, 12 proved by md5"


# Selections


def test_a_selection_is_compared_alone(pulled: Auditor) -> None:
    years = sorted({item.taken.year for item in pulled.items() if item.taken})
    item, other = (
        next(each for each in pulled.items() if each.taken and each.taken.year == year) for year in years[:2]
    )
    for each in (item, other):
        pulled.simulator.library.remove(each.id)
    (pulled.sandbox.library / "amazon" / "mine.jpg").write_bytes(b"mine")
    audited = pulled.audit("--year", str(years[0]))
    assert (audited.found("gone"), audited.found("extra")) == ([item.id], [])
    (saved, listed) = audited.numbers("saved", "listed")
    assert 0 < saved == listed < ITEMS or "is in doubt" in audited.verdict


def test_a_limit(pulled: Auditor) -> None:
    pulled.simulator.library.remove(pulled.items()[0].id)
    pulled.simulator.library.add(1)
    audited = pulled.audit("--limit", "5")
    assert audited.numbers("listed", "saved", "missing", "gone") == (5, 4, 1, 0)


def test_what_does_not_match_is_filtered(pulled: Auditor) -> None:
    photos = pulled.audit("--kind", "photo").numbers("saved")
    videos = pulled.audit("--kind", "video").numbers("saved")
    assert photos[0] + videos[0] == ITEMS


def test_options_that_cannot_be(pulled: Auditor) -> None:
    assert pulled.sandbox.run("audit", "nobody").exit == Exit.USAGE
    assert pulled.sandbox.run("audit", "amazon", "--year", "23").exit == Exit.USAGE
    result = pulled.sandbox.run("audit", "amazon", "no such album")
    assert (result.exit, result.summary["exit"]) == (Exit.USAGE, Exit.USAGE)


def test_what_is_no_favorite_any_more_is_not_gone(user: Auditor) -> None:
    ids = user.simulator.library.add(2, favorite=True)
    user.pull()
    (before,) = user.audit("--favorites").numbers("saved")
    user.simulator.library.remove(ids[0])
    assert user.audit("--favorites").numbers("saved", "gone") == (before - 1, 0)


# Two accounts


def test_two_accounts_with_the_same_items(pulled: Auditor) -> None:
    settings = pulled.simulator.account_settings()
    pulled.sandbox.configure({"amazon": settings, "second": {"provider": "amazon", **settings}})
    second = Auditor(pulled.simulator, pulled.sandbox, "second")
    assert second.audit().numbers("saved", "missing", "extra") == (0, ITEMS, 0)
    assert second.pull().exit == Exit.OK
    second.file(second.items()[0].id).unlink()
    assert (pulled.audit().exit, second.audit().numbers("missing")) == (Exit.OK, (1,))


# The catalog and the disk


def test_a_catalog_that_is_missing(pulled: Auditor) -> None:
    for path in (pulled.sandbox.library / ".photosync").glob("catalog*"):
        path.unlink()
    audited = pulled.audit()
    assert (audited.exit, audited.numbers("missing", "extra")) == (Exit.DAMAGE, (ITEMS, ITEMS))


def test_a_library_that_is_not_mounted(pulled: Auditor) -> None:
    pulled.sandbox.library.rename(pulled.sandbox.folder / "elsewhere")
    pulled.sandbox.library.mkdir()
    result = pulled.sandbox.run("audit", "amazon")
    assert (result.exit, result.summary["exit"], result.summary["complete"]) == (6, 6, False)
    assert "Is the disk mounted?" in str(result.summary["message"])
    assert pulled.simulator.counts["list"] == 0


def test_a_service_that_cannot_be_asked(pulled: Auditor) -> None:
    pulled.simulator.faults.expired = Fault()
    signed_out = pulled.audit()
    assert (signed_out.exit, signed_out.findings) == (Exit.AUTH, [])
    assert signed_out.verdict.startswith("amazon: not compared to the end: ")
    pulled.simulator.faults.clear()
    pulled.simulator.faults.server_error = Fault()
    assert (pulled.audit().exit, pulled.audit().findings) == (Exit.TEMPORARY, [])
