"""The fixer's settings of one run: the configured ones, and what the user asks for beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from photosync import metadata
from photosync.errors import ConfigError, UsageError

SettingsOf = Callable[[str | None], metadata.Settings]
"""For an account's name, or None for files of no account."""

_NAMES = ("artist", "copyright")
_BOOLEANS = ("remove_software", "write_gps")
_SETTINGS = (*_NAMES, *_BOOLEANS, "sidecar_name", "time_zone")
_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def settings_for_run(
    configured: SettingsOf,
    accounts: Iterable[str],
    *,
    sets: Mapping[str, str],
    overwrite: Iterable[str] = (),
    sidecar: bool = False,
) -> SettingsOf:
    """The configured settings, changed by `sets`: values by settings or tags of Exif. `overwrite` has names of tags.

    Raises `UsageError` for a name or a value that cannot be.
    """
    values: dict[str, object] = {}
    tags: dict[str, str] = {}
    for key, text in sets.items():
        if key.lower() in _NAMES:
            values[key.lower()] = next(iter(_tag(key, text).values())) if text else ""
        elif key in _SETTINGS:
            values[key] = _value(key, text)
        else:
            tags |= _tag(key, text)
    if "time_zone" in values:
        values["collection_zones"] = {}
    names = [_overwritable(name) for name in overwrite]
    lower = {name.lower() for name in names}

    def settings(account: str | None) -> metadata.Settings:
        own = configured(account)
        mode = metadata.Mode.SIDECAR if sidecar or own.mode is metadata.Mode.SIDECAR else metadata.Mode.FIX
        try:
            return replace(own, mode=mode, tags=tags, overwrite=own.overwrite | lower, **values)  # type: ignore[arg-type]
        except (ValueError, ConfigError) as error:
            raise UsageError(f"--set: {error}") from error

    known = {name for account in (None, *accounts) for name in settings(account).texts}
    for name in names:
        if name not in known:
            raise UsageError(f"--overwrite {name}: there is nothing to write; expected --set {name}=TEXT beside it")
    return settings


def _value(key: str, text: str) -> str | bool:
    if key not in _BOOLEANS:
        return text
    if text.lower() not in _WORDS:
        raise UsageError(f"--set {key}={text}: expected true or false")
    return _WORDS[text.lower()]


def _tag(key: str, text: str) -> dict[str, str]:
    try:
        name = metadata.settable_tag(key).name
    except ConfigError as error:
        tags = ", ".join(name for name in metadata.SETTABLE_TAGS if name.lower() not in _NAMES)
        expected = f"one of {', '.join(_SETTINGS)}, or one of the tags {tags}"
        raise UsageError(f"--set {key}={text}: expected KEY=VALUE with {expected}") from error
    try:
        return metadata.checked_tags({name: text})
    except ConfigError as error:
        raise UsageError(f"--set {error}") from error


def _overwritable(name: str) -> str:
    try:
        return metadata.settable_tag(name).name
    except ConfigError as error:
        raise UsageError(f"--overwrite: {error}") from error
