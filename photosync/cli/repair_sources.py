"""The sources of `verify --repair`: the folders that the user names, and the accounts of the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, NoReturn

from photosync.errors import PhotosyncError, UsageError

if TYPE_CHECKING:
    from photosync.cli.progress import Lines
    from photosync.config import AccountConfig, Config
    from photosync.jobs.repair.downloads import AccountSource
    from photosync.jobs.repair.repair import RepairOptions


def repair_options(config: Config, folders: Sequence[Path], progress: Lines, cancel: Event) -> RepairOptions:
    """Raises `UsageError` for a folder that does not exist. Accounts are opened when they are needed."""
    from photosync.jobs.repair.repair import RepairOptions
    from photosync.user_folders import expanded

    found = [expanded(folder).absolute() for folder in folders]
    for folder in found:
        if not folder.is_dir():
            raise UsageError(f"--from {folder}: there is no such folder")
    sources = {name: _source(account, progress, cancel) for name, account in config.accounts.items()}
    unusable = {name: _unusable(config, error) for name, error in config.unusable.items()}
    return RepairOptions(found, sources | unusable, config.metadata_settings, progress.note, progress.received, cancel)


def _source(account: AccountConfig, progress: Lines, cancel: Event) -> AccountSource:
    from photosync.cli import opening
    from photosync.jobs.repair.downloads import AccountSource
    from photosync.library import Layout

    layout = Layout(account.options.layout or account.provider.facts.layout)
    open_ = partial(
        opening.open_account,
        account,
        on_wait=progress.waiting,
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
