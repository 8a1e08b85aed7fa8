"""What people paste or save when they are asked for cookies, and what they get for it."""

import json
from pathlib import Path

import pytest

from photosync.errors import SignInError
from photosync_amazon.cookie_files import looks_like_cookies
from photosync_amazon.cookies import find_cookies

AT = '"Atza|a/b+c%3A!d=="'
WANTED = {"session-id": "139-1", "ubid-acbuk": "262-1", "at-acbuk": AT}
LINE = f"session-id=139-1; i18n-prefs=GBP; ubid-acbuk=262-1; at-acbuk={AT}"
URL = "https://www.amazon.co.uk/drive/v1/search?limit=200&filters=type%3A(PHOTOS)"
SISTER = "session-id=1-A; ubid-acbuk=2-A; at-acbuk=3-A"
CHROME_BASH = rf"""curl '{URL}' \
  -H 'accept: */*' \
  -H 'accept-language: en-GB,en;q=0.9' \
  -b '{LINE}' \
  -H 'referer: https://www.audible.co.uk/' \
  -H 'sec-ch-ua: "Chromium";v="130"' \
  --compressed"""
FIREFOX_BASH = (
    f"curl '{URL}' --compressed -H 'User-Agent: Mozilla/5.0' -H 'Accept: */*' -H 'Connection: keep-alive'"
    f" -H 'Cookie: {LINE}' -H 'TE: trailers'"
)
ANSI_BASH = (
    rf"""$ curl -X $'GET' '{URL}' -H $'cookie: session-id=139-1; ubid-acbuk=262-1; at-acbuk="Atza|a/b+c%3A\u0021d=="'"""
)
CHROME_CMD = (
    f'curl ^"{URL.replace("&", "^&").replace("%", "^%^")}^" ^\n  -H ^"accept: */*^" ^\n  -b ^"session-id=139-1; '
    'ubid-acbuk=262-1; at-acbuk=^\\^"Atza^|a/b+c^%^3A^!d==^\\^"^" ^\n  -H ^"sec-ch-ua: ^\\^"Chromium^\\^"^"'
)
OLD_CMD = (
    f'curl "{URL}" ^\r\n  -H "cookie: session-id=139-1; ubid-acbuk=262-1; at-acbuk=\\"Atza|a/b+c%3A!d==\\"" ^\r\n'
    "  --compressed"
)
DOUBLED_CMD = f'curl.exe "{URL}" ^\n -H "Cookie: session-id=139-1; ubid-acbuk=262-1; at-acbuk=""Atza|a/b+c%3A!d=="""'
POWERSHELL = """$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession
$session.UserAgent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
$session.Cookies.Add((New-Object System.Net.Cookie("session-id", "139-1", "/", ".amazon.co.uk")))
$session.Cookies.Add((New-Object System.Net.Cookie("ubid-acbuk", "262-1", "/", ".amazon.co.uk")))
$session.Cookies.Add((New-Object System.Net.Cookie("at-acbuk", "`"Atza|a/b+c%3A!d==`"", "/", ".amazon.co.uk")))
$session.Cookies.Add((New-Object System.Net.Cookie("at-main", "other", "/", ".amazon.com")))
Invoke-WebRequest -UseBasicParsing -Uri "https://www.amazon.co.uk/drive/v1/search" `
-WebSession $session `
-Headers @{
"accept"="*/*"
}"""
POWERSHELL_HEADER = (
    'Invoke-WebRequest -Uri "https://www.amazon.co.uk/drive/v1/search" -Headers @{"Cookie"="session-id=139-1; '
    'ubid-acbuk=262-1; at-acbuk=`"Atza|a/b+c%3A!d==`""}'
)
FETCH = f"await fetch({json.dumps(URL)}, {json.dumps({'headers': {'accept': '*/*', 'cookie': LINE}}, indent=2)});"
REQUEST_HEADERS = f"""GET /drive/v1/search HTTP/2
Host: www.amazon.co.uk
User-Agent: Mozilla/5.0
Cookie: {LINE}
X-Requested-With: XMLHttpRequest
"""
NAMES_ON_LINES = f":authority:\nwww.amazon.co.uk\n:method:\nGET\ncookie:\n{LINE}\ndnt:\n1\n"
NAMES_WITHOUT_COLONS = f":authority\nwww.amazon.co.uk\ncookie\n{LINE}\ndnt\n1\n"
BROKEN_LINES = f"cookie: {LINE[:20]}\n{LINE[20:60]}\n  {LINE[60:]}\n\nSent from my phone"
TWO_FIELDS = f"cookie: session-id=139-1\ncookie: ubid-acbuk=262-1\ncookie: at-acbuk={AT}\naccept: */*"
A_LINE_EACH = f"session-id: 139-1\nubid-acbuk: 262-1\nat-acbuk: {AT}"
ENVIRONMENT = f"export session_id=139-1\nexport ubid_acbuk=262-1\nexport at_acbuk={AT}"
ROWS = [(name, value, ".amazon.co.uk", "/", "2036-11-28T06:41:09.000Z") for name, value in WANTED.items()]
FOREIGN = [
    ("session-id", "1-A", ".audible.co.uk", "/", "Session"),
    ("at-acbuk", "3-A", "music.amazon.co.uk", "/", "2099-01-01T00:00:00.000Z"),
    ("at-acbuk", "4-A", ".aws.amazon.com", "/", "Session"),
    ("at-acbuk", "5-A", ".amazon.co.uk", "/ap/signin", "2099-01-01T00:00:00.000Z"),
    ("session-id", "6-A", ".amazon.jobs", "/", "Session"),
]
CHROME_TABLE = "\n".join("\t".join((*row, "28", "✓", "✓", "", "Medium")) for row in (*FOREIGN[:2], *ROWS, *FOREIGN[2:]))
SAFARI_TABLE = "Name\tValue\tDomain\tPath\tExpires\tSize\n" + CHROME_TABLE
ORDERED_TABLE = "Domain\tExpires / Max-Age\tName\tHttpOnly\tValue\n" + "\n".join(
    f"{domain}\t{expires}\t{name}\ttrue\t{value}" for name, value, domain, _, expires in (*FOREIGN[:3], *ROWS)
)
BLANKS_TABLE = "\n".join("   ".join(row) for row in ROWS)
TWO_COLUMNS = "\n".join(f"{name}\t{value}" for name, value in WANTED.items())
NETSCAPE = "# Netscape HTTP Cookie File\n" + "\n".join(
    f"#HttpOnly_{domain}\tTRUE\t{path}\tTRUE\t4000000000\t{name}\t{value}"
    for name, value, domain, path, _ in (*FOREIGN, *ROWS, *FOREIGN)
)
NETSCAPE_BLANKS = NETSCAPE.replace("\t", "    ")
ENTRIES = [
    {"name": name, "value": value, "domain": domain, "path": path, "expirationDate": 4e9}
    for name, value, domain, path, _ in (*FOREIGN, *ROWS)
]
EDIT_THIS_COOKIE = json.dumps([each | {"hostOnly": False, "storeId": "0", "id": 1} for each in ENTRIES], indent=4)
PLAYWRIGHT = json.dumps({"cookies": [each | {"expires": -1} for each in ENTRIES], "origins": []})
PER_SITE = json.dumps([{"url": "https://www.amazon.co.uk/", "cookies": ENTRIES}])
FIREFOX_TOOLS = json.dumps({"Response Cookies": {}, "Request Cookies": WANTED})
PYTHON = str({"session-id": "139-1", "ubid_acbuk": "262-1", "at_acbuk": AT})


