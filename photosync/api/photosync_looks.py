"""The calls that show what the catalog knows, of all accounts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from photosync.api.keywords import several_texts
from photosync.api.photosync_base import PhotosyncBase
from photosync.jobs.failures import failure_json
from photosync.user_folders import expanded, state_folder

if TYPE_CHECKING:
    from photosync.library import Layout


class PhotosyncLooks(PhotosyncBase):
    """They change nothing in the library, and ask no service."""

    def failures(self) -> list[dict[str, object]]:
        """What failed, of all accounts: what `photosync failures --json` prints."""
        with self.catalog() as catalog:
            names = dict.fromkeys((*self.config.accounts, *catalog.failures.accounts()))
            return [failure_json(entry) for name in names for entry in catalog.failures.of(name)]

    def duplicates(self, accounts: str | Iterable[str] | None = None) -> list[dict[str, object]]:
        """The contents that several saved items have: what `photosync duplicates --json` prints."""
        from photosync.jobs.contents import duplicate_json

        with self.catalog() as catalog:
            return [duplicate_json(items) for items in catalog.contents.duplicates(self._known(accounts))]

    def coverage(self, accounts: str | Iterable[str] | None = None) -> list[dict[str, object]]:
        """For each account how much only it has, and how much copies have: what `photosync coverage --json` prints."""
        from photosync.jobs.contents import coverage_json
        from photosync.jobs.copy.state import items_in_copies

        names = self._known(accounts)
        with self.catalog() as catalog:
            copies = items_in_copies(self.config.copy_addresses, self.library(), catalog, names)
            return [coverage_json(each, copies.get(each.account)) for each in catalog.contents.coverage(names)]

    def why(self, target: str | Path) -> list[dict[str, object]]:
        """Where a file, or the items with an id, came from: what `photosync why --json` prints.

        Raises `UsageError` if there is neither.
        """
        from photosync.jobs.fix.file_owner import FileOwners
        from photosync.jobs.fix.why import explain
        from photosync.jobs.fix.why_json import why_json
        from photosync.library import Layout

        def layout(account: str) -> Layout | None:
            known = self.config.accounts.get(account)
            return Layout(known.options.layout or known.provider.facts.layout) if known else None

        with FileOwners(
            self.library(), state_folder(), self.config.probable_metadata_settings, to_change=False
        ) as owners:
            return [why_json(each) for each in explain(owners, layout, str(target))]

    def export(self, path: str | Path) -> int:
        """Write everything that the catalog knows, as `photosync export` does. Returns the number of items."""
        from photosync.jobs.export.export import export

        with self.catalog() as catalog:
            return export(catalog, expanded(path))

    def _known(self, accounts: str | Iterable[str] | None) -> Sequence[str]:
        names = several_texts("accounts", accounts) or []
        for name in names:
            self.config.check_name(name)
        return names
