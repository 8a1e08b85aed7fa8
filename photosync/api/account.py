"""One account of the configuration, for a program: everything that the commands do with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from photosync.api.account_changes import AccountChanges
from photosync.api.account_looks import AccountLooks
from photosync.api.account_transfers import AccountTransfers
from photosync.api.keywords import Selecting, asked_selection
from photosync.api.opening import files_at_a_time, open_catalog
from photosync.api.person import Person
from photosync.api.photosync_base import ended
from photosync.api.progress import ProgressCallback
from photosync.api.selection import check_unordered, checked_selection, selection_of
from photosync.api.sessions import Sessions
from photosync.api.sign_in import content_of
from photosync.errors import UsageError
from photosync.jobs.findings import Finding
from photosync.jobs.sign_in import permit_upload, signs_in, takes_sign_in

if TYPE_CHECKING:
    from photosync.api.photosync_files import Verified
    from photosync.jobs.audit.summary import AuditSummary
    from photosync.provider import Interaction


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

    # Sign in and out

    def login(
        self,
        person: Interaction | None = None,
        *,
        from_file: str | Path | None = None,
        browser: str | None = None,
        upload: bool = False,
    ) -> str:
        """Sign in; returns a sentence. `person` is asked, or whoever is at the terminal or the notebook.

        `from_file`: the sign-in of a browser, in a file. `browser`: in the store of a browser on this computer, such
        as `firefox`. `upload`: permit uploads as well, where that is a permission of its own.
        """
        if from_file is not None and browser is not None:
            raise UsageError("from_file and browser name two sign-ins: use one of them")
        someone = person or Person()
        with self.opened() as account:
            if from_file is not None:
                content = content_of(from_file)
                return takes_sign_in(account, "from_file").sign_in_with(content, f"the file {from_file}")
            if browser is not None:
                return takes_sign_in(account, "browser").sign_in_from_browser(browser)
            return permit_upload(account, someone) if upload else signs_in(account).sign_in(someone)

    def logout(self) -> str:
        """Sign out, and delete the token; returns a sentence."""
        with self.opened() as account:
            return signs_in(account).sign_out()

    @property
    def sessions(self) -> Sessions:
        """The picking sessions that are not ended."""
        return Sessions(self)
