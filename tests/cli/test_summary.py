"""The line that ends a run."""

from __future__ import annotations

import pytest

from photosync.cli.options import GeneralOptions
from photosync.cli.summary import print_summary
from photosync.errors import Exit
from photosync.jobs.report import ItemFailure, Summary
from photosync_amazon.simulator import AmazonSimulator
from tests.cli.conftest import CommandLine


def shown(capsys: pytest.CaptureFixture[str], summary: Summary, *, quiet: bool = False) -> str:
    print_summary(GeneralOptions(quiet=quiet), summary)
    return capsys.readouterr().out


def test_it_uses_the_words_of_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    summary = Summary("pull", "amazon", listed=9, unchanged=2, filtered=1, saved=5, fixed=3, failed=1, gone=4)
    summary.size_bytes, summary.seconds, summary.exit = 2_000_000, 4.0, Exit.PARTIAL
    assert shown(capsys, summary) == (
        "amazon: 9 listed: 5 saved (2.0 MB), 2 unchanged, 1 filtered, 3 fixed, 4 gone at the provider "
        "(their files stay), 1 failed, in 4.0 s; partial, exit 3\n"
    )


def test_what_is_zero_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, Summary("pull", "a")) == "a: 0 listed: 0 saved (0 bytes), 0 unchanged, in 0.0 s\n"


def test_a_dry_run_would_save(capsys: pytest.CaptureFixture[str]) -> None:
    assert "0 would be saved (0 bytes)" in shown(capsys, Summary("push", "a", dry_run=True))


def test_quiet_shows_what_is_wrong_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, Summary("pull", "a"), quiet=True) == ""
    assert "auth, exit 4" in shown(capsys, Summary("pull", "a", exit=Exit.AUTH), quiet=True)


def test_changes_and_rebuild_use_the_words_of_the_json_too(photosync: CommandLine, simulator: AmazonSimulator) -> None:
    first, second = simulator.library.id_of(0), simulator.library.id_of(1)
    assert photosync("favorite", "amazon", first, "--yes").exit_code == 0
    partly = photosync("favorite", "amazon", first, second, "nobody", "--dry-run").stdout.splitlines()[-1]
    assert partly.startswith("amazon: favorite: 1 would be changed, 1 unchanged, 1 failed, in ")
    rebuilt = photosync("rebuild", "amazon").stdout.splitlines()[-1]
    assert rebuilt.startswith(
        "amazon: 12 listed: 0 known, 0 adopted, 12 missing (the next pull brings them), nothing downloaded, in "
    )


@pytest.mark.parametrize("command", ["copy", "restore"])
@pytest.mark.parametrize("reason", ["hash_mismatch", "not_found", "name_taken", "unreachable"])
def test_a_copy_is_no_service(capsys: pytest.CaptureFixture[str], command: str, reason: str) -> None:
    """What helps is not to be done at a service, where somebody would delete a photo for a damaged copy."""
    summary = Summary(command, "usb", listed=1, exit=Exit.PARTIAL)
    summary.add_failure(ItemFailure("id", "a.jpg", reason, "it is damaged"))
    print_summary(GeneralOptions(), summary)
    said = capsys.readouterr().err
    assert reason in said
    assert "service" not in said
    assert "delete" not in said
    assert "pull" not in said
