"""The calls of an account that change something at the service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Unpack

from photosync.api import marks
from photosync.api import trash as trashing
from photosync.api.account_base import AccountBase
from photosync.api.albums import Albums
from photosync.api.change import Changed
from photosync.api.keywords import SelectingRest, asked_selection, several_texts
from photosync.api.people import People
from photosync.api.photosync_base import ended
from photosync.api.progress import ProgressCallback
from photosync.api.remote import Remote
from photosync.api.rows import Rows
from photosync.api.selection import AskedSelection
from photosync.api.vault import Vault

if TYPE_CHECKING:
    from photosync.jobs.change.change import Outcome


class AccountChanges(AccountBase):
    """The call is the consent: nobody is asked. Each change is in the catalog's journal; `dry_run` changes nothing.

    What the service or photosync refuses does not end a call: it is in the summary's `errors`.
    """

    @property
    def albums(self) -> Albums:
        """Its albums, to be changed."""
        return Albums(self)

    @property
    def people(self) -> People:
        """The people whom the service recognises."""
        return People(self)

    @property
    def remote(self) -> Remote:
        """Single files and folders."""
        return Remote(self)

    @property
    def vault(self) -> Vault:
        """The vault of the family."""
        return Vault(self)

    def trash(
        self,
        ids: str | Iterable[str] | None = None,
        *,
        even_if_not_saved: bool = False,
        dry_run: bool = False,
        progress: ProgressCallback | None = None,
        **selecting: Unpack[SelectingRest],
    ) -> Changed:
        """Move items or folders to the service's trash: those of `ids`, or those selected.

        What is not proved to be in the library is refused, unless `even_if_not_saved`.
        """
        asked = trashing.trash(
            several_texts("ids", ids), asked_selection(selecting), even_if_not_saved=even_if_not_saved
        )
        return self.carry_out("trash", asked, dry_run=dry_run, progress=progress)

    def restore(
        self,
        ids: str | Iterable[str] | None = None,
        *,
        everything: bool = False,
        dry_run: bool = False,
        progress: ProgressCallback | None = None,
        **selecting: Unpack[SelectingRest],
    ) -> Changed:
        """Take items or folders out of the trash again: those of `ids`, those selected, or everything.

        Ids whose files only copies of the library have come back from there; the service is not asked for them.
        """
        from photosync.api.bring_back import offsite_ids

        named = several_texts("ids", ids)
        is_named = named is not None and not everything and not selecting
        offsite = offsite_ids(self._photosync.required_library(), self.name, named) if is_named and named else []
        if not offsite or named is None:
            asked = trashing.restore(named, asked_selection(selecting), everything=everything)
            return self.carry_out("restore", asked, dry_run=dry_run, progress=progress)
        back = self._brought_back(offsite, dry_run=dry_run, progress=progress)
        if rest := [each for each in named if each not in set(offsite)]:
            asked = trashing.restore(rest, AskedSelection())
            changed = self.carry_out("restore", asked, dry_run=dry_run, progress=progress)
            changed.summary.add(back.summary)
            return Changed(changed.summary, [*back.results, *changed.results])
        return back

    def _brought_back(self, ids: list[str], *, dry_run: bool, progress: ProgressCallback | None) -> Changed:
        from photosync.api.bring_back import AskedBack, change_back, check_asked

        config, library, results = self._photosync.config, self._photosync.required_library(), Rows()
        asked = check_asked(config, AskedBack(account=self.name, ids=ids))
        with self._photosync.reporting(self.name, progress) as reporting:

            def tell(outcome: Outcome) -> None:
                results.append(outcome.as_json(self.name, "restore", outcome.target.id))
                reporting.changed(outcome.target.name, outcome.error)

            summary = change_back(config, library, asked, tell, reporting.cancel, dry_run=dry_run)
        return Changed(ended(summary), results)

    def purge(
        self,
        ids: str | Iterable[str] | None = None,
        *,
        everything: bool = False,
        even_if_not_saved: bool = False,
        dry_run: bool = False,
        progress: ProgressCallback | None = None,
        **selecting: Unpack[SelectingRest],
    ) -> Changed:
        """Delete for good what is in the trash, and nothing else; as `trash`, only what is saved."""
        asked = trashing.purge(
            several_texts("ids", ids),
            asked_selection(selecting),
            everything=everything,
            even_if_not_saved=even_if_not_saved,
        )
        return self.carry_out("purge", asked, dry_run=dry_run, progress=progress)

    def favorite(
        self,
        ids: str | Iterable[str] | None = None,
        *,
        off: bool = False,
        dry_run: bool = False,
        progress: ProgressCallback | None = None,
        **selecting: Unpack[SelectingRest],
    ) -> Changed:
        """Make items favourites; `off` ends that."""
        asked = marks.favorite(several_texts("ids", ids), asked_selection(selecting), on=not off)
        return self.carry_out("favorite", asked, dry_run=dry_run, progress=progress)

    def hide(
        self,
        ids: str | Iterable[str] | None = None,
        *,
        off: bool = False,
        dry_run: bool = False,
        progress: ProgressCallback | None = None,
        **selecting: Unpack[SelectingRest],
    ) -> Changed:
        """Hide items from the service's usual view; `off` shows them again."""
        asked = marks.hide(several_texts("ids", ids), asked_selection(selecting), on=not off)
        return self.carry_out("hide", asked, dry_run=dry_run, progress=progress)
