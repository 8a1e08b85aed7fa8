"""Reads the configuration: YAML to validated settings. An error names file, line and key, and what was expected.

`${NAME}` is a variable of the environment and `keyring:NAME` an entry of the system's keyring. Both are
looked up only when an account is opened, so that a missing secret stops no other account.
"""

from __future__ import annotations

import logging
import os
import re
import shlex
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from photosync.errors import ConfigError
from photosync.library import ALBUMS_FOLDER, PROGRAM_FOLDER, SUMS_NAME, Layout, safe_name
from photosync.metadata import Mode, Settings, SidecarContent, SidecarName, named_zone
from photosync.plugins import ProviderPlugin, plugins
from photosync.provider import AccountSettings, ConfigPath, Duration, Provider
from photosync.units import rate
from photosync.user_folders import configuration_file, expanded

_log = logging.getLogger(__name__)
_MAX_BYTES = 1_000_000
_MAX_VALUES = 20_000
"""All aliases (`*name`) are followed for this count: a few lines of them can mean billions of values."""
_REFERENCE = re.compile(r"\$\{(\w+)\}")
_KEYRING = "keyring:"
Model = TypeVar("Model", bound=BaseModel)
_LOOPBACK = re.compile(r"(localhost|127(\.\d+){3}|\[::1\])(:\d+)?")


def _layout(value: str) -> str:
    Layout(value)  # raises a `ValueError` with a message for the user
    return value


def _time_zone(value: str) -> str:
    try:
        named_zone(value)
    except ConfigError as error:
        raise ValueError(str(error)) from error
    return value


def _plain_text(value: str) -> str:
    if not value.isprintable():
        raise ValueError("expected plain text on one line")
    return value


_PlainText = Annotated[str, AfterValidator(_plain_text)]


class Defaults(BaseModel):
    """The options of an account, or of `defaults` for all accounts. None: the program decides."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    layout: Annotated[str, AfterValidator(_layout)] | None = None
    exif: Mode = Mode.FIX
    jobs: Literal["auto"] | Annotated[int, Field(ge=1, le=64)] = "auto"
    bwlimit: Annotated[int, BeforeValidator(rate)] | None = None
    """Bytes per second."""
    time_zone: Annotated[str, AfterValidator(_time_zone)] | None = None
    retry_budget: Duration = timedelta(minutes=2)
    """The time for retries of one request before the service counts as unreachable."""
    artist: _PlainText | None = None
    copyright: _PlainText | None = None
    overwrite: frozenset[Literal["artist", "copyright"]] = frozenset()
    """What may replace the name that a file has."""
    write_gps: bool = False
    remove_software: bool = False
    sidecar_name: SidecarName = SidecarName.FULL
    sidecar: SidecarContent = SidecarContent.MISSING
    albums: Literal["none", "link", "copy"] = "none"
    """Whether albums have folders: of links to the photos, or of copies."""
    people: Literal["names", "members"] | None = None
    """What is read about the people whom the service recognises: their names, or also on which items they are seen.

    None: where sidecars get it, on which items; else their names."""

    @property
    def reads_people(self) -> bool:
        """Whether a complete listing reads on which items people are seen."""
        return (self.people or ("members" if self.sidecar is SidecarContent.METADATA else "names")) == "members"

    def metadata_settings(self, mode: Mode | None = None) -> Settings:
        """The settings of the EXIF fixer; `mode` replaces the configured one."""
        of_fixer = self.model_dump(include={each.name for each in fields(Settings)})
        return Settings(mode=mode or self.exif, **of_fixer)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    library: ConfigPath | None = None
    catalog: ConfigPath | None = None
    accounts: dict[str, dict[str, Any] | None] = {}
    defaults: dict[str, Any] = {}


@dataclass(frozen=True)
class AccountConfig:
    """One account: its options, and the settings of its provider."""

    name: str
    plugin: ProviderPlugin
    provider: type[Provider]
    options: Defaults
    settings: Callable[[], AccountSettings]
    """The provider's settings, with every secret looked up. Raises `ConfigError`."""
    collection_zones: Mapping[str, str]
    """The time zones of collections, by their names."""

    def metadata_settings(self, mode: Mode | None = None) -> Settings:
        """The settings of the EXIF fixer; `mode` replaces the configured one."""
        settings, has_titles = self.options.metadata_settings(mode), self.provider.facts.has_names
        return replace(settings, collection_zones=self.collection_zones, has_titles=has_titles)


