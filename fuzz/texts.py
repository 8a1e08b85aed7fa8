"""Texts that a user writes: layouts, sizes, dates, filters."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from urllib.parse import quote

from fuzz.harness import Harness
from photosync.api.selection import selection_of
from photosync.characters import escaped, escaped_json, is_visible
from photosync.cli.options import SelectionOptions
from photosync.errors import SignInError, UsageError
from photosync.library import MAX_NAME_BYTES, Layout, safe_name
from photosync.library.layout import PRESETS, LayoutError, LayoutFields
from photosync.metadata import Given, Settings, choose_capture_time
from photosync.metadata.capture_time.read_date import read_date
from photosync.model import CaptureTime, TimeMeaning
from photosync.provider_kit.amazon_drive.filters import read_filter
from photosync.provider_kit.oauth import parse_pasted
from photosync.transport.http_date import http_date
from photosync.transport.redaction import Redactor
from photosync.units import duration, rate, size

_READING = datetime(1978, 9, 1, 1, 2, 3, 45_000)  # noqa: DTZ001 - a camera's clock
_TIMES = (None, *(CaptureTime(_READING, meaning) for meaning in (TimeMeaning.LOCAL, TimeMeaning.MONTH)))


def check_layout(content: bytes) -> None:
    """A text is refused as a layout, or every item has a safe path by it.

    - A path is relative, leads nowhere else, and its components are safe on every file system.
    - It is the same each time.
    """
    text = content.decode("utf-8", "surrogateescape")
    try:
        layout = Layout(text)
    except LayoutError:
        return
    for name in ("IMG_1.JPG", "../../etc/passwd", text):
        for taken in _TIMES:
            fields = LayoutFields("amazon", "id-1", name, "photo", taken, collection=f"A/../B/{text}")
            path = layout.path(fields)
            assert path == layout.path(fields)
            assert_safe(path)


def assert_safe(path: str) -> None:
    """Assert that the path stays below its folder, and that all its names are allowed everywhere."""
    for part in path.split("/"):
        assert part not in ("", ".", "..")
        assert safe_name(part) == part, part
        assert len(part.encode()) <= MAX_NAME_BYTES


_READERS: tuple[tuple[tuple[type[Exception], ...], Callable[[str], object]], ...] = (
    ((ValueError,), size),
    ((ValueError,), rate),
    ((ValueError,), duration),
    ((UsageError,), read_filter),
    ((UsageError,), lambda text: selection_of(SelectionOptions(since=text))),
    ((UsageError,), lambda text: selection_of(SelectionOptions(until=text))),
    ((UsageError,), lambda text: selection_of(SelectionOptions(query=text))),
    ((SignInError,), lambda text: parse_pasted(text, "the-state")),
    ((), read_date),
    ((), http_date),
    ((), lambda text: choose_capture_time(b"", Given(name=text), Settings(time_zone="Europe/Berlin"))),
)
"""Each with the error that it raises for what it does not read."""


def check_text(content: bytes) -> None:
    """A text of a user, a file or a header is read, or refused with the documented error."""
    text = content.decode("utf-8", "surrogateescape")
    for errors, read in _READERS:
        with suppress(*errors):
            read(text)


_SECRET = "Atza|kept-secret+1/=%"


def check_shown(content: bytes) -> None:
    """A text is shown without secrets, and changes no terminal.

    - A known secret is nowhere in it, also as it is written in addresses and JSON.
    - It has visible characters only, and JSON keeps its meaning.
    """
    text = content.decode("utf-8", "surrogateescape")
    redactor = Redactor()
    redactor.add(_SECRET)
    for form in (_SECRET, quote(_SECRET), quote(_SECRET, safe=""), json.dumps(_SECRET)[1:-1]):
        for whole in (f"{text}{form}", f"{form}{text}", text.replace("SECRET", form)):
            assert form not in redactor.clean(whole)
    assert all(map(is_visible, escaped(text)))
    shown = escaped_json(json.dumps(text, ensure_ascii=False))
    assert all(map(is_visible, shown))
    assert json.loads(shown) == text


def _layouts() -> Sequence[bytes]:
    fields = ("{account}/{taken:%Y-%m-%d-%H-%M-%S.mmm}_{id}{ext}", "{collection}/{kind}-{stem}{ext}", "{{x}}/{name}")
    return [each.encode() for each in (*PRESETS, *PRESETS.values(), *fields)]


def _texts() -> Sequence[bytes]:
    texts = (
        *("500", "10M", "2GiB", "5MB/s", "90", "1h30m", "2d", "2023", "2023-07", "2023-07-15", "30d"),
        *("type:(PHOTOS) AND things:(beach)", '"a" OR b', "2021:07:06 18:22:01", "Tue, 12 Nov 2019 13:14:15 GMT"),
        *(
            "https://127.0.0.1:8080/?state=the-state&code=4%2F0abc",
            "IMG_20190706_182200.jpg",
            "Screenshot 2019-07-06 at 18.22.00",
        ),
        *("19780900", "July 1978", "12 Nov 2019 01:14:15 PM", "2019年11月12日 13時14分"),
    )
    return [each.encode() for each in texts]


def _shown() -> Sequence[bytes]:
    texts = (
        "GET /a?access_token=SECRET&code=abcdef HTTP/1.1\\r\\nCookie: a=b; c=SECRET\r\n",
        '{"refresh_token": "SECRET", "code": "NODE_NOT_FOUND", "x-amz-signature" : \'a"b\'}',
        "Authorization: Bearer SECRET ya29.abc 1//0abcdef GOCSPX-abc Atzr%7Cabc",
        "\x1b[2J\u202eIMG_1.JPG\n\u2028👨\u200d👩",
    )
    return [each.encode() for each in texts]


HARNESSES = [
    Harness("layout", check_layout, _layouts, longest=200),
    Harness("text", check_text, _texts, longest=6000),
    Harness("shown", check_shown, _shown),
]