def har(*requests: dict[str, object]) -> str:
    return json.dumps({"log": {"version": "1.2", "entries": [{"request": each} for each in requests]}})


HAR_HEADERS = har(
    {"url": "https://www.audible.co.uk/", "headers": [{"name": "Cookie", "value": SISTER}], "cookies": []},
    {"url": "https://www.amazon.co.uk/", "headers": [{"name": "Cookie", "value": LINE.replace("139-1", "0")}]},
    {"url": URL, "headers": [{"name": "cookie", "value": LINE}], "cookies": [{"name": "at-acbuk", "value": "x"}]},
    {"url": "https://music.amazon.co.uk/", "headers": [{"name": "Cookie", "value": SISTER}]},
)
HAR_COOKIES = har({"url": URL, "headers": [], "cookies": [{"name": n, "value": v} for n, v in WANTED.items()]})

FORMS = {
    "header": f"Cookie: {LINE}",
    "lower_case": f"cookie: {LINE}\n",
    "curl_fragment": f"-H 'cookie: {LINE}'",
    "console": f"'{LINE}'",
    **{
        name.lower(): value
        for name, value in globals().items()
        if isinstance(value, str) and name.isupper() and name not in ("AT", "URL", "SISTER")
    },
}


@pytest.mark.parametrize("form", FORMS)
def test_what_people_paste_is_recognised(tmp_path: Path, form: str) -> None:
    path = tmp_path / "saved"
    path.write_bytes(FORMS[form].encode())
    cookies = find_cookies(path, None, "amazon")
    assert (cookies.tld, cookies.values) == ("co.uk", WANTED)


@pytest.mark.parametrize("form", ["chrome_bash", "chrome_cmd", "netscape", "request_headers", "a_line_each"])
def test_such_a_text_may_be_in_the_configuration(form: str) -> None:
    assert looks_like_cookies(FORMS[form])
    assert find_cookies(FORMS[form], None, "amazon").values == WANTED


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("form", ["header", "netscape", "edit_this_cookie", "chrome_bash"])
def test_notepad_and_powershell_write_other_encodings(tmp_path: Path, form: str, encoding: str) -> None:
    path = tmp_path / "cookies.txt"
    path.write_bytes(FORMS[form].encode("utf-8") if encoding == "utf-8-sig" else FORMS[form].encode(encoding))
    assert find_cookies(path, None, "amazon").values == WANTED


