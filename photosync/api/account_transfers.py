"""The calls of an account that bring items to the library, and take files to the service."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, Unpack

from photosync import units
from photosync.api.account_base import AccountBase
from photosync.api.keywords import SelectingRest, asked_selection
from photosync.api.opening import files_at_a_time, open_catalog, open_catalog_to_write
from photosync.api.photosync import ended
from photosync.api.progress import ProgressCallback
from photosync.api.pull import AskedPull, layout_of, nothing_picked, pull_account, pull_options
from photosync.api.push import AskedPush, push_options
from photosync.api.selection import check_unordered, selection_of
from photosync.errors import UsageError

if TYPE_CHECKING:
    from photosync.jobs.report import Summary

Value = TypeVar("Value")


class AccountTransfers(AccountBase):
    """As `photosync pull`, `pick` and `push`."""

    def pull(
        self,
        ids: Iterable[str] | None = None,
        *,
        full: bool = False,
        dry_run: bool = False,
        accept_shrink: bool = False,
        layout: str | None = None,
        exif: bool = True,
        jobs: int | None = None,
        bwlimit: int | str | None = None,
        limit_bytes: int | str | None = None,
        limit_time: timedelta | str | None = None,
        progress: ProgressCallback | None = None,
        **selecting: Unpack[SelectingRest],
    ) -> Summary:
        """Bring what is new to the library: all, the items of `ids`, or those selected.

        Items that fail do not end it: they are in the summary's `errors`, and `exit` is then `Exit.PARTIAL`.
        """
        asked = AskedPull(
            selection=asked_selection({**selecting, "ids": ids} if ids is not None else selecting),
            full=full,
            dry_run=dry_run,
            accept_shrink=accept_shrink,
            no_exif=not exif,
            limit_bytes=_parsed(units.size, "limit_bytes", limit_bytes),
            limit_time=_parsed(units.duration, "limit_time", limit_time),
        )
        check_unordered(asked.selection, "pull")
        selection_of(asked.selection)
        chosen = layout_of(self._config, layout)
        bytes_per_s = _parsed(units.rate, "bwlimit", bwlimit)
        workers = files_at_a_time(self._config, jobs, None)
        library = self._photosync.required_library()
        with (
            self._photosync.reporting(self.name, progress) as reporting,
            (open_catalog if dry_run else open_catalog_to_write)(library) as catalog,
            self._photosync.open_account(self._config, reporting, jobs=workers, bytes_per_s=bytes_per_s) as account,
        ):
            options = pull_options(self._config, account, chosen, asked)
            summary = pull_account(account, library, catalog, options, reporting)
            if summary is None:
                raise nothing_picked(self.name)
        return ended(summary)

    def push(
        self,
        paths: str | Path | Iterable[str | Path],
        *,
        to: str | None = None,
        on_conflict: str | None = None,
        all_files: bool = False,
        exclude: Sequence[str] = (),
        include_hidden: bool = False,
        resize: bool = False,
        full: bool = False,
        dry_run: bool = False,
        jobs: int | None = None,
        bwlimit: int | str | None = None,
        progress: ProgressCallback | None = None,
    ) -> Summary:
        """Upload files and folders; what the service has already stays here. `to`: the album, frame or folder.

        `on_conflict`: rename, skip or fail, when another file has the name there.
        """
        from photosync.jobs.push.push import Push

        asked = AskedPush(
            paths=[paths] if isinstance(paths, str | Path) else [*paths],
            to=to,
            on_conflict=on_conflict,
            all_files=all_files,
            exclude=exclude,
            include_hidden=include_hidden,
            resize=resize,
            full=full,
            dry_run=dry_run,
        )
        options = push_options(self._config, asked)
        bytes_per_s = _parsed(units.rate, "bwlimit", bwlimit)
        upload = self._config.provider.facts.upload
        workers = files_at_a_time(self._config, jobs, upload.workers if upload else None)
        library = self._photosync.required_library()
        with (
            self._photosync.reporting(self.name, progress) as reporting,
            self._photosync.open_account(self._config, reporting, jobs=workers, bytes_per_s=bytes_per_s) as account,
            (open_catalog if dry_run else open_catalog_to_write)(library) as catalog,
        ):
            summary = Push(account, catalog, options, reporting).run()
        return ended(summary)


def _parsed(parse: Callable[[object], Value], name: str, value: object) -> Value | None:
    """A number, or text such as `10G`. Raises `UsageError`."""
    if value is None or isinstance(value, int | timedelta):
        return value  # type: ignore[return-value] # as `parse` would make it
    try:
        return parse(value)
    except ValueError as error:
        raise UsageError(f"{name}: {error}") from error
