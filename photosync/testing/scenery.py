"""Generated landscapes: a sky, a sun and layers of hills, with one colour for each block."""

from __future__ import annotations

import math
import random

from photosync.testing.jpeg import Colour

_SKIES: tuple[tuple[Colour, Colour], ...] = (
    ((58, 122, 196), (206, 228, 240)),  # noon
    ((36, 48, 96), (246, 168, 112)),  # sunset
    ((120, 150, 190), (250, 214, 196)),  # early morning
    ((18, 24, 56), (92, 84, 140)),  # dusk
    ((140, 160, 172), (220, 226, 226)),  # before rain
    ((30, 110, 150), (180, 224, 200)),  # by the sea
)
_GROUNDS: tuple[Colour, ...] = ((44, 84, 56), (92, 88, 44), (52, 60, 92), (120, 72, 52), (36, 72, 84), (70, 96, 40))
_SUNS: tuple[Colour, ...] = ((255, 250, 222), (255, 214, 150), (244, 238, 255))


def landscape(seed: int, columns: int, rows: int) -> list[list[Colour]]:
    """The landscape of `seed`, rows of colours: the same seed gives the same landscape."""
    choose = random.Random(seed)  # noqa: S311 - meant to be repeatable
    top, bottom = choose.choice(_SKIES)
    ground = choose.choice(_GROUNDS)
    picture = [[_between(top, bottom, y / rows)] * columns for y in range(rows)]
    _shine(picture, choose)
    layers = choose.randint(3, 5)
    for layer in range(layers):
        nearness = (layer + 1) / layers
        height = 0.42 + 0.44 * nearness - 0.08 * choose.random()
        _hills(picture, choose, height, _between(bottom, ground, 0.25 + 0.75 * nearness))
    return picture


def _shine(picture: list[list[Colour]], choose: random.Random) -> None:
    rows, columns = len(picture), len(picture[0])
    sun = choose.choice(_SUNS)
    middle_x, middle_y = choose.uniform(0.15, 0.85) * columns, choose.uniform(0.12, 0.4) * rows
    radius = choose.uniform(0.04, 0.08) * columns
    reach = int(radius * 4)
    for y in range(max(0, int(middle_y) - reach), min(rows, int(middle_y) + reach + 1)):
        for x in range(max(0, int(middle_x) - reach), min(columns, int(middle_x) + reach + 1)):
            distance = math.hypot(x - middle_x, y - middle_y) / radius
            glow = 1.0 if distance < 1 else max(0.0, 0.5 * (4 - distance) / 3)
            picture[y][x] = _between(picture[y][x], sun, glow)


def _hills(picture: list[list[Colour]], choose: random.Random, height: float, colour: Colour) -> None:
    rows, columns = len(picture), len(picture[0])
    waves = [(choose.uniform(0.6, 3.2), choose.uniform(0, math.tau), choose.uniform(0.02, 0.07)) for _ in range(3)]
    shade = _between(colour, (8, 12, 16), 0.55)
    for x in range(columns):
        crest = height + sum(size * math.sin(turns * math.tau * x / columns + start) for turns, start, size in waves)
        for y in range(max(0, int(crest * rows)), rows):
            picture[y][x] = _between(colour, shade, (y / rows - crest) * 1.6)


def _between(first: Colour, second: Colour, part: float) -> Colour:
    part = min(max(part, 0.0), 1.0)
    return (
        int(first[0] + (second[0] - first[0]) * part),
        int(first[1] + (second[1] - first[1]) * part),
        int(first[2] + (second[2] - first[2]) * part),
    )
