"""The configuration: its values, and messages for errors in it."""

import os
from pathlib import Path

import pytest

from photosync import config
from photosync.errors import ConfigError

EXAMPLE = Path(__file__).parents[1] / "photosync" / "config.example.yaml"


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def load_all(path: Path) -> config.Config:
    """Raises also the mistakes of accounts."""
    loaded = config.load(path)
    for error in loaded.unusable.values():
        raise error
    return loaded


def test_the_example_loads() -> None:
    loaded = config.load(EXAMPLE)
    assert loaded.library == Path("~/Pictures/photosync").expanduser()
    assert "amazon" in loaded.accounts


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (
            "library: x\naccounts:\n  amazon:\n    cookeis: a.txt\n",
            4,
            r"accounts.amazon.cookeis: unknown key; .*cookies",
        ),
        (
            "library: x\nacounts: {}\n",
            2,
            r"acounts: unknown key; expected one of accounts, after, catalog, copies, defaults",
        ),
        (
            "copies: {offsite: /usb}\nlibrary: x\nafter: copy ofsite\n",
            3,
            r"after: there is no copy 'ofsite'.*mean 'offsite'\?",
        ),
        ("copies: {usb: /usb}\nafter:\n  - copy\n  - copy disk\n", 4, r"after.1: there is no copy 'disk'; copies: usb"),
        ("library: x\nafter: copy\n", 2, r"after: no copy is configured; add one under 'copies'"),
        ("copies: {usb: /usb}\nafter: push usb\n", 2, r"after: expected 'copy', 'copy NAME' or a list of these"),
        ("copies: {usb: /usb}\nafter: ''\n", 2, r"after: expected 'copy', 'copy NAME' or a list of these"),
        ("copies: {usb: /usb}\nafter: {copy: usb}\n", 2, r"after: expected a list, such as \[a, b\]"),
        ("copies: {usb: /usb}\nafter: [[copy]]\n", 2, r"after.0: expected text"),
        ("library: x\naccounts:\n  mine: {}\n", 3, r"accounts.mine: 'provider' is missing"),
        ("library: x\naccounts:\n  mine: {provider: flickr}\n", 3, r"there is no provider 'flickr'; expected one of"),
        ("library: x\ndefaults:\n  jobs: many\n", 3, r"defaults.jobs: expected"),
        ("library: x\ndefaults:\n  jobs: 0\n", 3, r"defaults.jobs: expected"),
        ("library: x\ndefaults:\n  exif: sometimes\n", 3, r"exif: expected 'fix', 'sidecar' or 'off'"),
        ("library: x\ndefaults:\n  layout: '{nmae}'\n", 3, r"unknown field '{nmae}'; expected one of account"),
        ("library: x\ndefaults:\n  bwlimit: fast\n", 3, r"expected a size such as"),
        ("library: x\ndefaults:\n  time_zone: Mars\n", 3, r"Mars"),
        ("library: x\naccounts:\n  amazon:\n    layout: flat\n    layout: years\n", 5, r"a second time"),
        (
            "library: x\naccounts:\n  amazon:\n    endpoints:\n      apis: https://x\n",
            5,
            r"unknown key; expected one of",
        ),
        (
            "library: x\naccounts:\n  amazon:\n    endpoints:\n      api: http://example.org\n",
            5,
            r"plain http:// is accepted for loopback addresses alone",
        ),
        ("library: x\naccounts:\n  ../x: {provider: amazon}\n", 3, r"this name cannot be a folder's"),
        ("library: x\naccounts:\n  amazon: [1]\n", 3, r"accounts.amazon: expected a valid dictionary"),
        ("library: x\naccounts:\n  mine: {provider: [1]}\n", 3, r"accounts.mine.provider: there is no provider"),
        ("library: x\naccounts:\n  mine: {provider: {a: b}}\n", 3, r"accounts.mine.provider: there is no provider"),
        *(
            (f"library: x\naccounts:\n  amazon:\n    endpoints:\n      api: '{url}'\n", 5, problem)
            for url, problem in [
                ("https://[x", "this is no URL"),
                ("https://x:port", "this is no URL"),
                ("https://:443", "expected a URL that begins with https://"),
                ("ftp://example.org", "expected a URL that begins with https://"),
            ]
        ),
        ("library: [x\n", 2, r"this is no YAML"),
        ("- library\n", 1, r"expected 'library' and 'accounts'"),
    ],
)
def test_an_error_names_file_line_key_and_what_was_expected(tmp_path: Path, text: str, line: int, problem: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError, match=problem) as raised:
        load_all(path)
    assert str(raised.value).startswith(f"{path}:{line}: ")


