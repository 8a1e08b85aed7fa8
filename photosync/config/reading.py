"""Checks the content of a configuration file, and makes settings of it."""

from __future__ import annotations

import logging
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from photosync.config.after import Steps, copies_in
from photosync.config.configuration import AccountConfig, Config
from photosync.config.document import Document, Key, read_text
from photosync.config.mistakes import Mistakes, unknown_key
from photosync.config.notices import Notifications, Notify, PingUrls, has_secrets, url_problem
from photosync.config.options import Defaults
from photosync.config.references import has_variable, look_up
from photosync.config.secret_files import files_with_secrets, is_readable_by_others
from photosync.copies import CopySettings
from photosync.errors import ConfigError
from photosync.library import ALBUMS_FOLDER, PROGRAM_FOLDER, SUMS_NAME, safe_name
from photosync.metadata import Settings
from photosync.plugins import ProviderPlugin, plugins
from photosync.provider import AccountSettings, ConfigPath, Provider
from photosync.suggestions import did_you_mean
from photosync.user_folders import configuration_file, expanded

_log = logging.getLogger("photosync.config")
_LOOKED_UP_LATER = frozenset({"accounts", "ping_url", "notify"})
"""A secret that is missing there does not stop all commands."""
_Content = Mapping[str, Any]


def load(path: Path | None, *, required: bool = True) -> Config:
    """Read and check the configuration at `path`, else the default one. Raises `ConfigError`.

    Nothing is contacted or written. If there is no default file and none is `required`, the configuration is empty.
    Accounts whose section has mistakes are `Config.unusable`.
    """
    found, mistakes = examine(path, required=required)
    if mistakes:
        raise ConfigError(*mistakes, file=found.path)
    for secret in found.readable_secrets:
        _log.warning(
            "%s has secrets, and other users of this computer can read it. Protect it with: chmod 600 %s",
            secret,
            shlex.quote(str(secret)),
        )
    return found


def examine(path: Path | None, *, required: bool = True) -> tuple[Config, tuple[str, ...]]:
    """The same, as far as there are no mistakes, and all mistakes if one of them stops all accounts.

    Raises `ConfigError` for what is no configuration at all.
    """
    found = (expanded(path) if path else configuration_file()).absolute()
    if not required and path is None and not found.exists():
        return Config(found), ()
    return _Reading(Document(found, read_text(found))).config()


def parsed(path: Path, text: str) -> Config:
    """The configuration that a file at `path` with this text would be. Raises `ConfigError` for any mistake in it."""
    found, mistakes = _Reading(Document(path, text)).config()
    all_mistakes = [*mistakes, *(each for error in found.unusable.values() for each in error.mistakes)]
    if all_mistakes:
        raise ConfigError(*dict.fromkeys(all_mistakes))
    return found


def _or_empty(value: object) -> object:
    """All keys below may be commented out."""
    return {} if value is None else value


