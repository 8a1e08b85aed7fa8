"""`verify`: which part of the files a user means, and the sources of a repair: folders, and the accounts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from fractions import Fraction
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, NoReturn, Protocol

from photosync.errors import PhotosyncError, UsageError

if TYPE_CHECKING:
    from photosync.config import AccountConfig, Config
    from photosync.copies import CopyStore
    from photosync.jobs.account import Account
    from photosync.jobs.repair.downloads import AccountSource
    from photosync.jobs.repair.repair import RepairOptions
    from photosync.transport import Wait

    OpenAccount = Callable[..., AbstractContextManager[Account]]
    """`cli.opening.open_account`, or the like of it."""


class Watcher(Protocol):
    """Gets what happens during a repair."""

    def note(self, message: str) -> None:
        """Information for the user."""

    def received(self, size_bytes: int) -> None:
        """More bytes were downloaded."""

    def waiting(self, wait: Wait) -> None:
        """The service has asked to wait."""


def repair_options(
    config: Config, folders: Sequence[str | Path], open_account: OpenAccount, watcher: Watcher, cancel: Event
) -> RepairOptions:
    """`folders` may be names of copies too. Raises `UsageError` for what does not exist.

    Accounts are opened when they are needed.
    """
    from photosync.copies import is_object_store, open_place
    from photosync.jobs.repair.repair import RepairOptions
    from photosync.user_folders import expanded

    found: list[Path] = []
    stores: dict[str, CopyStore] = {}
    for given in folders:
        settings = config.copies.get(str(given))
        if settings is not None and is_object_store(settings):
            stores[str(given)] = open_place(str(given), settings, config.path.parent)
            continue
        folder = expanded(given if settings is None else config.path.parent / expanded(settings.to)).absolute()
        if not folder.is_dir():
            raise UsageError(f"--from {folder}: there is no such folder, and no copy of this name")
        found.append(folder)
    sources = {name: _source(account, open_account, watcher, cancel) for name, account in config.accounts.items()}
    unusable = {name: _unusable(config, error) for name, error in config.unusable.items()}
    return RepairOptions(
        found, stores, sources | unusable, config.metadata_settings, watcher.note, watcher.received, cancel
    )


def _source(account: AccountConfig, open_account: OpenAccount, watcher: Watcher, cancel: Event) -> AccountSource:
    from photosync.jobs.repair.downloads import AccountSource
    from photosync.library import Layout

    layout = Layout(account.options.layout or account.provider.facts.layout)
    open_ = partial(
        open_account,
        account,
        on_wait=watcher.waiting,
        bytes_per_s=account.options.bwlimit,
        cancel=cancel,
    )
    return AccountSource(open_, account.metadata_settings(), layout)


def _unusable(config: Config, error: PhotosyncError) -> AccountSource:
    from photosync.jobs.repair.downloads import AccountSource
    from photosync.library import Layout

    return AccountSource(partial(_fail, error), config.metadata_settings(None), Layout("{name}"))


def _fail(error: PhotosyncError) -> NoReturn:
    raise error


def part_of(text: object) -> Fraction:
    """The part of the files that `5%` names. Raises `ValueError`."""
    # Not whatever `Fraction` reads: `1e999999999` would take hours.
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,9})?)%?", str(text).strip(), re.ASCII)
    part = Fraction(match[1]) / 100 if match else Fraction(0)
    if not 0 < part <= 1:
        raise ValueError(f"'{text}' is no part of the files; expected a percentage such as 5%")
    return part