@pytest.mark.parametrize(
    ("after", "names"),
    [
        ("", ()),
        ("copy", ("usb", "offsite")),
        ("copy offsite", ("offsite",)),
        ("[copy offsite, copy]", ("offsite", "usb")),
        ("[]", ()),
    ],
)
def test_after_names_copies(tmp_path: Path, after: str, names: tuple[str, ...]) -> None:
    path = write(tmp_path, f"library: /x\ncopies: {{usb: /usb, offsite: 's3://bucket/photos'}}\nafter: {after}\n")
    assert config.load(path).after == names


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """libary: /x
accounts:
  amazon:
    cookeis: a.txt
    exif: on
    tld: cm
    layout: '{nmae}'
    endpoints: {apis: https://x, api: http://example.org}
  aura:
    frames:
      gran: {id: 1, path: /x, timezone: Europe/Berlin}
  gogle: {}
defaults:
  jobs: 0
  jobs: many
""",
    )
    with pytest.raises(ConfigError) as raised:
        config.load(path)
    found = [each.removeprefix(f"{path}:").split(":")[:2] for each in raised.value.mistakes]
    assert [(int(line), key.strip()) for line, key in found] == [
        (1, "libary"),
        (4, "accounts.amazon.cookeis"),
        (5, "accounts.amazon.exif"),
        (6, "accounts.amazon.tld"),
        (7, "accounts.amazon.layout"),
        (8, "accounts.amazon.endpoints.apis"),
        (8, "accounts.amazon.endpoints.api"),
        (9, "accounts.aura.email"),
        (11, "accounts.aura.frames.gran.timezone"),
        (12, "accounts.gogle"),
        (15, "defaults.jobs"),
    ]
    assert "libary: unknown key; expected one of accounts, after, catalog, copies, defaults, library, " in str(
        raised.value
    )
    assert " Did you mean 'library'?" in str(raised.value)
    assert "timezone: unknown key; expected one of id, path, time_zone, write. Did you mean 'time_zone'?" in str(
        raised.value
    )


def test_a_mistake_in_the_section_of_an_account_stops_this_account_alone(tmp_path: Path) -> None:
    loaded = config.load(
        write(
            tmp_path,
            """library: /x
defaults: {artist: Ann}
accounts:
  amazon: {layout: flat}
  drive: {provider: clouddrive, client_ids: a, sidecar_name: stem}
  aura: {email: ann@example.org, frames: {gran: {id: a, time_zone: Europe/Berlin}}, delays: 3}
  second: {provider: amazon, time_zone: Europe/Berln}
  third:
  fourth: [1]
""",
        )
    )
    assert list(loaded.accounts) == ["amazon"]
    assert list(loaded.unusable) == ["drive", "aura", "second", "third", "fourth"]
    with pytest.raises(ConfigError, match="client_ids: unknown key"):
        loaded.account("drive")
    # Their files are fixed all the same, unless the mistakes concern that.
    drive = loaded.metadata_settings("drive")
    assert (drive.artist, drive.sidecar_name) == ("Ann", "stem")
    assert loaded.metadata_settings("third").artist == "Ann"
    for name in ("aura", "second"):
        with pytest.raises(ConfigError):
            loaded.metadata_settings(name)


def test_all_accounts_may_be_commented_out(tmp_path: Path) -> None:
    loaded = config.load(write(tmp_path, "library: /x\naccounts:\n  # amazon: {}\ndefaults:\n"))
    assert (loaded.accounts, loaded.defaults) == ({}, config.Defaults())


def bomb(levels: int) -> str:
    """Each line has the values of the one before ten times."""
    lines = ["library: x", "accounts:", "  a0: &a0 {b: [1, 2, 3, 4, 5, 6, 7, 8, 9]}"]
    for level in range(1, levels):
        names = ", ".join(f"k{number}: *a{level - 1}" for number in range(10))
        lines.append(f"  a{level}: &a{level} {{{names}}}")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (bomb(12), "has more than 20000 values, with all aliases"),
        ("library: x\naccounts: &all\n  a: *all\n", "nested too deeply|has more than 20000 values"),
        ("library: x\naccounts:\n  a: &list [*list, *list]\n", "nested too deeply|has more than 20000 values"),
        ("library: " + "[" * 5_000, "nested too deeply"),
        ("library: x\naccounts: " + "{a: " * 3_000 + "1" + "}" * 3_000, "nested too deeply"),
        ("library: x\n" + "# filling\n" * 200_000, "has more than 1000000 bytes"),
    ],
    ids=["bomb", "recursive mapping", "recursive list", "deep", "deep mapping", "large"],
)
def test_a_file_that_means_more_than_a_configuration_can_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        config.load(write(tmp_path, text))