@dataclass(frozen=True)
class Config:
    """A configuration file, read and checked."""

    path: Path
    library: Path | None
    catalog: Path | None
    """The file of the library's catalog, if it is not in the library."""
    accounts: Mapping[str, AccountConfig]
    unusable: Mapping[str, ConfigError]
    """Accounts whose provider cannot be loaded, and why: they do not stop the others."""
    defaults: Defaults
    """The options of files that belong to no account."""

    def account(self, name: str) -> AccountConfig:
        """Raises `ConfigError`."""
        if name in self.unusable:
            raise self.unusable[name]
        if name not in self.accounts:
            existing = ", ".join(self.accounts) or "none"
            raise ConfigError(f"{self.path}: there is no account '{name}'; accounts there: {existing}")
        return self.accounts[name]

    def metadata_settings(self, account: str | None) -> Settings:
        """For the files of an account; from `defaults` for None and for an account that is not configured any more."""
        known = self.accounts.get(account or "")
        return (known or self.defaults).metadata_settings()


def load(path: Path | None, *, required: bool = True) -> Config:
    """Read and check the configuration at `path`, else the default one. Raises `ConfigError`.

    Nothing is contacted or written. If there is no default file and none is `required`, the configuration is empty.
    """
    found = (expanded(path) if path else configuration_file()).absolute()
    if not required and path is None and not found.exists():
        return Config(found, None, None, {}, {}, Defaults())
    try:
        with found.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        text = content.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(
            f"there is no configuration at {found}. Make one with: photosync init. Or name another file with --config."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{found} cannot be read: {error}") from error
    if len(content) > _MAX_BYTES:
        raise ConfigError(f"{found} is no configuration: it has more than {_MAX_BYTES} bytes")
    if _is_ini(text):
        raise ConfigError(
            f"{found} is an INI file, as the older script for Aura has, and no YAML. Make a configuration of it with: "
            f"photosync init --from {shlex.quote(str(found))}"
        )
    return _Source(found, text).config()


def _is_ini(text: str) -> bool:
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and line[0] not in "#;"), "")
    return first[:1] == "[" and first[-1:] == "]"


