"""Each call does what the command of its name does, and returns what that prints."""

from __future__ import annotations

import hashlib

from photosync.testing.command import Sandbox
from photosync_amazon.simulator import AmazonSimulator
from tests.api.conftest import Script


def test_list_has_what_the_command_prints(script: Script, sandbox: Sandbox) -> None:
    shown = script("show(items=[item.as_json() for item in amazon.list(years=2023, kind='photo')])")
    printed = sandbox.run("list", "amazon", "--year", "2023", "--kind", "photo").objects
    assert printed
    assert shown["items"] == printed


def test_a_listing_is_read_while_it_is_used(script: Script, simulator: AmazonSimulator) -> None:
    script("items = amazon.list(); show()")
    assert simulator.counts["list"] == 0
    shown = script("items = amazon.list(); show(first=next(iter(items)).id, again=[i.id for i in items])")
    assert isinstance(shown["again"], list)
    assert (shown["first"], len(shown["again"])) == (shown["again"][0], 12)


def test_pull_brings_the_named_items_and_then_the_rest(script: Script, sandbox: Sandbox) -> None:
    shown = script(
        """
        ids = [item.id for item in amazon.list(limit=3)]
        first = amazon.pull(ids)
        rest = amazon.pull()
        show(first=first.as_json(), rest=rest.as_json(), states=[item.state for item in amazon.saved()])
        """
    )
    first, rest = shown["first"], shown["rest"]
    assert isinstance(first, dict)
    assert isinstance(rest, dict)
    assert (first["saved"], rest["saved"], rest["unchanged"], rest["exit"]) == (3, 9, 3, 0)
    assert shown["states"] == ["saved"] * 12
    assert len(sandbox.files()) == 12
    again = sandbox.run("pull", "amazon")
    assert (again.number("saved"), again.number("unchanged")) == (0, 12)


def test_push_sends_files_once(script: Script, sandbox: Sandbox, simulator: AmazonSimulator) -> None:
    sandbox.run("pull", "amazon", "--limit", "1")
    folder = sandbox.folder / "mine"
    folder.mkdir()
    content = sandbox.files()[0].read_bytes() + b"\0"
    (folder / "a.jpg").write_bytes(content)
    shown = script("show(first=amazon.push('mine').saved, second=amazon.push(['mine/a.jpg']).saved)")
    assert shown == {"first": 1, "second": 0}
    sent = hashlib.md5(content, usedforsecurity=False).hexdigest()
    assert [each.md5 for each in simulator.library.expected()].count(sent) == 1


def test_looking_calls_return_the_objects_of_their_commands(script: Script, sandbox: Sandbox) -> None:
    sandbox.run("pull", "amazon")
    path = str(sandbox.files()[0])
    shown = script(
        f"""
        show(usage=amazon.usage(), collections=amazon.collections(), status=ps.status(), failures=ps.failures(),
             why=amazon.why({path!r}), count=amazon.count(years=[2022, 2023]))
        """
    )
    for name in ("usage", "collections"):
        assert shown[name] == list(sandbox.run(name, "amazon").objects)
    assert shown["status"] == list(sandbox.run("status").objects)
    assert shown["why"] == list(sandbox.run("why", path).objects)
    assert (shown["failures"], shown["count"]) == ([], 12)


def test_audit_and_verify_return_findings(script: Script, sandbox: Sandbox) -> None:
    sandbox.run("pull", "amazon")
    damaged, lost = sandbox.files()[:2]
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"\0")
    lost.unlink()
    shown = script(
        """
        audited, verified = amazon.audit(), amazon.verify()
        show(audit=[each.finding for each in audited.findings], exit=audited.summary.exit,
             verify=sorted(each.finding for each in verified.findings), read=verified.summary.read,
             quick=[each.finding for each in ps.verify(quick=True).findings])
        """
    )
    assert shown == {
        "audit": ["missing"],
        "exit": 10,
        "verify": ["damaged", "missing"],
        "read": 11,
        "quick": ["missing"],
    }


def test_a_failed_item_is_in_the_summary(script: Script, simulator: AmazonSimulator) -> None:
    simulator.faults.set("wrong_bytes", "4:on=content")
    shown = script(
        """
        summary = amazon.pull()
        show(exit=summary.exit, failed=summary.failed, reasons=[each.reason for each in summary.errors],
             failures=[each["reason"] for each in amazon.failures()])
        """
    )
    assert shown["exit"] == 3
    assert isinstance(shown["reasons"], list)
    assert shown["failed"] == len(shown["reasons"]) > 0
    assert shown["reasons"] == shown["failures"]
