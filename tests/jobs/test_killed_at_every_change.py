"""Runs that are killed before each of their steps: the next run completes and tidies everything."""

import errno
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

import pytest

from photosync.crash_hook import KINDS
from photosync.testing.command import Sandbox
from photosync.testing.disk_faults import DiskFault, DiskFaults
from photosync.testing.library import foreign_photos
from photosync.testing.plugins import simulator_named
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import KITCHEN, AuraSimulator
from tests.jobs.copies.evict.runs import FIRST, SECOND, configure_copies, listed, with_copies
from tests.jobs.killed_runs import (
    KILLED,
    check_kills_of_a_change,
    check_kills_of_a_pull,
    check_lists,
    check_nothing_to_do,
    hashes,
    killed_runs,
    succeeds,
)

pytestmark = pytest.mark.slow  # every step of every command
kinds = pytest.mark.parametrize("kind", KINDS)
Note = Callable[[str, object], None]
_KILLS = "crash matrix: kills survived"


@pytest.fixture
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=0, gaps=False) as running:
        running.library.add(1, missing=frozenset({"taken"}))
        running.library.add(1)
        yield running


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    made = Sandbox(tmp_path / "user")
    made.folder.mkdir()
    return made


@kinds
@pytest.mark.parametrize("exif", ["fix", "sidecar"])
@pytest.mark.parametrize("first", [True, False], ids=["first", "changed"])
def test_pull(
    sandbox: Sandbox, simulator: AmazonSimulator, kind: str, exif: str, *, first: bool, record_property: Note
) -> None:
    sandbox.configure({"amazon": simulator.account_settings()}, exif=exif, artist="Ada")
    if not first:
        succeeds(sandbox, "pull", "amazon")
        for item in simulator.library.expected():
            simulator.library.change(item.id)
    record_property(_KILLS, check_kills_of_a_pull(sandbox, simulator, "amazon", kind))


@kinds
def test_doctor(sandbox: Sandbox, simulator: AmazonSimulator, kind: str, record_property: Note) -> None:
    sandbox.configure({"amazon": simulator.account_settings()})
    succeeds(sandbox, "pull", "amazon")
    record_property(_KILLS, check_kills_of_a_change(sandbox, "amazon", kind, "doctor", "--offline"))


@kinds
@pytest.mark.parametrize("first", [True, False], ids=["first", "changed"])
def test_pull_with_what_the_service_knows(
    sandbox: Sandbox, simulator: AmazonSimulator, kind: str, *, first: bool, record_property: Note
) -> None:
    sandbox.configure({"amazon": simulator.account_settings()}, exif="sidecar", artist="Ada", sidecar="metadata")
    if not first:
        succeeds(sandbox, "pull", "amazon")
        for number, item in enumerate(list(simulator.library.expected())):
            simulator.account.tree.written[number] = {"description": "later"}
            simulator.library.change(item.id)
    record_property(_KILLS, check_kills_of_a_pull(sandbox, simulator, "amazon", kind))


@kinds
def test_pull_into_the_folder_of_a_frame(sandbox: Sandbox, kind: str, record_property: Note) -> None:
    with AuraSimulator(items=2, gaps=False) as simulator:
        frame = {"id": KITCHEN, "path": str(sandbox.folder / "frame")}
        settings = {**simulator.account_settings(), "frames": {"kitchen": frame}}
        sandbox.configure({"aura": settings}, exif="fix", artist="Ada")
        record_property(_KILLS, check_kills_of_a_pull(sandbox, simulator, "aura", kind))


CHANGES: dict[str, tuple[str, ...]] = {
    "fix": ("--set", "artist=Grace"),
    "sidecars": ("--sidecar", "--set", "artist=Grace"),
    "undo": ("--undo",),
}


@kinds
@pytest.mark.parametrize("options", CHANGES.values(), ids=CHANGES)
def test_fix_in_a_library(
    sandbox: Sandbox, simulator: AmazonSimulator, kind: str, options: tuple[str, ...], record_property: Note
) -> None:
    sandbox.configure({"amazon": simulator.account_settings()}, exif="fix", artist="Ada")
    succeeds(sandbox, "pull", "amazon")
    kills = check_kills_of_a_change(sandbox, "amazon", kind, "fix", str(sandbox.library), *options)
    record_property(_KILLS, kills)


@kinds
def test_verify_repair(sandbox: Sandbox, simulator: AmazonSimulator, kind: str, record_property: Note) -> None:
    sandbox.configure({"amazon": simulator.account_settings()}, exif="fix", artist="Ada")
    succeeds(sandbox, "pull", "amazon")
    damaged, missing = sandbox.files()
    damaged.write_bytes(damaged.read_bytes()[:-1])
    missing.unlink()
    record_property(_KILLS, check_kills_of_a_change(sandbox, "amazon", kind, "verify", "--repair"))


