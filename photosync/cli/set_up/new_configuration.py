"""The text of a new configuration, with comments, and its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from textwrap import indent

import yaml

from photosync import private_files
from photosync.documents import page_url
from photosync.errors import DestinationError, UsageError

_HEADING = f"""# Made by photosync init. All keys: {page_url("configuration")}
#
# A value may be the text itself, ${{NAME}} for a variable of the environment, or keyring:NAME for the keyring."""
_ENDLESS = 1 << 30
"""Lines are not broken."""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """One account to be written."""

    name: str
    settings: Mapping[str, object]
    """As they stand in the configuration, `provider` first."""


@dataclass(frozen=True, slots=True)
class NewConfiguration:
    """All that is written."""

    library: str
    accounts: Sequence[NewAccount]

    @property
    def text(self) -> str:
        """The file's content."""
        example = example_text()
        defaults = example[example.index("\ndefaults:") + 1 :]
        accounts = "\n".join(map(_entry, self.accounts))
        library = _as_yaml({"library": self.library}).rstrip("\n")
        return f"{_HEADING}\n\n{library}  # where the photos go\n\naccounts:\n{accounts}\n{defaults}"


def example_text() -> str:
    """The example configuration, which shows every key."""
    return files("photosync").joinpath("config.example.yaml").read_text(encoding="utf-8")


def check_target(path: Path, *, replace: bool) -> None:
    """Raise `UsageError` if there is a file that must not be replaced."""
    if is_there(path):
        if not replace:
            raise UsageError(
                f"{path} exists, and is not changed. Name another file with --to, or use --replace, which keeps the "
                f"present one as {_kept(path).name}"
            )
        if not path.is_file():
            raise UsageError(f"{path} is no file that could be replaced. Name another one with --to")


def is_there(path: Path) -> bool:
    """Whether there is anything of this name. Raises `DestinationError`."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise DestinationError(f"{path} cannot be made: {error.strerror}. Name another file with --to") from error
    return True


def write(path: Path, text: str, *, replace: bool) -> None:
    """Write a configuration, for its user alone; one that is replaced is kept. Raises `UsageError`."""
    check_target(path, replace=replace)
    try:
        if is_there(path):
            private_files.write(_kept(path), path.read_bytes())
            private_files.write(path, text.encode())
        else:
            private_files.create(path, text.encode())
    except FileExistsError as error:
        raise UsageError(f"{path} exists, and is not changed. Name another file with --to") from error
    except OSError as error:
        raise DestinationError(f"cannot write {path}: {error.strerror}") from error


def _kept(path: Path) -> Path:
    return path.with_name(f"{path.name}.bak")


def _entry(account: NewAccount) -> str:
    name = _as_yaml({account.name: None}).removesuffix(" null\n")
    settings = indent(_as_yaml(account.settings), "  ")
    return indent(f"{name}  # its name on the command line\n{settings}", "  ")


def _as_yaml(content: Mapping[str, object]) -> str:
    return yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True, width=_ENDLESS)
