"""What a user of Amazon Photos types, and what has to come of it. The contract suite has what all providers share."""

import hashlib
import json
import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from photosync.testing import ExpectedItem, Fault
from photosync.testing.command import Result, Sandbox
from photosync.transport import Answer
from photosync_amazon.auth import is_signed_out
from photosync_amazon.simulator import AmazonSimulator

YEARS = (2021, 2022, 2023)


@pytest.fixture(scope="module")
def simulator() -> Iterator[AmazonSimulator]:
    with AmazonSimulator(items=250, seed=7, years=YEARS) as running:
        yield running


@pytest.fixture
def sandbox(tmp_path: Path, simulator: AmazonSimulator) -> Sandbox:
    made = Sandbox(tmp_path)
    made.configure({"amazon": simulator.account_settings()})
    simulator.forget()
    return made


def of_year(simulator: AmazonSimulator, year: int) -> list[ExpectedItem]:
    return [item for item in simulator.library.expected() if item.taken is not None and item.taken.year == year]


def md5s(items: list[ExpectedItem]) -> list[str]:
    return sorted(item.md5 for item in items)


def test_a_year_brings_that_year_and_no_other(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    result = sandbox.run("pull", "amazon", "--year", "2023")
    result.check_totals()
    assert result.exit == 0
    assert sorted(sandbox.hashes().elements()) == md5s(of_year(simulator, 2023))
    assert {path.relative_to(sandbox.library).parts[:2] for path in sandbox.files()} == {("amazon", "2023")}
    again = sandbox.run("pull", "amazon", "--year", "2023")
    assert (again.number("saved"), again.number("requests")) == (0, 1)


def test_what_the_service_cannot_filter_is_filtered_here(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    result = sandbox.run("pull", "amazon", "--since", "2022-03", "--until", "2022-09-15")
    result.check_totals()
    wanted = [item for item in of_year(simulator, 2022) if item.taken and "03-01" <= f"{item.taken:%m-%d}" <= "09-15"]
    assert sorted(sandbox.hashes().elements()) == md5s(wanted)
    assert result.number("filtered") > 0


@pytest.mark.parametrize(
    "query",
    [
        "timeMonth:(3) OR timeMonth:(4)",
        "favorite:(true) OR timeMonth:(3) AND things:(beach)",
        "(timeMonth:(3)) OR (timeMonth:(4))",
        "things:(plant AND beach OR moon)",
        'people:("cluster-anna" OR cluster-ben)',
    ],
)
def test_a_query_is_one_condition_among_others(simulator: AmazonSimulator, sandbox: Sandbox, query: str) -> None:
    chosen = ("--year", "2022", "--kind", "photo", "--query", query)
    listed = sandbox.run("list", "amazon", *chosen).objects
    assert sandbox.run("pull", "amazon", "--count", *chosen).objects == [
        {"command": "count", "account": "amazon", "count": len(listed)},
    ]
    of_2022 = {item.id for item in of_year(simulator, 2022)}
    assert 0 < len(listed) < len(of_2022)
    assert {str(each["id"]) for each in listed} <= of_2022


@pytest.mark.parametrize("command", ["list", "pull"])
@pytest.mark.parametrize(
    ("query", "requests"),
    [
        *(("things:(beach", 0), ("things:beach)", 0), (")things:(", 0), ('things:("beach)', 0), (" ", 0)),
        *(("things", 0), ("timeYear:(MMXX)", 0), ("kind:(FILE) OR name:x", 1)),
    ],
)
def test_a_query_that_cannot_be_is_wrong_usage(
    simulator: AmazonSimulator, sandbox: Sandbox, command: str, query: str, requests: int
) -> None:
    result = sandbox.run(command, "amazon", "--query", query)
    assert result.exit == 2
    assert f"--query {query}" in result.stderr + result.stdout
    assert len(simulator.requests) == requests


def test_a_file_has_the_time_of_its_capture(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    sandbox.configure({"amazon": simulator.account_settings()}, time_zone="UTC")
    sandbox.run("pull", "amazon", "--year", "2021")
    by_md5 = {item.md5: item for item in simulator.library.expected()}
    for path in sandbox.files():
        item = by_md5[hashlib.md5(path.read_bytes()).hexdigest()]
        assert item.taken is not None
        assert int(path.stat().st_mtime) == int(item.taken.replace(tzinfo=UTC).timestamp())


def test_list_shows_what_is_new_and_what_is_saved(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    before = sandbox.run("list", "amazon", "--year", "2022")
    assert {row["state"] for row in before.objects} == {"new"}
    assert not sandbox.library.exists()
    sandbox.run("pull", "amazon", "--year", "2022")
    after = sandbox.run("list", "amazon", "--year", "2022")
    assert {row["state"] for row in after.objects} == {"saved"}
    assert {str(row["id"]) for row in after.objects} == {item.id for item in of_year(simulator, 2022)}
    for row in after.objects:
        path = sandbox.library / str(row["path"])
        assert hashlib.md5(path.read_bytes()).hexdigest() == row["md5"] or row["md5"] is None
    saved = sandbox.run("list", "amazon", "--saved")
    assert sorted(map(json.dumps, saved.objects)) == sorted(map(json.dumps, after.objects))


def test_a_count_is_asked_and_nothing_is_written(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    result = sandbox.run("pull", "amazon", "--year", "2021", "--count")
    assert result.objects[0]["count"] == len(of_year(simulator, 2021))
    assert simulator.counts["total"] == 1
    assert not sandbox.library.exists()


def test_a_dry_run_says_what_it_would_do_and_does_nothing(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    result = sandbox.run("pull", "amazon", "--year", "2021", "--dry-run")
    result.check_totals()
    assert result.number("saved") == len(of_year(simulator, 2021))
    assert result.stderr.count("would save amazon/2021/") == result.number("saved")
    assert not sandbox.library.exists()
    assert simulator.counts["content"] == 0


def test_an_album_by_a_part_of_its_name(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    albums = sandbox.run("collections", "amazon").objects
    album = albums[0]
    result = sandbox.run("pull", "amazon", str(album["name"])[:-1].upper(), "--limit", "7")
    result.check_totals()
    assert result.exit == 0
    assert result.summary["collection"] == album["name"]
    assert result.number("saved") == 7
    missing = sandbox.run("pull", "amazon", "--album", "no such album")
    assert missing.exit == 2
    assert str(album["name"]) in missing.stderr


def test_expired_cookies_end_the_run_with_advice_and_without_a_retry(
    simulator: AmazonSimulator, sandbox: Sandbox
) -> None:
    simulator.faults.expired = Fault(after=60)
    try:
        result = sandbox.run("pull", "amazon")
    finally:
        simulator.faults.expired = None
    result.check_totals()
    assert result.exit == 4
    assert "account 'amazon'" in result.stderr
    assert "/amazon.html" in result.stderr
    assert len(sandbox.files()) == result.number("saved") > 0
    refused = [request.path for request in simulator.requests if request.status == 401]
    assert len(refused) == len(set(refused))
    assert sandbox.run("pull", "amazon").exit == 0
    assert sum(sandbox.hashes().values()) == 250


def test_ctrl_c_keeps_what_is_saved_and_says_so(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    simulator.faults.latency = Fault(value=0.05)
    try:
        process = sandbox.start("pull", "amazon")
        assert simulator.wait_for(lambda: simulator.counts["content"] > 30)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    finally:
        simulator.faults.latency = None
    assert process.returncode == 130, stderr
    summary = json.loads(stdout)
    assert summary["exit"] == 130
    assert summary["saved"] == len(sandbox.files()) > 0
    assert sandbox.run("pull", "amazon").number("unchanged") >= summary["saved"]


def test_a_limit_of_bytes_ends_the_run_cleanly_and_the_next_goes_on(
    simulator: AmazonSimulator, sandbox: Sandbox
) -> None:
    first = sandbox.run("pull", "amazon", "--limit-bytes", "100k")
    first.check_totals()
    assert first.exit == 8
    assert 0 < first.number("bytes") <= 100_000
    second = sandbox.run("pull", "amazon")
    assert second.exit == 0
    assert first.number("saved") + second.number("saved") == 250


def test_two_accounts_and_one_that_fails(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    good = simulator.account_settings()
    bad = {**good, "provider": "amazon", "cookies": {"session-id": "1"}}
    sandbox.configure({"broken": bad, "amazon": good})
    result = sandbox.run("pull", "--year", "2023")
    assert [(each["account"], each["exit"]) for each in result.summaries] == [("broken", 4), ("amazon", 0)]
    assert result.exit == 4


def test_bad_input_is_reported_and_nothing_is_lost(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    page = sandbox.folder / "cookies.html"
    page.write_text("<!doctype html><html>Sign in</html>")
    sandbox.configure({"amazon": {**simulator.account_settings(), "cookies": str(page)}})
    cases: list[tuple[Result, int, str]] = [
        (sandbox.run("pull", "amazn"), 2, "no account 'amazn'"),
        (sandbox.run("pull", "amazon", "--kind", "painting"), 2, "--kind"),
        (sandbox.run("pull", "amazon", "--since", "yesterday"), 2, "--since"),
        (sandbox.run("pull", "amazon", "--layout", "{nmae}"), 2, "unknown field"),
        (sandbox.run("pull", "amazon"), 4, "web page"),
        (sandbox.run("pull", "amazon", "--library", str(page / "library")), 6, "cannot write"),
    ]
    for result, status, words in cases:
        assert result.exit == status, result
        assert words in result.stderr, result
    assert simulator.counts["total"] == 0


def test_an_unreachable_service_is_reported_soon(sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    settings = simulator.account_settings() | {"endpoints": {"api": "http://127.0.0.1:9/drive/v1"}}
    sandbox.configure({"amazon": settings}, retry_budget="1s")
    result = sandbox.run("pull", "amazon")
    result.check_totals()
    assert result.exit == 5
    assert "127.0.0.1" in result.stderr


def test_a_service_that_does_not_answer_is_waited_for_as_long_as_the_user_says(
    sandbox: Sandbox, simulator: AmazonSimulator
) -> None:
    sandbox.configure({"amazon": simulator.account_settings()}, retry_budget="1s", timeout="1s")
    simulator.faults.hold = Fault(on="list")
    started = time.monotonic()
    try:
        result = sandbox.run("pull", "amazon", "--limit", "1")
    finally:
        simulator.faults.hold = None
    assert (result.exit, time.monotonic() - started < 40) == (5, True), result
    for wrong in ("0s", "soon"):
        sandbox.configure({"amazon": simulator.account_settings()}, timeout=wrong)
        assert sandbox.run("pull", "amazon").exit == 2


def test_no_secret_appears_anywhere_even_with_vv(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    log = sandbox.folder / "log.txt"
    result = sandbox.run("pull", "amazon", "--year", "2023", "-vv", "--log-file", str(log))
    assert result.exit == 0
    cookies = simulator.account_settings()["cookies"]
    assert isinstance(cookies, dict)
    for secret in cookies.values():
        assert str(secret) not in result.stdout + result.stderr + log.read_text()
    assert "GET" in result.stderr


def test_a_locked_library_is_left_alone(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    hold = simulator.faults.hold = Fault(after=3, on="content")
    try:
        process = sandbox.start("pull", "amazon", "--year", "2023")
        assert simulator.wait_for(lambda: hold.fired >= 1)
        second = sandbox.run("pull", "amazon")
        os.kill(process.pid, signal.SIGTERM)
    finally:
        simulator.faults.hold = None
    process.communicate(timeout=60)
    assert second.exit == 7
    assert process.returncode == 143


def test_an_interrupted_listing_keeps_its_items(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    sandbox.configure({"amazon": simulator.account_settings()}, retry_budget="1s")
    simulator.faults.server_error = Fault(after=1, on="list")
    try:
        result = sandbox.run("pull", "amazon")
    finally:
        simulator.faults.server_error = None
    result.check_totals()
    assert result.exit == 5
    assert result.summary["complete"] is False
    assert result.number("saved") == len(sandbox.files()) == 200


@pytest.mark.parametrize("fault", ["sign_in_page", "sign_in_redirect"])
def test_the_sign_in_page_ends_the_sign_in(simulator: AmazonSimulator, sandbox: Sandbox, fault: str) -> None:
    simulator.faults.set(fault, {"on": "list"})
    try:
        result = sandbox.run("pull", "amazon")
    finally:
        simulator.faults.set(fault, None)
    assert (result.exit, result.number("requests")) == (4, 1 if fault == "sign_in_page" else 2), result


def test_another_page_is_not_taken_for_the_sign_in_page() -> None:
    def page(body: str) -> Answer:
        return Answer(200, "https://www.amazon.com/drive/v1/search", {"Content-Type": "text/html"}, body.encode())

    assert is_signed_out(page('<form name="signIn" method="post" action="https://www.amazon.com/ap/signin">'))
    assert is_signed_out(page('<input type="email" id="ap_email" name="email">'))
    assert not is_signed_out(page("<h1>Sorry! Something went wrong</h1> <a href='/ap/signin?openid.x=1'>Sign in</a>"))


def test_two_accounts_may_have_items_of_one_id(simulator: AmazonSimulator, sandbox: Sandbox) -> None:
    mine = simulator.account_settings()
    sandbox.configure({"amazon": mine, "grandma": {**mine, "provider": "amazon"}})
    result = sandbox.run("pull", "--year", "2022")
    count = len(of_year(simulator, 2022))
    assert [each["saved"] for each in result.summaries] == [count, count]
    lost = next(path for path in sandbox.files() if "amazon" in path.parts)
    lost.unlink()
    again = sandbox.run("pull", "--year", "2022")
    assert [each["saved"] for each in again.summaries] == [1, 0]
