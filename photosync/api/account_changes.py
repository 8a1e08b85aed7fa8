"""The calls of an account that change something at the service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Unpack

from photosync.api import marks
from photosync.api import trash as trashing
from photosync.api.account_base import AccountBase
from photosync.api.albums import Albums
from photosync.api.change import Changed
from photosync.api.keywords import SelectingRest, asked_selection, several_texts
from photosync.api.people import People
from photosync.api.progress import ProgressCallback
from photosync.api.remote import Remote
from photosync.api.vault import Vault


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
        """Take items or folders out of the trash again: those of `ids`, those selected, or everything."""
        asked = trashing.restore(several_texts("ids", ids), asked_selection(selecting), everything=everything)
        return self.carry_out("restore", asked, dry_run=dry_run, progress=progress)

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
