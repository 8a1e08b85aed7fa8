"""Calls that show something return what their command prints with `--json`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from photosync_clouddrive.simulator import CloudDriveSimulator
from tests.api.conftest import Script


def test_of_an_account(script: Script, sandbox: Sandbox) -> None:
    shown = script(
        """
        item = next(iter(amazon.list())).id
        show(item=item, facets=amazon.facets(), things=amazon.facets("things"), tree=amazon.tree(),
             account=amazon.show(), one=amazon.show(item), years=amazon.count_by("year"),
             content=amazon.content(item).hex(), part=amazon.content(item, 2, 5).hex(),
             usage=amazon.usage(), thumbnail=amazon.thumbnail(item, 64).name, providers=photosync.providers())
        """
    )
    assert shown["facets"] == list(sandbox.run("facets", "amazon").objects)
    assert shown["things"] == list(sandbox.run("facets", "amazon", "things").objects)
    assert shown["tree"] == list(sandbox.run("tree", "amazon").objects)
    assert [shown["account"]] == list(sandbox.run("show", "amazon").objects)
    assert [shown["one"]] == list(sandbox.run("show", "amazon", shown["item"]).objects)
    counted = sandbox.run("list", "amazon", "--group-by", "year").objects
    assert shown["years"] == {each["group"]: each["count"] for each in counted}
    assert shown["usage"] == list(sandbox.run("usage", "amazon").objects)
    assert shown["providers"] == list(sandbox.run("providers").objects)
    content = bytes.fromhex(shown["content"])
    assert hashlib.md5(content, usedforsecurity=False).hexdigest() == shown["one"]["contentProperties"]["md5"]
    assert bytes.fromhex(shown["part"]) == content[2:6]
    assert (sandbox.folder / shown["thumbnail"]).stat().st_size > 0


@pytest.fixture
def drive() -> Iterator[CloudDriveSimulator]:
    with CloudDriveSimulator(items=4, seed=3) as running:
        yield running


def test_usage_has_the_quota(script: Script, drive: CloudDriveSimulator, sandbox: Sandbox) -> None:
    sandbox.configure({"drive": drive.account_settings()})
    shown = script("show(usage=drive.usage())", account="drive")
    assert shown["usage"] == list(sandbox.run("usage", "drive").objects)
    assert "quota_bytes" in shown["usage"][-1]


SELECTIONS: dict[str, tuple[str, ...]] = {
    "years=2023": ("--year", "2023"),
    "years=[2022, 2023], months=range(1, 3)": ("--year=2022", "--year=2023", "--month=1", "--month=2"),
    "since=date(2022, 6, 1), until='2023-03'": ("--since", "2022-06-01", "--until", "2023-03"),
    "album='Holiday'": ("--album", "Holiday"),
    "collection='Holiday'": ("Holiday",),
    "kind='video'": ("--kind", "video"),
    "favorites=True": ("--favorites",),
    "hidden=True": ("--hidden",),
    "query='type:(VIDEOS)'": ("--query", "type:(VIDEOS)"),
    "context='all'": ("--context", "all"),
    "sort='taken asc', offset=2, limit=3": ("--sort", "taken asc", "--offset", "2", "--limit", "3"),
    "recent=3": ("--recent", "3"),
    "states=['new'], years=2022": ("--state", "new", "--year", "2022"),
}


def test_every_selection_of_the_command_line(script: Script, sandbox: Sandbox) -> None:
    shown = script(
        "show(rows=[{keywords: [item.id for item in eval(f'amazon.list({keywords})')]} for keywords in KEYWORDS])",
        before=f"from datetime import date; KEYWORDS = {list(SELECTIONS)!r}",
    )
    found = {keywords: ids for row in shown["rows"] for keywords, ids in row.items()}
    for keywords, options in SELECTIONS.items():
        assert found[keywords] == [each["id"] for each in sandbox.run("list", "amazon", *options).objects], keywords


def test_values_that_cannot_be_are_refused(script: Script, simulator: AmazonSimulator) -> None:
    calls = [
        "amazon.list(years=23)",
        "amazon.list(months=13)",
        "amazon.list(kind='film')",
        "amazon.list(yaers=2023)",
        "amazon.list(limit=0)",
        "amazon.list(since='yesterday')",
        "amazon.list(album='')",
        "amazon.pull(sort='name')",
        "amazon.pull(layout='/{name}')",
        "amazon.pull(limit_bytes='much')",
        "amazon.count_by('week')",
        "amazon.thumbnail('x', 0)",
        "amazon.show(link=True)",
        "amazon.content('x', 5, 4)",
        "ps.verify(quick=True, sample='5%')",
        "ps.verify(sample='0%')",
        "ps.verify(from_folders=['.'])",
        "ps.fix('.', undo=True, sidecar=True)",
        "amazon.login(from_file='a', browser='firefox')",
    ]
    shown = script(
        """
        accepted = []
        for call in CALLS:
            try:
                eval(call)
            except photosync.errors.UsageError:
                continue
            accepted.append(call)
        show(accepted=accepted)
        """,
        before=f"CALLS = {calls!r}",
    )
    assert shown["accepted"] == []
    assert simulator.counts["list"] == simulator.counts["search"] == 0


def test_the_doctor(script: Script, sandbox: Sandbox) -> None:
    shown = script("show(checks=photosync.doctor(ps.config.path, offline=True))")
    *checks, _ = sandbox.run("doctor", "--offline").objects
    assert [(each["check"], each["result"]) for each in shown["checks"]] == [
        (each["check"], each["result"]) for each in checks
    ]