def test_aliases_work(tmp_path: Path) -> None:
    path = write(
        tmp_path, "library: /x\naccounts:\n  amazon: {layout: &same years}\n  b: {provider: amazon, layout: *same}\n"
    )
    assert config.load(path).account("b").options.layout == "years"


@pytest.mark.parametrize(
    ("library", "is_said"), [("photos", True), ("./a/b", True), ("/photos", False), ("~/photos", False)]
)
def test_a_relative_library_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, library: str, is_said: bool
) -> None:
    path = write(tmp_path, f"accounts: {{}}\nlibrary: {library}\n")
    config.load(path)
    expected = [f"{path}:2: library: '{library}' means {tmp_path / library}; write the whole path"] if is_said else []
    assert [each.getMessage() for each in caplog.records] == expected


def test_a_missing_file_is_reported_with_an_example(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"photosync init"):
        config.load(tmp_path / "none.yaml")


def test_off_is_a_word_and_no_truth_value(tmp_path: Path) -> None:
    path = write(tmp_path, "library: x\naccounts:\n  amazon: {exif: off, jobs: 3}\n")
    options = config.load(path).account("amazon").options
    assert options.exif == "off"
    assert options.jobs == 3


def test_an_account_wins_over_the_defaults(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "library: x\ndefaults: {layout: years, bwlimit: 2M}\naccounts:\n  amazon: {layout: flat}\n"
        "  second: {provider: amazon}\n",
    )
    loaded = config.load(path)
    assert loaded.account("amazon").options.layout == "flat"
    assert loaded.account("second").options.layout == "years"
    assert loaded.account("second").options.bwlimit == 2_000_000


def test_a_secret_of_the_environment_is_looked_up_only_for_its_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(
        tmp_path, "library: x\naccounts:\n  amazon:\n    cookies:\n      session-id: ${PHOTOSYNC_TEST_SECRET}\n"
    )
    account = config.load(path).account("amazon")
    with pytest.raises(ConfigError, match=r"config.yaml:5: .*no variable PHOTOSYNC_TEST_SECRET"):
        account.settings()
    monkeypatch.setenv("PHOTOSYNC_TEST_SECRET", "139-1")
    assert account.settings().model_dump()["cookies"] == {"session-id": "139-1"}


def test_paths_begin_at_the_configuration_file(tmp_path: Path) -> None:
    path = write(tmp_path, "library: photos\naccounts:\n  amazon: {cookies: my-cookies.txt}\n")
    loaded = config.load(path)
    assert loaded.library == tmp_path / "photos"
    assert loaded.account("amazon").settings().model_dump()["cookies"] == tmp_path / "my-cookies.txt"


def test_an_unknown_account_is_reported_with_the_known_ones(tmp_path: Path) -> None:
    path = write(tmp_path, "library: x\naccounts:\n  amazon: {}\n")
    with pytest.raises(ConfigError, match=r"no account 'amzon'; accounts there: amazon"):
        config.load(path).account("amzon")


def test_options_of_the_fixer_are_under_defaults_or_an_account(tmp_path: Path) -> None:
    text = """
library: x
defaults: {artist: Ada, write_gps: yes, sidecar_name: stem}
accounts:
  amazon: {cookies: {session-id: "1"}, artist: Grandma, time_zone: Europe/Berlin}
"""
    settings = config.load(write(tmp_path, text)).account("amazon").options.metadata_settings()
    assert (settings.artist, settings.write_gps, settings.remove_software) == ("Grandma", True, False)
    assert (settings.sidecar_name, settings.time_zone, settings.mode) == ("stem", "Europe/Berlin", "fix")


def test_an_artist_of_two_lines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"defaults.artist: .*plain text"):
        config.load(write(tmp_path, 'library: x\ndefaults:\n  artist: "a\\nb"\n'))