def _copy_name(value: str) -> str:
    """It is a file's name too."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", value, re.ASCII):
        raise ValueError("expected a name of letters, digits, dots and dashes, of at most 64 characters")
    return value


def _copies_by_name(copies: dict[str, CopySettings]) -> dict[str, CopySettings]:
    if len({name.lower() for name in copies}) < len(copies):
        raise ValueError("two names differ in upper and lower case alone; not every file system tells them apart")
    return copies


_Copies = Annotated[
    dict[Annotated[str, AfterValidator(_copy_name)], CopySettings],
    BeforeValidator(_or_empty),
    AfterValidator(_copies_by_name),
]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    library: ConfigPath | None = None
    catalog: ConfigPath | None = None
    copies: _Copies = {}
    after: Steps = ()
    accounts: Annotated[dict[str, Any], BeforeValidator(_or_empty)] = {}
    defaults: Annotated[dict[str, Any], BeforeValidator(_or_empty)] = {}
    ping_url: PingUrls = {}
    notify: Notifications = Notify()


@dataclass(frozen=True, slots=True)
class _Section:
    """The section of an account."""

    at: Key
    options: _Content
    """The options that all accounts have."""
    own: _Content
    """The keys of its provider."""


class _Reading:
    """Reads one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._mistakes = Mistakes(document)
        for at in document.repeated:
            self._mistakes.note(at, "stands here a second time; keep one of them")
        self._with_secrets: dict[Path, None] = {}
        """In order, and each once."""

    def config(self) -> tuple[Config, tuple[str, ...]]:
        """What can be used, and all mistakes if one of them stops all accounts."""
        content = self._document.content
        if not isinstance(content, dict):
            self._mistakes.note((), "expected 'library' and 'accounts', as `photosync init --example` shows")
            content = {}
        self._warn_of_relative_library(content.get("library"))
        core = {key: value for key, value in content.items() if key not in _LOOKED_UP_LATER}
        looked_up = _looked_up(self._mistakes, core, (), look_up)
        file = self._mistakes.validated(_File, {**content, **looked_up}, ()) or _File()
        if has_secrets(content):
            self._with_secrets[self._document.path] = None
        own_defaults = _mapping(looked_up.get("defaults"))
        defaults = self._mistakes.validated(Defaults, own_defaults, ("defaults",))
        config = self._with_accounts(
            Config(
                self._document.path,
                file.library,
                file.catalog,
                defaults=defaults or Defaults(),
                ping_urls=file.ping_url,
                notify=file.notify,
                copies=file.copies,
                after=self._copies_after(file),
            ),
            _mapping(content.get("accounts")),
            own_defaults if defaults else {},
        )
        stops_all = any(len(at) < 2 or at[0] != "accounts" for at in self._mistakes.keys)
        return config, tuple(self._mistakes.sentences()) if stops_all else ()

    def _copies_after(self, file: _File) -> tuple[str, ...]:
        names: list[str] = []
        for index, step in enumerate(file.after):
            try:
                names += copies_in(step, file.copies)
            except ValueError as error:
                is_listed = self._document.has(("after", str(index)))
                self._mistakes.note(("after", str(index)) if is_listed else ("after",), str(error))
        return tuple(dict.fromkeys(names))

    def _with_accounts(self, config: Config, accounts: _Content, defaults: _Content) -> Config:
        installed = plugins()
        usable: dict[str, AccountConfig] = {}
        unusable: dict[str, ConfigError] = {}
        fixing: dict[str, Settings] = {}
        by_folder: dict[str, str] = {}
        for name, content in accounts.items():
            if (other := by_folder.setdefault(name.casefold(), name)) != name:
                problem = f"differs from '{other}' only in upper and lower case; some disks have one folder for both"
                self._mistakes.note(("accounts", name), f"{problem}: choose another name")
            section = self._section(name, content)
            provider: type[Provider] | None = None
            if (plugin := self._plugin(name, content, installed)) is not None:
                try:
                    provider = plugin.load()
                except ConfigError as error:
                    self._mistakes.note(section.at, str(error))
            options = self._mistakes.validated(Defaults, {**defaults, **section.options}, section.at)
            account = None
            if plugin and provider:
                account = self._account(name, section, plugin, provider, options or Defaults())
            if account and not self._mistakes.sentences(section.at):
                usable[name] = account
                continue
            unusable[name] = ConfigError(*self._mistakes.sentences(section.at), file=self._document.path)
            if options and not _has_time_zones(section.own):
                settings = options.metadata_settings()
                fixing[name] = replace(settings, has_titles=provider.facts.has_names) if provider else settings
        self._check_albums(usable, unusable)
        readable = tuple(filter(is_readable_by_others, self._with_secrets))
        return replace(
            config, accounts=usable, unusable=unusable, settings_of_unusable=fixing, readable_secrets=readable
        )

    def _section(self, name: str, content: object) -> _Section:
        at = ("accounts", name)
        if safe_name(name) != name or name in (PROGRAM_FOLDER, SUMS_NAME):
            self._mistakes.note(at, "this name cannot be a folder's; use letters, digits, '-' and '_'")
        if content is not None and not isinstance(content, dict):
            self._mistakes.note(at, "expected a valid dictionary: keys with values, such as 'provider: amazon'")
        values = _mapping(content)
        options = {key: value for key, value in values.items() if key in Defaults.model_fields}
        own = {key: value for key, value in values.items() if key not in options and key != "provider"}
        return _Section(at, options, own)

    def _plugin(self, name: str, content: object, installed: Mapping[str, ProviderPlugin]) -> ProviderPlugin | None:
        named, at = _mapping(content).get("provider"), ("accounts", name)
        provider_name = named or name
        plugin = installed.get(provider_name) if isinstance(provider_name, str) else None
        if plugin is None:
            expected = f"expected one of {', '.join(installed)}{did_you_mean(str(provider_name), installed)}"
            if named:
                self._mistakes.note((*at, "provider"), f"there is no provider '{provider_name}'; {expected}")
            else:
                self._mistakes.note(at, f"'provider' is missing, and '{name}' is none; {expected}")
        return plugin

    def _account(
        self, name: str, section: _Section, plugin: ProviderPlugin, provider: type[Provider], options: Defaults
    ) -> AccountConfig | None:
        plain = _settings(self._mistakes, section, provider, lambda text: text)
        if plain is None:
            return None
        for path in files_with_secrets(plain, section.own, self._document.path):
            self._with_secrets[path] = None

        def settings() -> AccountSettings:
            mistakes = Mistakes(self._document)
            found = _settings(mistakes, section, provider, look_up)
            if found is None or mistakes.keys:
                raise ConfigError(*mistakes.sentences(), file=self._document.path)
            return found

        return AccountConfig(name, plugin, provider, options, settings, plain.collection_zones)

    def _check_albums(self, usable: dict[str, AccountConfig], unusable: dict[str, ConfigError]) -> None:
        """An account's photos must not be among the folders of albums."""
        if any(each.options.albums != "none" for each in usable.values()):
            for name in [each for each in usable if each.casefold() == ALBUMS_FOLDER.casefold()]:
                problem = f"with 'albums', the folder {ALBUMS_FOLDER} in the library is for albums; choose another name"
                self._mistakes.note(("accounts", name), problem)
                unusable[name] = ConfigError(*self._mistakes.sentences(("accounts", name)), file=self._document.path)
                del usable[name]

    def _warn_of_relative_library(self, library: object) -> None:
        if isinstance(library, str) and library and not Path(library).is_absolute() and library[0] not in "~$":
            whole = self._document.path.parent / library
            _log.warning(
                "%s:%d: library: '%s' means %s; write the whole path",
                self._document.path,
                self._document.line(("library",)),
                library,
                whole,
            )


