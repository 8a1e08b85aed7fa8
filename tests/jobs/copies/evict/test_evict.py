"""`photosync evict` removes what two verified copies have, and only what was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from photosync.errors import Exit
from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.jobs.copies.evict.runs import (
    ALL,
    FIRST,
    SECOND,
    dated,
    evict,
    listed,
    outcomes,
    photos,
    place,
    verify,
)
from tests.jobs.killed_runs import check_lists


def test_what_two_copies_have_is_removed_and_a_pull_does_not_bring_it_back(
    sandbox: Sandbox, simulator: AmazonSimulator
) -> None:
    before, wanted = photos(sandbox), dated(sandbox)
    assert wanted
    assert wanted < set(before), "some photos have no capture time"
    simulator.forget()
    result = evict(sandbox, *ALL)
    assert result.exit == 0, result
    assert simulator.requests == [], "no service is asked"
    assert set(outcomes(result).values()) == {"changed"}
    size = sum(len(before[path]) for path in wanted)
    assert (result.number("changed"), result.number("bytes")) == (len(wanted), size)
    assert photos(sandbox) == {path: content for path, content in before.items() if path not in wanted}
    check_lists(sandbox)
    assert listed(sandbox, "--state", "offsite") == dict.fromkeys(wanted, "offsite")
    for options in ((), ("--full",)):
        pulled = sandbox.run("pull", "amazon", *options)
        assert (pulled.exit, pulled.number("saved"), pulled.number("failed")) == (0, 0, 0), pulled
    assert set(photos(sandbox)) == set(before) - wanted
    assert sandbox.run("verify").exit == 0
    assert sandbox.run("audit", "amazon").exit == 0
    for name in (FIRST, SECOND):
        assert sandbox.run("copy", name).exit == 0
        verify(sandbox, name)
        assert all((place(sandbox, name) / path).read_bytes() == before[path] for path in wanted)
    again = evict(sandbox, *ALL)
    assert (again.exit, again.number("selected")) == (0, 0), "nothing is left to do"


def test_a_dry_run_says_what_would_be_removed(sandbox: Sandbox) -> None:
    before, wanted = photos(sandbox), dated(sandbox)
    result = evict(sandbox, "--since", "1990", "--dry-run")
    assert (result.exit, result.number("changed")) == (0, len(wanted))
    assert set(outcomes(result).values()) == {"would_change"}
    assert photos(sandbox) == before
    assert listed(sandbox, "--state", "offsite") == {}


def test_older_than_is_about_the_capture_time(sandbox: Sandbox, tmp_path: Path) -> None:
    before = photos(sandbox)
    assert evict(sandbox, "--older-than", "90y", "--yes").number("selected") == 0
    assert photos(sandbox) == before
    result = evict(sandbox, "--older-than", "0d", "--yes")
    assert result.exit == 0
    assert set(before) - set(photos(sandbox)) == set(listed(sandbox, "--state", "offsite"))
    assert photos(sandbox), "what has no capture time stays"


@pytest.mark.parametrize(
    "options",
    [
        ("--kind", "photo"),
        ("--kind", "video"),
        ("--year", "2016", "--year", "2019"),
        ("--month", "3"),
        ("--since", "2017", "--until", "2022-06"),
        ("--since", "9m"),
        ("--album", "Family"),
        ("--favorites",),
    ],
)
def test_a_selection_has_what_list_shows(sandbox: Sandbox, options: tuple[str, ...]) -> None:
    wanted = {str(each["name"]) for each in sandbox.run("list", "amazon", "--saved", *options).objects}
    assert outcomes(evict(sandbox, *options, "--dry-run")).keys() == wanted


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--yes",), "--older-than"),
        (("--older-than", "5"), "--older-than"),
        (("--older-than", "2019"), "--older-than"),
        (("--older-than", "5y", "--max-age", "0d"), "--max-age"),
        (("--older-than", "5y"), "--yes"),
        (("--year", "2019", "--kind", "pony", "--yes"), "--kind"),
        (("nobody", "--older-than", "5y", "--yes"), "nobody"),
    ],
)
def test_wrong_usage(sandbox: Sandbox, options: tuple[str, ...], said: str) -> None:
    before = photos(sandbox)
    result = evict(sandbox, *options)
    assert result.exit == Exit.USAGE, result
    assert said in result.stderr
    assert photos(sandbox) == before


def test_single_items(sandbox: Sandbox) -> None:
    before = photos(sandbox)
    rows = [each for each in sandbox.run("list", "amazon", "--saved").objects if each["path"] in before]
    ids = [str(each["id"]) for each in rows]
    result = evict(sandbox, "amazon", "--id", ids[0], "--id", ids[1], "--id", "unknown", "--yes")
    assert result.exit == Exit.PARTIAL
    assert (result.number("changed"), result.reasons) == (2, ["not_found"])
    assert set(before) - set(photos(sandbox)) == {rows[0]["path"], rows[1]["path"]}
    again = sandbox.run("evict", "--id", "-", "--yes", stdin=f"{ids[1]}\n".encode())
    assert (again.exit, again.number("unchanged")) == (0, 1)


def test_single_items_of_a_selection(sandbox: Sandbox) -> None:
    before, (first, *_) = photos(sandbox), sandbox.run("list", "amazon", "--saved", "--since", "1990").objects
    result = evict(sandbox, "--id", str(first["id"]), "--id", "unknown", "--until", "1990", "--yes")
    assert (result.exit, result.reasons) == (Exit.PARTIAL, ["not_found", "not_found"])
    said = {str(each["id"]): str(each["error"]) for each in result.errors}
    assert "nothing of it was saved" not in said[str(first["id"])]
    assert "nothing of it was saved" in said["unknown"]
    assert photos(sandbox) == before


def test_another_account_keeps_its_files(sandbox: Sandbox) -> None:
    content = sandbox.config.read_text(encoding="utf-8")
    sandbox.config.write_text(
        content.replace("accounts:\n", "accounts:\n  other: {provider: amazon}\n"), encoding="utf-8"
    )
    before = photos(sandbox)
    assert evict(sandbox, "other", *ALL).exit == 0
    assert photos(sandbox) == before
