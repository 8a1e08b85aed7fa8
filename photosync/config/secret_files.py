"""The files with secrets that others can read: the configuration, and those that it names."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from photosync.config.references import is_reference
from photosync.provider import AccountSettings


def files_with_secrets(settings: AccountSettings, content: Mapping[str, Any], configuration: Path) -> Iterator[Path]:
    """The files that have secrets of an account: those that its section names, and the configuration itself."""
    for key in sorted(settings.secret_keys & content.keys()):
        value = getattr(settings, key)
        if isinstance(value, Path):
            yield value
        elif any(not is_reference(text) for text in (value.values() if isinstance(value, dict) else [value])):
            yield configuration


def is_readable_by_others(path: Path) -> bool:
    """Whether other users may read the file. Not known on systems without POSIX modes.

    What systemd gives a service with `LoadCredential` is for that service's user alone, although its mode shows the
    group a right: that of an access control list. Source: systemd.exec(5), Credentials.
    """
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    if credentials and path.is_relative_to(credentials):
        return False
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return os.name == "posix" and stat.S_ISREG(mode) and bool(mode & (stat.S_IRGRP | stat.S_IROTH))