SECRETS = """
amazon: {cookies: "session-id=1; ubid-main=2; at-main=3"}
amazon: {cookies: {session_id: "1", ubid_main: "${UBID}", at_main: "keyring:at"}}
aura: {email: ann@example.org, password: open sesame}
clouddrive: {client_id: a, client_secret: b}
"""
NO_SECRETS = """
amazon: {cookies: {session_id: "${ID}", ubid_main: "${UBID}", at_main: "keyring:at"}}
aura: {email: ann@example.org, password: "${AURA_PASSWORD}"}
aura: {email: ann@example.org, password: "keyring:aura"}
clouddrive: {client_id: a, client_secret: "keyring:drive"}
amazon: {}
"""
FILES = """
amazon: {cookies: secret.txt}
aura: {email: ann@example.org, token: secret.txt}
clouddrive: {client_data: secret.txt}
clouddrive: {token: secret.txt}
google: {client_secret: secret.txt}
google: {client_secret: other.json, upload_token: secret.txt}
"""
on_posix = pytest.mark.skipif(os.name != "posix", reason="other systems have no modes")


def _with_account(folder: Path, account: str, mode: int) -> Path:
    path = write(folder, f"library: /x\naccounts:\n  {account}\n")
    path.chmod(mode)
    return path


def _warnings(caplog: pytest.LogCaptureFixture, path: Path) -> list[str]:
    config.load(path)
    return [record.getMessage() for record in caplog.records]


@on_posix
@pytest.mark.parametrize("mode", [0o644, 0o604, 0o640])
@pytest.mark.parametrize("account", SECRETS.strip().splitlines())
def test_a_configuration_with_secrets_that_others_can_read_is_named_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, account: str, mode: int
) -> None:
    path = _with_account(
        tmp_path, f"{account}\n  second: {{provider: aura, email: bob@example.org, password: mine}}", mode
    )
    [warning] = _warnings(caplog, path)
    assert warning.endswith(f"chmod 600 {path}")
    assert "sesame" not in warning


@on_posix
@pytest.mark.parametrize("account", NO_SECRETS.strip().splitlines())
def test_a_configuration_without_secrets_may_be_read_by_all(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, account: str
) -> None:
    assert _warnings(caplog, _with_account(tmp_path, account, 0o644)) == []


@on_posix
@pytest.mark.parametrize(("mode", "warned"), [(0o644, True), (0o600, False), (0o400, False), (None, False)])
@pytest.mark.parametrize("account", FILES.strip().splitlines())
def test_a_file_with_secrets_that_others_can_read_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, account: str, mode: int | None, *, warned: bool
) -> None:
    secret = tmp_path / "secret.txt"
    if mode is not None:
        secret.touch()
        secret.chmod(mode)
    warnings = _warnings(caplog, _with_account(tmp_path, account, 0o644))
    assert [text.endswith(f"chmod 600 {secret}") for text in warnings] == [True] * warned


@on_posix
def test_what_systemd_gives_a_service_is_readable_for_that_service_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _with_account(tmp_path, SECRETS.strip().splitlines()[0], 0o440)  # the group's right is that of the list
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert _warnings(caplog, path) == []


@pytest.mark.parametrize("secret", ["amzn1.oa2-cs.v1.ab…", "amzn1.oa2-cs.v1.ab...", "amzn1 oa2", "amzn1\\noa2", "ключ"])
def test_a_client_secret_that_was_not_copied_whole_is_refused(tmp_path: Path, secret: str) -> None:
    text = f'library: /x\naccounts:\n  clouddrive:\n    client_id: a\n    client_secret: "{secret}"\n'
    with pytest.raises(ConfigError, match=r"5: accounts\.clouddrive\.client_secret: .*copied completely") as caught:
        load_all(write(tmp_path, text))
    assert "amzn1" not in str(caught.value)


def test_blanks_around_a_client_secret_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIVE_SECRET", "amzn1.oa2-cs\n")
    text = "library: /x\naccounts:\n  clouddrive: {client_id: ' a ', client_secret: '${DRIVE_SECRET}'}\n"
    settings = config.load(write(tmp_path, text)).account("clouddrive").settings()
    assert settings.model_dump(include={"client_id", "client_secret"}) == {
        "client_id": "a",
        "client_secret": "amzn1.oa2-cs",
    }


def test_a_password_may_have_any_characters(tmp_path: Path) -> None:
    text = "library: /x\naccounts:\n  aura: {email: ann@example.org, password: ' öpen sesame… '}\n"
    settings = config.load(write(tmp_path, text)).account("aura").settings()
    assert settings.model_dump(include={"password"}) == {"password": " öpen sesame… "}
