"""`doctor` for a program: what is wrong on this computer, and what to do."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from photosync import accounts as opening
from photosync.api.examination import Examination
from photosync.api.keywords import several_texts
from photosync.api.rows import Rows
from photosync.transport import Redactor

if TYPE_CHECKING:
    from photosync.config import AccountConfig
    from photosync.jobs.account import Account

_log = logging.getLogger("photosync.api")


def doctor(
    path: str | Path | None = None,
    library: str | Path | None = None,
    *,
    accounts: str | Iterable[str] = (),
    offline: bool = False,
) -> Rows:
    """The checks that `photosync doctor --json` prints; it works also where the configuration cannot be opened.

    `accounts`: only these. `offline`: ask no service.
    """
    redactor = Redactor()

    def open_account(account: AccountConfig) -> AbstractContextManager[Account]:
        return opening.opened(
            account,
            redactor=redactor,
            on_wait=lambda _: None,
            say=lambda text: _log.warning("%s: %s", account.name, text),
            jobs=1,
            bytes_per_s=None,
        )

    examination = Examination(
        Path(path) if path is not None else None,
        Path(library) if library is not None else None,
        several_texts("accounts", accounts),
        not offline,
        open_account,
        redactor,
    )
    return [check.as_json() for check in examination.checks()]
