"""`rebuild`: the state from before a catalog was lost or damaged, without a download."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from photosync.catalog import SCHEMA_VERSION
from photosync.errors import Exit
from photosync.testing.command import Result, Sandbox
from photosync_amazon.simulator import AmazonSimulator
from photosync_aura.simulator import AuraSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator

Simulator = AmazonSimulator | AuraSimulator | CloudDriveSimulator
Damage = Callable[[Path], object]
ITEMS = 30


def overwrite(text: bytes) -> Damage:
    return lambda path: path.write_bytes(text)


def cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def spoil_pages(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\x07" * (len(content) - 4096))


def make_foreign(path: Path) -> None:
    path.unlink()
    change(path, "CREATE TABLE notes (text)")


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def put_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "mine.txt").write_text("the user's")


def put_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


DAMAGES: dict[str, Damage] = {
    "deleted": Path.unlink,
    "emptied": overwrite(b""),
    "truncated": cut,
    "rubbish": overwrite(b"no database at all " * 1000),
    "pages": spoil_pages,
    "another program's": make_foreign,
    "without a table": lambda path: change(path, "DROP TABLE items"),
    "without a column": lambda path: change(path, "ALTER TABLE items DROP COLUMN proof"),
    "another library's": lambda path: change(path, "PRAGMA application_id = 7"),
    "a folder": put_folder,
    "a pipe": put_pipe,
}


@pytest.fixture(params=[AmazonSimulator, AuraSimulator, CloudDriveSimulator])
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with request.param(items=ITEMS, seed=3) as running:
        yield running


@pytest.fixture
def amazon() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=ITEMS) as running:
        yield running


def pulled(folder: Path, simulator: Simulator) -> Sandbox:
    sandbox = Sandbox(folder)
    sandbox.configure({"account": simulator.account_settings()}, exif="fix")
    result = sandbox.run("pull", "account")
    assert result.exit == Exit.OK, result
    simulator.forget()
    return sandbox


def catalog_of(sandbox: Sandbox) -> Path:
    return sandbox.library / ".photosync" / "catalog.db"


def copy_of(sandbox: Sandbox) -> Path:
    return sandbox.library / ".photosync" / "catalog-copy.db"


def state(sandbox: Sandbox) -> tuple[object, ...]:
    """What a user sees of the library, but for the time of runs and readings."""
    of_runs = ("last_run", "last_command", "last_exit", "last_message", "last_good", "last_verified", "oldest_reading")
    status = {key: value for key, value in sandbox.run("status").objects[0].items() if key not in of_runs}
    saved = sorted(sandbox.run("list", "account", "--saved").stdout.splitlines())
    return saved, status, sorted((sandbox.library / "SHA256SUMS").read_bytes().splitlines()), sandbox.hashes()


def rebuild(sandbox: Sandbox, *options: str) -> Result:
    result = sandbox.run("rebuild", *options)
    assert result.exit == Exit.OK, result
    summary = result.summaries[-1]
    assert summary["listed"] == sum(int(str(summary[key])) for key in ("known", "adopted", "filtered", "missing"))
    return result


@pytest.mark.parametrize("with_copy", [True, False], ids=["copy", "no copy"])
def test_the_state_is_the_same_and_nothing_is_downloaded(tmp_path: Path, simulator: Simulator, with_copy: bool) -> None:
    sandbox = pulled(tmp_path, simulator)
    sandbox.run("fix", str(sandbox.library), "--sidecar", "--set", "artist=Ada")
    before = state(sandbox)
    catalog_of(sandbox).unlink()
    if not with_copy:
        copy_of(sandbox).unlink()
    summary = rebuild(sandbox).summary
    assert (summary["source"], summary["missing"], summary["unknown"]) == ("copy" if with_copy else "nothing", 0, 0)
    assert summary["known" if with_copy else "adopted"] == summary["listed"]
    assert state(sandbox) == before
    again = sandbox.run("pull", "account")
    assert (again.exit, again.number("saved"), again.number("unchanged")) == (0, 0, again.number("listed"))
    assert simulator.counts["content"] == 0


def test_a_link_that_leads_nowhere_is_no_empty_catalog(tmp_path: Path, amazon: AmazonSimulator) -> None:
    sandbox = pulled(tmp_path, amazon)
    catalog_of(sandbox).unlink()
    catalog_of(sandbox).symlink_to(tmp_path / "not mounted" / "catalog.db")
    for command in (("status",), ("list", "account", "--saved"), ("verify",), ("pull", "account")):
        result = sandbox.run(*command)
        assert (result.exit, "mounted" in result.stderr) == (Exit.DESTINATION, True), result


@pytest.mark.parametrize("damage", [each for each in DAMAGES if each != "deleted"])
def test_a_damaged_catalog_is_refused_and_rebuilt(tmp_path: Path, amazon: AmazonSimulator, damage: str) -> None:
    sandbox = pulled(tmp_path, amazon)
    before = state(sandbox)
    DAMAGES[damage](catalog_of(sandbox))
    refused = sandbox.run("pull", "account")
    assert refused.exit == Exit.DESTINATION, refused
    assert "photosync rebuild" in refused.stderr
    assert rebuild(sandbox).summary["source"] == "copy"
    assert len(list((sandbox.library / ".photosync" / "damaged").rglob("catalog.db"))) == 1
    assert state(sandbox) == before
    assert sandbox.run("pull", "account").number("saved") == 0
    assert amazon.counts["content"] == 0


@pytest.mark.parametrize("damage", ["truncated", "rubbish", "without a table", "without a column"])
def test_so_is_one_whose_copy_is_damaged_as_well(tmp_path: Path, amazon: AmazonSimulator, damage: str) -> None:
    sandbox = pulled(tmp_path, amazon)
    before = state(sandbox)
    DAMAGES[damage](catalog_of(sandbox))
    DAMAGES[damage](copy_of(sandbox))
    assert rebuild(sandbox).summary["source"] == "nothing"
    assert state(sandbox) == before
    assert amazon.counts["content"] == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE items SET description = '{' WHERE rowid % 3 = 0",
        "UPDATE items SET description = x'ff00ff' WHERE rowid % 3 = 0",
        "UPDATE items SET mended = CAST(x'7bff7d' AS TEXT) WHERE rowid % 3 = 0",
        "UPDATE items SET mended = '{}' WHERE rowid % 3 = 0",
        "UPDATE items SET state = 'sated' WHERE rowid % 3 = 0",
        "UPDATE items SET proof = 'hush' WHERE rowid % 3 = 0",
        "UPDATE items SET stored_size = 'x' WHERE rowid % 3 = 0",
        "UPDATE items SET delivered_md5 = 'x' || substr(delivered_md5, 2) WHERE rowid % 3 = 0",
        "UPDATE items SET path = path || 'x' WHERE rowid % 3 = 0",
        "UPDATE sums SET state = CAST(x'ff' AS TEXT)",
        "UPDATE runs SET summary = CAST(x'ff' AS TEXT)",
        "UPDATE runs SET started_at = 'yesterday'",
        "UPDATE runs SET exit = 99",
        "UPDATE listings SET completed_at = ''",
    ],
)
@pytest.mark.parametrize("with_copy", [True, False], ids=["copy", "no copy"])
def test_damaged_values_are_replaced_and_the_rest_is_kept(
    tmp_path: Path, amazon: AmazonSimulator, statement: str, with_copy: bool
) -> None:
    sandbox = pulled(tmp_path, amazon)
    before = state(sandbox)
    change(catalog_of(sandbox), statement)
    if not with_copy:
        copy_of(sandbox).unlink()
    assert rebuild(sandbox).summary["source"] == ("copy" if with_copy else "catalog")
    assert state(sandbox) == before
    assert sandbox.run("pull", "account", "--full").number("saved") == 0
    assert amazon.counts["content"] == 0


def test_a_newer_catalog_or_copy_is_refused_in_words_and_left_alone(tmp_path: Path, amazon: AmazonSimulator) -> None:
    sandbox = pulled(tmp_path, amazon)
    for path in (catalog_of(sandbox), copy_of(sandbox)):
        change(path, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        before = path.read_bytes()
        for command in (("rebuild",), ("rebuild", "--from-listings"), ("pull", "account")):
            result = sandbox.run(*command)
            assert result.exit == Exit.DESTINATION, result
            assert "Update photosync" in result.stderr
        assert path.read_bytes() == before
        assert not (sandbox.library / ".photosync" / "damaged").exists()
        path.unlink()


def test_an_empty_copy_is_none(tmp_path: Path, amazon: AmazonSimulator) -> None:
    sandbox = pulled(tmp_path, amazon)
    for content in (b"", None):
        copy_of(sandbox).write_bytes(b"")
        catalog_of(sandbox).unlink()
        if content is not None:
            catalog_of(sandbox).write_bytes(content)
        summary = rebuild(sandbox).summary
        assert (summary["source"], summary["adopted"]) == ("nothing", ITEMS)


def test_files_are_found_where_neither_layout_nor_list_has_them(tmp_path: Path, amazon: AmazonSimulator) -> None:
    sandbox = pulled(tmp_path, amazon)
    for number, path in enumerate(sandbox.files()):
        path.rename(path.with_name(f"{number}{path.suffix}"))
    for each in (catalog_of(sandbox), copy_of(sandbox), sandbox.library / "SHA256SUMS"):
        each.unlink()
    with_hash = sum(item.md5 is not None for item in amazon.library.expected())
    summary = rebuild(sandbox).summary
    assert int(str(summary["adopted"])) >= with_hash - 1
    assert amazon.counts["content"] == 0
    listed = (sandbox.library / "SHA256SUMS").read_text().splitlines()
    assert len(listed) == int(str(summary["adopted"])) + len(sandbox.made())


def test_items_without_a_file_are_counted_and_the_next_pull_brings_them(
    tmp_path: Path, amazon: AmazonSimulator
) -> None:
    sandbox = pulled(tmp_path, amazon)
    for path in sandbox.files()[:3]:
        path.unlink()
    catalog_of(sandbox).unlink()
    copy_of(sandbox).unlink()
    assert rebuild(sandbox).summary["missing"] == 3
    assert amazon.counts["content"] == 0
    again = sandbox.run("pull", "account")
    assert (again.exit, again.number("saved"), again.number("unchanged")) == (0, 3, ITEMS - 3)


def test_a_file_that_no_item_has_stays_and_is_listed(tmp_path: Path, amazon: AmazonSimulator) -> None:
    sandbox = pulled(tmp_path, amazon)
    own = sandbox.library / "account" / "mine.jpg"
    own.write_bytes(b"my own")
    catalog_of(sandbox).unlink()
    result = rebuild(sandbox)
    (finding,) = [each for each in result.objects if "finding" in each]
    assert (finding["finding"], finding["path"], finding["account"]) == ("unknown", "account/mine.jpg", "account")
    assert own.read_bytes() == b"my own"


def test_an_account_that_cannot_be_asked_stops_no_other(tmp_path: Path, amazon: AmazonSimulator) -> None:
    with CloudDriveSimulator(items=5) as drive:
        sandbox = Sandbox(tmp_path)
        sandbox.configure({"away": drive.account_settings(), "account": amazon.account_settings()}, retry_budget="1s")
        for name in ("away", "account"):
            assert sandbox.run("pull", name).exit == Exit.OK
        catalog_of(sandbox).unlink()
        copy_of(sandbox).unlink()
        drive.faults.set("server_error", 503)
        result = sandbox.run("rebuild")
        assert result.exit == Exit.TEMPORARY, result
        away, account = result.summaries
        assert (away["exit"], away["adopted"], away["unknown"]) == (Exit.TEMPORARY, 0, 5)
        assert (account["exit"], account["adopted"]) == (Exit.OK, ITEMS)
        drive.faults.clear()
        assert rebuild(sandbox, "away").summary["adopted"] == 5
        drive.faults.set("server_error", 503)
        catalog_of(sandbox).unlink()
        away, _ = sandbox.run("rebuild").summaries
        assert (away["exit"], away["source"], away["known"], away["unknown"]) == (Exit.TEMPORARY, "copy", 5, 0)


def test_a_sound_catalog_stays_and_files_that_it_does_not_know_are_found(
    tmp_path: Path, amazon: AmazonSimulator
) -> None:
    sandbox = pulled(tmp_path, amazon)
    before = state(sandbox)
    change(catalog_of(sandbox), "DELETE FROM items WHERE rowid = 4")
    summary = rebuild(sandbox).summary
    assert (summary["source"], summary["known"], summary["adopted"]) == ("catalog", ITEMS - 1, 1)
    assert state(sandbox) == before
    assert rebuild(sandbox, "--from-listings").summary["adopted"] == ITEMS
    assert state(sandbox) == before


@pytest.mark.slow  # 300 items, six times
@pytest.mark.parametrize("with_copy", [True, False], ids=["copy", "no copy"])
def test_300_files_and_no_download(tmp_path: Path, with_copy: bool) -> None:
    with AmazonSimulator(items=300) as simulator:
        sandbox = pulled(tmp_path, simulator)
        before, files = state(sandbox), [catalog_of(sandbox), copy_of(sandbox)]
        good = [each.read_bytes() for each in files]
        for damage in ("deleted", "truncated", "rubbish"):
            for each in (sandbox.library / ".photosync").glob("catalog*"):
                each.unlink()
            for each, content in zip(files, good, strict=True):
                each.write_bytes(content)
            DAMAGES[damage](catalog_of(sandbox))
            if not with_copy:
                copy_of(sandbox).unlink()
            assert rebuild(sandbox).summary["known" if with_copy else "adopted"] == 300
            assert state(sandbox) == before
            assert sandbox.run("audit", "account").exit == Exit.OK
            assert sandbox.run("verify").exit == Exit.OK
            again = sandbox.run("pull", "account")
            assert (again.exit, again.number("saved"), simulator.counts["content"]) == (0, 0, 0)
