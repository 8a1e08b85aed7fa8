"""Draws the kept results as SVG: a small chart for each row with a goal: its ratio over time, the goal a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from benchmarks.results import Results

_COLUMNS, _WIDTH, _HEIGHT = 3, 300, 130
_LEFT, _TOP, _RIGHT, _BOTTOM = 34, 34, 10, 22
_FONT = 'font-family="sans-serif" font-size="11" fill="#333"'
_SMALL = 'font-size="9" fill="#777"'
_BLUE, _RED = "#2277cc", "#cc3333"


@dataclass(frozen=True, slots=True)
class _Point:
    label: str
    ratio: float


def draw(kept: Sequence[Results]) -> str:
    """The SVG. Results of small sizes are not drawn beside those of the usual ones."""
    drawn = [results for results in kept if results.quick == kept[-1].quick]
    named = {row.name: f"{row.work} ({row.unit})" for each in drawn for row in each.rows if row.goal is not None}
    charts = [_chart(title, _points(drawn, name)) for name, title in named.items()]
    lines = -(-len(charts) // _COLUMNS)
    placed = [
        f'<g transform="translate({number % _COLUMNS * _WIDTH},{number // _COLUMNS * _HEIGHT})">{chart}</g>'
        for number, chart in enumerate(charts)
    ]
    size = f'width="{_COLUMNS * _WIDTH}" height="{lines * _HEIGHT}"'
    background = '<rect width="100%" height="100%" fill="#fff"/>'
    return "\n".join((f'<svg xmlns="http://www.w3.org/2000/svg" {size} {_FONT}>', background, *placed, "</svg>", ""))


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
        f'<path stroke="{_RED}" stroke-dasharray="4 3" d="M{_LEFT},{y(1):.1f} H{_WIDTH - _RIGHT}"/>',
        f'<text {_SMALL} x="4" y="{y(1) + 3:.1f}">goal</text>',
    ]
    path = " ".join(f"{x(number):.1f},{y(point.ratio):.1f}" for number, point in enumerate(points))
    parts.append(f'<polyline fill="none" stroke="{_BLUE}" stroke-width="1.5" points="{path}"/>')
    for number, point in enumerate(points):
        color = _BLUE if point.ratio <= 1 else _RED
        tip = f"<title>{escape(point.label)}: {point.ratio:.2f} of the goal</title>"
        parts.append(f'<circle fill="{color}" cx="{x(number):.1f}" cy="{y(point.ratio):.1f}" r="3">{tip}</circle>')
    if points:
        ends = f"{points[0].label.split()[0]} to {points[-1].label.split()[0]}, now {points[-1].ratio:.2f}"
        parts.append(f'<text {_SMALL} x="{_LEFT}" y="{_HEIGHT - 8}">{ends}</text>')
    return "".join(parts)


def _two_lines(text: str, most: int = 48) -> tuple[str, str]:
    if len(text) <= most:
        return text, ""
    first = text[:most].rpartition(" ")[0]
    return first, text[len(first) + 1 :]
