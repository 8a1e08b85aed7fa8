"""The calls of an account that bring items to the library, and take files to the service."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Unpack

from photosync import units
from photosync.api.account_base import AccountBase
from photosync.api.keywords import SelectingRest, asked_selection, parsed
from photosync.api.opening import files_at_a_time, open_catalog, open_catalog_to_write
from photosync.api.person import Person
from photosync.api.photosync_base import ended
from photosync.api.progress import ProgressCallback
from photosync.api.pull import AskedPull, layout_of, nothing_picked, pick_account, pull_account, pull_options
from photosync.api.push import AskedPush, check_destination, push_options, push_stream
from photosync.api.selection import AskedSelection, check_unordered, selection_of

if TYPE_CHECKING:
    from photosync.jobs.push.push import PushOptions
    from photosync.jobs.report import Summary
    from photosync.model import Collection
    from photosync.provider import Interaction


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
            limit_bytes=parsed(units.positive_size, "limit_bytes", limit_bytes),
            limit_time=parsed(units.positive_duration, "limit_time", limit_time),
        )
        check_unordered(asked.selection, "pull")
        selection_of(asked.selection)
        chosen = layout_of(self._config, layout)
        bytes_per_s = parsed(units.rate, "bwlimit", bwlimit)
        workers = files_at_a_time(self._config, jobs, None)
        library = self._photosync.required_library()
        with (
            self._photosync.reporting(self.name, progress) as reporting,
            self._photosync.open_account(self._config, reporting, jobs=workers, bytes_per_s=bytes_per_s) as account,
        ):
            options = pull_options(self._config, account, chosen, asked)
            with (open_catalog if dry_run else open_catalog_to_write)(library) as catalog:
                summary = pull_account(account, library, catalog, options, reporting)
            if summary is None:
                raise nothing_picked(self.name)
        return ended(summary)

    def pick(
        self,
        person: Interaction | None = None,
        *,
        most: int | None = None,
        resume: bool = False,
        timeout: timedelta | str | None = None,
        keep_session: bool = False,
        dry_run: bool = False,
        layout: str | None = None,
        exif: bool = True,
        jobs: int | None = None,
        bwlimit: int | str | None = None,
        limit_bytes: int | str | None = None,
        limit_time: timedelta | str | None = None,
        progress: ProgressCallback | None = None,
    ) -> Summary:
        """Let a person choose photos in a browser, and bring them. The address is shown by `person`, or printed.

        `most`: at most so many. `resume`: only go on with what was picked earlier. `timeout`: wait no longer for the
        person. Raises `SignInError` where `login` has to come first.
        """
        from photosync.jobs.pull.pick import PickOptions
        from photosync.jobs.pull.pull import Pull

        asked = AskedPull(
            selection=AskedSelection(),
            dry_run=dry_run,
            no_exif=not exif,
            limit_bytes=parsed(units.positive_size, "limit_bytes", limit_bytes),
            limit_time=parsed(units.positive_duration, "limit_time", limit_time),
        )
        options = PickOptions(most, parsed(units.duration, "timeout", timeout), keep_session)
        chosen, library = layout_of(self._config, layout), self._photosync.required_library()
        workers, bytes_per_s = files_at_a_time(self._config, jobs, None), parsed(units.rate, "bwlimit", bwlimit)
        with (
            self._photosync.reporting(self.name, progress) as reporting,
            self._photosync.open_account(self._config, reporting, jobs=workers, bytes_per_s=bytes_per_s) as account,
        ):

            def bring(sessions: tuple[Collection, ...]) -> Summary:
                with (open_catalog if dry_run else open_catalog_to_write)(library) as catalog:
                    pull = replace(pull_options(self._config, account, chosen, asked), collections=sessions)
                    return Pull(account, library, catalog, pull, reporting, "pick").run()

            summary = pick_account(account, person or Person(), bring, options, resume=resume)
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
        return self._push(push_options(self._config, asked), jobs=jobs, bwlimit=bwlimit, progress=progress)

    def push_stream(
        self,
        content: BinaryIO,
        name: str,
        *,
        to: str | None = None,
        on_conflict: str | None = None,
        all_files: bool = False,
        resize: bool = False,
        full: bool = False,
        dry_run: bool = False,
        bwlimit: int | str | None = None,
        progress: ProgressCallback | None = None,
    ) -> Summary:
        """Upload what an open file or another stream of bytes has, as a file called `name`."""
        from photosync.jobs.push.stream import check_name

        check_name(name)
        asked = AskedPush(
            paths=[name],
            to=to,
            on_conflict=on_conflict,
            all_files=all_files,
            resize=resize,
            full=full,
            dry_run=dry_run,
        )
        push = partial(self._push, jobs=None, bwlimit=bwlimit, progress=progress)
        return push_stream(content, name, push_options(self._config, asked), push, self._photosync.say)

    def _push(
        self,
        options: PushOptions,
        *,
        jobs: int | None,
        bwlimit: int | str | None,
        progress: ProgressCallback | None,
    ) -> Summary:
        from photosync.jobs.push.push import Push

        bytes_per_s = parsed(units.rate, "bwlimit", bwlimit)
        upload = self._config.provider.facts.upload
        workers = files_at_a_time(self._config, jobs, upload.workers if upload else None)
        library = self._photosync.required_library()
        with (
            self._photosync.reporting(self.name, progress) as reporting,
            self._photosync.open_account(self._config, reporting, jobs=workers, bytes_per_s=bytes_per_s) as account,
        ):
            check_destination(account, library, options)
            with (open_catalog if options.dry_run else open_catalog_to_write)(library) as catalog:
                summary = Push(account, catalog, options, reporting).run()
        return ended(summary)
