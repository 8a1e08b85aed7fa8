"""What a run shows while it goes on."""

from __future__ import annotations

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from photosync.cli import progress
from photosync.cli.estimate import Estimate
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


# On a terminal


def screen(display: progress.Display, columns: int) -> list[str]:
    """The lines that the display shows on a terminal of so many columns."""
    console = Console(file=io.StringIO(), width=columns, force_terminal=True, no_color=True, legacy_windows=False)
    with console.capture() as captured:
        console.print(display)
    return [line.rstrip() for line in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", captured.get()).splitlines()]


@pytest.fixture
def display() -> progress.Display:
    """Half of a pull: 1,000 of 2,000 photos."""
    made = progress.Display(GeneralOptions(), "amazon", "save", dry_run=False)
    made.estimate = Estimate(lambda: 0.0)
    made.listed(1200, 2000)
    made.wanted(1200, 1_200_000_000)
    made.expected(2000)
    made.workers(12)
    made.received(1_000_000_000)
    for number in range(1000):
        made.saved(f"IMG_{number}.JPG", f"amazon/IMG_{number}.JPG")
    return made


COUNTS = "1,000 of 2,000 files"


@pytest.mark.parametrize(
    ("columns", "first", "second"),
    [
        (45, COUNTS, "  1.0 GB of 2.0 GB, 1.0 GB/s, 12 at a time, …"),
        (60, f"{COUNTS}, 1.0 GB of 2.0 GB", "  1.0 GB/s, 12 at a time, IMG_999.JPG"),
        (80, f"{COUNTS}, 1.0 GB of 2.0 GB, 1.0 GB/s", "  12 at a time, IMG_999.JPG"),
        (200, f"{COUNTS}, 1.0 GB of 2.0 GB, 1.0 GB/s", "  12 at a time, IMG_999.JPG"),
    ],
)
def test_two_lines_say_all_at_any_width(display: progress.Display, columns: int, first: str, second: str) -> None:
    lines = screen(display, columns)
    assert lines[0].startswith("amazon ━━━━")
    assert lines[0].endswith(first)
    assert lines[1:] == [second]


@pytest.mark.parametrize("columns", [60, 80, 200])
@pytest.mark.parametrize("name", ["マイアカウント" * 5, "👨‍👩" * 20, "x" * 90, "[red]\x1b[2J"])
def test_no_name_is_wider_than_the_terminal(columns: int, name: str) -> None:
    display = progress.Display(GeneralOptions(), name, "save", dry_run=False)
    display.wanted(123_456, 10**15)
    display.received(10**14)
    display.saved(name, name)
    lines = screen(display, columns)
    assert len(lines) == 2
    assert all(cell_len(line) <= columns for line in lines)
    assert "\x1b" not in "".join(lines)
    assert "1 of 123,456 files" in lines[0]


def test_what_is_tried_again_is_said_with_its_reason_until_it_is(display: progress.Display) -> None:
    display.waiting(Wait(reason="429 from www.amazon.com", seconds=90, attempt=1))
    assert re.search(r"^  a request is tried again in \d+ s: 429 from www.amazon.com$", screen(display, 80)[1])
    display.waiting(Wait(reason="503 from www.amazon.com", seconds=900, attempt=1))
    assert re.search(r"^  2 requests are tried again in \d+ s: 429 from www.amazon.com$", screen(display, 100)[1])
    display.waiting(Wait(reason="at once", seconds=0, attempt=1))
    assert "at once" not in screen(display, 200)[1]


def test_without_the_number_of_all_no_part_is_claimed() -> None:
    display = progress.Display(GeneralOptions(), "aura", "save", dry_run=False)
    display.listed(1200, None)
    assert screen(display, 60)[0].endswith(" 1,200 listed")
    display.wanted(3, 0)
    display.expected(None)
    display.saved("a.jpg", "aura/a.jpg")
    assert screen(display, 60)[0].endswith(" 1 files")
    display.expected(3)
    assert screen(display, 60)[0].endswith(" 1 of 3 files")


def test_failures_are_above_the_two_lines(capsys: pytest.CaptureFixture[str]) -> None:
    display = progress.Display(GeneralOptions(no_color=True), "amazon", "save", dry_run=False)
    with display.live:
        display.failed("b.jpg", "its [md5] differs")
    assert "amazon: failed: b.jpg: its [md5] differs" in capsys.readouterr().err
