"""`copies` in the configuration: what cannot be right is refused before anything is asked, and shows no secret."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from photosync.config import Config, parsed
from photosync.errors import ConfigError

SECRET = "correct-horse"


def config(copies: object) -> Config:
    return parsed(Path("/home/ada/config.yaml"), yaml.safe_dump({"library": "/photos", "copies": copies}))


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a b", "a\x01", "x" * 65, "naïve", "usb\n"])
def test_a_name_that_is_no_file_name(name: str) -> None:
    with pytest.raises(ConfigError, match="letters, digits"):
        config({name: "/mnt/usb"})


def test_names_that_differ_in_case_alone() -> None:
    with pytest.raises(ConfigError, match="upper and lower case"):
        config({"usb": "/mnt/usb", "USB": "/mnt/other"})


@pytest.mark.parametrize(
    "to",
    [
        *(
            "",
            " ",
            "/mnt/u\nsb",
            "/mnt/\0usb",
            "ftp://host/photos",
            f"http://ada:{SECRET}@host/photos",
            "s3://",
            "s3:///x",
        ),
        *(f"s3://ada:{SECRET}@bucket/photos", f"s3://bucket/photos?key={SECRET}", f"s3://bucket/photos#{SECRET}"),
        *("s3://bucket/../photos", "s3://bucket/a//b", "s3://bucket/./a"),
    ],
)
@pytest.mark.parametrize("is_alone", [True, False])
def test_a_place_that_cannot_be(to: str, is_alone: bool) -> None:
    with pytest.raises(ConfigError, match="expected") as raised:
        config({"usb": to if is_alone else {"to": to}})
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("value", [None, [], ["/mnt/usb"], {}])
def test_a_value_of_another_kind(value: object) -> None:
    with pytest.raises(ConfigError, match=r"copies\.usb"):
        config({"usb": value})


@pytest.mark.parametrize("to", ["/mnt/usb", "usb", "~/usb", "s3://bucket", "s3://bucket/", "gs://b/p", "abfss://c@a/p"])
def test_a_place_that_can_be(to: str) -> None:
    assert config({"usb": to}).copies["usb"].to == to


def test_secrets_do_not_appear_when_settings_are_printed() -> None:
    keys = dict.fromkeys(("secret_access_key", "session_token", "account_key"), SECRET)
    assert SECRET not in repr(config({"usb": {"to": "s3://bucket", **keys}}))


@pytest.mark.parametrize("key", ["access_key_id", "secret_access_key", "session_token", "account_key", "region"])
def test_keys_are_in_one_line(key: str) -> None:
    """The line end of a file that has a key is no part of it."""
    settings = config({"usb": {"to": "s3://bucket", key: f"{SECRET}\n"}}).copies["usb"]
    assert settings.options()[key] == SECRET
    for value in ("", f"{SECRET} {SECRET}", f"{SECRET}\n{SECRET}", f"{SECRET}\x01", f"{SECRET}é"):
        with pytest.raises(ConfigError, match=key) as raised:
            config({"usb": {"to": "s3://bucket", key: value}})
        assert SECRET not in str(raised.value)


def test_a_key_file_is_a_path_and_not_its_content() -> None:
    """The engine's error for a file that is not there has its name, which would be the key."""
    content = f'{{"private_key": "{SECRET}"}}'
    for value in (content, f"\n {content}"):
        with pytest.raises(ConfigError, match="service_account") as raised:
            config({"cloud": {"to": "gs://bucket/photos", "service_account": value}})
        assert SECRET not in str(raised.value)
    assert config({"cloud": {"to": "gs://bucket", "service_account": "/home/ada/key.json"}}).copies
