"""Finds the files of one account again, by the listing of its provider: nothing is downloaded."""

from __future__ import annotations

from dataclasses import dataclass, replace

from photosync.catalog import Catalog
from photosync.errors import Exit
from photosync.jobs.account import Account
from photosync.jobs.findings import Finding, FindingKind, FindingReason
from photosync.jobs.pull.adopt import unrecorded_files
from photosync.jobs.pull.options import PullOptions
from photosync.jobs.pull.pull import Pull
from photosync.jobs.rebuild.restore import Source
from photosync.jobs.report import Reporter
from photosync.library import Library
from photosync.model import Location, Selection


@dataclass(frozen=True, slots=True)
class AccountResult:
    """The totals of one account: listed = known + adopted + filtered + missing."""

    account: str
    source: Source
    """Where the catalog was taken from."""
    listed: int = 0
    known: int = 0
    """Items that the catalog had already. If nothing is listed: all items of the account with a file."""
    adopted: int = 0
    """Items whose file was found."""
    filtered: int = 0
    missing: int = 0
    """Items without a file here: the next pull downloads them."""
    gone: int = 0
    unknown: tuple[Location, ...] = ()
    """Files in the account's folders that no item has."""
    seconds: float = 0.0
    requests: int = 0
    retries: int = 0
    complete: bool = False
    exit: Exit = Exit.OK
    message: str | None = None

    @property
    def findings(self) -> list[Finding]:
        """The unknown files."""
        error = "the catalog does not know this file, and no item that is listed has its content"
        kind, reason = FindingKind.UNKNOWN, FindingReason.NOT_RECORDED
        return [Finding(str(each), None, self.account, kind, reason, error) for each in self.unknown]

    def as_json(self) -> dict[str, object]:
        """The summary object of the command line's contract."""
        names = ("account", "source", "listed", "known", "adopted", "filtered", "missing", "gone")
        return {
            "command": "rebuild",
            **{name: getattr(self, name) for name in names},
            "unknown": len(self.unknown),
            "seconds": round(self.seconds, 1),
            "requests": self.requests,
            "retries": self.retries,
            "complete": self.complete,
            "exit": int(self.exit),
            **({"message": self.message} if self.message else {}),
        }


@dataclass(frozen=True, slots=True)
class AccountRebuild:
    """One run for one account, with a catalog that was just put in order."""

    account: Account
    library: Library
    catalog: Catalog
    options: PullOptions
    reporter: Reporter
    source: Source

    def run(self) -> AccountResult:
        """Adopt the files. An error that ends the run is in the result; only bugs are raised."""
        if self.account.provider.facts.needs_picking:
            return self._without_listing()
        result = self._by_listing(Selection())
        has_other_files = "all_files" in self.account.provider.facts.selects
        if result.exit is Exit.OK and result.unknown and has_other_files:
            others = self._by_listing(Selection(all_files=True))
            result = replace(
                others, known=result.known, adopted=result.adopted + others.adopted, gone=result.gone + others.gone
            )
        return result

    def _by_listing(self, selection: Selection) -> AccountResult:
        options = replace(self.options, selection=selection, full=True, adopt_only=True)
        pull = Pull(self.account, self.library, self.catalog, options, self.reporter, "rebuild")
        summary = pull.run()
        is_asked = summary.listed or summary.exit is Exit.OK
        return AccountResult(
            self.account.name,
            self.source,
            listed=summary.listed + pull.adoption.missing,
            known=summary.unchanged - pull.adoption.adopted if is_asked else self._known,
            adopted=pull.adoption.adopted,
            filtered=summary.filtered,
            missing=pull.adoption.missing,
            gone=summary.gone,
            unknown=self._unknown(),
            seconds=summary.seconds,
            requests=summary.requests,
            retries=summary.retries,
            complete=summary.complete,
            exit=summary.exit,
            message=summary.message,
        )

    def _without_listing(self) -> AccountResult:
        """The service lists nothing by itself: what the catalog knows is all that is known."""
        account, title = self.account.name, self.account.provider.facts.title
        unknown = self._unknown()
        if not unknown:
            return AccountResult(account, self.source, known=self._known, complete=True)
        message = (
            f"account '{account}': {title} lists nothing before a person picks, so {len(unknown)} files of it are not "
            "in the catalog. They stay as they are. What is picked again is compared with them, and not stored twice: "
            f"photosync pick {account}"
        )
        return AccountResult(account, self.source, known=self._known, unknown=unknown, exit=Exit.AUTH, message=message)

    @property
    def _known(self) -> int:
        return self.catalog.totals(self.account.name).items

    def _unknown(self) -> tuple[Location, ...]:
        account = self.account.name
        roots = {"", *(root for _, root, _ in self.catalog.files(account))}
        return tuple(
            each for root in sorted(roots) for each in unrecorded_files(self.library, self.catalog, account, root)
        )
