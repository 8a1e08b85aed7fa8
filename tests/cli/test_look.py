"""The commands that only look: what they print, for people and as JSON."""

from __future__ import annotations

from photosync.testing import Fault
from photosync_amazon.simulator import AmazonSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.cli.conftest import CommandLine


def test_list(photosync: CommandLine) -> None:
    rows = photosync.objects("list", "amazon")
    assert len(rows) == 12
    usual = [
        *("account", "id", "name", "kind", "taken", "size", "md5", "width", "height", "favorite", "collections"),
        *("state", "path"),
    ]
    assert all(list(row)[: len(usual)] == usual for row in rows)
    assert {key for row in rows for key in row} - {*usual} == {"gps"}
    assert {(row["account"], row["state"], row["path"]) for row in rows} == {("amazon", "new", None)}
    lines = photosync("list", "amazon").stdout.splitlines()
    assert [line.split()[-1] for line in lines] == [row["name"] for row in rows]
    assert all(line.startswith("new      20") for line in lines)


def test_an_item_that_a_page_has_twice_is_listed_once(photosync: CommandLine, simulator: AmazonSimulator) -> None:
    simulator.faults.item_twice = Fault()
    try:
        ids = [row["id"] for row in photosync.objects("list", "amazon")]
    finally:
        simulator.faults.item_twice = None
    assert len(ids) == len(set(ids))


def test_a_list_of_saved_items_sends_no_request(photosync: CommandLine) -> None:
    assert photosync("pull", "amazon", "--limit", "2").exit_code == 0
    content = photosync.config.read_text(encoding="utf-8")
    rows = photosync.objects("list", "amazon", "--saved")
    assert {row["state"] for row in rows} == {"saved"}
    assert sorted(str(row["path"]) for row in rows) == sorted(
        path.relative_to(photosync.library).as_posix() for path in (photosync.library / "amazon").rglob("*.*")
    )
    assert photosync.objects("list", "amazon", "--saved", "--year", "1999") == []
    assert photosync.config.read_text(encoding="utf-8") == content


def test_collections(photosync: CommandLine) -> None:
    rows = photosync.objects("collections", "amazon")
    assert rows
    assert {tuple(row) for row in rows} == {("account", "id", "name", "kind", "count")}
    heading, *lines = photosync("collections", "amazon").stdout.splitlines()
    assert heading.split() == ["NAME", "ITEMS", "ID"]
    assert [line.split()[-1] for line in lines] == [row["id"] for row in rows]


def test_usage(photosync: CommandLine) -> None:
    rows = photosync.objects("usage", "amazon")
    assert {tuple(row) for row in rows} == {
        ("account", "type", "bytes", "count", "billable_bytes", "billable_count"),
    }
    by_type = {row["type"]: row for row in rows}
    assert by_type["photo"]["billable_bytes"] == 0
    assert by_type["video"]["billable_bytes"] == by_type["video"]["bytes"]
    heading, *lines = photosync("usage", "amazon").stdout.splitlines()
    assert heading.split() == ["TYPE", "ITEMS", "SIZE", "BILLABLE"]
    assert [line.split()[:2] for line in lines] == [[row["type"], str(row["count"])] for row in rows]


def test_what_is_allowed(photosync: CommandLine) -> None:
    with CloudDriveSimulator(items=3) as drive:
        photosync.configure({"drive": drive.account_settings()})
        *rows, quota = photosync.objects("usage", "drive")
        used = sum(int(str(row["bytes"])) for row in rows)
        assert list(quota) == ["account", "quota_bytes", "available_bytes"]
        assert quota["available_bytes"] == int(str(quota["quota_bytes"])) - used
        assert photosync("usage", "drive").stdout.splitlines()[-1].startswith("allowed: ")


def test_status_before_and_after_a_run(photosync: CommandLine) -> None:
    before = photosync.objects("status")[0]
    assert before == {
        "account": "amazon",
        "provider": "amazon",
        "last_run": None,
        "last_exit": None,
        "last_command": None,
        "last_message": None,
        "last_good": None,
        "items": 0,
        "bytes": 0,
        "failures": 0,
        "gone": 0,
        "failed": [],
        "fixed": 0,
        "last_verified": None,
        "oldest_reading": None,
        "proved": {"hash": 0, "size": 0, "decoded": 0, "own": 0, "reencoded": 0},
        "sign_in": before["sign_in"],
        "pending_picks": None,
    }
    assert photosync("pull", "amazon", "--limit", "2").exit_code == 0
    after = photosync.objects("status")[0]
    assert (after["items"], after["last_exit"]) == (2, 0)
    assert after["proved"] == {"hash": 2, "size": 0, "decoded": 0, "own": 0, "reencoded": 0}
    assert (after["last_verified"], after["oldest_reading"]) == (None, after["last_run"])
    heading, amazon, _, google, readings, remark = photosync("status").stdout.splitlines()
    assert remark.startswith("google: configuration: ")
    assert readings.startswith("never verified; the file that was not read for longest was read or saved on 20")
    words = [
        "ACCOUNT",
        "LAST",
        "RUN",
        "ENDED",
        "LAST",
        "GOOD",
        "ITEMS",
        "SIZE",
        "PROVED",
        "FIXED",
        "FAILURES",
        "SIGN-IN",
    ]
    assert heading.split() == words
    assert amazon.split()[0] == "amazon"
    assert " ok " in amazon
    assert "  2 md5  " in amazon
    assert google.split()[1:3] == ["never", "-"]
    assert google.endswith("  configuration")


def test_providers(photosync: CommandLine) -> None:
    rows = photosync.objects("providers")
    assert {tuple(row) for row in rows} == {("name", "title", "distribution", "can")}
    names = [row["name"] for row in rows]
    assert {"amazon", "aura", "clouddrive", "google"} <= set(names)
    assert all(row["can"][:2] == ["list", "download"] for row in rows)  # type: ignore[index]
    assert [line.split()[0] for line in photosync("providers").stdout.splitlines()] == names


def test_a_count_for_one_account_and_for_all(photosync: CommandLine) -> None:
    assert photosync("pull", "amazon", "--count").stdout == "12\n"
    assert photosync.objects("pull", "amazon", "--count") == [{"command": "count", "account": "amazon", "count": 12}]
    result = photosync("pull", "--count")  # Aura's service cannot be reached, and Google's needs picking
    assert (result.exit_code, result.stdout) == (5, "amazon: 12\n")
    assert not photosync.library.exists()
