"""A row of the results: a figure, its goal, and what it was made from. As text, Markdown and JSON."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Self

_HEAD = ("work", "figure", "goal", "ratio", "", "measured (medians)")


@dataclass(frozen=True, slots=True)
class Figure:
    """A median, with the least and the most of the rounds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, *series: float) -> Self:
        """Of the rounds' figures."""
        return cls(statistics.median(series), min(series), max(series))

    @classmethod
    def quotient(cls, of: Sequence[float], by: Sequence[float]) -> Self:
        """One median by another."""
        each = [a / b for a, b in zip(of, by, strict=True)]
        return cls(statistics.median(of) / statistics.median(by), min(each), max(each))


@dataclass(frozen=True, slots=True)
class Row:
    """A figure with its goal: the most that it may be, or the least if `at_least`."""

    name: str
    work: str
    figure: Figure
    unit: str
    goal: float | None = None
    at_least: bool = False
    parts: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """What was measured in each round, by a name that ends with its unit."""
    problem: str = ""
    """Why the figure says nothing about the program."""

    @property
    def ratio(self) -> float | None:
        """Which part of the goal is used: 1 or less meets it."""
        if self.goal is None:
            return None
        if self.goal == 0:
            return 1 + self.figure.median
        if not self.at_least:
            return self.figure.median / self.goal
        return self.goal / max(self.figure.median, 1e-9)

    @property
    def passed(self) -> bool | None:
        """Whether the goal is met; None without a goal or a valid figure."""
        return None if self.ratio is None or self.problem else self.ratio <= 1

    def as_json(self) -> dict[str, object]:
        """All of it, with `ratio` and `passed`."""
        return {**asdict(self), "ratio": self.ratio, "passed": self.passed}

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> Self:
        """The row that `as_json` has made an object of."""
        fields = {name: each for name, each in value.items() if name not in ("ratio", "passed", "figure")}
        figure = value["figure"]
        assert isinstance(figure, dict)
        return cls(figure=Figure(**figure), **fields)  # type: ignore[arg-type]

    @property
    def cells(self) -> tuple[str, ...]:
        """As in a table."""
        verdict = "invalid" if self.problem else {True: "met", False: "missed", None: ""}[self.passed]
        figure = f"{_number(self.figure.median)} {self.unit}"
        if self.figure.least != self.figure.most:
            figure += f" ({_number(self.figure.least)} to {_number(self.figure.most)})"
        goal = "" if self.goal is None else f"{'≥' if self.at_least else '≤'} {_number(self.goal)} {self.unit}"
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        measured = ", ".join(f"{name} {_number(statistics.median(each))}" for name, each in self.parts.items())
        return self.work, figure, goal, ratio, verdict, measured


def _number(value: float) -> str:
    if value == 0:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def text_table(rows: Sequence[Row]) -> str:
    """For a terminal: what was measured is on a line of its own."""
    cells = [row.cells for row in rows]
    widths = [max(map(len, column)) for column in zip(_HEAD[:-1], *(each[:-1] for each in cells), strict=True)]
    lines = ["  ".join(word.ljust(width) for word, width in zip(_HEAD[:-1], widths, strict=True)).rstrip()]
    for row, each in zip(rows, cells, strict=True):
        lines.append("  ".join(word.ljust(width) for word, width in zip(each[:-1], widths, strict=True)).rstrip())
        lines += [f"    {more}" for more in (each[-1], row.problem and f"INVALID: {row.problem}") if more]
    return "\n".join(lines)


def markdown_table(rows: Sequence[Row]) -> str:
    """For docs/performance.md."""
    lines = [_HEAD, ("---", "---:", "---:", "---:", "---", "---"), *(row.cells for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
