"""An account whose section has mistakes, or that cannot sign in, stops only itself."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from photosync.errors import Exit
from photosync.testing.command import Result, Sandbox
from photosync_amazon.simulator import AmazonSimulator


@pytest.fixture
def library(sandbox: Sandbox) -> Sandbox:
    """A library with photos of the account amazon, whose section has mistakes now; another account has none."""
    assert sandbox.run("pull", "amazon").exit == 0
    content = yaml.safe_load(sandbox.config.read_text())
    good = dict(content["accounts"]["amazon"], provider="amazon")
    content["accounts"]["good"] = good
    content["accounts"]["amazon"] |= {"cookeis": "x.txt", "jobs": "many"}
    sandbox.config.write_text(yaml.safe_dump(content))
    return sandbox


def mistakes(result: Result) -> list[str]:
    return [line for line in result.stderr.splitlines() if "cookeis" in line or "jobs" in line]


def test_the_other_accounts_are_pulled(library: Sandbox) -> None:
    result = library.run("pull")
    exits = {each["account"]: each["exit"] for each in result.summaries}
    assert (exits, result.exit) == ({"good": 0, "amazon": 2}, 2)
    assert len(mistakes(result)) == 2, "one line each"
    assert library.run("pull", "good").exit == 0
    alone = library.run("pull", "amazon")
    assert alone.exit == Exit.USAGE
    assert len(mistakes(alone)) == 2


def test_nothing_is_written_where_no_account_can_be_used(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    sandbox.configure({"amazon": {"cookeis": "x.txt"}})
    assert sandbox.run("pull").exit == Exit.USAGE
    assert not sandbox.library.exists()


def test_a_mistake_outside_of_the_accounts_stops_all(library: Sandbox, simulator: AmazonSimulator) -> None:
    with library.config.open("a") as file:
        file.write("libary: /x\n")
    simulator.forget()
    result = library.run("pull")
    assert result.exit == Exit.USAGE
    assert len(mistakes(result)) == 2, "all mistakes are told"
    assert "libary: unknown key" in result.stderr
    assert simulator.requests == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "amazon", "--saved"),
        ("list", "amazon", "--saved", "--group-by", "year"),
        ("list", "amazon", "--state", "failed"),
        ("failures",),
        ("failures", "amazon"),
        ("status",),
        ("verify",),
        ("verify", "--quick"),
        ("fix", "--undo", "."),
        ("export", "table.csv"),
    ],
    ids=" ".join,
)
def test_commands_on_local_files_need_no_valid_account(
    library: Sandbox, simulator: AmazonSimulator, arguments: tuple[str, ...]
) -> None:
    simulator.forget()
    result = library.run(*arguments)
    assert result.exit == 0, result
    assert simulator.requests == []
    if arguments[:3] == ("list", "amazon", "--saved"):
        assert result.objects


def test_why_and_fix_need_no_valid_account(library: Sandbox) -> None:
    path = str(library.files()[0])
    why = library.run("why", path)
    assert why.exit == 0, why
    assert why.objects[0]["account"] == "amazon"
    content = yaml.safe_load(library.config.read_text())
    del content["accounts"]["amazon"]["jobs"]
    library.config.write_text(yaml.safe_dump(content))
    assert library.run("fix", path).exit == 0


def test_fix_leaves_files_whose_options_are_unknown(library: Sandbox) -> None:
    other = library.folder / "other.jpg"
    other.write_bytes(library.files()[0].read_bytes())
    result = library.run("fix", str(library.files()[0]), str(other))
    assert result.exit == Exit.USAGE
    outcomes = [each["outcome"] for each in result.objects if "outcome" in each]
    assert outcomes[0] == "failed"
    assert "failed" not in outcomes[1:]


def test_an_account_that_nobody_has_is_told_with_the_one_that_was_meant(library: Sandbox) -> None:
    for command in (["pull", "amazn"], ["list", "amazn", "--saved"], ["failures", "amazn"]):
        result = library.run(*command)
        assert result.exit == Exit.USAGE
        assert "there is no account 'amazn'; accounts there: good, amazon. Did you mean 'amazon'?" in result.stderr
