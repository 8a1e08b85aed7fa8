"""`rebuild`: makes the catalog anew, from its copy, the files and the listings of the providers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from photosync import units
from photosync.cli.command import command
from photosync.cli.library_run import LibraryRun
from photosync.cli.options import GeneralOptions, Jobs
from photosync.cli.output import FILE_LOG, print_error, print_failure, print_json, print_line, print_message
from photosync.errors import Exit, PhotosyncError

if TYPE_CHECKING:
    from photosync.catalog import Catalog
    from photosync.config import AccountConfig
    from photosync.jobs.rebuild.account import AccountResult
    from photosync.jobs.rebuild.restore import Source
    from photosync.library import Library
    from photosync.provider import ServiceFacts

_TAKEN_FROM = {
    "catalog": "the catalog is sound; it stays",
    "copy": "the catalog was taken from its copy",
    "nothing": "the catalog begins anew: there is no copy that can be used",
}

_IN_COPIES = (
    "each copy of the library has one too (below .photosync/replaced/ if 'photosync copy' ran since); only that one "
    "knows which files evict has removed. To use it: delete the new catalog, put the copy's "
    ".photosync/catalog-copy.db at the same path of the library, and run this again"
)


@command
def rebuild(
    *,
    accounts: Annotated[
        list[str] | None, Argument(metavar="[ACCOUNT]...", help="Only these; without it, every account.")
    ] = None,
    from_listings: Annotated[
        bool, Option("--from-listings", help="Use neither the catalog nor its copy; what only they know is lost.")
    ] = False,
    jobs: Jobs = None,
    general: GeneralOptions,
) -> Exit:
    """Make the catalog anew from its copy, the files and the listings, without a download."""
    return RebuildRun(general, jobs).rebuild(accounts or [], from_listings=from_listings)


class RebuildRun(LibraryRun):
    """One run of `rebuild`."""

    def __init__(self, general: GeneralOptions, jobs: int | None) -> None:
        super().__init__(general, "rebuild", dry_run=False, jobs=jobs, bwlimit=None)

    def rebuild(self, names: list[str], *, from_listings: bool) -> Exit:
        """Put a sound catalog in its place, then find the files of each account. Returns the worst exit status."""
        from photosync.api.rebuild import sound_catalog
        from photosync.jobs.rebuild.restore import Source

        accounts = [self.config.account(name) for name in names] or list(self.config.accounts.values())
        unusable = {} if names else self.config.unusable
        library = self.library()

        def tell(source: Source) -> None:
            if not self.general.quiet:
                print_message(_TAKEN_FROM[source])
                if source is Source.NOTHING and self.config.copies and not from_listings:
                    print_message(_IN_COPIES)

        with sound_catalog(library, from_listings=from_listings, tell=tell) as (catalog, source):
            statuses = [
                self._account(config, library, catalog, source)
                for config in accounts
                if self.interruption.status is None
            ]
        return Exit.worst([*statuses, *(self._show_failed(name, source, error) for name, error in unusable.items())])

    def _account(self, config: AccountConfig, library: Library, catalog: Catalog, source: Source) -> Exit:
        from photosync.api.rebuild import rebuild_options
        from photosync.jobs.rebuild.account import AccountRebuild, AccountResult

        try:
            with self.show_progress(config) as reporter, self.open_account(config) as account:
                options = rebuild_options(config)
                with self.interruption.watch(account.cancel):
                    result = AccountRebuild(account, library, catalog, options, reporter, source).run()
        except PhotosyncError as error:
            return self._show_failed(config.name, source, error)
        except Exception as error:  # noqa: BLE001 - a bug does not stop the other accounts
            status, message = self.ended_by(error)
            return self._show(AccountResult(config.name, source, exit=status, message=f"{config.name}: {message}"))
        return self._show(result)

    def _usual_jobs(self, facts: ServiceFacts) -> int:
        """No more help: files are read, and nothing is downloaded."""
        return facts.workers

    def _show_failed(self, name: str, source: Source, error: PhotosyncError) -> Exit:
        from photosync.jobs.rebuild.account import AccountResult

        return self._show(AccountResult(name, source, exit=error.exit, message=str(error)), error)

    def _show(self, result: AccountResult, error: PhotosyncError | None = None) -> Exit:
        """Show what was found or the error, and the summary. Returns the exit status."""
        if result.exit is Exit.INTERRUPTED and self.interruption.status is not None:
            result = replace(result, exit=self.interruption.status)
        if error is not None:
            print_failure(error)
        elif result.message:
            print_error(result.message)
        FILE_LOG.info("%s", _sentence(result))
        if self.general.json:
            for each in result.findings:
                print_json(each.as_json())
            print_json(result.as_json())
        elif not (self.general.quiet and result.exit is Exit.OK):
            for location in result.unknown:
                print_line(f"unknown: {location}")
            print_line(_sentence(result))
        return result.exit


def _sentence(result: AccountResult) -> str:
    """The counts, with the words of the JSON."""
    parts = [f"{result.known:,} known", f"{result.adopted:,} adopted"]
    optional = {
        "filtered": result.filtered,
        "missing (the next pull brings them)": result.missing,
        "gone at the provider (their files stay)": result.gone,
        "unknown (no item has the file)": len(result.unknown),
    }
    parts += [f"{count:,} {word}" for word, count in optional.items() if count]
    status = "" if result.exit is Exit.OK else f"; {result.exit.word}, exit {int(result.exit)}"
    duration = units.format_duration(result.seconds)
    return f"{result.account}: {result.listed:,} listed: {', '.join(parts)}, nothing downloaded, in {duration}{status}"
