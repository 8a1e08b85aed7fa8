"""Cookies in every form that people have them in."""

import json
from pathlib import Path

import pytest

from photosync.errors import SignInError
from photosync_amazon.cookies import find_cookies, looks_like_header

HEADER = 'session-id=139-1; ubid-acbuk=262-1; at-acbuk="Atza|secret"; lc-acbuk=en_GB; x-acbuk=x1; sst-acbuk=s; i18n=EUR'
NETSCAPE = """# Netscape HTTP Cookie File
.amazon.co.uk\tTRUE\t/\tTRUE\t1790000000\tsession-id\t139-1
.amazon.co.uk\tTRUE\t/\tTRUE\t1790000000\tubid-acbuk\t262-1
#HttpOnly_.amazon.co.uk\tTRUE\t/\tTRUE\t1790000000\tat-acbuk\t"Atza|secret"
.example.org\tTRUE\t/\tTRUE\t1790000000\tother\tvalue
"""
EXPORT = json.dumps(
    [
        {"name": "session-id", "value": "139-1", "domain": ".amazon.co.uk"},
        {"name": "ubid-acbuk", "value": "262-1"},
        {"name": "at-acbuk", "value": '"Atza|secret"'},
    ]
)
OBJECT = json.dumps({"session_id": "139-1", "ubid_acbuk": "262-1", "at_acbuk": '"Atza|secret"'})


@pytest.mark.parametrize("content", [HEADER, f"Cookie: {HEADER}\n", NETSCAPE, EXPORT, OBJECT, f"\ufeff{EXPORT}"])
def test_a_file_may_have_any_form(tmp_path: Path, content: str) -> None:
    path = tmp_path / "cookies"
    path.write_text(content, encoding="utf-8")
    cookies = find_cookies(path, None, "amazon")
    wanted = {"session-id": "139-1", "ubid-acbuk": "262-1", "at-acbuk": '"Atza|secret"'}
    assert wanted.items() <= cookies.values.items()
    assert cookies.tld == "co.uk"
    assert "lc-acbuk" not in cookies.header
    assert "other" not in cookies.header


def test_the_configuration_may_hold_them_line_or_mapping(tmp_path: Path) -> None:
    assert looks_like_header(HEADER)
    assert not looks_like_header("amazon-cookies.txt")
    assert find_cookies(HEADER, None, "amazon").values["at-acbuk"] == '"Atza|secret"'
    mapping = {"session_id": "139-1", "ubid_main": "262-1", "at_main": "token"}
    cookies = find_cookies(mapping, None, "amazon")
    assert cookies.header == "session-id=139-1; ubid-main=262-1; at-main=token"
    assert cookies.tld == "com"


def test_the_environment_is_asked_last(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"session_id": "1", "ubid_acbca": "2", "at_acbca": "3"}.items():
        monkeypatch.setenv(name, value)
    assert find_cookies(None, None, "amazon").tld == "ca"


@pytest.mark.parametrize(
    ("suffix", "tld"), [("main", "com"), ("acbuk", "co.uk"), ("acbjp", "co.jp"), ("acbde", "de"), ("acbmx", "com.mx")]
)
def test_the_country_is_read_off_the_names(suffix: str, tld: str) -> None:
    mapping = {"session-id": "1", f"ubid-{suffix}": "2", f"at-{suffix}": "3"}
    assert find_cookies(mapping, None, "amazon").tld == tld


def test_the_configured_ending_wins() -> None:
    mapping = {"session-id": "1", "ubid-acbuk": "2", "at-acbuk": "3", "ubid-acbde": "4", "at-acbde": "5"}
    with pytest.raises(SignInError, match="several countries"):
        find_cookies(mapping, None, "amazon")
    cookies = find_cookies(mapping, "de", "amazon")
    assert cookies.tld == "de"
    assert cookies.header == "session-id=1; ubid-acbde=4; at-acbde=5"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("<!doctype html><title>Sign in</title>", "web page"),
        ('[{"name": "session-id"', "broken JSON"),
        ("session-id=139-1; ubid-acbuk=262-1", "missing at-acbuk"),
        ("# Netscape HTTP Cookie File\n", "holds no cookies"),
        ("", "holds no cookies"),
    ],
)
def test_an_error_of_a_file_is_reported_with_advice(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "cookies.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SignInError, match=problem) as raised:
        find_cookies(path, None, "amazon")
    assert "account 'amazon'" in str(raised.value)
    assert "docs/amazon.md" in str(raised.value)
    assert "262-1" not in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SignInError, match=r"none\.txt cannot be read"):
        find_cookies(tmp_path / "none.txt", None, "amazon")
