"""Names from a service become names that are valid on every disk."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.library import safe_name, suffixed


@pytest.mark.parametrize(
    ("hostile", "safe"),
    [
        ("IMG_0042.JPG", "IMG_0042.JPG"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("a/b\\c.jpg", "a_b_c.jpg"),
        ("a\0b\x1b[31m.jpg", "a_b_[31m.jpg"),
        ("evil\u202egpj.exe", "evil_gpj.exe"),
        (".hidden.jpg", "_.hidden.jpg"),
        ("what: why?.jpg", "what_ why_.jpg"),
        ("  trailing. ", "trailing"),
        ("👨\u200d👩\u200d👧.jpg", "👨\u200d👩\u200d👧.jpg"),
    ],
)
def test_what_could_do_harm_is_replaced(hostile: str, safe: str) -> None:
    made = safe_name(hostile)
    assert made.lstrip("_") == safe.lstrip("_")
    assert not made.startswith(".")


@pytest.mark.parametrize("reserved", ["CON", "con.jpg", "NUL.txt", "COM1", "LPT9.png"])
def test_device_names_of_windows_are_no_names(reserved: str) -> None:
    assert safe_name(reserved).partition(".")[0].upper() not in {"CON", "NUL", "COM1", "LPT9"}


@pytest.mark.parametrize("empty", ["", ".", "..", " . ", "\0", "________"])
def test_where_nothing_is_left_the_fallback_stands(empty: str) -> None:
    assert safe_name(empty, fallback="HeMReF-vv") in ("HeMReF-vv", "_")


def test_a_long_name_keeps_its_extension() -> None:
    made = safe_name("ä" * 300 + ".jpeg")
    assert len(made.encode()) <= 255
    assert made.endswith("ä.jpeg")


def test_two_spellings_of_one_letter_are_one_name() -> None:
    assert safe_name(unicodedata.normalize("NFD", "Übung.jpg")) == "Übung.jpg"


def test_the_suffix_comes_from_the_item_alone() -> None:
    first = suffixed("IMG.JPG", "amazon", "one")
    assert first == suffixed("IMG.JPG", "amazon", "one")
    assert first != suffixed("IMG.JPG", "amazon", "two")
    assert first.startswith("IMG_")
    assert first.endswith(".JPG")


def test_a_suffix_fits_even_the_longest_name() -> None:
    made = suffixed("x" * 251 + ".jpg", "amazon", "one")
    assert len(made.encode()) <= 255
    assert made.endswith(".jpg")


@given(st.text())
def test_every_text_becomes_a_name(text: str) -> None:
    made = safe_name(text, fallback="id")
    assert 0 < len(made.encode()) <= 255
    assert "/" not in made
    assert "\0" not in made
    assert made not in (".", "..")
    assert not made.startswith(".")
    assert safe_name(made) == made
