"""Draws the kept results as SVG: a small chart for each row with a goal: its ratio over time, the goal a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from benchmarks.results import FOLDER, Results

PLOT = FOLDER / "plot.svg"
_COLUMNS, _WIDTH, _HEIGHT = 3, 300, 130
_LEFT, _TOP, _RIGHT, _BOTTOM = 34, 34, 10, 22
_STYLE = (
    "text{font:11px sans-serif;fill:#333}.small{font-size:9px;fill:#777}.goal{stroke:#c33;stroke-dasharray:4 3}"
    ".line{fill:none;stroke:#27c;stroke-width:1.5}.met{fill:#27c}.missed{fill:#c33}"
)


@dataclass(frozen=True, slots=True)
class _Point:
    label: str
    ratio: float


def draw(kept: Sequence[Results]) -> str:
    """The SVG. The newest results say which rows there are, and how they are called."""
    named = [(row.name, row.work, row.unit) for row in kept[-1].rows if row.goal]
    charts = [_chart(f"{work} ({unit})", _points(kept, name)) for name, work, unit in named]
    lines = -(-len(charts) // _COLUMNS)
    placed = [
        f'<g transform="translate({number % _COLUMNS * _WIDTH},{number // _COLUMNS * _HEIGHT})">{chart}</g>'
        for number, chart in enumerate(charts)
    ]
    size = f'width="{_COLUMNS * _WIDTH}" height="{lines * _HEIGHT}"'
    background = '<rect width="100%" height="100%" fill="#fff"/>'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {size}>', f"<style>{_STYLE}</style>", background, *placed]
    return "\n".join((*parts, "</svg>", ""))


def _points(kept: Sequence[Results], name: str) -> list[_Point]:
    return [
        _Point(f"{results.date:%Y-%m-%d} {results.commit}", row.ratio)
        for results in kept
        for row in results.rows
        if row.name == name and row.ratio is not None and not row.problem
    ]


def _chart(title: str, points: Sequence[_Point]) -> str:
    most = max(1.25, *(point.ratio * 1.1 for point in points), 0)
    inner_width, inner_height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def x(number: int) -> float:
        return _LEFT + inner_width * (number + 0.5) / len(points)

    def y(ratio: float) -> float:
        return _TOP + inner_height * (1 - ratio / most)

    words, more = _two_lines(title)
    parts = [
        f'<text x="4" y="12">{escape(words)}</text><text x="4" y="25">{escape(more)}</text>',
        f'<line class="goal" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(1):.1f}" y2="{y(1):.1f}"/>',
        f'<text class="small" x="4" y="{y(1) + 3:.1f}">goal</text>',
    ]
    path = " ".join(f"{x(number):.1f},{y(point.ratio):.1f}" for number, point in enumerate(points))
    parts.append(f'<polyline class="line" points="{path}"/>')
    for number, point in enumerate(points):
        kind = "met" if point.ratio <= 1 else "missed"
        tip = f"<title>{escape(point.label)}: {point.ratio:.2f} of the goal</title>"
        parts.append(f'<circle class="{kind}" cx="{x(number):.1f}" cy="{y(point.ratio):.1f}" r="3">{tip}</circle>')
    if points:
        ends = f"{points[0].label.split()[0]} to {points[-1].label.split()[0]}, now {points[-1].ratio:.2f}"
        parts.append(f'<text class="small" x="{_LEFT}" y="{_HEIGHT - 8}">{ends}</text>')
    return "".join(parts)


def _two_lines(text: str, most: int = 48) -> tuple[str, str]:
    if len(text) <= most:
        return text, ""
    first = text[:most].rpartition(" ")[0]
    return first, text[len(first) + 1 :]


def write(kept: Sequence[Results], path: Path = PLOT) -> None:
    """Draw it to a file."""
    path.write_text(draw(kept), encoding="utf-8")