class _Source:
    """The content of a configuration file, and the line of each key. A key is a path of names from the top."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines: dict[tuple[str, ...], int] = {}
        self._with_secrets: dict[Path, None] = {}
        """In order, and each once."""
        self._values = 0
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
            self._content = self._value(node, ()) if node else {}
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise ConfigError(f"{path}:{line}: this is no YAML: {error.problem}") from error
        except yaml.YAMLError as error:
            raise ConfigError(f"{path}: this is no YAML: {error}") from error
        except RecursionError:
            raise ConfigError(f"{path}: this is no configuration: it is nested too deeply") from None

    def _value(self, node: yaml.Node, at: tuple[str, ...]) -> Any:
        """The content; all scalars are text, because the field's type decides what `off`, `no` and `012` mean."""
        self._lines.setdefault(at, node.start_mark.line + 1)
        self._values += 1
        if self._values > _MAX_VALUES:
            raise self._error((), f"has more than {_MAX_VALUES} values, with all aliases (*name) followed")
        if isinstance(node, yaml.SequenceNode):
            return [self._value(each, (*at, str(index))) for index, each in enumerate(node.value)]
        if not isinstance(node, yaml.MappingNode):
            return None if node.tag == "tag:yaml.org,2002:null" else node.value
        content: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value)
            self._lines[*at, name] = key.start_mark.line + 1
            if name in content:
                raise self._error((*at, name), "stands here a second time; keep one of them")
            content[name] = self._value(value, (*at, name))
        return content

    def _error(self, at: tuple[str, ...], problem: str) -> ConfigError:
        known = next(at[:length] for length in range(len(at), -1, -1) if at[:length] in self._lines)
        return ConfigError(f"{self._path}:{self._lines[known]}: {'.'.join(at) or 'the file'}: {problem}")

    def config(self) -> Config:
        """The whole file, checked."""
        if not isinstance(self._content, dict):
            raise self._error((), "expected 'library' and 'accounts', as `photosync init --example` shows")
        self._warn_of_relative_library(self._content.get("library"))
        core = {key: value for key, value in self._content.items() if key != "accounts"}
        file = self._validated(_File, self._content | self._looked_up(core, (), _look_up), ())
        defaults = self._validated(Defaults, file.defaults, ("defaults",))
        installed = plugins()
        accounts: dict[str, AccountConfig] = {}
        unusable: dict[str, ConfigError] = {}
        for name, own in file.accounts.items():
            plugin = self._plugin(name, own or {}, installed)
            try:
                provider = plugin.load()
            except ConfigError as error:
                unusable[name] = self._error(("accounts", name), str(error))
                continue
            accounts[name] = self._account(name, own or {}, file.defaults, plugin, provider)
        self._check_albums(accounts)
        for path in filter(_is_readable_by_others, self._with_secrets):
            _log.warning(
                "%s has secrets, and other users of this computer can read it. Protect it with: chmod 600 %s",
                path,
                shlex.quote(str(path)),
            )
        return Config(self._path, file.library, file.catalog, accounts, unusable, defaults)

    def _check_albums(self, accounts: Mapping[str, AccountConfig]) -> None:
        """An account's photos must not be among the folders of albums."""
        if any(each.options.albums != "none" for each in accounts.values()):
            for name in accounts:
                if name.casefold() == ALBUMS_FOLDER.casefold():
                    problem = (
                        f"with 'albums', the folder {ALBUMS_FOLDER} in the library is for albums; give this account"
                    )
                    raise self._error(("accounts", name), f"{problem} another name")

    def _note_secrets(self, settings: AccountSettings, content: Mapping[str, Any]) -> None:
        """Note the files with this account's secrets: this one, or others that it names."""
        for key in sorted(settings.secret_keys & content.keys()):
            value = getattr(settings, key)
            if isinstance(value, Path):
                self._with_secrets[value] = None
            elif any(not _is_reference(text) for text in (value.values() if isinstance(value, dict) else [value])):
                self._with_secrets[self._path] = None

    def _warn_of_relative_library(self, library: object) -> None:
        if isinstance(library, str) and library and not Path(library).is_absolute() and library[0] not in "~$":
            whole = self._path.parent / library
            _log.warning(
                "%s:%d: library: '%s' means %s; write the whole path",
                self._path,
                self._lines[("library",)],
                library,
                whole,
            )

    def _plugin(self, name: str, content: Mapping[str, Any], installed: Mapping[str, ProviderPlugin]) -> ProviderPlugin:
        at = ("accounts", name)
        if safe_name(name) != name or name in (PROGRAM_FOLDER, SUMS_NAME):
            raise self._error(at, "this name cannot be a folder's; use letters, digits, '-' and '_'")
        provider_name = content.get("provider") or name
        plugin = installed.get(provider_name) if isinstance(provider_name, str) else None
        if plugin is None:
            expected = f"expected one of {', '.join(installed)}"
            if "provider" in content:
                raise self._error((*at, "provider"), f"there is no provider '{provider_name}'; {expected}")
            raise self._error(at, f"'provider' is missing, and '{name}' is none; {expected}")
        return plugin

    def _account(
        self,
        name: str,
        content: Mapping[str, Any],
        defaults: Mapping[str, Any],
        plugin: ProviderPlugin,
        provider: type[Provider],
    ) -> AccountConfig:
        at = ("accounts", name)
        options = {key: value for key, value in content.items() if key in Defaults.model_fields}
        own = {key: value for key, value in content.items() if key not in options and key != "provider"}
        plain = self._settings(at, provider, own, lambda text: text)
        self._note_secrets(plain, own)
        settings = partial(self._settings, at, provider, own, _look_up)
        validated = self._validated(Defaults, {**defaults, **options}, at)
        return AccountConfig(name, plugin, provider, validated, settings, plain.collection_zones)

    def _settings(
        self, at: tuple[str, ...], provider: type[Provider], own: Mapping[str, Any], look_up: Callable[[str], str]
    ) -> AccountSettings:
        """The provider's settings, with `look_up` applied to every text."""
        content = self._looked_up(own, at, look_up)
        settings = self._validated(provider.settings_type, content, at, extra=tuple(Defaults.model_fields))
        for key, url in settings.endpoints.items():
            self._check_endpoint((*at, "endpoints", key), key, url, provider.endpoint_names)
        return settings

    def _looked_up(self, value: Any, at: tuple[str, ...], look_up: Callable[[str], str]) -> Any:
        if isinstance(value, dict):
            return {key: self._looked_up(each, (*at, key), look_up) for key, each in value.items()}
        if isinstance(value, list):
            return [self._looked_up(each, (*at, str(index)), look_up) for index, each in enumerate(value)]
        try:
            return look_up(value) if isinstance(value, str) else value
        except LookupError as error:
            raise self._error(at, str(error.args[0])) from error

    def _check_endpoint(self, at: tuple[str, ...], key: str, url: str, names: frozenset[str]) -> None:
        if key not in names:
            raise self._error(at, f"unknown key; expected one of {', '.join(sorted(names))}")
        if _REFERENCE.search(url):
            return  # checked again when the reference is looked up
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError as error:
            raise self._error(at, f"this is no URL: {error}") from error
        if parts.scheme == "http" and not _LOOPBACK.fullmatch(parts.netloc):
            raise self._error(at, "plain http:// is accepted for loopback addresses alone; use https://")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise self._error(at, "expected a URL that begins with https://")

    def _validated(
        self, model: type[Model], content: Mapping[str, Any], at: tuple[str, ...], extra: tuple[str, ...] = ()
    ) -> Model:
        try:
            return model.model_validate(content, context={"folder": self._path.parent})
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise self._error(self._key(at, first), _problem(first, model, extra)) from error

    def _key(self, at: tuple[str, ...], error: ErrorDetails) -> tuple[str, ...]:
        """The key of an error. Its `loc` can also have names of the members of a union, which are not keys."""
        for part in map(str, error["loc"]):
            if (*at, part) in self._lines or error["type"] == "missing":
                at = (*at, part)
        return at


