"""One account of the configuration, for a program: everything that the commands do with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Unpack

from photosync.api.account_changes import AccountChanges
from photosync.api.account_looks import AccountLooks
from photosync.api.account_transfers import AccountTransfers
from photosync.api.keywords import Selecting, asked_selection
from photosync.api.opening import files_at_a_time, open_catalog
from photosync.api.photosync import ended
from photosync.api.progress import ProgressCallback
from photosync.api.selection import check_unordered, checked_selection, selection_of
from photosync.jobs.findings import Finding

if TYPE_CHECKING:
    from photosync.api.photosync import Verified
    from photosync.jobs.audit.summary import AuditSummary


@dataclass(frozen=True, slots=True)
class Audited:
    """What a comparison with the service has found."""

    summary: AuditSummary
    findings: Sequence[Finding] = field(repr=False)


class PhotosyncAccount(AccountLooks, AccountTransfers, AccountChanges):
    """One account; from `Photosync.account`. Every call opens the account, and closes its connections at the end.

    `docs/python.md` has the keywords that select items: `Selecting`. A selection that the account cannot do, and an
    ability that its service does not have, raise `UsageError` before anything is sent.
    """

    def audit(
        self,
        *,
        accept_shrink: bool = False,
        progress: ProgressCallback | None = None,
        **selecting: Unpack[Selecting],
    ) -> Audited:
        """Compare each item at the service with the library: missing, different, gone, extra."""
        from photosync.jobs.audit.audit import Audit, AuditOptions, picked_sessions

        asked = asked_selection(selecting)
        check_unordered(asked, "audit")
        selection_of(asked)
        library, findings = self._photosync.required_library(), list[Finding]()
        with (
            self._photosync.reporting(self.name, progress) as reporting,
            self._photosync.open_account(
                self._config, reporting, jobs=files_at_a_time(self._config, None, None)
            ) as account,
        ):
            selection, collections = checked_selection(asked, account)
            options = AuditOptions(selection, collections or picked_sessions(account), accept_shrink)
            read = partial(open_catalog, library)
            summary = Audit(account, library, read, options, reporting, findings.append).run()
        return Audited(ended(summary), findings)

    def verify(self, *, quick: bool = False, progress: ProgressCallback | None = None) -> Verified:
        """Read the files in the account's folder of the library again: see `Photosync.verify`."""
        folder = self._photosync.required_library().root / self.name
        return self._photosync.verify(folder, quick=quick, progress=progress)
