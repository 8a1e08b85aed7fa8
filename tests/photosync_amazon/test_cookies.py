"""Cookies in every form that people have them in."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from photosync.errors import SignInError
from photosync.transport import Redactor
from photosync.transport.hosts import OwnHosts, target
from photosync_amazon.auth import AmazonAuth
from photosync_amazon.cookie_files import looks_like_cookies
from photosync_amazon.cookies import find_cookies
from photosync_amazon.settings import AmazonSettings

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
    assert looks_like_cookies(HEADER)
    assert not looks_like_cookies("amazon-cookies.txt")
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
    assert "/amazon.html" in str(raised.value)
    assert "262-1" not in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SignInError, match=r"none\.txt cannot be read"):
        find_cookies(tmp_path / "none.txt", None, "amazon")


VALID, OVER = 4_000_000_000, 1_600_000_000


def row(domain: str, name: str, value: str, expires: int = VALID) -> str:
    return f"{domain}\tTRUE\t/\tTRUE\t{expires}\t{name}\t{value}"


def session(domain: str, suffix: str, mark: str, expires: int = VALID) -> list[str]:
    named = {"session-id": f"1-{mark}", f"ubid-{suffix}": f"2-{mark}", f"at-{suffix}": f"Atza|{mark}"}
    return [row(domain, name, value, expires) for name, value in named.items()]


AMERICAN, GERMAN = session(".amazon.com", "main", "US"), session(".amazon.de", "acbde", "DE")
US_HEADER = "session-id=1-US; ubid-main=2-US; at-main=Atza|US"
STRANGERS = [
    *session(".audible.com", "main", "AUDIBLE"),
    *session(".primevideo.com", "main", "PRIME"),
    *session(".amazon.com.evil.example", "main", "EVIL"),
    *session("www.notamazon.com", "main", "EVIL"),
    *session(".amazon.zip", "main", "EVIL"),
    *session(".amazonaws.com", "main", "AWS"),
]


def cookies_txt(folder: Path, rows: list[str]) -> Path:
    path = folder / "cookies.txt"
    path.write_text("\n".join(["# Netscape HTTP Cookie File", *rows, ""]))
    return path


@pytest.mark.parametrize(
    "rows", [AMERICAN + STRANGERS, STRANGERS + AMERICAN, [*STRANGERS[:8], *AMERICAN, *STRANGERS[8:]]]
)
@pytest.mark.parametrize("tld", [None, "com"])
def test_cookies_of_other_domains_do_not_count(tmp_path: Path, rows: list[str], tld: str | None) -> None:
    assert find_cookies(cookies_txt(tmp_path, rows), tld, "amazon").header == US_HEADER


@pytest.mark.parametrize("rows", [AMERICAN + GERMAN, GERMAN + AMERICAN])
def test_of_several_countries_only_the_configured_one_counts(tmp_path: Path, rows: list[str]) -> None:
    path = cookies_txt(tmp_path, rows)
    assert find_cookies(path, "com", "amazon").header == US_HEADER
    german = find_cookies(path, "de", "amazon")
    assert (german.tld, german.header) == ("de", "session-id=1-DE; ubid-acbde=2-DE; at-acbde=Atza|DE")
    with pytest.raises(SignInError, match=r"amazon\.com, amazon\.de.*'tld'"):
        find_cookies(path, None, "amazon")
    with pytest.raises(SignInError, match=r"missing .* of amazon\.fr; there are cookies of amazon\.com, amazon\.de"):
        find_cookies(path, "fr", "amazon")


def test_a_country_that_was_only_visited_is_no_choice(tmp_path: Path) -> None:
    visited = [row(".amazon.de", "session-id", "1-DE"), row(".amazon.de", "ubid-acbde", "2-DE")]
    assert find_cookies(cookies_txt(tmp_path, visited + AMERICAN), None, "amazon").header == US_HEADER


def test_a_country_whose_session_is_over_is_no_choice(tmp_path: Path) -> None:
    over = session(".amazon.de", "acbde", "DE", OVER)
    assert find_cookies(cookies_txt(tmp_path, AMERICAN + over), None, "amazon").header == US_HEADER


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize(
    "other",
    [
        row(".amazon.com", "at-main", "Atza|OLD", OVER),
        row(".amazon.com", "at-main", "Atza|OLD", VALID - 1),
        row("music.amazon.com", "at-main", "Atza|MUSIC", VALID + 1),
        "#HttpOnly_" + row("music.amazon.com", "at-main", "Atza|MUSIC", 0),
    ],
)
def test_of_two_with_one_name_the_sites_own_and_valid_one_counts(tmp_path: Path, other: str, is_first: bool) -> None:
    rows = [other, *AMERICAN] if is_first else [*AMERICAN, other]
    cookies = find_cookies(cookies_txt(tmp_path, rows), None, "amazon")
    assert sorted(cookies.header.split("; ")) == sorted(US_HEADER.split("; "))


def test_rows_with_one_host_alone_and_of_the_session_count(tmp_path: Path) -> None:
    rows = ["#HttpOnly_" + each for each in session("www.amazon.com", "main", "US", 0)]
    assert find_cookies(cookies_txt(tmp_path, rows), None, "amazon").header == US_HEADER


def test_an_export_in_json_has_domains_too(tmp_path: Path) -> None:
    entries = [
        {"domain": fields[0], "name": fields[5], "value": fields[6], "expirationDate": float(fields[4])}
        for fields in (each.split("\t") for each in AMERICAN + STRANGERS + GERMAN)
    ]
    path = tmp_path / "cookies.json"
    path.write_text(json.dumps(entries))
    assert find_cookies(path, "com", "amazon").header == US_HEADER


@pytest.mark.parametrize("value", ["Atza|AM…ZON", "Atza|AMA…", "Atza|AMA...", '"Atza|AMA..."'])
def test_a_value_that_was_shortened_is_named(tmp_path: Path, value: str) -> None:
    path = cookies_txt(tmp_path, [*AMERICAN[:2], row(".amazon.com", "at-main", value)])
    with pytest.raises(
        SignInError, match=r"cookies\.txt: the value of at-main was shortened.*Copy the whole"
    ) as caught:
        find_cookies(path, None, "amazon")
    assert value not in str(caught.value)


@pytest.mark.parametrize("value", ["Atza|ключ", "Atza|a\x01b", "Atza|a\u200bb"])
def test_a_value_that_no_header_takes_is_named(value: str) -> None:
    with pytest.raises(SignInError, match="the value of at-main has characters that no cookie can have"):
        find_cookies({"session-id": "1", "ubid-main": "2", "at-main": value}, None, "amazon")


@pytest.mark.parametrize(
    "text", ["co.uk", ".co.uk", "CO.UK", "amazon.co.uk", "www.amazon.co.uk", "https://www.amazon.co.uk/"]
)
def test_the_ending_of_a_site_may_be_written_in_several_ways(text: str) -> None:
    assert AmazonSettings(tld=text).tld == "co.uk"


@pytest.mark.parametrize(
    ("text", "meant"), [("con", "com"), ("uk", "co.uk"), ("co.ukk", "co.uk"), ("com.evil.example", ""), ("", "")]
)
def test_an_ending_that_is_not_amazons_is_refused(text: str, meant: str) -> None:
    suggestion = f" \\(did you mean '{meant}'\\?\\)" if meant else ""
    with pytest.raises(ValidationError, match=rf"one of Amazon's sites{suggestion}\. Expected one of com, ca, co\.uk"):
        AmazonSettings(tld=text)


def test_a_newer_site_is_reached_by_its_hosts(tmp_path: Path) -> None:
    settings = AmazonSettings(tld="xx", endpoints={"api": "https://www.amazon.xx/drive/v1"})
    cookies = find_cookies(cookies_txt(tmp_path, session(".amazon.xx", "acbxx", "XX")), settings.tld, "amazon")
    assert cookies.header == "session-id=1-XX; ubid-acbxx=2-XX; at-acbxx=Atza|XX"


def test_a_session_goes_to_the_sites_own_hosts_alone() -> None:
    own = OwnHosts(AmazonSettings().own_hosts("de"))
    allowed = [
        "www.amazon.de",
        "download-photos.amazon.de",
        "thumbnails-photos.amazon.de",
        "content-eu.drive.amazonaws.com",
    ]
    refused = [
        "content-na.drive.amazonaws.com",
        "mine.s3.amazonaws.com",
        "abc123.execute-api.us-east-1.amazonaws.com",
        "amazon.de",
        "music.amazon.de",
        "www.amazon.com",
        "www.amazon.de.evil.example",
    ]
    assert [host for host in (*allowed, *refused) if target(f"https://{host}/a").origin in own] == allowed


def test_no_value_is_shown_whatever_form_its_quotes_have() -> None:
    cookies = 'session-id=139-1; ubid-acbuk=262-1; at-acbuk="the-secret"'
    auth = AmazonAuth("amazon", find_cookies(cookies, None, "amazon"), "https://www.amazon.co.uk/drive/v1")
    redactor = Redactor()
    redactor.add(*auth.secrets())
    header = auth.headers()["Cookie"]
    for text in (header, json.dumps(header), json.dumps(json.dumps(header)), "the-secret"):
        assert "secret" not in redactor.clean(text)