@kinds
@pytest.mark.parametrize("lost", ["catalog.db", "catalog*.db"], ids=["copy", "listings"])
def test_rebuild(sandbox: Sandbox, simulator: AmazonSimulator, kind: str, lost: str, record_property: Note) -> None:
    sandbox.configure({"amazon": simulator.account_settings()}, exif="fix", artist="Ada")
    succeeds(sandbox, "pull", "amazon")
    for catalog in (sandbox.library / ".photosync").glob(lost):
        catalog.unlink()
    record_property(_KILLS, check_kills_of_a_change(sandbox, "amazon", kind, "rebuild"))


@kinds
def test_trash(sandbox: Sandbox, simulator: AmazonSimulator, kind: str, record_property: Note) -> None:
    sandbox.configure({"amazon": simulator.account_settings()}, exif="fix", artist="Ada")
    succeeds(sandbox, "pull", "amazon")
    ids = [item.id for item in simulator.library.expected()]
    kills = -1  # the first run is not killed
    for _ in killed_runs(sandbox, kind, "trash", "amazon", *ids, "--yes"):
        succeeds(sandbox, "trash", "amazon", *ids, "--yes")
        assert {node["id"] for node in simulator.trash.nodes()} == {*ids}
        gone = sandbox.run("list", "amazon", "--saved", "--state", "gone").objects
        assert {row["id"] for row in gone} == {*ids}
        succeeds(sandbox, "restore", "amazon", "--all", "--yes")
        assert {row["state"] for row in sandbox.run("list", "amazon", "--saved").objects} == {"saved"}
        kills += 1
    record_property(_KILLS, kills)


def users_killed_later_each_time(folder: Path) -> Iterator[tuple[Sandbox, Sandbox]]:
    """New sandboxes; in each, the second value is the same user, whose runs are killed before a later step."""
    for number in count(1):
        sandbox = Sandbox(folder / str(number))
        sandbox.folder.mkdir()
        yield sandbox, replace(sandbox, crash_at=str(number))


def check_no_temporary_files(folder: Path) -> None:
    names = {path.name for path in folder.rglob("*")}
    assert not {
        name for name in names if name.startswith(".photosync-") or name.endswith((".new", ".partial", ".part"))
    }


def test_fix_in_a_folder_of_the_user(tmp_path: Path, simulator: AmazonSimulator) -> None:
    for sandbox, doomed in users_killed_later_each_time(tmp_path):
        sandbox.configure({"amazon": simulator.account_settings()}, exif="fix")
        folder = sandbox.folder / "photos"
        folder.mkdir()
        for item in simulator.library.expected():
            (folder / f"{item.id}.jpg").write_bytes(simulator.library.content_of(item.id))
        before = {path: path.read_bytes() for path in folder.iterdir()}
        killed = doomed.run("fix", str(folder), "--set", "artist=Ada")
        succeeds(sandbox, "fix", str(folder), "--set", "artist=Ada")
        check_no_temporary_files(folder)
        succeeds(sandbox, "fix", str(folder), "--undo")
        assert {path: path.read_bytes() for path in folder.iterdir()} == before
        if killed.exit != KILLED:
            break


def test_a_pull_to_another_disk(tmp_path: Path) -> None:
    left = set[bool]()
    other_disk = DiskFaults([DiskFault("*/library/amazon/*", errno.EXDEV, ["rename"])])
    with AmazonSimulator(items=1) as simulator:
        for sandbox, doomed in users_killed_later_each_time(tmp_path):
            sandbox.configure({"amazon": simulator.account_settings()}, exif="fix", artist="Ada")
            killed = replace(doomed, disk=other_disk).run("pull", "amazon")
            left.add(any(sandbox.library.rglob(".photosync-*.new")))
            if killed.exit != KILLED:
                break
            sandbox.run("pull", "amazon", "--year", "1970")  # it does not move the photo
            check_no_temporary_files(sandbox.library / "amazon")
    assert left == {True, False}


PUSHES: dict[str, tuple[str, ...]] = {"amazon": (), "clouddrive": (), "aura": ("kitchen",), "google": ()}


@pytest.mark.parametrize("provider", PUSHES)
def test_push(tmp_path: Path, provider: str, record_property: Note) -> None:
    photos = [*islice(foreign_photos(), 2)]
    wanted = Counter(hashlib.md5(each).hexdigest() for each in photos)
    for kills, (sandbox, doomed) in enumerate(users_killed_later_each_time(tmp_path)):
        with simulator_named(provider)(items=0, gaps=False) as simulator:
            frames = {"frames": {"kitchen": {"id": KITCHEN, "write": True}}} if provider == "aura" else {}
            sandbox.configure({provider: {**simulator.account_settings(), **frames}})
            for number, content in enumerate(photos):
                path = sandbox.folder / "Trip" / f"Day {number}" / "IMG.JPG"
                path.parent.mkdir(parents=True)
                path.write_bytes(content)
            command = ("push", provider, *PUSHES[provider], str(sandbox.folder / "Trip"))
            killed = doomed.run(*command)
            there = [item.md5 for item in simulator.library.expected()]
            simulator.forget()
            succeeds(sandbox, *command)
            assert Counter(item.md5 for item in simulator.library.expected()) == wanted
            assert len([item for item in simulator.library.expected() if item.md5 not in there]) == 2 - len(there)
            simulator.forget()
            assert succeeds(sandbox, *command).number("saved") == 0
            assert simulator.counts["changes"] == 0
            succeeds(sandbox, "verify")
            check_no_temporary_files(sandbox.library)
            if killed.exit != KILLED:
                record_property(_KILLS, kills)
                break


