"""Tables on a terminal, and elsewhere."""

from __future__ import annotations

import io
import os

import pytest
from rich.cells import cell_len

from photosync.cli.output import print_table

HEADINGS = ("NAME", "ITEMS", "WHY")
PHOTOS = "\u7167\u7247"
"""Two characters of two columns each."""
ROWS = [(PHOTOS * 10, "3", "the capture time of the camera is before the camera was made"), ("\x1b[2J", "12", "-")]


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, columns: int) -> list[str]:
    """The lines on a terminal of so many columns."""
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((columns, 24)))
    print_table(HEADINGS, ROWS)
    return terminal.getvalue().splitlines()


def test_what_fits_is_in_columns_of_the_same_width(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, 120) == [
        f"{'NAME':40}  ITEMS  WHY",
        f"{PHOTOS * 10}  3      the capture time of the camera is before the camera was made",
        f"{chr(92) + 'x1b[2J':40}  12     -",
    ]


def test_what_is_too_wide_is_wrapped_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(monkeypatch, 80)
    assert all(cell_len(line) <= 80 for line in lines)
    assert lines[0].split() == [*HEADINGS]
    words = {word for line in lines[1:] for word in line.split()}
    assert words == {PHOTOS * 10, "3", *ROWS[0][2].split(), "\\x1b[2J", "12", "-"}


@pytest.mark.parametrize("columns", [20, 40])
def test_where_the_words_do_not_fit_each_cell_has_a_line(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    lines = shown(monkeypatch, columns)
    assert [line.split()[0] for line in lines if line[:1].isupper()] == [*HEADINGS, *HEADINGS]
    assert f"NAME   {PHOTOS * 10}" in lines  # the terminal wraps it
    assert "ITEMS  12" in lines


def test_elsewhere_nothing_is_wrapped(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(HEADINGS, [("x" * 300, "1", "y" * 300)])
    assert [len(line) for line in capsys.readouterr().out.splitlines()] == [300 + 2 + 5 + 2 + 3, 300 + 2 + 5 + 2 + 300]
