"""Minimal MP4 files whose frames are JPEGs: one video track, no sound.

Boxes as in ISO/IEC 14496-12; the `jpeg` sample entry is QuickTime's, and common players read it in MP4 too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from struct import pack

EPOCH = datetime(1904, 1, 1, tzinfo=UTC)
"""The start of the format's times in seconds."""
_TIMESCALE = 1000
_MATRIX = pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def box(name: bytes, *content: bytes) -> bytes:
    """One box."""
    body = b"".join(content)
    return pack(">I4s", len(body) + 8, name) + body


def head(
    frames: Sequence[bytes], size: tuple[int, int], frame_ms: int, created: bytes, note: bytes, metadata: bytes = b""
) -> bytes:
    """Everything before the frames. `created` is the four bytes of the creation time, `note` free text."""
    start = box(b"ftyp", b"isom", pack(">I", 512), b"isom", b"mp41") + box(b"free", note)
    # `moov` has the offset of the first frame, which depends on the length of `moov`: build it twice.
    length = len(_moov(frames, size, frame_ms, created, 0, metadata))
    return start + _moov(frames, size, frame_ms, created, len(start) + length + 8, metadata)


def metadata_box(key: bytes, text: bytes) -> bytes:
    """QuickTime's metadata of a movie, with one key (QuickTime File Format, 'Metadata')."""
    keys = box(b"keys", pack(">III", 0, 1, len(key) + 8), b"mdta", key)
    value = box(b"ilst", box(pack(">I", 1), box(b"data", pack(">II", 1, 0), text)))
    return box(b"meta", box(b"hdlr", bytes(8), b"mdta", bytes(13)), keys, value)


def frames_box(frames: Sequence[bytes]) -> bytes:
    """The frames themselves."""
    return box(b"mdat", *frames)


def _moov(
    frames: Sequence[bytes], size: tuple[int, int], frame_ms: int, created: bytes, offset: int, metadata: bytes
) -> bytes:
    width, height = size
    duration = len(frames) * frame_ms
    both = created * 2  # creation and modification
    movie = box(
        b"mvhd",
        bytes(4),
        both,
        pack(">III", _TIMESCALE, duration, 0x10000),
        pack(">H10x", 0x100),
        _MATRIX,
        bytes(24),
        pack(">I", 2),
    )
    track = box(
        b"tkhd",
        pack(">I", 7),
        both,
        pack(">III", 1, 0, duration),
        bytes(16),
        _MATRIX,
        pack(">II", width << 16, height << 16),
    )
    media = box(
        b"mdia",
        box(b"mdhd", bytes(4), both, pack(">IIHH", _TIMESCALE, duration, 0x55C4, 0)),
        box(b"hdlr", bytes(8), b"vide", bytes(12), b"VideoHandler\0"),
        box(
            b"minf",
            box(b"vmhd", pack(">I8x", 1)),
            box(b"dinf", box(b"dref", pack(">II", 0, 1), box(b"url ", pack(">I", 1)))),
            _samples(frames, size, frame_ms, offset),
        ),
    )
    return box(b"moov", movie, box(b"trak", track, media), metadata)


def _samples(frames: Sequence[bytes], size: tuple[int, int], frame_ms: int, offset: int) -> bytes:
    count = len(frames)
    entry = box(
        b"jpeg",
        pack(">6xH16x", 1),
        pack(">HH", *size),
        pack(">IIIH", 0x480000, 0x480000, 0, 1),
        pack(">32s", b"\x05Photo"),
        pack(">Hh", 24, -1),
    )
    return box(
        b"stbl",
        box(b"stsd", pack(">II", 0, 1), entry),
        box(b"stts", pack(">IIII", 0, 1, count, frame_ms)),
        box(b"stsc", pack(">IIIII", 0, 1, 1, count, 1)),
        box(b"stsz", pack(">III", 0, 0, count), pack(f">{count}I", *map(len, frames))),
        box(b"stco", pack(">III", 0, 1, offset)),
    )