@kinds
@pytest.mark.parametrize("albums", ["none", "copy"])
def test_evict(sandbox: Sandbox, simulator: AmazonSimulator, kind: str, albums: str, record_property: Note) -> None:
    """The same command completes it; a run between leaves what is there, and no file is ever lost."""
    sandbox.configure({"amazon": simulator.account_settings()}, albums=albums)
    succeeds(sandbox, "pull", "amazon")
    with_copies(sandbox, FIRST, SECOND)
    files = {path: path.read_bytes() for path in (sandbox.library / "amazon").rglob("*.*")}
    names = {path.relative_to(sandbox.library).as_posix() for path in files}
    assert len(names) == 2
    wanted, number = None, 0
    for number in killed_runs(sandbox, kind, "evict", "--kind", "photo", "--yes"):
        if number % 2:
            assert succeeds(sandbox, "pull", "amazon").number("saved") == 0
            succeeds(sandbox, "verify")
            assert all(path.read_bytes() == files[path] for path in files if path.exists())
        succeeds(sandbox, "evict", "--kind", "photo", "--yes")
        assert not any(path.exists() for path in files)
        assert listed(sandbox, "--state", "offsite").keys() == names, f"{kind}:{number}"
        assert not list((sandbox.library / "Albums").rglob("*.JPG"))
        check_lists(sandbox)
        succeeds(sandbox, "pull", "amazon")
        found = hashes(sandbox)
        assert wanted is None or found == wanted, f"{kind}:{number}\nwanted {wanted}\nfound  {found}"
        wanted = found
        check_nothing_to_do(sandbox, "amazon", wanted)
    record_property(_KILLS, number)


def _with_copy(sandbox: Sandbox, simulator: AmazonSimulator) -> Path:
    """A pulled library, and a folder for its copy, which is restored with the rest before each run."""
    sandbox.configure({"amazon": simulator.account_settings()}, exif="fix")
    folder = sandbox.folder / "usb"
    folder.mkdir()
    configure_copies(sandbox, usb=str(folder))
    succeeds(sandbox, "pull", "amazon")
    return folder


def _photos_below(folder: Path) -> dict[str, bytes]:
    photos = (path for path in (folder / "amazon").rglob("*.*") if not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in photos}


@kinds
@pytest.mark.parametrize("first", [True, False], ids=["first", "changed"])
def test_copy(sandbox: Sandbox, simulator: AmazonSimulator, kind: str, *, first: bool, record_property: Note) -> None:
    """At each moment the copy has the earlier or the new content of a file; the next run completes it."""
    folder, earlier, number = _with_copy(sandbox, simulator), dict[str, bytes](), 0
    if not first:
        succeeds(sandbox, "copy")
        earlier = _photos_below(folder)
        succeeds(sandbox, "fix", str(sandbox.library / "amazon"), "--set", "artist=Ada")
    wanted = _photos_below(sandbox.library)
    assert len(wanted) == 2
    for number in killed_runs(sandbox, kind, "copy"):
        there, kept = _photos_below(folder), folder / ".photosync/replaced"
        for name, content in earlier.items():
            versions = {there.get(name), *(path.read_bytes() for path in kept.glob(f"*/{name}"))}
            assert {content, wanted[name]} & versions, f"{kind}:{number}: {name} is lost"
        assert all(content in (earlier.get(name), wanted[name]) for name, content in there.items())
        succeeds(sandbox, "copy")
        assert _photos_below(folder) == wanted
        names = [path.name for path in kept.rglob("*.*") if path.is_file()]
        assert sorted(names) == sorted(Path(name).name for name in earlier), f"{kind}:{number}"
        assert not list(folder.rglob(".photosync-unfinished-*"))
        check_lists(sandbox)
        assert succeeds(sandbox, "verify", "--copy", "usb").number("ok") > len(wanted)
        assert succeeds(sandbox, "copy").number("saved") == 0
    record_property(_KILLS, number)


@kinds
def test_restore_from_a_copy(sandbox: Sandbox, simulator: AmazonSimulator, kind: str, record_property: Note) -> None:
    """The same command completes it; nothing that is not right has its place at any moment."""
    _with_copy(sandbox, simulator)
    succeeds(sandbox, "copy")
    wanted, to, number = _photos_below(sandbox.library), sandbox.folder / "new", 0
    command = ("restore", "--from", "usb", "--to", str(to))
    for number in killed_runs(sandbox, kind, *command):
        assert _photos_below(to).items() <= wanted.items(), f"{kind}:{number}"
        succeeds(sandbox, *command)
        assert _photos_below(to) == wanted
        check_lists(sandbox)
        succeeds(sandbox, "verify", "--library", str(to))
        assert succeeds(sandbox, "pull", "amazon", "--library", str(to)).number("saved") == 0
    record_property(_KILLS, number)
