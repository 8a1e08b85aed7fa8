"""The answers of `init --answers FILE`: a configuration, where an account can also have `sign_in_with`."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from photosync.cli import pasted
from photosync.cli.set_up.new_configuration import NewAccount, NewConfiguration
from photosync.documents import page_url
from photosync.errors import UsageError
from photosync.jobs.account import Account
from photosync.provider import TakesSignIn

_MOST_BYTES = 1_000_000
_VARIABLE = re.compile(r"\$\{(\w+)\}")
SIGN_IN = "sign_in_with"
_EXPECTED = f"expected 'library' and 'accounts', as {page_url('configuration#answers')} shows"


@dataclass(frozen=True, slots=True)
class Answers:
    """What the file has."""

    new: NewConfiguration
    sign_ins: Mapping[str, Callable[[Account], str]] = field(default_factory=dict)
    """How to sign in to accounts, by their names."""


def read(path: Path, library_option: Path | None) -> Answers:
    """The answers in the file; an option may name another library. Raises `UsageError`."""
    content = _content(path)
    library = str(library_option.absolute()) if library_option else content.get("library")
    accounts = content.get("accounts")
    unknown = ", ".join(sorted(content.keys() - {"library", "accounts"}))
    if unknown:
        raise UsageError(f"--answers: {path}: unknown key {unknown}; {_EXPECTED}")
    if not isinstance(library, str) or not library or not isinstance(accounts, dict) or not accounts:
        raise UsageError(f"--answers: {path}: {_EXPECTED}")
    news: list[NewAccount] = []
    sign_ins: dict[str, Callable[[Account], str]] = {}
    for name, settings in accounts.items():
        own = dict(settings) if isinstance(settings, dict) else {}
        if settings and not isinstance(settings, dict):
            raise UsageError(f"--answers: {path}: accounts.{name}: expected keys below it, such as 'provider'")
        if SIGN_IN in own:
            sign_ins[name] = _sign_in(own.pop(SIGN_IN), name, path)
        news.append(NewAccount(name, {"provider": own.pop("provider", "") or name, **own}))
    return Answers(NewConfiguration(library, news), sign_ins)


def _content(path: Path) -> Mapping[str, object]:
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES).decode("utf-8-sig")
        content = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it makes text alone
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"--answers: {path} cannot be read: {getattr(error, 'strerror', None) or 'not text'}"
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise UsageError(f"--answers: {path}{line}: this is no YAML; {_EXPECTED}") from error
    if not isinstance(content, dict):
        raise UsageError(f"--answers: {path}: {_EXPECTED}")
    return content


def _sign_in(value: object, name: str, path: Path) -> Callable[[Account], str]:
    """Signs in with a browser's cookies: from a file, or from a variable of the environment."""
    where = f"--answers: {path}: accounts.{name}.{SIGN_IN}"
    variable = _VARIABLE.fullmatch(value) if isinstance(value, str) else None
    if variable is not None and variable[1] not in os.environ:
        raise UsageError(f"{where}: the environment has no variable {variable[1]}; set it")
    if not isinstance(value, str) or not value:
        raise UsageError(f"{where}: expected a file, or ${{NAME}} for a variable of the environment")

    def sign_in(account: Account) -> str:
        if not isinstance(account.provider, TakesSignIn):
            title = account.provider.facts.title
            raise UsageError(f"{where}: {title} does not sign in with a browser's cookies; leave this key out")
        if variable is not None:
            return account.provider.sign_in_with(os.environ[variable[1]].encode(), f"the variable {variable[1]}")
        file = path.parent / Path(value).expanduser()
        return account.provider.sign_in_with(pasted.from_file(str(file)), f"the file {file}")

    return sign_in
