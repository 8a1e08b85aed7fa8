"""Profiles of the AWS command line. The engine itself reads the environment, and the role of the computer.

Source: AWS SDKs and Tools Reference Guide, Shared config and credentials files, and Credential provider chain.
"""

from __future__ import annotations

import os
from configparser import ConfigParser, Error
from pathlib import Path

from photosync.errors import ConfigError

_KEYS = {
    "aws_access_key_id": "access_key_id",
    "aws_secret_access_key": "secret_access_key",
    "aws_session_token": "session_token",
}
"""In the file, and as the engine calls them."""
_COME_FIRST = ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE")
_REGION = ("AWS_REGION", "AWS_DEFAULT_REGION")


def options_of_profile() -> dict[str, str]:
    """What the engine gets of the profile in AWS_PROFILE, or of `default`. Empty if the environment has keys itself.

    Raises `ConfigError` for a file that cannot be read, and for a profile that is named and has no keys.
    """
    if any(os.environ.get(each) for each in _COME_FIRST):
        return {}
    named = os.environ.get("AWS_PROFILE")
    credentials, config = _file("AWS_SHARED_CREDENTIALS_FILE", "credentials"), _file("AWS_CONFIG_FILE", "config")
    section = f"profile {named}" if named and named != "default" else "default"
    both = _section(config, section) | _section(credentials, named or "default")
    found = {ours: both[theirs] for theirs, ours in _KEYS.items() if theirs in both}
    if named and not {"access_key_id", "secret_access_key"} <= found.keys():
        raise ConfigError(f"the profile '{named}' (AWS_PROFILE) has no keys in {credentials} or {config}; correct it")
    if found and "region" in both and not any(os.environ.get(each) for each in _REGION):
        found["region"] = both["region"]
    return found


def _file(variable: str, name: str) -> Path:
    path = os.environ.get(variable) or f"~/.aws/{name}"
    return Path(os.path.expanduser(path))  # noqa: PTH111 - a container may have no home, which is no error here


def _section(path: Path, name: str) -> dict[str, str]:
    parser = ConfigParser(interpolation=None, default_section="", strict=False)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, Error) as error:  # the parser's own words quote the file, which has secrets
        raise ConfigError(f"{path} cannot be read as a configuration of AWS ({type(error).__name__})") from None
    return dict(parser[name]) if parser.has_section(name) else {}
