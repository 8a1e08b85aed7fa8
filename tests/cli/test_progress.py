"""What a run shows while it goes on."""

from __future__ import annotations

import re

import pytest

from photosync.cli import progress
from photosync.cli.options import GeneralOptions
from photosync.transport import Wait


def test_a_dry_run_says_each_file_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.shown(GeneralOptions(), "amazon", "save", dry_run=True) as reporter:
        reporter.saved("a.jpg", "amazon/2023/a.jpg")
    with progress.shown(GeneralOptions(), "amazon", "upload", dry_run=True) as reporter:
        reporter.saved("b.jpg", "/home/me/b.jpg")
    captured = capsys.readouterr()
    assert captured.out == "would save amazon/2023/a.jpg\nwould upload /home/me/b.jpg\n"
    assert captured.err == ""


def test_with_json_only_objects_are_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.shown(GeneralOptions(json=True), "amazon", "save", dry_run=True) as reporter:
        reporter.saved("a.jpg", "amazon/2023/a.jpg")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "would save amazon/2023/a.jpg" in captured.err


@pytest.mark.parametrize("quiet", [False, True])
def test_lines_have_time_and_account_and_quiet_leaves_only_failures(
    quiet: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress.shown(GeneralOptions(quiet=quiet), "amazon", "save", dry_run=False) as reporter:
        reporter.note("the listing changed")
        reporter.waiting(Wait(reason="throttled", seconds=4.9, attempt=1))
        reporter.waiting(Wait(reason="throttled", seconds=5.0, attempt=1))
        reporter.failed("a.jpg", "its md5 differs")
    lines = [
        re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d ", "", line)
        for line in capsys.readouterr().err.splitlines()
    ]
    notes = ["amazon: the listing changed", "amazon: throttled, waiting 5 s"]
    assert lines == [*([] if quiet else notes), "amazon: failed: a.jpg: its md5 differs"]


def test_ordinary_progress_is_not_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.shown(GeneralOptions(), "amazon", "save", dry_run=False) as reporter:
        for number in range(100):
            reporter.listed(number, 100)
            reporter.wanted(1, 10)
            reporter.received(10)
            reporter.saved(f"{number}.jpg", f"amazon/{number}.jpg")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_a_bar_shows_failures_above_itself(capsys: pytest.CaptureFixture[str]) -> None:
    bar = progress.Bar(GeneralOptions(no_color=True), "amazon", "save", dry_run=False)
    with bar.progress:
        bar.listed(5, 9)
        bar.wanted(2, 20)
        bar.received(20)
        bar.saved("a.jpg", "amazon/a.jpg")
        bar.waiting(Wait(reason="throttled", seconds=1, attempt=1))
        bar.failed("b.jpg", "its [md5] differs")
    assert "amazon: failed: b.jpg: its [md5] differs" in capsys.readouterr().err
    [task] = bar.progress.tasks
    assert (task.completed, task.total, task.fields["now"]) == (2, 2, "throttled, waiting 1 s")
