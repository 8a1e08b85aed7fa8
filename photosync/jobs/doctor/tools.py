"""The program itself, and the tools that it can use but does not need."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator
from importlib import metadata, util

from photosync.jobs.doctor.check import Check, Result

_PACKAGES = {
    "pandas": ("tables in Python and notebooks", "pip install 'photosync-cli[pandas]'"),
    "pyarrow": ("photosync export to Parquet", "pip install pyarrow"),
    "apprise": ("notifications", "pip install 'photosync-cli[notify]'"),
    "obstore": ("copies in object stores", "pip install 'photosync-cli[copies]'"),
    "aiohttp": ("photosync demo", "pip install 'photosync-cli[demo]'"),
}
_PROGRAMS = {
    "exiftool": "shows all metadata of a file; photosync itself does not use it",
    "crontab": "photosync schedule --cron",
    "systemctl": "photosync schedule --systemd",
    "sha256sum": "checks the lists SHA256SUMS without photosync",
}


def tool_checks() -> Iterator[Check]:
    """None of them is an error."""
    yield Check(
        "program",
        Result.OK,
        f"photosync {_version('photosync-cli')}, Python {platform.python_version()}, {platform.platform()}",
    )
    for name, (purpose, install) in _PACKAGES.items():
        if util.find_spec(name) is not None:
            yield Check("tools", Result.OK, f"{name} {_version(name)}, for {purpose}")
        else:
            yield Check("tools", Result.OK, f"no {name}, which is for {purpose}", f"If you want it: {install}")
    for name, purpose in _PROGRAMS.items():
        found = shutil.which(name)
        yield Check("tools", Result.OK, f"{name} ({purpose}): {found or 'not installed'}")
    yield _keyring()


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "of unknown version"


def _keyring() -> Check:
    import keyring  # noqa: PLC0415 - slow to load

    try:
        backend = keyring.get_keyring()
        is_usable = float(backend.priority) > 0
    except Exception as error:  # noqa: BLE001 - backends fail in any way
        return Check("tools", Result.OK, f"no keyring of the system ({type(error).__name__})")
    name = f"{type(backend).__module__}.{type(backend).__qualname__}"
    text = f"the system's keyring: {name}" if is_usable else "no keyring of the system; 'keyring:NAME' cannot be used"
    return Check("tools", Result.OK, text)
