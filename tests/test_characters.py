"""Characters that show nothing."""

import json
import unicodedata

import pytest

from photosync.characters import escaped, escaped_json, is_visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("IMG 1.jpg", "IMG 1.jpg"),
        ("Übung 日本 \u0301 ☃ \U0001f600", "Übung 日本 \u0301 ☃ \U0001f600"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("\x9b2J\x7f\x00", r"\x9b2J\x7f\x00"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("holiday\u202egpj.exe", r"holiday\u202egpj.exe"),
        ("\u2066\u200f\u061c\u200b\ufeff\u00ad", r"\u2066\u200f\u061c\u200b\ufeff\xad"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("\U000e0041", r"\U000e0041"),
        ("caf\udce9.jpg", r"caf\xe9.jpg"),
        ("\ud800", r"\ud800"),
        ("[red]x[/] :smile:", "[red]x[/] :smile:"),
    ],
)
def test_invisible_characters_are_shown_as_codes(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_json_keeps_its_meaning() -> None:
    text = "".join(map(chr, range(0x3100))) + "\U000e0041\U0001f600\ud800 \udce9"
    line = escaped_json(json.dumps({"name": text}, ensure_ascii=False))
    assert json.loads(line) == {"name": text}
    assert all(map(is_visible, line))
    assert not any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in line)
