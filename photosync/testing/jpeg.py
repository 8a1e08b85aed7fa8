"""A small encoder for baseline JPEG: each block of 8 by 8 pixels is one colour with a gradient.

Three of a block's 64 coefficients are enough for skies and hills, and give a picture of a few kilobytes that every
decoder accepts. The Huffman tables are those of ITU-T T.81, annex K.3.3, table K.3 and K.5, used for all components.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

BLOCK = 8
"""Pixels along a side."""

# T.81 table K.3: how many DC codes there are of each length, and what they stand for.
_DC_LENGTHS = bytes.fromhex("00010501010101010100000000000000")
_DC_VALUES = bytes(range(12))
# T.81 table K.5, the same for AC: run of zeros in the high half of a byte, size of the value in the low half.
_AC_LENGTHS = bytes.fromhex("0002010303020403050504040000017d")
_AC_VALUES = bytes.fromhex(
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728"
    "292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a83848586878889"
    "8a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2"
    "e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa"
)
_DC_STEP = 8
"""With this quantiser the DC coefficient is the block's mean."""
_AC_STEP = 4
_GRADIENT = -2.278 / _AC_STEP
"""The first cosine coefficient of a gradient of 1 per block (T.81, A.3.3), quantised."""


def encode(blocks: Sequence[Sequence[Colour]]) -> bytes:
    """The picture from its quantiser table to its end, without SOI and application segments."""
    height, width = len(blocks) * BLOCK, len(blocks[0]) * BLOCK
    components = b"".join(bytes([number, 0x11, 0]) for number in (1, 2, 3))
    scan = b"".join(bytes([number, 0x00]) for number in (1, 2, 3))
    return b"".join(
        (
            segment(0xDB, b"\x00" + bytes([_DC_STEP]) + bytes([_AC_STEP]) * 63),
            segment(0xC0, b"\x08" + height.to_bytes(2) + width.to_bytes(2) + b"\x03" + components),
            segment(0xC4, b"\x00" + _DC_LENGTHS + _DC_VALUES + b"\x10" + _AC_LENGTHS + _AC_VALUES),
            segment(0xDA, b"\x03" + scan + b"\x00\x3f\x00"),
            _entropy_coded(blocks),
            b"\xff\xd9",
        )
    )


def segment(marker: int, content: bytes) -> bytes:
    """One marker segment."""
    return b"\xff" + bytes([marker]) + (len(content) + 2).to_bytes(2) + content


def _entropy_coded(blocks: Sequence[Sequence[Colour]]) -> bytes:
    planes = [_plane_bits(plane) for plane in _planes(blocks)]
    bits = "".join(piece for together in zip(*planes, strict=True) for piece in together)
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8).replace(b"\xff", b"\xff\x00")


def _planes(blocks: Sequence[Sequence[Colour]]) -> list[list[list[int]]]:
    """Luminance and the two colour differences, around zero (JFIF 1.02, page 3)."""
    luminance, blue, red = [], [], []
    for row in blocks:
        luminance.append([round(0.299 * r + 0.587 * g + 0.114 * b) - 128 for r, g, b in row])
        blue.append([round(-0.1687 * r - 0.3313 * g + 0.5 * b) for r, g, b in row])
        red.append([round(0.5 * r - 0.4187 * g - 0.0813 * b) for r, g, b in row])
    return [luminance, blue, red]


def _plane_bits(plane: list[list[int]]) -> list[str]:
    codes, pieces, previous = _codes(), [], 0
    last_row, last_column = len(plane) - 1, len(plane[0]) - 1
    for y, row in enumerate(plane):
        above, below = plane[max(y - 1, 0)], plane[min(y + 1, last_row)]
        for x, value in enumerate(row):
            across = _gradient(row[x - 1] if x else value, value, row[min(x + 1, last_column)])
            down = _gradient(above[x], value, below[x])
            pieces.append(codes.dc[value - previous] + codes.gradient(across, down))
            previous = value
    return pieces


def _gradient(before: int, here: int, after: int) -> int:
    """The gradient of a block: that of the flatter side, and none at a maximum or minimum."""
    left, right = here - before, after - here
    if left * right <= 0:
        return 0
    return round((left if abs(left) < abs(right) else right) * _GRADIENT)


class _Codes:
    """The bits of every DC difference and AC value that can occur here, as text."""

    def __init__(self) -> None:
        dc, ac = _huffman(_DC_LENGTHS, _DC_VALUES), _huffman(_AC_LENGTHS, _AC_VALUES)
        self.dc = {value: dc[abs(value).bit_length()] + _magnitude(value) for value in range(-511, 512)}
        self._end = ac[0x00]
        self._next = {value: ac[abs(value).bit_length()] + _magnitude(value) for value in range(-255, 256) if value}
        self._second = {
            value: ac[0x10 | abs(value).bit_length()] + _magnitude(value) for value in range(-255, 256) if value
        }

    def gradient(self, across: int, down: int) -> str:
        """The two first AC coefficients in zigzag order, and the end of the block."""
        if across:
            return self._next[across] + (self._next[down] if down else "") + self._end
        return (self._second[down] if down else "") + self._end


@cache
def _codes() -> _Codes:
    return _Codes()


def _huffman(lengths: bytes, values: bytes) -> dict[int, str]:
    """T.81, annex C: codes of one length are consecutive; the next length continues from the last one, doubled."""
    codes: dict[int, str] = {}
    code, position = 0, 0
    for length, count in enumerate(lengths, start=1):
        for value in values[position : position + count]:
            codes[value] = f"{code:0{length}b}"
            code += 1
        position += count
        code <<= 1
    return codes


def _magnitude(value: int) -> str:
    """T.81, F.1.2.1: the value's own bits; for a negative value, those of its distance from all ones."""
    size = abs(value).bit_length()
    if not size:
        return ""
    return f"{value if value > 0 else value + (1 << size) - 1:0{size}b}"
