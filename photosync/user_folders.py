"""The user's own folders. A container may run as a user who has none: then another folder has to be named."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from platformdirs import user_config_path, user_state_path

from photosync.errors import ConfigError


def expanded(path: Path | str) -> Path:
    """`path` with `~` as the home folder. Raises `ConfigError` if there is no such home, or if no path can be that."""
    try:
        if b"\0" in os.fsencode(path):
            raise ConfigError(f"{str(path)!r}: no file can have this name")
        return Path(path).expanduser()
    except UnicodeEncodeError as error:  # a lone surrogate; YAML and JSON can have one
        raise ConfigError(f"{str(path)!r}: no file can have this name") from error
    except RuntimeError as error:
        raise ConfigError(f"'{path}': there is no such home folder; write the whole path") from error


def state_folder() -> Path:
    """The folder for data of the user that no library has: tokens, and the paths of libraries. Raises `ConfigError`."""
    if named := os.environ.get("PHOTOSYNC_STATE"):
        return expanded(named)
    return _usual(
        user_state_path,
        "there is no home folder, so photosync has no folder for its state (tokens, and which libraries it knows): "
        "name one with PHOTOSYNC_STATE",
    )


def configuration_file() -> Path:
    """The configuration where no option names one. It need not exist. Raises `ConfigError`."""
    if named := os.environ.get("PHOTOSYNC_CONFIG"):
        return expanded(named)
    return usual_configuration_file()


def usual_configuration_file() -> Path:
    """The configuration where the environment names none either. Raises `ConfigError`."""
    hint = "there is no home folder: name the configuration with --config or PHOTOSYNC_CONFIG"
    return _usual(user_config_path, hint) / "config.yaml"


def _usual(folder: Callable[[str], Path], otherwise: str) -> Path:
    try:
        found = folder("photosync")
    except RuntimeError as error:
        raise ConfigError(otherwise) from error
    if not found.is_absolute():  # platformdirs before version 4.14
        raise ConfigError(otherwise)
    return found
