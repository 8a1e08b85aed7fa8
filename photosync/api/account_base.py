"""What all calls of an account share: its name, opening it, carrying out a change."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from photosync.api.change import AskedChange, Changed, open_change
from photosync.api.photosync_base import ended
from photosync.api.progress import ProgressCallback
from photosync.api.rows import Rows
from photosync.config import AccountConfig

if TYPE_CHECKING:
    from photosync.api.photosync import Photosync
    from photosync.jobs.account import Account


class AccountBase:
    """One account of a configuration."""

    def __init__(self, photosync: Photosync, config: AccountConfig) -> None:
        self._photosync = photosync
        self._config = config

    @property
    def name(self) -> str:
        """The account's name in the configuration."""
        return self._config.name

    @property
    def service(self) -> str:
        """The name of the service: `Amazon Photos`."""
        return self._config.provider.facts.title

    def __repr__(self) -> str:
        return f"<account '{self.name}' at {self.service}>"

    def opened(self) -> AbstractContextManager[Account]:
        """The account, ready for work; for `albums`, `people` and such."""
        return self._photosync.open_account(self._config)

    def carry_out(
        self, command: str, asked: AskedChange, *, dry_run: bool, progress: ProgressCallback | None = None
    ) -> Changed:
        """Change something at the service; for the calls above. `command`: as the user of the command writes it.

        What the service or photosync refuses does not end it: it is in the summary's `errors`.
        """
        library, results = self._photosync.required_library(), Rows()
        with (
            self._photosync.reporting(self.name, progress) as reporting,
            self._photosync.open_account(self._config, reporting) as account,
            open_change(account, library, command, asked, dry_run=dry_run) as change,
        ):
            reporting.wanted(len(change.targets), 0)
            for outcome in change.outcomes(dry_run=dry_run):
                results.append(outcome.as_json(self.name, change.action.word, asked.shown_id(outcome.target)))
                reporting.changed(outcome.target.name, outcome.error)
        return Changed(ended(change.summary), results)