def _problem(error: ErrorDetails, model: type[BaseModel], extra: tuple[str, ...]) -> str:
    if error["type"] == "extra_forbidden":
        return f"unknown key; expected one of {', '.join(sorted((*model.model_fields, *extra)))}"
    if error["type"] == "missing":
        return "is missing"
    message = error["msg"].removeprefix("Value error, ")
    return message.replace("Input should be", "expected").replace("a valid string", "text")


def _is_readable_by_others(path: Path) -> bool:
    """Whether other users may read the file. Not known on systems without POSIX modes."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return os.name == "posix" and stat.S_ISREG(mode) and bool(mode & (stat.S_IRGRP | stat.S_IROTH))


def _is_reference(text: object) -> bool:
    return not isinstance(text, str) or text.startswith(_KEYRING) or _REFERENCE.search(text) is not None


def _look_up(text: str) -> str:
    """The value of a reference. Raises `LookupError` with a message for the user."""
    if text.startswith(_KEYRING):
        return _from_keyring(text.removeprefix(_KEYRING))
    for name in _REFERENCE.findall(text):
        if name not in os.environ:
            raise LookupError(f"the environment has no variable {name}; set it, or write the value here")
    return _REFERENCE.sub(lambda match: os.environ[match[1]], text)


def _from_keyring(name: str) -> str:
    import keyring  # noqa: PLC0415 - slow to load, and rarely needed
    from keyring.errors import KeyringError  # noqa: PLC0415

    try:
        secret = keyring.get_password("photosync", name)
    except KeyringError as error:
        raise LookupError(f"the system's keyring cannot be asked for '{name}': {error}") from error
    if secret is None:
        raise LookupError(f"the keyring has no '{name}'; store it with: keyring set photosync {name}")
    return secret
