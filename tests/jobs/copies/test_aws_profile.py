"""Keys of an object store from the files of the AWS command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from photosync.copies import CopySettings, open_place
from photosync.errors import ConfigError, SignInError
from photosync.testing.command import Sandbox
from tests.jobs.copies.places import KEY, SECRET, Place, S3Server, copied

BOTH = f"""
[default]
aws_access_key_id = nobody-knows-this-key
aws_secret_access_key = percent % and "quotes"

[photos]
aws_access_key_id = {KEY}
aws_secret_access_key = {SECRET}
"""


@pytest.fixture
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in place of ~/.aws/credentials."""
    for each in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_CONFIG_FILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(each, raising=False)
    path = tmp_path / "credentials"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    return path


def settings_without_keys(s3: S3Server, prefix: str) -> dict[str, str]:
    settings = s3.place(prefix).settings
    assert isinstance(settings, dict)
    return {key: value for key, value in settings.items() if key in ("to", "endpoint", "region")}


@pytest.mark.slow  # a real server
@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_a_copy_with_the_keys_of_the_default_profile(
    sandbox: Sandbox, s3: S3Server, tmp_path: Path, place: Place
) -> None:
    there = Place(settings_without_keys(s3, tmp_path.name), place.folder)
    there.configure(sandbox)
    file = sandbox.home / ".aws/credentials"
    file.parent.mkdir()
    file.write_text(f"[default]\naws_access_key_id={KEY}\naws_secret_access_key={SECRET}\n", encoding="utf-8")
    result = copied(sandbox)
    assert (result.exit, result.number("failed")) == (0, 0), result
    assert SECRET not in result.stdout + result.stderr


@pytest.mark.slow  # a real server
def test_the_profile_that_is_named(
    s3: S3Server, credentials: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = CopySettings.model_validate(settings_without_keys(s3, "profiles"))
    credentials.write_text(BOTH, encoding="utf-8")
    with pytest.raises(SignInError):
        list(open_place("second", settings, tmp_path).files())
    monkeypatch.setenv("AWS_PROFILE", "photos")
    assert list(open_place("second", settings, tmp_path).files()) == []


def test_a_profile_without_keys(credentials: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    credentials.write_text(BOTH, encoding="utf-8")
    monkeypatch.setenv("AWS_PROFILE", "nowhere")
    with pytest.raises(ConfigError, match="nowhere"):
        open_place("second", CopySettings(to="s3://bucket/photos", region="us-east-1"), tmp_path)


def test_a_file_that_is_none(credentials: Path, tmp_path: Path) -> None:
    credentials.write_text(f"aws_secret_access_key = {SECRET}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be read") as raised:
        open_place("second", CopySettings(to="s3://bucket/photos", region="us-east-1"), tmp_path)
    assert SECRET not in str(raised.value)
