"""A configuration that was read: the library, the accounts, and the accounts that cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from photosync.config.notices import Notify, Told
from photosync.config.options import Defaults
from photosync.copies import CopySettings, address_of
from photosync.errors import ConfigError
from photosync.metadata import Mode, Settings
from photosync.plugins import ProviderPlugin
from photosync.provider import AccountSettings, Provider
from photosync.suggestions import did_you_mean


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
    library: Path | None = None
    catalog: Path | None = None
    """The file of the library's catalog, if it is not in the library."""
    accounts: Mapping[str, AccountConfig] = field(default_factory=dict)
    unusable: Mapping[str, ConfigError] = field(default_factory=dict)
    """Accounts whose section has mistakes, or whose provider cannot be loaded: they do not stop the others."""
    settings_of_unusable: Mapping[str, Settings] = field(default_factory=dict)
    """The settings of the EXIF fixer of those of them whose mistakes do not concern it."""
    defaults: Defaults = field(default_factory=Defaults)
    """The options of files that belong to no account."""
    ping_urls: Mapping[Told, str] = field(default_factory=dict)
    """The address of a health check for a command; like those of `notify` a secret, or a reference to one."""
    notify: Notify = field(default_factory=Notify)
    copies: Mapping[str, CopySettings] = field(default_factory=dict)
    """The copies of the library, by name."""
    after: tuple[str, ...] = ()
    """The names of those that a pull brings up to date at its end, in this order."""
    readable_secrets: tuple[Path, ...] = ()
    """The files with secrets that other users of this computer can read."""

    def account(self, name: str) -> AccountConfig:
        """Raises `ConfigError`."""
        self.check_name(name)
        if name in self.unusable:
            raise self.unusable[name]
        return self.accounts[name]

    @property
    def copy_addresses(self) -> Mapping[str, str]:
        """The address of the place of each copy, by its name."""
        return {name: address_of(each, self.path.parent) for name, each in self.copies.items()}

    def copy(self, name: str) -> CopySettings:
        """Raises `ConfigError`."""
        if name not in self.copies:
            raise ConfigError(
                f"{self.path}: there is no copy '{name}'; copies there: {', '.join(self.copies) or 'none'}"
                f"{did_you_mean(name, self.copies)}"
            )
        return self.copies[name]

    def check_name(self, name: str) -> None:
        """Raise `ConfigError` unless there is an account of this name, which need not be usable."""
        if name not in self.accounts and name not in self.unusable:
            names = [*self.accounts, *self.unusable]
            raise ConfigError(
                f"{self.path}: there is no account '{name}'; accounts there: {', '.join(names) or 'none'}"
                f"{did_you_mean(name, names)}"
            )

    def check_any_usable(self) -> None:
        """Raise `ConfigError` if there are accounts, and none can be used: it is as a mistake outside of them."""
        if self.unusable and not self.accounts:
            mistakes = (mistake for error in self.unusable.values() for mistake in error.mistakes)
            raise ConfigError(*mistakes, file=self.path)

    def metadata_settings(self, account: str | None) -> Settings:
        """For the files of an account; from `defaults` for None and for an account that is not configured any more.

        Raises `ConfigError` if a mistake in the account's section leaves them unknown.
        """
        name = account or ""
        if name in self.settings_of_unusable:
            return self.settings_of_unusable[name]
        if name in self.unusable:
            raise self.unusable[name]
        return (self.accounts.get(name) or self.defaults).metadata_settings()

    def probable_metadata_settings(self, account: str | None) -> Settings:
        """The same; those of `defaults` where they are unknown. For what changes no file by them."""
        try:
            return self.metadata_settings(account)
        except ConfigError:
            return self.defaults.metadata_settings()
