"""Calls that work on files, sign in, and let a person pick."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from photosync_google.simulator import GoogleSimulator
from tests.api.conftest import Script


def test_fix_and_its_undo(script: Script, sandbox: Sandbox) -> None:
    sandbox.run("pull", "amazon", "--no-exif", "--limit", "1")
    (file,) = sandbox.files()
    before = file.read_bytes()
    shown = script(
        """
        path = ps.config.library
        tried = ps.fix(path, sets={"artist": "Ada"}, dry_run=True)
        fixed = ps.fix([path], sets={"artist": "Ada"})
        show(tried=tried.summary.as_json(), fixed=fixed.results, rows=ps.why(fixed.results[0]["path"]))
        """
    )
    assert (shown["tried"]["dry_run"], shown["tried"]["fixed"]) == (True, 1)
    (row,) = shown["fixed"]
    assert (row["path"], row["outcome"]) == (str(file), "fixed")
    assert ("Artist", "Ada") in [(each["field"], each["after"]) for each in row["changes"]]
    assert file.read_bytes() != before
    shown = script("show(undone=ps.fix(ps.config.library, undo=True).summary.as_json())")
    assert (shown["undone"]["undone"], file.read_bytes()) == (1, before)


def test_a_repair(script: Script, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.run("pull", "amazon", "--no-exif")
    damaged, lost, *_ = sandbox.files()
    contents = damaged.read_bytes(), lost.read_bytes()
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "old.jpg").write_bytes(contents[0])
    damaged.write_bytes(contents[0][:-1] + b"\0")
    lost.unlink()
    shown = script("show(summary=ps.verify(repair=True, from_folders=['backup']).summary.as_json())")
    assert shown["summary"]["repaired"] == 2
    assert (damaged.read_bytes(), lost.read_bytes()) == contents
    shown = script("show(read=ps.verify(sample='50%').summary.read)")
    assert 0 < shown["read"] < 12


def test_rebuild(script: Script, sandbox: Sandbox) -> None:
    sandbox.run("pull", "amazon")
    shown = script("show(results=[each.as_json() for each in ps.rebuild('amazon', from_listings=True)])")
    (result,) = shown["results"]
    assert (result["source"], result["adopted"], result["exit"]) == ("nothing", 12, 0)
    assert sandbox.run("pull", "amazon").number("unchanged") == 12


def test_a_stream_is_pushed(script: Script, sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    sandbox.run("pull", "amazon", "--limit", "1")
    content = sandbox.files()[0].read_bytes() + b"\0"
    shown = script(f"show(saved=amazon.push_stream(io.BytesIO({content!r}), 'IMG_0042.JPG').saved)", before="import io")
    assert shown["saved"] == 1
    sent = hashlib.md5(content, usedforsecurity=False).hexdigest()
    assert sent in {each.md5 for each in simulator.library.expected()}


def test_signing_in_with_a_file_and_out(script: Script, sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    settings = simulator.account_settings()
    del settings["cookies"]
    sandbox.configure({"amazon": settings})
    cookies = "Cookie: " + "; ".join(f"{name}={value}" for name, value in simulator.cookies.items())
    (sandbox.folder / "cookies").write_text(cookies)
    shown = script(
        """
        said = []
        signed_in = amazon.login(from_file="cookies")
        count = amazon.count()
        amazon.logout()
        try:
            amazon.count()
        except photosync.errors.SignInError as error:
            said.append(str(error))
        show(signed_in=signed_in, count=count, said=said)
        """
    )
    assert simulator.account.owner in shown["signed_in"]
    assert (shown["count"], len(shown["said"])) == (12, 1)


@pytest.fixture
def google() -> Iterator[GoogleSimulator]:
    with GoogleSimulator(items=3, seed=3) as running:
        yield running


def test_picking(script: Script, sandbox: Sandbox, google: GoogleSimulator) -> None:
    sandbox.configure({"google": google.account_settings()}, retry_budget="50s")
    shown = script(
        """
        picked = google.pick(photosync.Person(show=said.append), keep_session=True)
        kept = google.sessions.list()
        one = google.sessions.show(kept[0]["id"])
        tried = google.sessions.delete(kept[0]["id"], dry_run=True)
        google.sessions.delete(kept[0]["id"])
        show(saved=picked.saved, said=said, kept=kept, one=one, tried=tried["result"], left=google.sessions.list())
        """,
        account="google",
        before="said = []",
    )
    assert (shown["saved"], len(sandbox.files())) == (3, 3)
    assert any("http" in each for each in shown["said"])
    assert ([shown["one"]], shown["tried"], shown["left"]) == (shown["kept"], "would_delete", [])
    assert google.picker.open_sessions == []


def test_a_copy_is_brought_read_and_repaired(script: Script, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.run("pull", "amazon")
    place = tmp_path / "copy"
    place.mkdir()
    settings = yaml.safe_load(sandbox.config.read_text())
    sandbox.config.write_text(yaml.safe_dump({**settings, "copies": {"disk": str(place)}}))
    shown = script(
        "show(saved=ps.copy('disk').saved, found=[each.finding for each in ps.verify_copy('disk').findings])"
    )
    assert (shown["saved"] >= 12, shown["found"]) == (True, [])
    damaged = next(each for each in sorted(place.rglob("*.JPG")) if each.is_file())
    content = damaged.read_bytes()
    damaged.write_bytes(content[:-1] + b"\0")
    shown = script("show(summary=ps.verify_copy('disk', repair=True).summary.as_json())")
    assert (shown["summary"]["repaired"], damaged.read_bytes()) == (1, content)


def test_files_that_two_copies_have_leave_the_disk(script: Script, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.run("pull", "amazon")
    before = sandbox.files()
    settings = yaml.safe_load(sandbox.config.read_text())
    places = {name: str(tmp_path / name) for name in ("disk", "usb")}
    sandbox.config.write_text(yaml.safe_dump({**settings, "copies": places}))
    for place in places.values():
        Path(place).mkdir()
    shown = script(
        """
        for name in ("disk", "usb"):
            ps.copy(name)
        (early,) = ps.evict(kind="photo")
        for name in ("disk", "usb"):
            ps.verify_copy(name)
        (tried,) = ps.evict("amazon", kind="photo", dry_run=True)
        (done,) = ps.evict("amazon", kind="photo", max_age="1d")
        (old,) = ps.evict(older_than="99y")
        show(early=early.summary.as_json(), tried=tried.summary.changed, done=done.summary.as_json(), rows=done.results,
             old=old.summary.selected)
        """
    )
    assert shown["early"]["exit"] == 3
    assert {each["reason"] for each in shown["early"]["errors"]} == {"not_verified"}
    removed = len(before) - len(sandbox.files())
    assert removed == shown["tried"] == shown["done"]["changed"] == len(shown["rows"])
    assert (shown["done"]["exit"], shown["old"]) == (0, 0)
    assert {each["result"] for each in shown["rows"]} == {"changed"}


def test_files_that_only_copies_have_come_back(
    script: Script, sandbox: Sandbox, simulator: AmazonSimulator, tmp_path: Path
) -> None:
    sandbox.run("pull", "amazon")
    before = {path: path.read_bytes() for path in sandbox.files()}
    places = {name: tmp_path / name for name in ("disk", "usb")}
    settings = yaml.safe_load(sandbox.config.read_text())
    sandbox.config.write_text(
        yaml.safe_dump({**settings, "copies": {name: str(place) for name, place in places.items()}})
    )
    for place in places.values():
        place.mkdir()
    simulator.forget()
    shown = script(
        """
        for name in ("disk", "usb"):
            ps.copy(name), ps.verify_copy(name)
        (evicted,) = ps.evict(kind="photo")
        ids = [each["id"] for each in evicted.results]
        first = amazon.restore(ids[0])
        (second,) = ps.bring_back("usb", ids=ids[1])
        try:
            ps.bring_back(ids="unknown")
        except photosync.errors.UsageError:
            (rest,) = ps.bring_back()
        show(ids=len(ids), first=first.results, changed=first.summary.changed, second=[second.account, second.saved],
             rest=[rest.account, rest.saved], none=[each.listed for each in ps.bring_back()])
        """
    )
    assert shown["ids"] >= 3
    assert ([each["result"] for each in shown["first"]], shown["changed"]) == (["changed"], 1)
    assert (shown["second"], shown["rest"], shown["none"]) == (["usb", 1], ["amazon", shown["ids"] - 2], [0])
    assert {path: path.read_bytes() for path in sandbox.files()} == before
    assert simulator.requests == []
