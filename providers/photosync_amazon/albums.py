"""The album of a push: found by id or name, or created with the first file.

Facts: protocol notes on Amazon Photos, sections 5 and 9.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from photosync.errors import ItemError, LostAnswerError, ProviderError, Reason, UsageError
from photosync.provider import Sent
from photosync.provider_kit.amazon_drive.nodes import folded
from photosync.provider_kit.amazon_drive.uploads import STORED
from photosync.provider_kit.json_fields import identifier, json_object
from photosync_amazon.api import AmazonApi
from photosync_amazon.items import AmazonAlbum
from photosync_amazon.refusals import AmazonRefusal


class PushAlbum:
    """One album that the account owns. Only one thread at a time may use it."""

    def __init__(self, account: str, api: AmazonApi, wanted: str) -> None:
        """Searches for it. Raises `UsageError` if several match, or if it belongs to another account."""
        self._account = account
        self._api = api
        self._name = wanted
        self._id = self._found()
        self._members: set[str] | None = None
        """The ids in it that this push has added or listed; None: unknown."""

    @property
    def destination(self) -> str:
        """Identifies this album: a later one of the same name, after this one was deleted, has another value."""
        return f"album {self._id}" if self._id else f"new album {self._name}"

    def add(self, sent: Sequence[Sent]) -> list[Sent | ItemError]:
        """Add these to the album. Each of them has its item."""
        try:
            album_id = self._id = self._id or self._made()
        except ItemError as error:
            return [ItemError(f"{each.file.path} is at Amazon Photos; {error}", error.reason) for each in sent]
        ids = dict.fromkeys(each.item.id for each in sent if each.item is not None)
        if any(each.was_there for each in sent):
            ids = dict.fromkeys(id_ for id_ in ids if id_ not in self._known_members(album_id))
        refused = self._join(album_id, list(ids))
        return [self._outcome(each, refused) for each in sent]

    def _outcome(self, sent: Sent, refused: dict[str, AmazonRefusal]) -> Sent | ItemError:
        refusal = refused.get(sent.item.id) if sent.item is not None else None
        if refusal is None:
            return sent
        return ItemError(
            f"{sent.file.path} is at Amazon Photos, and could not be put into the album '{self._name}' "
            f"({refusal.said}). Push again; with --full if one of the two was deleted there.",
            Reason.NOT_FOUND if refusal.status == HTTPStatus.NOT_FOUND else Reason.REFUSED,
        )

    def _join(self, album_id: str, ids: list[str]) -> dict[str, AmazonRefusal]:
        """Add these; returns the refusals by id. Other items are added even if one is refused."""
        if not ids:
            return {}
        answer = self._api.add_to_album(album_id, ids)
        if answer.status in STORED:
            if self._members is not None:
                self._members.update(ids)
            return {}
        if len(ids) == 1:
            return {ids[0]: AmazonRefusal.of(answer)}
        return {id_: refusal for each in ids for id_, refusal in self._join(album_id, [each]).items()}

    def _known_members(self, album_id: str) -> set[str]:
        if self._members is None:
            try:
                pages = self._api.children(album_id)
                self._members = {id_ for page in pages for each in page.content if (id_ := identifier(each))}
            except ProviderError:  # too many to list: adding an item again is harmless
                self._members = set()
        return self._members

    def _found(self) -> str | None:
        albums = list(self._api.albums())
        fitting = (
            [album for album in albums if album.id == self._name]
            or [album for album in albums if album.name == self._name and self._is_own(album)]
            or [album for album in albums if folded(album.name) == folded(self._name)]
        )
        own = [album for album in fitting if self._is_own(album)]
        if fitting and not own:
            raise UsageError(
                f"account '{self._account}': the album '{self._name}' is somebody else's, who shares it with you. "
                "Push into one of your own."
            )
        if len(own) > 1:
            ids = ", ".join(album.id for album in own)
            raise UsageError(
                f"account '{self._account}': {len(own)} albums are called '{self._name}'. Say which by its id: {ids}"
            )
        if not own:
            return None
        self._name = own[0].name
        return own[0].id

    def _is_own(self, album: AmazonAlbum) -> bool:
        return not album.is_shared if album.owner is None else album.owner == self._api.root().owner

    def _made(self) -> str:
        try:
            answer = self._api.make_album(self._name)
        except LostAnswerError:
            # Another request could create a second album of this name.
            if (found := self._found()) is None:
                raise
            return found
        if answer.status in STORED:
            id_ = identifier(json_object(answer.body))
        elif answer.status == HTTPStatus.CONFLICT:
            id_ = self._found()
        else:
            raise AmazonRefusal.of(answer).error(self._account, f"the album '{self._name}'")
        if id_ is None:
            raise ItemError(
                f"Amazon Photos did not say whether it made the album '{self._name}'. Push again.", Reason.BAD_ANSWER
            )
        return id_
