"""The names in a configuration and a catalog, for completion: quick, and without the checks of `config` and `catalog`.

What cannot be read has no names: a person at a prompt is told nothing about it.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from photosync.databases import address_to_read
from photosync.user_folders import configuration_file, expanded

_MOST_NAMES = 500
_WAIT_S = 0.1


def accounts(config: Path | None) -> Mapping[str, str]:
    """The accounts of a configuration, and their providers."""
    _, content = _read(config)
    found = content.get("accounts")
    if not isinstance(found, dict):
        return {}
    return {str(name): str((own or {}).get("provider", name)) for name, own in found.items()}


def collections(config: Path | None, library: Path | None, account: str) -> Mapping[str, str]:
    """The names of an account's albums, frames or folders that the catalog knows."""
    return _names(config, library, account, "kind <> 'person'")


def people(config: Path | None, library: Path | None, account: str) -> Mapping[str, str]:
    """The names of the people of an account that the catalog knows."""
    return _names(config, library, account, "kind = 'person' AND name <> ''")


def _names(config: Path | None, library: Path | None, account: str, condition: str) -> Mapping[str, str]:
    path, content = _read(config)
    folder = library or content.get("library")
    catalog = content.get("catalog") if library is None else None
    if catalog is None:
        if folder is None:
            return {}
        catalog = Path(expanded(folder), ".photosync", "catalog.db")
    file = path.parent / expanded(catalog)
    with closing(sqlite3.connect(address_to_read(file), uri=True, timeout=_WAIT_S)) as database:
        rows = database.execute(
            f"SELECT DISTINCT name FROM collections WHERE account = ? AND NOT gone AND {condition} "  # noqa: S608 - ours
            "ORDER BY name LIMIT ?",
            (account, _MOST_NAMES),
        )
        return {name: "" for (name,) in rows}


def _read(config: Path | None) -> tuple[Path, Mapping[str, Any]]:
    import yaml

    path = (expanded(config) if config else configuration_file()).absolute()
    content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    return path, content if isinstance(content, dict) else {}


def variables(config: Path | None) -> list[str]:
    """The variables of the environment from which a configuration takes values, as `${NAME}`."""
    import yaml

    try:
        _, content = _read(config)
    except (OSError, ValueError, yaml.YAMLError):
        return []
    return sorted(set(re.findall(r"\$\{(\w+)\}", str(content))))
