"""The albums that this program created at Google, by title.

The permission to upload does not include listing, and titles are not unique: so the ids of this program's albums are
stored on the disk, in one small file per album, so that two runs never write the same file. An album belongs to the
OAuth client that created it. Facts: protocol notes on Google Photos, section 5.4.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from photosync.errors import LostAnswerError, ProviderError
from photosync.provider_kit.json_fields import text
from photosync.provider_kit.state_file import StateFile
from photosync_google.library.api import LibraryApi

_T = TypeVar("_T")

TITLE_CHARACTERS = 500
_REFUSED = (400, 403, 404)


class Albums:
    """The albums of one account. Only one thread at a time may use them."""

    def __init__(self, state: Path, account: str, client_id: str, api: LibraryApi, say: Callable[[str], None]) -> None:
        self._folder = state / "albums"
        self._account = account
        self._client_id = client_id
        self._api = api
        self._say = say
        self._replaced: set[str] = set()

    def use(self, title: str, put: Callable[[str], _T]) -> _T:
        """Let `put` fill this program's album of a title; it is created if there is none, or if Google refuses it.

        A refused album may be deleted, belong to another Google account, or be full: in each case another album of the
        same title helps; at most one per run.
        """
        try:
            return put(self._id_of(title))
        except ProviderError as error:
            if not is_about_album(error) or title in self._replaced:
                raise
        self._replaced.add(title)
        self._file(title).delete()
        return put(self._id_of(title))

    def _id_of(self, title: str) -> str:
        file = self._file(title)
        content = file.read()
        is_ours = (content.get("client_id"), content.get("title")) == (self._client_id, title)
        album_id = text(content, "id") if is_ours else None
        if album_id is None:
            album_id = self._made(title)
            file.write({"client_id": self._client_id, "title": title, "id": album_id})
        return album_id

    def _made(self, title: str) -> str:
        try:
            return self._api.create_album(title)
        except LostAnswerError:
            # Whether it exists cannot be checked. An additional empty album is better than files without an album.
            self._say(
                f"Google's answer about the new album '{title}' was lost, so it is made once more. "
                "There may be an empty album of the same title; delete that by hand."
            )
            return self._api.create_album(title, is_repeated=True)

    def _file(self, title: str) -> StateFile:
        key = json.dumps([self._client_id, title]).encode()
        return StateFile(self._folder / f"{hashlib.sha256(key).hexdigest()[:20]}.json", account=self._account)


def album_title(path: str) -> str:
    """`path`, shortened to Google's limit. Its end is kept, because it distinguishes folders."""
    return path if len(path) <= TITLE_CHARACTERS else "…" + path[1 - TITLE_CHARACTERS :]


def is_about_album(error: ProviderError) -> bool:
    """Whether Google refuses the album and not the items: `No permission to add media items to this album.` is one of
    the messages for that (google/java-photoslibrary issue 18)."""
    return error.status == 404 or (error.status in _REFUSED and b"album" in error.body.lower())
