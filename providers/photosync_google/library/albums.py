"""The albums that this program made at Google, by title.

The permission to upload does not include listing, and titles are not unique: so which album is ours is kept on the
disk, in one small file per album, so that two runs never write the same file. An album belongs to the OAuth client that
made it. Facts: protocol notes on Google Photos, section 5.4.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from photosync.errors import LostAnswerError, ProviderError
from photosync.provider_kit.json_fields import text
from photosync.provider_kit.state_file import StateFile
from photosync_google.library.api import LibraryApi

TITLE_CHARACTERS = 500
_REFUSED = (400, 403, 404)


class Albums:
    """One account's albums. One thread at a time uses them."""

    def __init__(self, state: Path, account: str, client_id: str, api: LibraryApi, say: Callable[[str], None]) -> None:
        self._folder = state / "albums"
        self._account = account
        self._client_id = client_id
        self._api = api
        self._say = say
        self._ids: dict[str, str] = {}
        self._replaced: set[str] = set()

    def use(self, title: str, put: Callable[[str], None]) -> None:
        """Have `put` fill our album of that title; it is made if there is none yet, and anew if Google refuses it.

        It may have been deleted, belong to another Google account, or be full: in each case another album of the same
        title is what helps; but no more than one a run.
        """
        try:
            put(self._id_of(title))
        except ProviderError as error:
            if not is_about_album(error) or title in self._replaced:
                raise
        else:
            return
        self._replaced.add(title)
        self._forget(title)
        put(self._id_of(title))

    def _id_of(self, title: str) -> str:
        if title not in self._ids:
            self._ids[title] = self._kept(title) or self._made(title)
        return self._ids[title]

    def _made(self, title: str) -> str:
        try:
            album_id = self._api.create_album(title)
        except LostAnswerError:
            # Nothing can tell whether it is there. An empty album too many is a smaller harm than files without one.
            self._say(
                f"Google's answer about the new album '{title}' was lost, so it is made once more. "
                "There may be an empty album of the same title; delete that by hand."
            )
            album_id = self._api.create_album(title, is_repeated=True)
        self._keep(title, album_id)
        return album_id

    # On the disk

    def _kept(self, title: str) -> str | None:
        content = self._file(title).read()
        is_ours = (content.get("client_id"), content.get("title")) == (self._client_id, title)
        return text(content, "id") if is_ours else None

    def _keep(self, title: str, album_id: str) -> None:
        self._file(title).write({"client_id": self._client_id, "title": title, "id": album_id})

    def _forget(self, title: str) -> None:
        self._ids.pop(title, None)
        self._file(title).delete()

    def _file(self, title: str) -> StateFile:
        key = json.dumps([self._client_id, title]).encode()
        return StateFile(self._folder / f"{hashlib.sha256(key).hexdigest()[:20]}.json", account=self._account)


def album_title(path: str) -> str:
    """`path` as short as Google takes it. Its end stays, because that is what tells one folder from another."""
    return path if len(path) <= TITLE_CHARACTERS else "…" + path[1 - TITLE_CHARACTERS :]


def is_about_album(error: ProviderError) -> bool:
    """Whether Google refuses the album rather than what is to go into it: `No permission to add media items to this
    album.` is one of the ways in which it says so (google/java-photoslibrary issue 18)."""
    return error.status == 404 or (error.status in _REFUSED and b"album" in error.body.lower())
