"""The vault that a family shares.

Facts: protocol notes on Amazon Photos, section 9. Which call tells the id of the family is not noted there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from photosync.errors import ItemError, ProviderError, UsageError
from photosync.provider_kit.json_fields import identifier
from photosync_amazon.api import SERVICE, AmazonApi
from photosync_amazon.changes import AmazonChanges


class AmazonVault:
    """The vault of one account's family."""

    def __init__(self, account: str, api: AmazonApi, changes: AmazonChanges, family_id: str | None) -> None:
        """`family_id` as the user has configured it."""
        self._account = account
        self._api = api
        self._changes = changes
        self._configured = family_id

    @cached_property
    def family(self) -> str:
        """The id of the family: the configured one, or what the list of its members shows. Raises `UsageError`."""
        if self._configured is not None:
            return self._configured
        try:
            members = self._api.aggregation("familyMembers")
        except ProviderError:
            members = []
        found = {id_ for each in members if (id_ := identifier(each, "familyId"))}
        if len(found) != 1:
            raise UsageError(
                f"account '{self._account}': {SERVICE} does not tell the id of the family. Add `family_id: …` to the "
                "account in the configuration. The web site sends it: add one photo to the vault there, with the "
                "browser's developer tools open, and look for familyId in the request to familyArchive."
            )
        return found.pop()

    def add(self, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Put items into it."""
        return self._changes.in_one_call(lambda some: self._api.change_vault(self.family, add=some), ids)

    def remove(self, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Take items out."""
        return self._changes.in_one_call(lambda some: self._api.change_vault(self.family, remove=some), ids)
