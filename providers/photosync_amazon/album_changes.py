"""Changes of albums. No photo is changed or deleted by any of them.

Facts: protocol notes on Amazon Photos, sections 3, 5 and 9. How an album is deleted is not noted there: it goes to the
trash as any node does, without what is in it. Because that is not certain, its photos are looked at afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from photosync.errors import ItemError, Reason
from photosync.model import Collection
from photosync.provider_kit.amazon_drive.nodes import TRASH
from photosync.provider_kit.amazon_drive.uploads import STORED
from photosync.provider_kit.json_fields import json_object
from photosync_amazon.api import SERVICE, AmazonApi
from photosync_amazon.changes import DONE, AmazonChanges, refusal_of
from photosync_amazon.items import items_of, parse_album

_LOOKED_AT = 3
"""Of the photos of a deleted album, so many are looked at."""


class AlbumChanges:
    """The changes of one account's albums."""

    def __init__(self, api: AmazonApi, changes: AmazonChanges) -> None:
        self._api = api
        self._changes = changes

    def create(self, name: str) -> Collection:
        """Create an album. Raises `LostAnswerError`."""
        answer = self._api.make_album(name)
        if answer.status not in STORED:
            raise refusal_of(answer, f"the album '{name}'")
        album = parse_album({"kind": "VISUAL_COLLECTION", "name": name, **json_object(answer.body)})
        if album is None:
            raise ItemError(
                f"{SERVICE} did not say whether it made the album '{name}'. Look there before you try again.",
                Reason.BAD_ANSWER,
            )
        return album.collection

    def rename(self, album: Collection, name: str) -> None:
        """Give it another name."""
        answer = self._api.rename(album.id, name)
        if answer.status not in DONE:
            raise refusal_of(answer, f"the name '{name}' for the album '{album.name}'")

    def delete(self, album: Collection) -> None:
        """Put the album into the trash. If the service takes photos of it along, all of them are restored."""
        members = [item.id for page in self._api.children(album.id) for item in items_of(page.nodes)]
        answer = self._api.trash([album.id], with_contents=False)
        if answer.status not in DONE:
            raise refusal_of(answer, f"to delete the album '{album.name}'")
        taken = [id_ for id_ in members[:_LOOKED_AT] if (node := self._api.node(id_)) and node.status == TRASH]
        if taken:
            self._changes.restore_all(members)
            raise ItemError(
                f"{SERVICE} put photos of the album '{album.name}' into the trash with it; they were restored. "
                "Delete the album on the web site.",
                Reason.BAD_ANSWER,
            )
        if any(each.id == album.id for each in self._api.albums()):
            raise ItemError(
                f"{SERVICE} took the request, and still has the album '{album.name}'. Look again later.",
                Reason.NOT_READY,
            )

    def add(self, album: Collection, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Add items; present ones stay there."""
        return self._changes.in_one_call(lambda some: self._api.add_to_album(album.id, some), ids)

    def remove(self, album: Collection, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Take items out; they stay in the account."""
        return self._changes.in_one_call(lambda some: self._api.remove_from_album(album.id, some), ids)