def _mapping(value: object) -> _Content:
    return value if isinstance(value, dict) else {}


def _has_time_zones(content: object) -> bool:
    """Whether collections have time zones of their own, which are not known without the settings."""
    if isinstance(content, dict):
        return "time_zone" in content or any(map(_has_time_zones, content.values()))
    return False


def _settings(
    mistakes: Mistakes, section: _Section, provider: type[Provider], look_up: Callable[[str], str]
) -> AccountSettings | None:
    """The provider's settings, with `look_up` applied to every text; None after mistakes."""
    content = _looked_up(mistakes, section.own, section.at, look_up)
    settings = mistakes.validated(
        provider.settings_type, content, section.at, extra=(*Defaults.model_fields, "provider")
    )
    for key, url in _mapping(content.get("endpoints")).items():
        if problem := _endpoint_problem(key, str(url), provider.endpoint_names):
            mistakes.note((*section.at, "endpoints", key), problem)
    return settings


def _looked_up(mistakes: Mistakes, value: Any, at: Key, look_up: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _looked_up(mistakes, each, (*at, key), look_up) for key, each in value.items()}
    if isinstance(value, list):
        return [_looked_up(mistakes, each, (*at, str(index)), look_up) for index, each in enumerate(value)]
    try:
        return look_up(value) if isinstance(value, str) else value
    except LookupError as error:
        mistakes.note(at, str(error.args[0]))
        return value


def _endpoint_problem(key: str, url: str, names: frozenset[str]) -> str | None:
    if key not in names:
        return unknown_key(key, names)
    if has_variable(url):
        return None  # checked again when the reference is looked up
    return url_problem(url)