def test_a_foreign_cookie_in_an_older_encoding_is_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / "cookies.txt"
    path.write_bytes(NETSCAPE.encode() + b"\n.example.de\tTRUE\t/\tFALSE\t0\tcity\tM\xfcnchen\n")
    assert find_cookies(path, None, "amazon").values == WANTED


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("cookies.rtf", b"{\\rtf1\\ansi\\ansicpg1252 " + LINE.encode() + b"}", r"an RTF document.*Make Plain Text"),
        ("cookies.txt", b"{\\rtf1 }", "an RTF document"),
        ("page.html", b"\n<!DOCTYPE html><html><head>", "a web page"),
        ("page.html", "\ufeff<html>".encode("utf-16"), "a web page"),
        ("cookies.pdf", b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        ("cookies.docx", b"PK\x03\x04\x14\x00\x06\x00", r"a zip archive, or a document such as \.docx"),
        ("cookies.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"word processor \(\.doc\)"),
        ("amazon.webarchive", b"bplist00\xd1\x01", "a web archive"),
        ("cookies.sqlite", b"SQLite format 3\x00\x10\x00", r"a browser's own store.*--browser"),
        ("cookies.txt.gz", b"\x1f\x8b\x08\x00", "compressed"),
        ("shot.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0", "a picture"),
        ("shot.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture"),
        ("what.bin", b"\0\1\2\3" * 9, "is not text"),
        ("empty.txt", b"", "holds no cookies: expected cookies.txt"),
        ("prose.txt", b"Here are my cookies, dear friend", "holds no cookies"),
        ("curl.txt", f"curl '{URL}' -H 'cookie: session-id=1".encode(), "not copied completely"),
        ("curl.txt", f"curl '{URL}' -H 'accept: */*'".encode(), r"a request to www\.amazon\.co\.uk without cookies"),
        ("fetch.txt", f'fetch("{URL}", {{"headers": {{}}}})'.encode(), r"without cookies.*Copy as fetch \(Node"),
        ("a.har", har({"url": URL, "headers": [], "cookies": []}).encode(), "a HAR file without cookies.*sensitive"),
        ("audible.txt", f"curl 'https://www.audible.co.uk/' -b '{SISTER}'".encode(), r"are of www\.audible\.co\.uk"),
        ("music.txt", f"curl 'https://music.amazon.co.uk/' -b '{SISTER}'".encode(), r"are of music\.amazon\.co\.uk"),
        ("java.txt", b"session-id=139-1; ubid-acbuk=262-1", r"missing at-acbuk.*document\.cookie"),
    ],
)
def test_what_is_no_cookies_is_named_with_advice(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SignInError, match=words) as caught:
        find_cookies(path, None, "amazon")
    assert str(path) in str(caught.value)
    assert "139-1" not in str(caught.value)


def test_a_whole_browser_signs_in_right(tmp_path: Path) -> None:
    def rows(domain: str, suffix: str, mark: str) -> list[str]:
        named = {"session-id": mark, f"ubid-{suffix}": mark, f"at-{suffix}": mark, "session-token": mark}
        return [f"{domain}\tTRUE\t/\tTRUE\t4000000000\t{name}\t{value}" for name, value in named.items()]

    sisters = ("audible.com", "imdb.com", "amazon.jobs", "aws.amazon.com", "music.amazon.com", "primevideo.com")
    own, german = rows(".amazon.com", "main", "US"), rows(".amazon.de", "acbde", "DE")
    others = [row for sister in sisters for row in rows(f".{sister}", "main", sister)]
    path = tmp_path / "cookies.txt"
    for order in (own + german + others, others + german + own):
        path.write_text("# Netscape HTTP Cookie File\n" + "\n".join(order))
        assert set(find_cookies(path, "com", "amazon").values.values()) == {"US"}
        with pytest.raises(SignInError, match=r"several countries \(amazon\.com, amazon\.de\): say which with 'tld'"):
            find_cookies(path, None, "amazon")
    path.write_text("\n".join(others))
    with pytest.raises(SignInError, match=r"missing session-id, ubid-main, at-main.* are of .*music\.amazon\.com"):
        find_cookies(path, None, "amazon")


def test_an_end_in_any_notation_is_understood(tmp_path: Path) -> None:
    ended = "Wed, 21 Oct 2015 07:28:00 GMT"
    for value in ("2015-10-21T07:28:00.000Z", ended, "1445412480", 1445412480, 1445412480000):
        entries = [
            {"name": name, "value": content, "domain": ".amazon.co.uk", "expires": value}
            for name, content in WANTED.items()
        ]
        path = tmp_path / "cookies.json"
        path.write_text(json.dumps(entries))
        assert find_cookies(path, None, "amazon").ended_on == "2015-10-21"
